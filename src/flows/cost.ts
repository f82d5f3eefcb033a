import { budgetCap, committedSpend } from '../domain/budget.ts';
import { dayEnds, type Forecast, forecast, monthEnds, spendRate } from '../domain/forecast.ts';
import { callCost, fromDollars, type MicroCents, toDollars } from '../domain/money.ts';
import type { Entry, Lease } from '../domain/record.ts';
import {
  addCall,
  costElsewhere,
  NO_CALLS,
  type SpentCall,
  spentCalls,
  type Totals,
  totalsBy,
  unsettledLeases,
} from '../domain/spending.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { loadLedger, recordsBackwards } from './ledger-reader.ts';
import { dearestModel } from './list-models.ts';

type Group = { name: string } & Totals;

/** What models cost; amounts in US dollars. */
export interface CostReport {
  since: string;
  until: string;
  total: Totals;
  by_day: Group[];
  by_task: Group[];
  by_model: Group[];
  by_directive: Group[];
  /** Money set aside by runs that have not ended; it counts as spent. */
  unsettled: { id: string; run: string; task: string; day: string; amount: number }[];
  budget: { day: BudgetLine; month: BudgetLine };
  /** The same tokens on the configured model that costs most; null where no model has a price. */
  dearest: {
    model: string;
    cost: number;
    saving: number;
    by_task: { name: string; cost: number; dearest: number }[];
  } | null;
}

export interface BudgetLine {
  spent: number;
  cap: number;
  expected: number;
  /** When the cap is reached at the rate of the last days; null where it holds. */
  reached_at: string | null;
  ends: string;
}

const DAY_MS = 86_400_000;
const RATE_DAYS = 7;

/** Spend since a moment (default: this UTC month), the forecast, and what it would have been without routes. */
export async function costReport(ports: Ports, setting: Setting, from?: Date): Promise<CostReport> {
  const { documents, clock, llm } = ports;
  const now = clock.now();
  const since = from ?? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const rateFrom = new Date(now.getTime() - RATE_DAYS * DAY_MS);
  const { state } = await loadLedger(documents);
  const { entries, leases } = await readSince(documents, new Date(Math.min(since.getTime(), rateFrom.getTime())));
  const all = spentCalls(entries, leases);
  const first = since.toISOString().slice(0, 10);
  const calls = all.filter(({ day }) => day >= first);
  const dearest = dearestModel(llm.models());
  return {
    since: since.toISOString(),
    until: now.toISOString(),
    total: inDollars(calls.reduce(addCall, NO_CALLS)),
    by_day: groups(calls, ({ day }) => day).sort((a, b) => (a.name < b.name ? -1 : 1)),
    by_task: groups(calls, ({ call }) => call.task),
    by_model: groups(calls, ({ call }) => call.model),
    by_directive: groups(calls, ({ directive }) => directive),
    unsettled: unsettledLeases(entries, leases)
      .filter(({ timestamp }) => timestamp.slice(0, 10) >= first)
      .map(({ id, run, task, timestamp, amount }) => ({ id, run, task, day: timestamp.slice(0, 10), amount })),
    budget: budgetLines(setting, { spend: committedSpend(state, now), all, rateFrom, now }),
    dearest: dearest ? compare(calls, dearest) : null,
  };
}

/** Entries and leases from a moment on, oldest first. A lease may be of the day before its entry. */
async function readSince(documents: ReadableDocuments, since: Date): Promise<{ entries: Entry[]; leases: Lease[] }> {
  const oldest = new Date(since.getTime() - DAY_MS).toISOString();
  const entries: Entry[] = [];
  const leases: Lease[] = [];
  for await (const record of recordsBackwards(documents)) {
    if (record.timestamp < oldest) break;
    if (record.kind === 'entry') entries.push(record);
    if (record.kind === 'lease') leases.push(record);
  }
  return { entries: entries.reverse(), leases: leases.reverse() };
}

function budgetLines(
  { config }: Setting,
  known: { spend: ReturnType<typeof committedSpend>; all: readonly SpentCall[]; rateFrom: Date; now: Date },
): CostReport['budget'] {
  const { spend, all, rateFrom, now } = known;
  const cap = budgetCap(config.budget);
  const recent = all.filter(({ day }) => day > rateFrom.toISOString().slice(0, 10));
  // A young ledger has no seven days yet.
  const firstDay = recent[0] ? new Date(`${recent[0].day}T00:00:00Z`) : rateFrom;
  const rate = spendRate(recent.reduce(addCall, NO_CALLS).cost, firstDay, now);
  return {
    day: toLine(forecast(spend.dayMicroCents, cap.dayMicroCents, rate, { now, ends: dayEnds(now) })),
    month: toLine(forecast(spend.monthMicroCents, cap.monthMicroCents, rate, { now, ends: monthEnds(now) })),
  };
}

const toLine = ({ spent, cap, expected, reachedAt, ends }: Forecast): BudgetLine => ({
  spent: toDollars(spent),
  cap: toDollars(cap),
  expected: toDollars(expected),
  reached_at: reachedAt?.toISOString() ?? null,
  ends: ends.toISOString(),
});

/** Dearest first. */
const groups = (calls: readonly SpentCall[], nameOf: (call: SpentCall) => string): Group[] =>
  totalsBy(calls, nameOf)
    .map(([name, totals]) => ({ name, ...inDollars(totals) }))
    .sort((a, b) => b.cost - a.cost);

const inDollars = (totals: Totals): Totals => ({
  ...totals,
  cost: toDollars(totals.cost),
  failed: toDollars(totals.failed),
  assumed: toDollars(totals.assumed),
});

function compare(
  calls: readonly SpentCall[],
  { model, price }: NonNullable<ReturnType<typeof dearestModel>>,
): NonNullable<CostReport['dearest']> {
  const elsewhere = (some: readonly SpentCall[]): MicroCents => costElsewhere(some, (usage) => callCost(price, usage));
  const cost = elsewhere(calls);
  const spent = calls.reduce(addCall, NO_CALLS).cost;
  const tasks = Map.groupBy(calls, ({ call }) => call.task);
  return {
    model,
    cost: toDollars(cost),
    saving: cost > 0 ? 1 - spent / cost : 0,
    by_task: [...tasks].map(([name, some]) => ({
      name,
      cost: toDollars(some.reduce((sum, { call }) => sum + fromDollars(call.cost), 0)),
      dearest: toDollars(elsewhere(some)),
    })),
  };
}
