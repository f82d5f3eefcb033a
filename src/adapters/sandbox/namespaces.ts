import { dirname, join } from 'node:path';
import { type Confinement, isCovered, type Mount, restricted, SYSTEM_PATH } from './confinement.ts';
import { quoted, shellText } from './shell.ts';

/** A folder of the run's own, which must be there: the file system inside is built upon it. */
export const ROOT_FOLDER = 'root';

/** The file system that root's shell builds in memory; what the program writes there counts as memory. */
const MEMORY_LIMIT = '1g';

const DEVICES: readonly Mount[] = [
  ...['null', 'zero', 'full', 'random', 'urandom'].map(
    (name): Mount => ({ kind: 'bind', path: `/dev/${name}`, isFolder: false, isWritable: true }),
  ),
  ...['fd', 'stdin', 'stdout', 'stderr'].map(
    (name): Mount => ({ kind: 'link', path: `/dev/${name}`, source: `/dev/${name}`, target: '' }),
  ),
];

/** The command by which root starts the program in namespaces of its own, with util-linux alone. */
export const unshareCommand = (file: string, confinement: Confinement): string[] => [
  file,
  ...['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'],
  ...['/bin/sh', '-c', insideText(confinement)],
];

/**
 * The first process inside: builds the file system, moves into it, and waits for the program. It stays root's and stays
 * until the end: the order to die with its parent would not outlive its becoming nobody.
 */
function insideText(confinement: Confinement): string {
  const { directory, cwd, setup, hasLoopback } = confinement;
  const root = join(directory, ROOT_FOLDER);
  const mounts = [...DEVICES, ...confinement.mounts];
  return [
    'set -e',
    `PATH=${SYSTEM_PATH}`,
    `mount -n -t tmpfs -o mode=755,nosuid,nodev,size=${MEMORY_LIMIT} sandbox ${quoted(root)}`,
    `cd ${quoted(root)}`,
    ...fileSystemText(root, mounts, cwd, join(directory, 'fstab')),
    hasLoopback ? 'ip link set lo up || ifconfig lo up' : '',
    'pivot_root . .old',
    'umount -l /.old',
    shellText([...setup.always, ...setup.asRoot]),
    'code=0',
    `${restricted(confinement, true).map(quoted).join(' ')} || code=$?`,
    'exit $code',
  ]
    .filter(Boolean)
    .join('\n');
}

/** All of one kind is made by one command: starting them is what takes time. Memory needs no mount where all is memory. */
function fileSystemText(root: string, mounts: readonly Mount[], cwd: string, table: string): string[] {
  const made = mounts.filter(({ path }) => !isCovered(path, mounts));
  const folders = made.map((mount) => (isFolder(mount) ? mount.path : dirname(mount.path)));
  const files = made.filter((mount) => mount.kind === 'bind' && !mount.isFolder);
  const mounted = mounts.filter((mount) => mount.kind === 'bind' || (mount.kind === 'memory' && !made.includes(mount)));
  const proc = `proc ${fstabWord(join(root, 'proc'))} proc nosuid,nodev,noexec`;
  const lines = [proc, ...mounted.map((mount) => fstabLine(root, mount))];
  const cwdFolder = isCovered(`${cwd}/`, mounts) ? [] : [cwd];
  return [
    `mkdir -p .old proc ${[...new Set([...folders, ...cwdFolder])].map((path) => quoted(`.${path}`)).join(' ')}`,
    ...files.map(({ path }) => `: > ${quoted(`.${path}`)}`),
    ...linkCommands(mounts),
    `printf '%s\\n' ${lines.map(quoted).join(' ')} > ${quoted(table)}`,
    `mount -n -a -T ${quoted(table)}`,
  ];
}

const isFolder = (mount: Mount): boolean => mount.kind === 'memory' || (mount.kind === 'bind' && mount.isFolder);

function fstabLine(root: string, mount: Mount): string {
  const target = fstabWord(join(root, mount.path));
  if (mount.kind !== 'bind') return `sandbox ${target} tmpfs mode=755,nosuid,nodev,size=${MEMORY_LIMIT},x-mount.mkdir`;
  const options = [
    'bind',
    'nosuid',
    ...(mount.isWritable ? [] : ['ro']),
    ...(isDevice(mount) ? [] : ['nodev']),
    ...(mount.isFolder ? ['x-mount.mkdir'] : []),
  ];
  return `${fstabWord(mount.source ?? mount.path)} ${target} none ${options.join(',')}`;
}

const isDevice = ({ path, source = path }: { path: string; source?: string }): boolean => source.startsWith('/dev/');

const fstabWord = (path: string): string =>
  path.replaceAll(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** Copied with the folders that they are in, or into a folder where they have another place inside. */
function linkCommands(mounts: readonly Mount[]): string[] {
  const links = mounts.filter((mount) => mount.kind === 'link');
  const same = links.filter(({ path, source }) => path === source).map(({ source }) => quoted(source));
  const moved = links.filter(({ path, source }) => path !== source);
  return [
    `cp -P --parents ${same.join(' ')} .`,
    ...moved.map(({ path, source }) => `cp -P ${quoted(source)} ${quoted(`.${path}`)}`),
  ];
}
