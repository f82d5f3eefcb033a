import { mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RESPONSE_FILE } from '../domain/script-protocol.ts';
import { writeRoot } from '../domain/writes.ts';

const HEAP_LIMIT_MB = 512;

/** Reads: the checkout without .git and .env files, and the agent's own code. Writes: the run folder and what `writes` grant. */
export async function permissionFlags(grant: {
  agentRoot: string;
  workspace: string;
  directory: string;
  writes: readonly string[];
}): Promise<string[]> {
  const { agentRoot, workspace, directory, writes } = grant;
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
  ];
  return [
    '--permission',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    `--max-old-space-size=${HEAP_LIMIT_MB}`,
    ...[...new Set(reads)].map((path) => `--allow-fs-read=${path}`),
    ...[...new Set([...roots, join(directory, RESPONSE_FILE)])].map((path) => `--allow-fs-write=${path}`),
  ];
}

/** The folder (or single file) a pattern grants. It is made, since a child may write into a folder but not make it. */
async function writableRoot(workspace: string, pattern: string): Promise<string> {
  const root = writeRoot(pattern);
  const isFolder = pattern !== root;
  const path = join(workspace, root);
  await mkdir(isFolder ? path : dirname(path), { recursive: true });
  const real = await realpath(isFolder ? path : dirname(path));
  if (real !== workspace && !real.startsWith(`${workspace}/`))
    throw new Error(`${root} is a link that leads out of the checkout`);
  return isFolder ? `${real}/` : join(real, basename(path));
}
