import { access, constants, lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from './confinement.ts';

/** Programs and their libraries. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc/localtime'];
/** What programs look names up in. */
const NAME_FILES = [
  '/etc/alternatives',
  '/etc/group',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/passwd',
];

/** What every sandbox shows of the machine, and what project checks see besides. */
export async function machineMounts(): Promise<{ system: Mount[]; names: Mount[] }> {
  const [system, names] = await Promise.all([mountsOf(SYSTEM_FOLDERS), mountsOf(NAME_FILES)]);
  return { system, names };
}

/** Files and folders as they are, links as links, and nothing for what is not there. */
export async function mountsOf(paths: readonly string[]): Promise<Mount[]> {
  const found = await Promise.all(paths.map((path) => mountOf(path)));
  return found.filter((mount) => mount !== undefined);
}

/** @param path where it is inside, when that is not where it is on the machine */
export async function mountOf(source: string, path = source): Promise<Mount | undefined> {
  const stats = await lstat(source).catch(() => undefined);
  if (stats?.isSymbolicLink()) return { kind: 'link', path, source, target: await readlink(source) };
  if (stats?.isDirectory() || stats?.isFile()) return { kind: 'bind', path, source, isFolder: stats.isDirectory() };
  return undefined;
}

/** Where a program is on a PATH. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(':').filter((each) => each.startsWith('/'))) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
