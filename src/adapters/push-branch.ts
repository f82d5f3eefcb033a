import type { PushResult } from '../repo-port.ts';
import { AGENT_EMAIL } from './fast-import.ts';
import type { GitProcess } from './git-process.ts';
import { pushResult } from './push-result.ts';

const THEIRS = 'refs/steward/theirs';

/**
 * Pushes a proposal's branch. What is there from an earlier run of the same occurrence is replaced, by compare-and-swap on
 * the very commit that was seen; a branch that somebody else committed to is left as it is.
 */
export async function pushBranch(git: GitProcess, remote: string, branch: string): Promise<PushResult> {
  const ref = `refs/heads/${branch}`;
  const first = pushResult(await git.try(['push', '--porcelain', remote, `${ref}:${ref}`]));
  if (first.kind !== 'rejected') return first;
  const fetched = await git.try(['fetch', '--quiet', '--no-tags', '--depth=1', remote, `+${ref}:${THEIRS}`]);
  if (!fetched.ok) return { kind: 'refused', reason: fetched.reason };
  const [tip = '', author] = (await git.run(['log', '-1', '--format=%H %ae', THEIRS])).trim().split(' ');
  await git.run(['update-ref', '-d', THEIRS]);
  if (author !== AGENT_EMAIL) return first;
  const lease = `--force-with-lease=${ref}:${tip}`;
  return pushResult(await git.try(['push', '--porcelain', lease, remote, `${ref}:${ref}`]));
}
