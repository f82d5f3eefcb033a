import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { ifAnswered } from './lib/forge-reading.ts';
import { readReportBody } from './lib/report-file.ts';
import { dayOfTime, daysWithin, monthOf } from './lib/utc-days.ts';

/**
 * Adds the month up in another way than the page: whatever entries say they cost, plus leases that are open, less what
 * was paid from money set aside in the month before. So a call that is counted twice, or not at all, shows.
 */
export default defineScript({
  summary: 'Checks the amount on the page about costs against the ledger, and its issue against the page.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/cost.md').describe('The page to check'),
    day: z.iso.date().optional().describe('The day that the page is of; default: today'),
    told: z.enum(['opened', 'changed', 'nothing new', 'untold']).default('untold').describe('What became of the issue'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, day, told }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const today = day ?? dayOfTime(context.clock.now());
    const { name, first } = monthOf(today);
    const days = daysWithin(first, today);
    const texts = await Promise.all(days.map((each) => readDay(context.workspace, each)));
    const amount = `**$${(sum(texts.flatMap(rowsIn), context.clock.now()) / 1e8).toFixed(4)}**`;
    if (!page.startsWith(`# Costs of ${name}\n`)) return { ok: false, reason: `${file} is not about ${name}` };
    if (!page.includes(amount))
      return { ok: false, reason: `${file} does not say ${amount}, which the ledger adds up to` };
    const isWarned = !/^<!-- warned: {2}?of /m.test(page);
    if (told === 'untold') return { ok: true, reason: `${amount} is what the ledger adds up to` };
    const kept = await ifAnswered(context, () =>
      context.forge.issues.list({ labels: ['steward'], state: 'all', limit: 500 }),
    );
    const issues = kept?.filter(({ body }) => body.includes('<!-- steward:cost:budget -->')) ?? [];
    if (isWarned && kept && issues.length === 0) return { ok: false, reason: `${file} warns, and no issue says so` };
    if (!isWarned && issues.some(({ state }) => state === 'open'))
      return { ok: false, reason: `${file} does not warn, and an issue is open that does` };
    return { ok: true, reason: `${amount} is what the ledger adds up to; the issue agrees` };
  },
});

const Row = z.object({
  kind: z.string(),
  id: z.string(),
  timestamp: z.string(),
  amount: z.number().optional(),
  metrics: z.object({ cost: z.number() }).optional(),
  leases: z.array(z.object({ id: z.string(), spent: z.number() })).optional(),
});
type Row = z.infer<typeof Row>;

const readDay = (workspace: string, day: string): Promise<string> =>
  readFile(join(workspace, 'ledger', `${day.replaceAll('-', '/')}.jsonl`), 'utf8').catch(() => '');

function rowsIn(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    try {
      return Row.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

/** In hundred-millionths of a dollar. A lease of the last hour belongs to a run that is still at work. */
function sum(rows: readonly Row[], now: Date): number {
  const leases = rows.filter(({ kind }) => kind === 'lease');
  const isOld = ({ timestamp }: Row) => now.getTime() - Date.parse(timestamp) >= 3_600_000;
  const taken = new Map(leases.map((lease) => [lease.id, isOld(lease) ? (lease.amount ?? 0) : 0]));
  const entries = rows.filter(({ kind }) => kind === 'entry');
  const ended = entries.flatMap(({ leases = [] }) => leases);
  const before = ended.filter(({ id }) => !taken.has(id)).reduce((total, { spent }) => total + spent, 0);
  for (const { id } of ended) taken.delete(id);
  const open = [...taken.values()].reduce((total, amount) => total + amount, 0);
  const costs = entries.reduce((total, { metrics }) => total + (metrics?.cost ?? 0), 0);
  return Math.round((costs + open - before) * 1e8);
}
