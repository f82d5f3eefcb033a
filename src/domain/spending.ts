import { fromDollars, type MicroCents, type Usage } from './money.ts';
import type { CallRecord, Entry, LedgerRecord } from './record.ts';

/** What a group of model calls came to. */
export interface Totals {
  calls: number;
  tokens_in: number;
  tokens_cached: number;
  tokens_out: number;
  tokens_thinking: number;
  cost: MicroCents;
  /** Part of `cost`: calls that gave no answer. */
  failed: MicroCents;
  /** Part of `cost`: calls booked at the most they can have cost, since the vendor did not say. */
  assumed: MicroCents;
  /** Part of `cost`: money set aside by runs that did not end. */
  unsettled: MicroCents;
}

/** A record, as far as it says what was spent. `day`: the newest UTC day up to it in the ledger. */
export type Posting =
  | { kind: 'lease'; day: string; id: string; run: string; task: string; microCents: MicroCents }
  | { kind: 'entry'; day: string; directive: string; ended: Ended[]; calls: CallRecord[]; microCents: MicroCents };
type LeasePosting = Extract<Posting, { kind: 'lease' }>;
type EntryPosting = Extract<Posting, { kind: 'entry' }>;
type Ended = NonNullable<Entry['leases']>[number];

/** What went on the budget of one UTC day, and for what. A call paid from leases of two days is two of these. */
export interface Expense {
  day: string;
  task: string;
  model: string;
  directive: string;
  microCents: MicroCents;
  /** Absent where no call is behind it, or where another expense has it. */
  call?: CallRecord;
  kind: 'answered' | 'failed' | 'unsettled' | 'unexplained';
  isAssumed: boolean;
}

/** Stands where a task, a model or a directive would, and can not be one. */
export const UNSETTLED = '(not settled)';
const UNKNOWN = '(unknown)';

export function postingOf(record: LedgerRecord, day: string): Posting | undefined {
  if (record.kind === 'lease') {
    const { id, run, task, amount } = record;
    return { kind: 'lease', day, id, run, task, microCents: fromDollars(amount) };
  }
  if (record.kind !== 'entry') return undefined;
  const { decision: directive, leases: ended = [], metrics } = record;
  return { kind: 'entry', day, directive, ended, calls: metrics.calls, microCents: fromDollars(metrics.cost) };
}

/**
 * The expenses behind postings, which come in the ledger's order. As in the folded state, what was spent of a lease
 * belongs to the lease's day, the rest to the entry's, and a lease that no entry ends counts on its own.
 */
export function expensesOf(postings: readonly Posting[]): { expenses: Expense[]; unsettled: LeasePosting[] } {
  const open = new Map<string, LeasePosting>();
  const expenses: Expense[] = [];
  for (const posting of postings) {
    if (posting.kind === 'lease') open.set(posting.id, posting);
    else {
      expenses.push(...callExpenses(posting, portionsOf(posting, open)));
      for (const { id } of posting.ended) open.delete(id);
    }
  }
  const unsettled = [...open.values()];
  return { expenses: [...expenses, ...unsettled.map(leaseExpense)], unsettled };
}

interface Portion {
  day: string;
  microCents: MicroCents;
}

/** What of the entry's cost goes on which day. */
function portionsOf({ day, ended, microCents }: EntryPosting, open: ReadonlyMap<string, LeasePosting>): Portion[] {
  const leased = ended.map(({ id, spent }) => ({ day: open.get(id)?.day ?? day, microCents: fromDollars(spent) }));
  const rest = leased.reduce((left, portion) => left - portion.microCents, microCents);
  return [...leased, { day, microCents: rest }].filter((portion) => portion.microCents !== 0);
}

/** The calls use the portions up in their order; what no call accounts for is spent all the same. */
function callExpenses({ day, directive, calls }: EntryPosting, portions: readonly Portion[]): Expense[] {
  const left = [...portions];
  const expenses = calls.flatMap((call) => {
    const parts = takePortions(left, fromDollars(call.cost), day);
    const { task, model, outcome } = call;
    const kind = outcome === 'ok' ? ('answered' as const) : ('failed' as const);
    const base = { task, model, directive, kind, isAssumed: call.assumed === true };
    return parts.map((part, index) => ({ ...base, ...part, ...(index === 0 ? { call } : {}) }));
  });
  const unexplained = { task: UNKNOWN, model: UNKNOWN, directive, kind: 'unexplained' as const, isAssumed: false };
  return [...expenses, ...left.map((portion) => ({ ...unexplained, ...portion }))];
}

/** Takes `amount` from the front of `left`; at least one part comes back, however small the amount. */
function takePortions(left: Portion[], amount: MicroCents, day: string): Portion[] {
  const parts: Portion[] = [];
  let wanted = amount;
  for (let first = left[0]; first && first.microCents > 0 && wanted > 0; first = left[0]) {
    const microCents = Math.min(first.microCents, wanted);
    parts.push({ day: first.day, microCents });
    wanted -= microCents;
    if (microCents === first.microCents) left.shift();
    else left[0] = { ...first, microCents: first.microCents - microCents };
  }
  return wanted > 0 || parts.length === 0 ? [...parts, { day: left[0]?.day ?? day, microCents: wanted }] : parts;
}

const leaseExpense = ({ day, task, microCents }: LeasePosting): Expense => ({
  day,
  task,
  model: UNSETTLED,
  directive: UNSETTLED,
  microCents,
  kind: 'unsettled',
  isAssumed: false,
});

export const NOTHING: Totals = {
  calls: 0,
  tokens_in: 0,
  tokens_cached: 0,
  tokens_out: 0,
  tokens_thinking: 0,
  cost: 0,
  failed: 0,
  assumed: 0,
  unsettled: 0,
};

export function addExpense(totals: Totals, { call, kind, isAssumed, microCents }: Expense): Totals {
  return {
    calls: totals.calls + (call ? (call.count ?? 1) : 0),
    tokens_in: totals.tokens_in + (call?.tokens_in ?? 0),
    tokens_cached: totals.tokens_cached + (call?.tokens_cached ?? 0),
    tokens_out: totals.tokens_out + (call?.tokens_out ?? 0),
    tokens_thinking: totals.tokens_thinking + (call?.tokens_thinking ?? 0),
    cost: totals.cost + microCents,
    failed: totals.failed + (kind === 'failed' ? microCents : 0),
    assumed: totals.assumed + (isAssumed ? microCents : 0),
    unsettled: totals.unsettled + (kind === 'unsettled' ? microCents : 0),
  };
}

/** Totals by a name of each expense, in the order in which the names first come. */
export function totalsBy(expenses: readonly Expense[], nameOf: (expense: Expense) => string): [string, Totals][] {
  const groups = Map.groupBy(expenses, nameOf);
  return [...groups].map(([name, group]) => [name, group.reduce(addExpense, NOTHING)]);
}

/** Whether tokens are behind it that another model could have been asked for. */
export const isCall = ({ kind }: Expense): boolean => kind === 'answered' || kind === 'failed';

/** What calls cost, and what the same tokens would have cost elsewhere. */
export function compareElsewhere(
  calls: readonly Expense[],
  costOf: (usage: Usage) => MicroCents,
): { here: MicroCents; elsewhere: MicroCents } {
  return {
    here: calls.reduce((sum, { microCents }) => sum + microCents, 0),
    elsewhere: calls.reduce((sum, { call }) => sum + (call ? costOf(usageOf(call)) : 0), 0),
  };
}

const usageOf = (call: CallRecord): Usage => ({
  in: call.tokens_in,
  cachedIn: call.tokens_cached,
  ...(call.tokens_cache_written === undefined ? {} : { cacheWritten: call.tokens_cache_written }),
  out: call.tokens_out,
  thinking: call.tokens_thinking,
});
