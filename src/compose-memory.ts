/** The part of the composition root that flows need which look at commits of the past or propose branches. */
import { readFile } from 'node:fs/promises';
import { findGitPlace } from './adapters/git-place.ts';
import { GitWorkbench } from './adapters/git-workbench.ts';
import { type Composed, compose } from './compose.ts';
import { AgentError } from './domain/agent-error.ts';
import type { MemoryPorts } from './flows/memory/memory-context.ts';

/** As `compose`, with the workbench. */
export async function composeMemory(
  options: Parameters<typeof compose>[0],
): Promise<Omit<Composed, 'ports'> & { ports: MemoryPorts }> {
  const { env } = process;
  const [composed, { git, place }] = await Promise.all([compose(options), findGitPlace(options.directory, env)]);
  return { ...composed, ports: { ...composed.ports, workbench: new GitWorkbench(git, place, env) } };
}

/** The text of a file that a flag names. Throws USAGE where it can not be read. */
export async function readGivenFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'there is no such file' : `it can not be read (${code})`;
    throw new AgentError('USAGE', { problem: `${flag} ${path}: ${found}` });
  }
}
