import type { GitProcess } from './git-process.ts';

/**
 * Brings the whole history of all branches and tags to a shallow clone, without the contents of old files: what changed
 * when, and who did it, is in commits and trees, which are small.
 */
export async function deepen(git: GitProcess, remote: string): Promise<{ offline?: string }> {
  const branches = `+refs/heads/*:refs/remotes/${remote}/*`;
  const options = ['--quiet', '--unshallow', '--tags', '--filter=blob:none'];
  const fetched = await git.try(['fetch', ...options, remote, branches]);
  return fetched.ok ? {} : { offline: fetched.reason };
}
