import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { type News, readNews } from './lib/brief/brief-news.ts';
import { briefOnGithub, briefPage, waitingIssue } from './lib/brief/brief-page.ts';
import { briefWindow, LONGEST_GAP_DAYS } from './lib/brief/brief-window.ts';
import { githubWaits, readOpenOnGithub } from './lib/brief/github-waits.ts';
import { readBranchWaits, readLedgerWaits } from './lib/brief/ledger-waits.ts';
import { readLedgerDays } from './lib/ledger-days.ts';
import { counted } from './lib/markdown-text.ts';
import { githubPart, joinParts } from './lib/page-parts.ts';
import { pageWithProse } from './lib/page-prose.ts';
import { readReportBody, writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { addDays, dayOfTime } from './lib/utc-days.ts';
import { readWeekOnGithub, type WeekOnGithub } from './lib/weekly/week-on-github.ts';

const input = z.strictObject({
  top: z.int().min(1).max(100).default(15).describe('How many rows a list may have'),
  prose: z.boolean().default(false).describe('Let a model sum the brief up in a paragraph whenever its facts change'),
  directive: z.string().default('morning_brief').describe('Whose last run the brief goes back to'),
  path: z.string().default('knowledge/reports/brief.md').describe('The page to write'),
});
type Input = z.infer<typeof input>;
interface OnGithub {
  week: WeekOnGithub;
  waits: string[];
  section: string;
}

/**
 * Usual work is no news: the count of good runs is in the footer, and a brief that has nothing to say is the same every
 * day. What waits is what waits now; what happened is what happened on full days before today.
 */
export default defineScript({
  summary: 'Writes a page about what happened since the last brief and what waits for a person.',
  input,
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    /** The first day it is about, and the day before which it ends. */
    from: z.string(),
    until: z.string(),
    waiting: z.int(),
    commits: z.int(),
    runs: z.int(),
    troubles: z.int(),
    told: z.enum(['opened', 'changed', 'nothing new', 'untold']),
  }),
  async run(context, input) {
    if ((await context.git(['rev-list', '--all', '--max-count=1'])).trim() === '')
      return context.skip('the repository has no commit yet');
    const today = dayOfTime(context.clock.now());
    const days = await readLedgerDays(context, { from: addDays(today, -LONGEST_GAP_DAYS), to: today });
    const news = await readNews(context, briefWindow(days, { directive: input.directive, today }), days);
    const github = await readGithub(context, input, news);
    const old = githubPart((await readReportBody(context, input.path)) ?? '');
    const ownWaits = await readLedgerWaits(context);
    // Where there never was a GitHub, a proposal is a branch.
    const waits = github || old !== '' ? ownWaits : [...ownWaits, ...(await readBranchWaits(context))];
    const page = joinParts({
      facts: briefPage({ waits, news, top: input.top }),
      github: github?.section ?? old,
    });
    const body = await pageWithProse(context, { path: input.path, page, isWanted: input.prose });
    const footer = `Unchanged since ${today}, with ${counted(news.runs, 'run')} of the agent on the days before.`;
    return {
      path: input.path,
      changed: await writeReport(context, { path: input.path, body, footer }),
      ...news.span,
      waiting: waits.length + (github?.waits.length ?? 0),
      commits: news.commits.length,
      runs: news.runs,
      troubles: news.troubles.length,
      told: github ? await tell(context, github, { waits, path: input.path }) : 'untold',
    };
  },
});

/** Undefined without a GitHub, or while it does not answer: then its part of the page stays as it was. */
async function readGithub(context: ScriptContext, { top }: Input, news: News): Promise<OnGithub | undefined> {
  const week = await readWeekOnGithub(context, news.span);
  const open = week && (await readOpenOnGithub(context));
  if (!week || !open) return undefined;
  const { from, until } = news.span;
  const releases = open.releases
    .filter(({ published }) => published !== null && published.slice(0, 10) >= from && published.slice(0, 10) < until)
    .map(({ tag }) => tag);
  const waits = githubWaits(open);
  return { week, waits, section: briefOnGithub({ waits, week, releases, news, top }) };
}

async function tell(
  context: ScriptContext,
  { week, waits: onGithub }: OnGithub,
  { waits, path }: { waits: readonly string[]; path: string },
): Promise<'opened' | 'changed' | 'nothing new' | 'untold'> {
  const pageUrl = `${week.url}/blob/${week.branch}/${path}`;
  const told = await tellIssue(context, waitingIssue([...waits, ...onGithub], pageUrl));
  return 'untold' in told ? 'untold' : told.told;
}
