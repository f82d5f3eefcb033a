import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { OUTSIDE_BOOKS } from './lib/commit-history.ts';
import { ifAnswered } from './lib/forge-reading.ts';
import { counted } from './lib/markdown-text.ts';
import { readIfThere, readReportBody } from './lib/report-file.ts';
import { addDays, dayOfTime, daysWithin, mondayOf, timeOfDay } from './lib/utc-days.ts';

/**
 * Counts the week again: commits as git counts them between two times, runs as lines of the ledger's seven files. The page
 * must say these numbers, the chart must have them, and what it says was merged must be closed on GitHub. Only of a week
 * without commits may the page be an older one.
 */
export default defineScript({
  summary: 'Checks the weekly page and its chart against git, the ledger and GitHub.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/weekly.md').describe('The page to check'),
    chart: z.string().default('knowledge/reports/weekly.svg').describe('Its picture'),
    week: z.iso.date().optional().describe('The Monday of the week; default: the last full week'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, input) {
    const { file, chart } = input;
    const no = (reason: string) => ({ ok: false, reason });
    const week = input.week ?? addDays(mondayOf(dayOfTime(context.clock.now())), -7);
    const page = await readReportBody(context, file);
    const picture = await readIfThere(join(context.workspace, chart));
    if (page === undefined || picture === undefined) return no(`${page === undefined ? file : chart} does not exist`);
    const commits = await countCommits(context, week);
    if (!page.startsWith(`# Week of ${week} to `)) {
      if (commits > 0) return no(`${file} is not about the week of ${week}, which has ${counted(commits, 'commit')}`);
      return { ok: true, reason: `the week of ${week} has no commits; ${file} is of an older one` };
    }
    const runs = await countRuns(context, week);
    for (const claim of [counted(commits, 'commit'), counted(runs, 'run')])
      if (!page.toLowerCase().includes(`**${claim}**`))
        return no(`${file} does not say ${claim} of the week of ${week}`);
    const drawn = [/Commits: ([\d, ]+)\./, /Runs: ([\d, ]+), of/].map((list) =>
      list.exec(picture)?.[1]?.split(', ').at(-1),
    );
    if (drawn.join() !== `${commits},${runs}`) return no(`${chart} shows ${drawn.join(' and ')} for that week`);
    const open = await notMerged(context, page);
    if (open !== undefined) return no(`${file} says that #${open} was merged, and it is open`);
    return { ok: true, reason: `${counted(commits, 'commit')} and ${counted(runs, 'run')} in the week of ${week}` };
  },
});

async function countCommits(context: ScriptContext, week: string): Promise<number> {
  const until = new Date(timeOfDay(addDays(week, 7)).getTime() - 1000).toISOString();
  const span = [`--since=${timeOfDay(week).toISOString()}`, `--until=${until}`];
  const count = ['rev-list', '--count', '--no-merges', '--full-history', ...span, 'HEAD', ...OUTSIDE_BOOKS];
  return Number(await context.git(count));
}

const Run = z.object({
  kind: z.literal('entry'),
  flow: z.enum(['cycle', 'recover']),
  result: z.enum(['success', 'failure', 'interrupted']),
  resolves: z.undefined().optional(),
});

async function countRuns({ workspace }: ScriptContext, week: string): Promise<number> {
  let runs = 0;
  for (const day of daysWithin(week, addDays(week, 6))) {
    const text = await readFile(join(workspace, 'ledger', `${day.replaceAll('-', '/')}.jsonl`), 'utf8').catch(() => '');
    for (const line of text.split('\n')) if (isJson(line) && Run.safeParse(JSON.parse(line)).success) runs++;
  }
  return runs;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Some of the pull requests that the page calls merged are looked up. */
async function notMerged(context: ScriptContext, page: string): Promise<number | undefined> {
  for (const [, number] of [...page.matchAll(/^\| \[#(\d+)\]/gm)].slice(0, 3)) {
    const item = await ifAnswered(context, () => context.forge.issues.get({ number: Number(number) }));
    if (item?.state === 'open') return item.number;
  }
  return undefined;
}
