import type { AgentCommit, FileChange } from '../repo-port.ts';
import type { GitProcess } from './git-process.ts';

/** A commit of the agent, of the fields id, mail, time, `Steward-Id` and message that git gave of it. */
export async function readAgentCommit(
  git: GitProcess,
  [id = '', , seconds = '0', run = '', message = '']: readonly string[],
): Promise<AgentCommit> {
  const diff = await git.run(['diff-tree', '-r', '-z', '--no-renames', '--no-commit-id', id]);
  const fields = diff.split('\0').filter(Boolean);
  const files = fields.flatMap((meta, index): FileChange[] => {
    if (index % 2 === 1) return [];
    const [, mode = '', , blob = '', status] = meta.split(' ');
    const path = fields[index + 1] ?? '';
    return [status === 'D' ? { path, content: null } : { path, mode, blob }];
  });
  return { id, message, at: new Date(Number(seconds) * 1000), files, run };
}
