import { type Confinement, isCovered, type Mount, NOBODY, restricted } from './confinement.ts';
import { shellText } from './shell.ts';

/**
 * Arguments for bubblewrap, which is to be started with no environment at all: its first process keeps its own for
 * everyone inside to read.
 *
 * Root needs no user namespace, and must not have one: in it nobody would still be root to the kernel, which limits
 * root's processes in no way. So there the program is started by root inside, and made nobody for good.
 */
export function bubblewrapArguments(confinement: Confinement, isRoot: boolean): string[] {
  const { mounts, cwd, setup } = confinement;
  const commands = [...setup.always, ...(isRoot ? setup.asRoot : [])];
  const program = restricted(confinement, isRoot);
  return [
    ...(isRoot
      ? asRoot(commands.length > 0)
      : ['--unshare-all', '--uid', `${NOBODY}`, '--gid', `${NOBODY}`, '--cap-drop', 'ALL']),
    ...['--die-with-parent', '--new-session'],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...mounts.flatMap((mount) => [...parents(mount.path, mounts), ...mountArguments(mount)]),
    ...parents(`${cwd}/`, mounts),
    ...['--remount-ro', '/', '--remount-ro', '/dev'],
    '--',
    ...(commands.length > 0 ? ['/bin/sh', '-c', `set -e\n${shellText(commands)}\nexec "$@"`, 'sh'] : []),
    ...program,
  ];
}

const asRoot = (hasSetup: boolean): string[] => [
  ...['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
  ...['--cap-drop', 'ALL'],
  ...[...DROPPING, ...(hasSetup ? SETTING_UP : [])].flatMap((capability) => ['--cap-add', capability]),
];

/** What it takes to become nobody; these are lost in doing so. */
const DROPPING = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'];
const SETTING_UP = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'];

function mountArguments(mount: Mount): string[] {
  if (mount.kind === 'memory') return ['--tmpfs', mount.path];
  if (mount.kind === 'link') return ['--symlink', mount.target, mount.path];
  return [mount.isWritable ? '--bind' : '--ro-bind', mount.source ?? mount.path, mount.path];
}

/** Makes the folders above a path; those that bubblewrap makes by itself can be closed to nobody. */
function parents(path: string, mounts: readonly Mount[]): string[] {
  const own = new Set(mounts.map((mount) => mount.path));
  const parts = path.split('/').slice(1, -1);
  const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
  return above.filter((each) => !own.has(each) && !isCovered(each, mounts)).flatMap((each) => ['--dir', each]);
}
