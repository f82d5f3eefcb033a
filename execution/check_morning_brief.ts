import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { AGENT_AUTHOR } from './lib/commit-history.ts';
import { ifAnswered } from './lib/forge-reading.ts';
import { counted } from './lib/markdown-text.ts';
import { readReportBody } from './lib/report-file.ts';
import { addDays, dayOfTime, daysWithin, timeOfDay } from './lib/utc-days.ts';

/** Interrupted runs of these days are looked for in the records themselves, not in the agent's folded state. */
const LOOKED_BACK_DAYS = 30;

/**
 * Looks for what must not be missing from the brief: each directive that failed, each interrupted run that nobody settled,
 * as many commits of people as git counts, and each approval that is open on GitHub.
 */
export default defineScript({
  summary: 'Checks that the morning brief misses no failure, no waiting run and no commit.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/brief.md').describe('The page to check'),
    from: z.iso.date().optional().describe('The first day it is about; default: yesterday'),
    until: z.iso.date().optional().describe('The day before which it ends; default: today'),
    told: z.enum(['opened', 'changed', 'nothing new', 'untold']).default('untold').describe('What became of the issue'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, input) {
    const { file, told } = input;
    const no = (what: string) => ({ ok: false, reason: `${file} ${what}` });
    const until = input.until ?? dayOfTime(context.clock.now());
    const from = input.from ?? addDays(until, -1);
    const page = await readReportBody(context, file);
    if (page === undefined) return no('does not exist');
    const rows = await readRows(context, addDays(until, -LOOKED_BACK_DAYS), until);
    const settled = rows.map(({ resolves }) => resolves);
    const waiting = rows.find(
      ({ id, result }) => result === 'interrupted' && !settled.includes(id) && !page.includes(id),
    );
    if (waiting) return no(`does not say that the run ${waiting.id} waits to be settled`);
    const failed = rows.find(
      ({ day, decision, result, flow }) =>
        day >= from && day < until && flow === 'cycle' && result === 'failure' && !page.includes(`\`${decision}\``),
    );
    if (failed) return no(`does not say that ${failed.decision} failed on ${failed.day}`);
    const commits = await countCommits(context, from, until);
    const claim = `**${counted(commits, 'commit')}** by people`;
    if (commits > 0 && !page.includes(claim)) return no(`does not say ${claim}, which git counts`);
    const missing = told === 'untold' ? undefined : await missingApproval(context, page);
    if (missing !== undefined) return no(`does not name the approval #${missing}, which is open`);
    return {
      ok: true,
      reason: `${counted(commits, 'commit')} by people, and nothing is missing that went wrong or waits`,
    };
  },
});

const Row = z.object({
  kind: z.literal('entry'),
  id: z.string(),
  flow: z.string(),
  decision: z.string(),
  result: z.string(),
  resolves: z.string().optional(),
});
type Row = z.infer<typeof Row> & { day: string };

async function readRows({ workspace }: ScriptContext, from: string, to: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const day of daysWithin(from, to)) {
    const text = await readFile(join(workspace, 'ledger', `${day.replaceAll('-', '/')}.jsonl`), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const row = line.includes('"kind":"entry"') ? rowIn(line) : undefined;
      if (row) rows.push({ ...row, day });
    }
  }
  return rows;
}

function rowIn(line: string): z.infer<typeof Row> | undefined {
  try {
    return Row.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function countCommits(context: ScriptContext, from: string, until: string): Promise<number> {
  const last = new Date(timeOfDay(until).getTime() - 1000).toISOString();
  const span = [`--since=${timeOfDay(from).toISOString()}`, `--until=${last}`];
  const names = (await context.git(['shortlog', '-s', '--no-merges', ...span, 'HEAD'])).split('\n');
  const byPeople = names
    .map((line) => line.split('\t'))
    .filter(([, name = '']) => name !== '' && name !== AGENT_AUTHOR);
  return byPeople.reduce((sum, [count]) => sum + Number(count), 0);
}

/** One that was opened a moment ago need not be on the page yet. */
async function missingApproval(context: ScriptContext, page: string): Promise<number | undefined> {
  const labels = ['steward', 'steward:approval'];
  const open = await ifAnswered(context, () => context.forge.issues.list({ state: 'open', labels }));
  const missing = open?.find(
    ({ number, labels: own, created }) =>
      !own.includes('steward:approved') &&
      context.clock.now().getTime() - Date.parse(created) > 600_000 &&
      !page.includes(`[#${number}](`),
  );
  return missing?.number;
}
