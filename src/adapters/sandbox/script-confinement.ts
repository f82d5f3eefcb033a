import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { REQUEST_FILE, RESPONSE_FILE } from '../../domain/script-protocol.ts';
import type { PlannedChild } from '../script-runner.ts';
import { type Confinement, isCovered, type Limits, type Mount } from './confinement.ts';
import { mountsOf } from './machine.ts';

export const SCRIPT_LIMITS: Limits = { dataBytes: 1536 * 1024 ** 2, processes: 256, fileBytes: 256 * 1024 ** 2 };

/**
 * A script child sees what its own permissions let it read, and writes what they let it write, so that these
 * permissions are not the only wall. Its response file is made here: inside it can be filled, but not made.
 * @param system what every sandbox shows of the machine
 */
export async function scriptConfinement(child: PlannedChild, system: readonly Mount[]): Promise<Confinement> {
  const { workspace, directory, nodePath, timeoutMs, env } = child;
  const request = join(directory, REQUEST_FILE);
  const response = join(directory, RESPONSE_FILE);
  await writeFile(response, '');
  // Whatever the agent's own umask: the child can be somebody else.
  await Promise.all([chmod(request, 0o644), chmod(response, 0o666)]);
  const granted = child.paths.writes.filter((path) => path !== response);
  const { around, whole, folders } = await writableMounts(granted, workspace);
  const mounts = outerFirst([
    ...system,
    ...(await readableMounts(child.paths.reads.filter((path) => path !== directory && !granted.includes(path)))),
    ...around,
    ...folders.map((path) => writable(path, true)),
    ...whole,
    { kind: 'bind', path: request, isFolder: false },
    { kind: 'bind', path: response, isFolder: false, isWritable: true },
  ]);
  const node: Mount[] = isCovered(nodePath, mounts) ? [] : [{ kind: 'bind', path: nodePath, isFolder: false }];
  return {
    mounts: [...mounts, ...node],
    command: [nodePath, ...child.args],
    env,
    cwd: workspace,
    limits: SCRIPT_LIMITS,
    timeoutMs,
    directory,
    lent: { whole: whole.map(({ path }) => path), folders, owner: await stat(workspace) },
    setup: { always: [], asRoot: [] },
    hasLoopback: false,
    hasLine: true,
  };
}

async function readableMounts(paths: readonly string[]): Promise<Mount[]> {
  const folders = paths.filter((path) => path.endsWith('/'));
  const others = paths.filter((path) => !path.endsWith('/'));
  return [
    ...folders.map((path): Mount => ({ kind: 'bind', path: path.slice(0, -1), isFolder: true })),
    ...(await mountsOf(others)),
  ];
}

/**
 * A granted file that is not there yet can only be made in a writable folder: all else in that folder is then shown as
 * it would be anyway, and laid over it.
 */
async function writableMounts(
  granted: readonly string[],
  workspace: string,
): Promise<{ whole: Mount[]; folders: string[]; around: Mount[] }> {
  const files = granted.filter((path) => !path.endsWith('/'));
  const there = await mountsOf(files);
  const known = there.map(({ path }) => path);
  const folders = [...new Set(files.filter((path) => !known.includes(path)).map((path) => dirname(path)))];
  const paths = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  const around = await mountsOf(paths.flat());
  return {
    whole: [
      ...granted.filter((path) => path.endsWith('/')).map((path) => writable(path.slice(0, -1), true)),
      ...known.map((path) => writable(path, false)),
    ],
    folders,
    around: around.map((mount) => (dirname(mount.path) === workspace ? hidden(mount) : mount)),
  };
}

const writable = (path: string, isFolder: boolean): Mount => ({ kind: 'bind', path, isFolder, isWritable: true });

/** The checkout shows neither its .git nor .env files, also where its root is writable. */
function hidden(mount: Mount): Mount {
  const name = basename(mount.path);
  if (mount.kind !== 'bind' || (name !== '.git' && !name.startsWith('.env'))) return mount;
  if (mount.isFolder) return { kind: 'memory', path: mount.path };
  return { kind: 'bind', path: mount.path, source: '/dev/null', isFolder: false };
}

/** One mount for each path, the last that is named, outer folders before what lies in them. */
export function outerFirst(mounts: readonly Mount[]): Mount[] {
  const byPath = new Map(mounts.map((mount) => [mount.path, mount]));
  const sorted = [...byPath.values()].sort((a, b) => a.path.length - b.path.length);
  // A folder that is shown as a whole shows its links as well.
  return sorted.filter((mount) => mount.kind !== 'link' || !isCovered(mount.path, sorted));
}
