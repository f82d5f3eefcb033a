import { lstat, mkdir, readdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { RESPONSE_FILE } from '../domain/script-protocol.ts';
import { writeRoot } from '../domain/writes.ts';

export const HEAP_LIMIT_MB = 512;

/** Absolute paths that a child may read and write, with all below them; a folder ends with a slash. */
export interface ReachablePaths {
  reads: readonly string[];
  writes: readonly string[];
}

/**
 * Reads: the checkout without .git and .env files, and the agent's own code. Writes: the response and what `writes` grant.
 * Throws WriteGrantError where a link is in the way of a grant.
 */
export async function reachablePaths(grant: {
  agentRoot: string;
  workspace: string;
  directory: string;
  stripped: string | undefined;
  writes: readonly string[];
}): Promise<ReachablePaths> {
  const { agentRoot, workspace, directory, stripped, writes } = grant;
  const entries = await readdir(workspace, { withFileTypes: true });
  const readable = entries
    .filter(({ name }) => name !== '.git' && !name.startsWith('.env'))
    .map((entry) => join(workspace, entry.name) + (entry.isDirectory() ? '/' : ''));
  const roots = await Promise.all(writes.map((pattern) => writableRoot(workspace, pattern)));
  const reads = [
    ...readable,
    ...roots,
    join(agentRoot, 'src/'),
    join(agentRoot, 'node_modules/'),
    join(agentRoot, 'package.json'),
    directory,
    ...(stripped ? [`${stripped}/`] : []),
  ];
  return { reads: [...new Set(reads)], writes: [...new Set([...roots, join(directory, RESPONSE_FILE)])] };
}

/** The options that make Node keep a child to these paths, and to its share of memory. */
export const permissionFlags = ({ reads, writes }: ReachablePaths): string[] => [
  '--permission',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=SecurityWarning',
  // What closes the network looks at how sockets are made.
  '--disable-warning=DEP0112',
  `--max-old-space-size=${HEAP_LIMIT_MB}`,
  ...reads.map((path) => `--allow-fs-read=${path}`),
  ...writes.map((path) => `--allow-fs-write=${path}`),
];

/** The folder (or single file) a pattern grants. It is made, since a child may write into a folder but not make it. */
async function writableRoot(workspace: string, pattern: string): Promise<string> {
  const root = writeRoot(pattern);
  const isFolder = pattern !== root;
  const path = join(workspace, root);
  const folder = isFolder ? path : dirname(path);
  await refuseLinks(workspace, root);
  await mkdir(folder, { recursive: true });
  if (isFolder) await refuseWanderingLinks(workspace, folder);
  return isFolder ? `${path}/` : path;
}

/** A grant names a place; behind a link it would be another one, and making the folder would follow the link. */
async function refuseLinks(workspace: string, root: string): Promise<void> {
  const parts = root.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const path = join(workspace, ...parts.slice(0, length));
    if (await isLink(path)) throw new WriteGrantError(`${relative(workspace, path)} is a link`);
  }
}

/**
 * Node follows links below a writable folder wherever they lead. A script can not make links, but may move those it
 * finds, so only links that lead down from where they lie can stay.
 */
async function refuseWanderingLinks(workspace: string, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const link of entries.filter((entry) => entry.isSymbolicLink())) {
    const path = join(link.parentPath, link.name);
    const target = await readlink(path);
    if (isAbsolute(target) || target.split('/').includes('..'))
      throw new WriteGrantError(`${relative(workspace, path)} is a link to ${target}`);
  }
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/** The checkout holds something that a directive's `writes` can not be granted around. */
export class WriteGrantError extends Error {
  constructor(found: string) {
    super(`\`writes\` can not be granted: ${found}, and what a script writes there could end up anywhere`);
    this.name = 'WriteGrantError';
  }
}
