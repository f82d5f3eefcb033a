import type { ScriptContext } from '../../src/script.ts';
import { isShallowClone, OUTSIDE_BOOKS, records } from './commit-history.ts';
import { timeOfSeconds } from './utc-days.ts';

export interface Branch {
  name: string;
  tip: string;
  at: Date;
  author: string;
  /** All its commits are in the default branch. A squashed merge leaves no trace, so it does not count. */
  isMerged: boolean;
  /** Commits that only this branch or only the default branch has; absent where the clone can not tell. */
  distance?: { ahead: number; behind: number };
}

export interface BranchReport {
  /** The default branch; undefined when HEAD is detached and no branch looks like it. */
  defaultBranch?: string;
  /** Every other branch, the last changed first. */
  branches: Branch[];
}

interface Ref {
  name: string;
  refname: string;
  tip: string;
  at: Date;
  author: string;
}

const FORMAT = '--format=%(refname)%00%(symref)%00%(objectname)%00%(committerdate:unix)%00%(authorname)';
/** Pull request refs, which runners fetch beside these, are no branches. */
const NAMESPACES = ['refs/heads', 'refs/remotes/origin'];

/**
 * The branches of the repository, on the remote where there is one, measured against the default branch.
 * @param options.base the default branch, where the caller knows better
 * @param options.measured how many unmerged branches to measure the distance of: each takes git two walks
 */
export async function readBranches(
  context: ScriptContext,
  options: { base?: string | undefined; measured: number },
): Promise<BranchReport> {
  const rows = records(await context.git(['for-each-ref', FORMAT, ...NAMESPACES]));
  const refs = onePerName(rows);
  const head = (await context.git(['rev-parse', '--abbrev-ref', 'HEAD'])).trim();
  const defaultBranch = options.base ?? guessDefault(rows, refs, head);
  const baseRef = refs.find((ref) => ref.name === defaultBranch);
  const base = defaultBranch === head || !baseRef ? 'HEAD' : baseRef.refname;
  const isShallow = await isShallowClone(context);
  const merged = isShallow ? new Set() : await mergedInto(context, base);
  const others = refs
    .filter((ref) => ref.name !== defaultBranch)
    .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.name < b.name ? -1 : 1));
  const open = isShallow ? [] : others.filter((ref) => !merged.has(ref.refname));
  const measured = new Set(open.slice(0, options.measured));
  const branches: Branch[] = [];
  for (const ref of others) {
    const { name, refname, tip, at, author } = ref;
    const distance = measured.has(ref) ? { distance: await measure(context, base, refname) } : {};
    branches.push({ name, tip, at, author, isMerged: merged.has(refname), ...distance });
  }
  return { branches, ...(defaultBranch === undefined ? {} : { defaultBranch }) };
}

/** A branch that is here and on the remote is one: the remote's, since that is the one others see. */
function onePerName(rows: readonly string[][]): Ref[] {
  const byName = new Map<string, Ref>();
  for (const [refname = '', symref = '', tip = '', seconds = '', author = ''] of rows) {
    const name = shortName(refname);
    if (symref === '') byName.set(name, { name, refname, tip, at: timeOfSeconds(seconds), author });
  }
  return [...byName.values()];
}

function guessDefault(rows: readonly string[][], refs: readonly Ref[], head: string): string | undefined {
  const remoteHead = rows.find(([refname = '', symref = '']) => symref !== '' && refname.endsWith('/HEAD'))?.[1];
  const usual = ['main', 'master'].find((name) => refs.some((ref) => ref.name === name));
  return (remoteHead && shortName(remoteHead)) ?? usual ?? (head === 'HEAD' ? undefined : head);
}

const shortName = (refname: string): string => refname.replace(/^refs\/(heads|remotes\/origin)\//, '');

async function mergedInto(context: ScriptContext, base: string): Promise<Set<string>> {
  const output = await context.git(['for-each-ref', `--merged=${base}`, '--format=%(refname)', ...NAMESPACES]);
  return new Set(output.split('\n'));
}

async function measure(
  context: ScriptContext,
  base: string,
  refname: string,
): Promise<{ ahead: number; behind: number }> {
  const count = async (args: readonly string[]) => Number(await context.git(['rev-list', '--count', ...args]));
  return {
    ahead: await count([`${base}..${refname}`]),
    behind: await count(['--no-merges', '--full-history', `${refname}..${base}`, ...OUTSIDE_BOOKS]),
  };
}
