import type { GitRepo } from '../../src/adapters/git-repo.ts';
import { type GitFixture, gitFixture } from './git-fixture.ts';
import { openRepo, planFor } from './open-repo.ts';

/** The agent's clone and somebody else's, of one remote. */
export interface Pair {
  /** The agent's clone. */
  mine: GitFixture;
  repo: GitRepo;
  /** Somebody else's clone of the same remote. */
  theirs: GitFixture;
  bare: string;
}

export async function pair(tree = { 'a.md': 'a', 'b.md': 'b', 'c.md': 'c' }): Promise<Pair> {
  const theirs = await gitFixture(tree);
  const bare = await theirs.addRemote();
  const mine = await theirs.clone();
  return { mine, repo: (await openRepo(mine.path)).repo, theirs, bare };
}

/** Writes a file and commits it as a cycle would. */
export async function agentCommits(mine: GitFixture, repo: GitRepo, path: string, text = 'agent'): Promise<string> {
  await mine.write({ [path]: text });
  return repo.commit([{ ...planFor(path), message: `change ${path}\n\nSteward-Id: id-${path}\n` }]);
}

/** Somebody else changes a file and pushes it at once. */
export async function othersPush(theirs: GitFixture, path: string, text: string | null = 'theirs'): Promise<string> {
  const id = await theirs.commit({ message: `they change ${path}`, files: { [path]: text } });
  await theirs.git('push', '--quiet');
  return id;
}

/** Fetches, and gives where the remote's branch stands. */
export async function fetched(repo: GitRepo): Promise<string> {
  const { offline } = await repo.fetch();
  if (offline !== undefined) throw new Error(offline);
  return (await repo.facts()).upstreamTip ?? '';
}
