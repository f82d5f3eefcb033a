import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import {
  AGENT_AUTHOR,
  isShallowClone,
  newestCommit,
  OUTSIDE_BOOKS,
  readHistory,
  records,
} from './lib/commit-history.ts';
import { counted, dayOf } from './lib/markdown-text.ts';
import { readBranches } from './lib/open-branches.ts';
import { githubPart, joinParts } from './lib/page-parts.ts';
import { pageWithProse } from './lib/page-prose.ts';
import { readReportBody, writeReport } from './lib/report-file.ts';
import { readGithubStatus } from './lib/status/read-github-status.ts';
import { statusOnGithub } from './lib/status/status-on-github.ts';
import { authorsOf, isStale, type StatusFacts, statusPage } from './lib/status-page.ts';
import { datable } from './lib/utc-days.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Quiet by construction: the window begins at midnight UTC, the page names days and not ages, and commits by which the
 * agent keeps its books are neither activity nor distance. So the page changes when something happened, and again when
 * that is a week ago. What GitHub tells stays as it was while GitHub does not answer.
 */
export default defineScript({
  summary:
    'Writes a page about what happened in the repository lately: from git alone, with more where there is a GitHub.',
  input: z.strictObject({
    days: z.int().min(1).max(90).default(7).describe('How many days count as lately, today included'),
    stale_days: z.int().min(1).max(3650).default(30).describe('After how many days without a commit a branch is stale'),
    top: z.int().min(1).max(100).default(20).describe('How many rows a table may have'),
    base: z.string().optional().describe('The default branch, where it can not be told from the clone'),
    prose: z.boolean().default(false).describe('Let a model sum the page up in a paragraph whenever its facts change'),
    path: z.string().default('knowledge/reports/status.md').describe('The page to write'),
  }),
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    commits: z.int(),
    authors: z.int(),
    open_branches: z.int(),
    stale_branches: z.int(),
    bookkeeping_commits: z.int(),
    newest: z.string().optional(),
    history_is_cut: z.boolean(),
    /** `read` now, `kept` from an earlier run, or `none`. */
    github: z.enum(['read', 'kept', 'none']),
    open_pulls: z.int().optional(),
    open_issues: z.int().optional(),
    failing_workflows: z.int().optional(),
  }),
  async run(context, input) {
    if (!(await hasCommits(context))) return context.skip('the repository has no commit yet');
    const today = Math.floor(context.clock.now().getTime() / DAY_MS) * DAY_MS;
    const since = new Date(today - (input.days - 1) * DAY_MS);
    const staleBefore = new Date(today - input.stale_days * DAY_MS);
    const facts = await gather(context, { ...input, since, staleBefore });
    const { history, branches, newest } = facts;
    const footer = `Unchanged since ${dayOf(context.clock.now())}, when ${windowText(input.days, since, history.bookkeeping)}.`;
    const { github, counts } = await onGithub(context, input);
    const page = joinParts({ facts: statusPage(facts), github });
    const body = await pageWithProse(context, { path: input.path, page, isWanted: input.prose });
    const changed = await writeReport(context, { path: input.path, body, footer });
    return {
      path: input.path,
      changed,
      commits: history.commits.length,
      authors: authorsOf(history.commits).length,
      open_branches: branches.branches.filter((branch) => !branch.isMerged).length,
      stale_branches: branches.branches.filter((branch) => isStale(branch, staleBefore)).length,
      bookkeeping_commits: history.bookkeeping,
      ...(newest ? { newest: newest.id } : {}),
      history_is_cut: history.isCut,
      ...counts,
    };
  },
});

/** The part of the page that GitHub tells, and what it counts. */
async function onGithub(
  context: ScriptContext,
  { path, top }: { path: string; top: number },
): Promise<{
  github: string;
  counts: { github: 'read' | 'kept' | 'none'; open_pulls?: number; open_issues?: number; failing_workflows?: number };
}> {
  const status = await readGithubStatus(context);
  if (!status) {
    const github = githubPart((await readReportBody(context, path)) ?? '');
    return { github, counts: { github: github === '' ? 'none' : 'kept' } };
  }
  const { pulls, issues, ci } = status;
  const counts = {
    github: 'read' as const,
    ...(pulls ? { open_pulls: pulls.length } : {}),
    ...(issues ? { open_issues: issues.length } : {}),
    ...(ci ? { failing_workflows: ci.filter(({ isGreen }) => !isGreen).length } : {}),
  };
  return { github: statusOnGithub({ ...status, top }), counts };
}

function windowText(days: number, since: Date, bookkeeping: number): string {
  const window = `the last ${days} days began on ${dayOf(since)} (UTC)`;
  if (bookkeeping === 0) return window;
  return `${window}; left out are ${counted(bookkeeping, 'commit')} in which the agent only kept its books`;
}

async function gather(
  context: ScriptContext,
  input: { days: number; top: number; base?: string | undefined; path: string; since: Date; staleBefore: Date },
): Promise<StatusFacts> {
  const { days, top, base, path, since, staleBefore } = input;
  const isShallow = await isShallowClone(context);
  return {
    path,
    days,
    top,
    staleBefore,
    history: await readHistory(context, since),
    newest: await newestCommit(context),
    branches: await readBranches(context, { base, measured: top }),
    latestTag: await latestTag(context, isShallow),
    totals: isShallow ? undefined : await countAll(context),
    files: await trackedFiles(context),
  };
}

async function hasCommits(context: ScriptContext): Promise<boolean> {
  return (await context.git(['rev-list', '--all', '--max-count=1'])).trim() !== '';
}

async function latestTag(context: ScriptContext, isShallow: boolean): Promise<StatusFacts['latestTag']> {
  const format = '--format=%(refname)%00%(creatordate:unix)';
  const newestFirst = ['--merged=HEAD', '--sort=-creatordate', '--count=1'];
  const [tag] = records(await context.git(['for-each-ref', ...newestFirst, format, 'refs/tags']));
  if (!tag) return undefined;
  const [refname = '', seconds = ''] = tag;
  const facts = { name: refname.replace('refs/tags/', ''), at: datable(new Date(Number(seconds) * 1000)) };
  if (isShallow) return facts;
  const count = ['rev-list', '--count', '--no-merges', '--full-history', `${refname}..HEAD`, ...OUTSIDE_BOOKS];
  return { ...facts, commitsSince: Number(await context.git(count)) };
}

/** All commits but merges and the agent's. */
async function countAll(context: ScriptContext): Promise<{ commits: number; authors: number }> {
  const lines = (await context.git(['shortlog', '-s', '--no-merges', 'HEAD']))
    .split('\n')
    .filter((line) => line !== '');
  const authors = lines.map((line) => line.split('\t')).filter(([, name]) => name !== AGENT_AUTHOR);
  return { authors: authors.length, commits: authors.reduce((sum, [count]) => sum + Number(count), 0) };
}

async function trackedFiles(context: ScriptContext): Promise<string[]> {
  const names = (await context.git(['ls-tree', '-r', '-z', '--name-only', 'HEAD'])).split('\0');
  return names.filter((name) => name !== '');
}
