import { join } from 'node:path';
import { z } from 'zod';
import type { ScriptContext } from '../../src/script.ts';
import { readIfThere } from './report-file.ts';
import { daysWithin } from './utc-days.ts';

/** What reports need of the ledger's records (src/domain/record.ts has all of it); amounts are in US dollars. */

const Call = z.object({ task: z.string(), model: z.string(), cost: z.number(), count: z.int().default(1) });
const Failure = z.object({ message: z.string(), signature: z.string(), script: z.string().optional() });

const LedgerEntry = z.object({
  kind: z.literal('entry'),
  id: z.string(),
  timestamp: z.string(),
  flow: z.string(),
  decision: z.string(),
  result: z.enum(['success', 'failure', 'skipped', 'interrupted']),
  verification: z.enum(['verified', 'unverified', 'refuted']),
  criteria: z.array(z.object({ holds: z.boolean().nullable(), reason: z.string().default('') })).default([]),
  failure: Failure.optional(),
  metrics: z.object({ cost: z.number(), calls: z.array(Call).default([]) }),
  /** The leases that end here, and what was spent of each. */
  leases: z.array(z.object({ id: z.string(), spent: z.number() })).default([]),
  proposal_url: z.string().optional(),
  /** The interrupted run that a person has settled. */
  resolves: z.string().optional(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Money set aside before a model is asked; it counts as spent until an entry ends it. */
const LedgerLease = z.object({
  kind: z.literal('lease'),
  id: z.string(),
  timestamp: z.string(),
  task: z.string(),
  amount: z.number(),
});
export type LedgerLease = z.infer<typeof LedgerLease>;

const LedgerRow = z.discriminatedUnion('kind', [LedgerEntry, LedgerLease]);
export type LedgerRow = z.infer<typeof LedgerRow>;

export interface LedgerDay {
  day: string;
  /** In the ledger's order. */
  rows: LedgerRow[];
}

/** More days than any report is about. */
const MOST_DAYS = 400;

/**
 * The days from `from` to `to` (both included) that have a file, oldest first: no other file is read. A record belongs to
 * the day of its file. Lines that say nothing to a report are passed over: other kinds, and what a killed writer left.
 */
export async function readLedgerDays(
  { workspace }: Pick<ScriptContext, 'workspace'>,
  { from, to }: { from: string; to: string },
): Promise<LedgerDay[]> {
  const days: LedgerDay[] = [];
  for (const day of daysWithin(from, to).slice(-MOST_DAYS)) {
    const text = await readIfThere(join(workspace, 'ledger', `${day.replaceAll('-', '/')}.jsonl`));
    if (text !== undefined) days.push({ day, rows: ledgerRows(text) });
  }
  return days;
}

/** The rows of one day's file. */
export function ledgerRows(text: string): LedgerRow[] {
  return text.split('\n').flatMap((line) => {
    const row = LedgerRow.safeParse(parsed(line));
    return row.success ? [row.data] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export const entriesOf = (days: readonly LedgerDay[]): LedgerEntry[] =>
  days.flatMap(({ rows }) => rows.filter((row) => row.kind === 'entry'));

/** Whether it is a run of a directive: repairs, nights and a person's word on an old run are the agent's books. */
export const isRun = ({ flow, resolves, result }: LedgerEntry): boolean =>
  (flow === 'cycle' || flow === 'recover') && resolves === undefined && result !== 'skipped';

/** Whether the run did what it should. */
export const isGood = ({ result, verification }: LedgerEntry): boolean =>
  result === 'success' && verification !== 'refuted';
