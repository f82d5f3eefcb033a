import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findGitPlace, type GitPlace } from '../../src/adapters/git-place.ts';
import { GitRepo } from '../../src/adapters/git-repo.ts';
import type { CommitPlan } from '../../src/repo-port.ts';
import { temporaryFolder } from './git-fixture.ts';

/** The real repository port on a fixture's clone, with nothing of the machine's own git setup. */
export async function openRepo(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  },
): Promise<{ repo: GitRepo; place: GitPlace }> {
  const { git, place } = await findGitPlace(path, environment);
  return { repo: new GitRepo(git, place), place };
}

/** A commit of these work tree files. */
export function planFor(...paths: string[]): CommitPlan {
  const files = paths.map((path) => ({ path }));
  return { message: `change ${paths.join(', ')}\n`, at: new Date('2026-03-01T12:00:00Z'), files };
}

const HOOKS = [
  ...['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'pre-push', 'post-checkout', 'post-merge'],
  ...['reference-transaction', 'post-index-change', 'pre-rebase', 'post-rewrite'],
];

/** Every hook of the clone leaves a mark and fails. */
export async function armHooks(path: string): Promise<{ marks(): Promise<string[]> }> {
  const marked = await temporaryFolder('steward-hooks-');
  const folder = join(path, '.git/hooks');
  await mkdir(folder, { recursive: true });
  for (const hook of HOOKS) {
    await writeFile(join(folder, hook), `#!/bin/sh\ntouch '${marked}/${hook}'\nexit 1\n`);
    await chmod(join(folder, hook), 0o755);
  }
  return { marks: () => readdir(marked) };
}
