import type { ScriptContext } from '../../src/script.ts';
import { timeOfSeconds } from './utc-days.ts';

export interface Commit {
  id: string;
  at: Date;
  author: string;
  subject: string;
  /** Paths it changed; empty where a shallow clone does not know its parent. */
  files: string[];
}

export interface History {
  /** Newest first, without merges and without the agent's bookkeeping. */
  commits: Commit[];
  /** Commits of the agent that touch nothing but its books. */
  bookkeeping: number;
  /** The clone is shallow and its history begins after `since`: counts are the least there can be. */
  isCut: boolean;
}

export const AGENT_AUTHOR = 'steward[bot]';
/** Limits a count to commits outside the books: they grow with every cycle, and a page that counts them never rests. */
export const OUTSIDE_BOOKS = ['--', '.', ':(exclude)ledger', ':(exclude)knowledge'] as const;
/** Enough to tell commits apart in any repository, and of one length, whatever git would shorten to today. */
const SHORT_ID_LENGTH = 10;

/** Whether the path belongs to the agent's records and notes. */
export const isInBooks = (path: string): boolean => /^(ledger|knowledge)\//.test(path);

export const shortId = (id: string): string => id.slice(0, SHORT_ID_LENGTH);

/** Whether the commit only keeps the agent's books, and so is not activity of the repository. */
export function isBookkeeping({ author, files }: Pick<Commit, 'author' | 'files'>): boolean {
  return author === AGENT_AUTHOR && files.every(isInBooks);
}

/** Commits reachable from HEAD since a time. File contents are not read, so that a blobless clone will do. */
export async function readHistory(context: ScriptContext, since: Date): Promise<History> {
  const isShallow = await isShallowClone(context);
  const all = await readCommits(context, [`--since=${since.toISOString()}`], isShallow);
  const commits = all.filter((commit) => !isBookkeeping(commit));
  const isCut = isShallow && (await firstCommitAt(context)) > since;
  return { commits, bookkeeping: all.length - commits.length, isCut };
}

/** The newest commit that is no bookkeeping, however old; undefined when there is none in the last 2000. */
export async function newestCommit(context: ScriptContext): Promise<Commit | undefined> {
  const isShallow = await isShallowClone(context);
  for (const count of [50, 2000]) {
    const found = (await readCommits(context, [`--max-count=${count}`], isShallow)).find(
      (commit) => !isBookkeeping(commit),
    );
    if (found) return found;
  }
  return undefined;
}

export async function isShallowClone(context: ScriptContext): Promise<boolean> {
  return (await context.git(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
}

/** Lines of NUL-separated fields: git lets neither character into an author, a subject or a branch name. */
export function records(output: string): string[][] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\0'));
}

async function readCommits(context: ScriptContext, limits: readonly string[], isShallow: boolean): Promise<Commit[]> {
  const walk = ['log', '--no-merges', '--no-color', ...limits];
  const facts = records(await context.git([...walk, '--format=%H%x00%P%x00%ct%x00%aN%x00%s', 'HEAD']));
  const names = await context.git([...walk, '-z', '--name-only', '--no-renames', '--format=%H', 'HEAD']);
  const files = filesByCommit(
    names,
    facts.map(([id = '']) => id),
  );
  return facts.map(([id = '', parents = '', seconds = '', author = '', subject = '']) => {
    // Git shows a commit without known parents as one that adds the whole tree.
    const isBoundary = isShallow && parents === '';
    return {
      id,
      at: timeOfSeconds(seconds),
      author,
      subject,
      files: isBoundary ? [] : (files.get(id) ?? []),
    };
  });
}

/** Cuts `id NUL newline file NUL file NUL id ...`; an id is one only where the next commit is expected. */
function filesByCommit(output: string, ids: readonly string[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  let current: string[] = [];
  for (const token of output.split('\0')) {
    if (token === ids[files.size]) {
      current = [];
      files.set(token, current);
    } else if (token !== '') current.push(token.replace(/^\n/, ''));
  }
  return files;
}

async function firstCommitAt(context: ScriptContext): Promise<Date> {
  const roots = records(await context.git(['log', '--max-parents=0', '--format=%ct', 'HEAD']));
  return new Date(Math.max(0, ...roots.map(([seconds]) => Number(seconds) * 1000)));
}
