/** One thing that exists inside a sandbox; what none of them names does not. */
export type Mount =
  /** A file or folder of the machine, at the same path unless `source` says another. */
  | { kind: 'bind'; path: string; source?: string; isFolder: boolean; isWritable?: boolean }
  /** An empty folder in memory. */
  | { kind: 'memory'; path: string }
  /** A link as it stands at `source`, which leads to `target` also inside, whether there is anything or not. */
  | { kind: 'link'; path: string; source: string; target: string };

export interface Limits {
  /** Private memory of each process. V8 reserves some 600 MB of it at once, and uses little. */
  dataBytes: number;
  /** Processes and threads of all. */
  processes: number;
  /** Each file that is written. */
  fileBytes: number;
}

/** One program and all that it may reach. */
export interface Confinement {
  /** Outer folders before inner ones. */
  mounts: readonly Mount[];
  command: readonly string[];
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  limits: Limits;
  timeoutMs: number;
  /** A folder of this run alone, outside of what the program sees. */
  directory: string;
  /**
   * What of the machine belongs to nobody while the program runs, and to `owner` before and after: `whole` with all
   * that is in it, `folders` without.
   */
  lent: { whole: readonly string[]; folders: readonly string[]; owner: { uid: number; gid: number } };
  /** Commands that run inside before the program, and some more where the program is not the one who runs them. */
  setup: { always: readonly string[][]; asRoot: readonly string[][] };
  /** Whether the program may talk to itself over 127.0.0.1. */
  hasLoopback: boolean;
  /** Whether the program talks to the agent over descriptor 3. */
  hasLine: boolean;
}

/** How programs can be confined on this machine. As root they are made nobody; else bubblewrap only calls them so. */
export type Mode =
  | { kind: 'bubblewrap'; file: string; isRoot: boolean }
  | { kind: 'unshare'; file: string; sudo: string | undefined };

export const NOBODY = 65_534;
/** For the commands that set a sandbox up: none of them is looked for where a person's PATH leads. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The program in its folder, with its limits and its exact environment. The folder is entered last: it may be one that
 * only nobody can enter.
 * @param isRoot the command is run by root and must end being so
 */
export function restricted({ command, cwd, env, limits }: Confinement, isRoot: boolean): string[] {
  const { dataBytes, processes, fileBytes } = limits;
  return [
    '/usr/bin/prlimit',
    `--data=${dataBytes}`,
    `--nproc=${processes}`,
    `--fsize=${fileBytes}`,
    '--core=0',
    ...(isRoot ? DROP_ROOT : []),
    '/usr/bin/env',
    ...['-i', '-C', cwd],
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
}

const DROP_ROOT = [
  '/usr/bin/setpriv',
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  '--clear-groups',
  '--no-new-privs',
  '--inh-caps=-all',
  '--bounding-set=-all',
];

/** Whether a path lies in a folder of the machine as it is shown inside, so that it can not be made there. */
export function isCovered(path: string, mounts: readonly Mount[]): boolean {
  const around = mounts.filter((mount) => path.startsWith(`${mount.path}/`));
  const nearest = around.reduce((a, b) => (b.path.length > a.path.length ? b : a), around[0] as Mount);
  return nearest?.kind === 'bind';
}
