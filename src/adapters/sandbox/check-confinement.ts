import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Confinement, isCovered, type Limits, type Mount, NOBODY, SYSTEM_PATH } from './confinement.ts';
import { mountOf } from './machine.ts';
import { outerFirst } from './script-confinement.ts';

/** Compilers and test runners need far more than one script. */
export const CHECK_LIMITS: Limits = { dataBytes: 8 * 1024 ** 3, processes: 1024, fileBytes: 1024 ** 3 };

const HOME = '/tmp/home';
const SOURCE = '/source';
/** Where vitest and vite keep what they could as well make again; they fail where they can not. */
const CACHES = ['.vite', '.vite-temp', '.vitest-cache'];
/** Never part of what is checked: the first two may hold secrets, the last comes from the agent. */
const isLeftOut = (name: string): boolean => name === '.git' || name.startsWith('.env') || name === 'node_modules';

/**
 * A check works on a copy of the tree in memory, at the tree's own path: whatever its tests do, the next check sees the
 * tree as it was, and nobody else needs to be given rights to it.
 * @param options.report a file that the check fills
 */
export async function checkConfinement(options: {
  workspace: string;
  command: readonly string[];
  nodePath: string;
  agentRoot: string;
  machine: readonly Mount[];
  /** The npm of the machine, where it was found. */
  npm: { folder: string; root: string } | undefined;
  directory: string;
  report: string;
  timeoutMs: number;
}): Promise<Confinement> {
  const { workspace, command, nodePath, npm, directory, report, timeoutMs } = options;
  await writeFile(report, '');
  await chmod(report, 0o666);
  const names = (await readdir(workspace)).filter((name) => !isLeftOut(name));
  const mounts = outerFirst([
    ...options.machine,
    { kind: 'memory', path: '/tmp' },
    { kind: 'memory', path: workspace },
    ...(await sourceMounts(workspace, names)),
    ...(await packageMounts(options.agentRoot, workspace)),
    { kind: 'bind', path: report, isFolder: false, isWritable: true },
  ]);
  const tools = [dirname(nodePath), ...(npm ? [npm.folder, npm.root] : [])];
  const path = [dirname(nodePath), join(workspace, 'node_modules/.bin'), ...(npm ? [npm.folder] : []), SYSTEM_PATH];
  return {
    mounts: outerFirst([...mounts, ...shown(tools, mounts)]),
    command,
    env: { PATH: path.join(':'), HOME },
    cwd: workspace,
    limits: CHECK_LIMITS,
    timeoutMs,
    directory,
    lent: { whole: [], folders: [], owner: { uid: NOBODY, gid: NOBODY } },
    setup: setupCommands(workspace, names),
    hasLoopback: true,
    hasLine: false,
  };
}

async function sourceMounts(workspace: string, names: readonly string[]): Promise<Mount[]> {
  const mounts = await Promise.all(names.map((name) => mountOf(join(workspace, name), join(SOURCE, name))));
  return mounts.filter((mount) => mount !== undefined);
}

/** The agent's packages, which nothing inside can change. */
async function packageMounts(agentRoot: string, workspace: string): Promise<Mount[]> {
  const source = join(agentRoot, 'node_modules');
  const path = join(workspace, 'node_modules');
  // A folder can be laid over another one only.
  await Promise.all(CACHES.map((name) => mkdir(join(source, name), { recursive: true })));
  return [
    { kind: 'bind', path, source, isFolder: true },
    ...CACHES.map((name): Mount => ({ kind: 'memory', path: join(path, name) })),
  ];
}

const shown = (folders: readonly string[], mounts: readonly Mount[]): Mount[] =>
  folders
    .filter((path) => !isCovered(`${path}/`, mounts))
    .map((path): Mount => ({ kind: 'bind', path, isFolder: true }));

function setupCommands(workspace: string, names: readonly string[]): Confinement['setup'] {
  const copies = names.map((name) => join(workspace, name));
  const caches = CACHES.map((name) => join(workspace, 'node_modules', name));
  return {
    always: [
      ['mkdir', '-p', HOME, SOURCE],
      ['cp', '-RP', `${SOURCE}/.`, workspace],
    ],
    asRoot: [
      ['chown', '-hR', `${NOBODY}:${NOBODY}`, HOME, ...copies],
      ['chown', `${NOBODY}:${NOBODY}`, workspace],
      ['chmod', '1777', '/tmp', ...caches],
    ],
  };
}
