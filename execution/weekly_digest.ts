import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { isShallowClone } from './lib/commit-history.ts';
import { readLedgerDays } from './lib/ledger-days.ts';
import { githubPart, joinParts } from './lib/page-parts.ts';
import { readIfThere, readReportBody, writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { addDays, dayOfTime, mondayOf } from './lib/utc-days.ts';
import { isBusy, readWeekOnGithub, type WeekOnGithub, weekOnGithubSection } from './lib/weekly/week-on-github.ts';
import { weeklyChart } from './lib/weekly/weekly-chart.ts';
import { weeklyIssue } from './lib/weekly/weekly-issue.ts';
import { fullWeeksBefore, readDatedCommits, type Week, weeksOf } from './lib/weekly/weekly-numbers.ts';
import { weeklyPage, weekTitle } from './lib/weekly/weekly-page.ts';

const input = z.strictObject({
  weeks: z.int().min(2).max(26).default(12).describe('How many weeks the chart shows'),
  top: z.int().min(1).max(100).default(20).describe('How many merged pull requests are listed'),
  path: z.string().default('knowledge/reports/weekly.md').describe('The page to write'),
  chart: z.string().default('knowledge/reports/weekly.svg').describe('The picture to draw, in the same folder'),
});
type Input = z.infer<typeof input>;

/**
 * The week that ended last, Monday to Sunday in UTC: a second run in the same week says the same. A week in which nobody
 * did anything and the agent had no trouble is no news: the page of the last one that was stays.
 */
export default defineScript({
  summary: 'Writes a page and a chart about the last full week, and tells it in one rolling issue.',
  input,
  output: z.object({
    path: z.string(),
    chart: z.string(),
    changed: z.boolean(),
    /** The Monday of the week that the run is about. */
    week: z.string(),
    quiet: z.boolean(),
    commits: z.int(),
    runs: z.int(),
    merged: z.int().optional(),
    told: z.enum(['opened', 'changed', 'nothing new', 'untold']),
  }),
  async run(context, input) {
    if ((await context.git(['rev-list', '--all', '--max-count=1'])).trim() === '')
      return context.skip('the repository has no commit yet');
    const weeks = await readWeeks(context, input.weeks);
    const week = weeks.at(-1);
    if (!week) throw new Error('there is always a last week');
    const github = await readWeekOnGithub(context, { from: week.monday, until: addDays(week.monday, 7) });
    const isQuiet = week.commits === 0 && week.good === week.runs && !(github && isBusy(github));
    const old = await readReportBody(context, input.path);
    const isNews = !isQuiet || old === undefined;
    return {
      path: input.path,
      chart: input.chart,
      changed: isNews && (await write(context, input, { weeks, week, github, old })),
      week: week.monday,
      quiet: isQuiet,
      commits: week.commits,
      runs: week.runs,
      ...(github ? { merged: github.merged.length } : {}),
      told: github && !isQuiet ? await tell(context, input, { week, github }) : 'untold',
    };
  },
});

async function readWeeks(context: ScriptContext, count: number): Promise<Week[]> {
  const today = dayOfTime(context.clock.now());
  const mondays = fullWeeksBefore(today, count);
  const from = mondays[0] ?? today;
  const commits = await readDatedCommits(context, from);
  const days = await readLedgerDays(context, { from, to: addDays(mondayOf(today), -1) });
  return weeksOf(mondays, { commits, days });
}

async function write(
  context: ScriptContext,
  { path, chart, top }: Input,
  facts: { weeks: readonly Week[]; week: Week; github: WeekOnGithub | undefined; old: string | undefined },
): Promise<boolean> {
  const { weeks, week, github, old = '' } = facts;
  const isShallow = await isShallowClone(context);
  const kept = old.startsWith(`${weekTitle(week.monday)}\n`) ? githubPart(old) : '';
  const body = joinParts({
    facts: weeklyPage(weeks, { chart: chart.split('/').at(-1) ?? chart, isShallow }),
    github: github ? weekOnGithubSection(github, top) : kept,
  });
  const picture = weeklyChart(weeks);
  const file = join(context.workspace, chart);
  const isDrawn = (await readIfThere(file)) !== picture;
  if (isDrawn) await writeFile(file, picture);
  const isWritten = await writeReport(context, { path, body, footer: `Written on ${dayOfTime(context.clock.now())}.` });
  return isDrawn || isWritten;
}

async function tell(
  context: ScriptContext,
  { path, chart }: Input,
  { week, github }: { week: Week; github: WeekOnGithub },
): Promise<'opened' | 'changed' | 'nothing new' | 'untold'> {
  const told = await tellIssue(context, weeklyIssue({ week, github, path, chart }));
  return 'untold' in told ? 'untold' : told.told;
}
