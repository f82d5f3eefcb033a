import type { Pull, ScriptContext } from '../../../src/script.ts';
import { AGENT_AUTHOR } from '../commit-history.ts';
import { type Change, parseChange, pullNumberOf } from './conventional-commit.ts';

/** One line of the notes: a pull request, or a commit that came without one. */
export interface Entry extends Change {
  /** Full id of the commit on the branch. */
  id: string;
  /** A login where there is a pull request, else the name in the commit. */
  author: string;
  pull: { number: number; url: string } | null;
}

interface Commit {
  id: string;
  parents: string[];
  author: string;
  message: string;
}

/** So many changes are read; a release with more is cut, and says so. */
export const MOST_CHANGES = 500;
const FORMAT = '--format=%H%x00%P%x00%aN%x00%B%x00';

/**
 * What came onto the branch since a tag, newest first, and what all of its commits say of the version. A merged pull
 * request is one change, whichever way it was merged; what was taken back again is none.
 */
export async function readChanges(
  context: ScriptContext,
  tag: string | undefined,
  pulls: readonly Pull[],
): Promise<{ entries: Entry[]; all: Change[] }> {
  const range = tag === undefined ? 'HEAD' : `refs/tags/${tag}..HEAD`;
  const limit = `--max-count=${MOST_CHANGES}`;
  const line = await readCommits(context, ['--first-parent', limit, range]);
  const everything = await readCommits(context, ['--no-merges', limit, range]);
  const byNumber = new Map(pulls.map((pull) => [pull.number, pull]));
  const entries: Entry[] = [];
  for (const commit of line) {
    const isBareMerge = commit.parents.length > 1 && pullNumberOf(commit.message) === undefined;
    const brought = isBareMerge
      ? await readCommits(context, ['--no-merges', limit, `${commit.parents[0]}..${commit.id}`])
      : [commit];
    entries.push(...brought.map((each) => entryOf(each, byNumber)));
  }
  const standing = withoutReverted(entries);
  const all = withoutReverted(everything.map(({ id, message }) => ({ ...parseChange(message), id })));
  return { entries: standing, all: standing.length === 0 ? [] : [...standing, ...all] };
}

async function readCommits(context: ScriptContext, args: readonly string[]): Promise<Commit[]> {
  const fields = (await context.git(['log', '--no-color', FORMAT, ...args])).split('\0');
  const commits: Commit[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [id = '', parents = '', author = '', message = ''] = fields.slice(index, index + 4);
    commits.push({ id: id.trim(), parents: parents.split(' ').filter(Boolean), author, message });
  }
  // What the agent writes about itself is no change for users.
  return commits.filter((commit) => commit.author !== AGENT_AUTHOR);
}

function entryOf({ id, parents, author, message }: Commit, pulls: ReadonlyMap<number, Pull>): Entry {
  const number = pullNumberOf(message);
  const pull = number === undefined ? undefined : pulls.get(number);
  // Behind `Merge pull request #7 from ...` stands the title that it had then.
  const text = parents.length > 1 ? (pull?.title ?? message.split('\n').slice(2).join('\n')) : message;
  const place = pull ? { number: pull.number, url: pull.url } : null;
  return { ...parseChange(text), id, author: pull?.author ?? author, pull: place };
}

/** Without changes that a later one takes back, and without that one. Newest first: a revert may be reverted itself. */
function withoutReverted<T extends { id: string; reverts: string | null }>(changes: readonly T[]): T[] {
  const gone = new Set<string>();
  for (const { id, reverts } of changes) {
    if (reverts === null || gone.has(id)) continue;
    const target = changes.find((each) => each.id.startsWith(reverts));
    if (target) for (const each of [id, target.id]) gone.add(each);
  }
  return changes.filter(({ id }) => !gone.has(id));
}
