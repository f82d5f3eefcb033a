import { budgetCap, committedSpend } from '../domain/budget.ts';
import { dayPath, laterTime, parseLine } from '../domain/chain.ts';
import { type Forecast, forecast, type Pace, whenRoomAgain } from '../domain/forecast.ts';
import { callCost, type MicroCents, toDollars } from '../domain/money.ts';
import {
  addExpense,
  compareElsewhere,
  type Expense,
  expensesOf,
  isCall,
  NOTHING,
  type Posting,
  postingOf,
  type Totals,
  totalsBy,
} from '../domain/spending.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { dayPaths, loadLedger } from './ledger-reader.ts';
import { dearestModel } from './list-models.ts';

type Group = { name: string } & Totals;

/** What models cost; amounts in US dollars. Whatever the grouping, the groups add up to the total. */
export interface CostReport {
  /** The start of a UTC day: budgets go by days, and so does this. */
  since: string;
  until: string;
  total: Totals;
  by_day: Group[];
  by_task: Group[];
  by_model: Group[];
  by_directive: Group[];
  /** Money set aside by runs that have not ended; it counts as spent. */
  unsettled: { id: string; run: string; task: string; day: string; amount: number }[];
  budget: {
    day: BudgetLine;
    /** `average_per_day`: of the days so far, today included. */
    month: BudgetLine & { average_per_day: number };
    /** When models may be asked again, if a cap is reached; null where there is room, or where a cap is 0. */
    room_again_at: string | null;
  };
  /** The same tokens on the configured model that costs most; null where no model has a price. */
  dearest: ({ model: string; by_task: ({ name: string } & Comparison)[] } & Comparison) | null;
}

export interface BudgetLine {
  spent: number;
  cap: number;
  expected: number;
  /** When the cap is reached at the present rate, or `until` where it is already; null where it holds. */
  reached_at: string | null;
  ends: string;
}

/** `cost` on the dearest model against what it was; `saving` is a share of `cost`. */
export interface Comparison {
  cost: number;
  spent: number;
  saving: number;
}

const DAY_MS = 86_400_000;
const RATE_DAYS = 7;

/** Spend since the UTC day of a moment (default: this UTC month), the forecast, and what it would be without routes. */
export async function costReport(
  { documents, clock, llm }: Pick<Ports, 'documents' | 'clock'> & { llm: Pick<Ports['llm'], 'models'> },
  { config }: Pick<Setting, 'config'>,
  from?: Date,
): Promise<CostReport> {
  const now = clock.now();
  const month = `${toDay(now).slice(0, 7)}-01`;
  const since = from ? toDay(from) : month;
  const known = await readPostings(documents, { since, month, now });
  const { state } = await loadLedger(documents);
  const { expenses, unsettled } = expensesOf(known.postings);
  const costs = expenses.filter(({ day }) => day >= since);
  const spent = committedSpend(state, now);
  const pace = { spent, now, daysBefore: daysBefore(expenses, known.begins, now) };
  const dearest = dearestModel(llm.models());
  return {
    since: `${since}T00:00:00.000Z`,
    until: now.toISOString(),
    total: inDollars(costs.reduce(addExpense, NOTHING)),
    by_day: groups(costs, ({ day }) => day).sort((a, b) => (a.name < b.name ? -1 : 1)),
    by_task: groups(costs, ({ task }) => task),
    by_model: groups(costs, ({ model }) => model),
    by_directive: groups(costs, ({ directive }) => directive),
    unsettled: unsettled
      .filter(({ day }) => day >= since)
      .map(({ id, run, task, day, microCents }) => ({ id, run, task, day, amount: toDollars(microCents) })),
    budget: budgetOf(pace, budgetCap(config.budget), laterTime(known.begins ?? '', month)),
    dearest: dearest ? compareByTask(costs, dearest.model, (usage) => callCost(dearest.price, usage)) : null,
  };
}

const toDay = (time: Date): string => time.toISOString().slice(0, 10);
const daysEarlier = (day: string, count: number): string => toDay(new Date(Date.parse(day) - count * DAY_MS));

/**
 * Postings from the ledger's day files, oldest first: of the period, of the days that the rate rests on, and of the day
 * before, whose leases an entry may end. `begins`: the ledger's first day, unless it lies before all that.
 */
async function readPostings(
  documents: ReadableDocuments,
  { since, month, now }: { since: string; month: string; now: Date },
): Promise<{ postings: Posting[]; begins?: string }> {
  const earliest = (a: string, b: string) => (a < b ? a : b);
  const oldest = dayPath(daysEarlier(earliest(since, daysEarlier(toDay(now), RATE_DAYS)), 1));
  const paths: string[] = [];
  let begins: string | undefined;
  for await (const path of dayPaths(documents)) {
    const isKnown = path >= earliest(oldest, dayPath(month));
    begins = isKnown ? path.slice('ledger/'.length, -'.jsonl'.length).replaceAll('/', '-') : undefined;
    if (!isKnown) break;
    if (path >= oldest) paths.push(path);
  }
  const postings: Posting[] = [];
  for (const path of paths.reverse()) postings.push(...postingsIn(path, (await documents.read(path)) ?? ''));
  return { postings, ...(begins ? { begins } : {}) };
}

/** A line joins the newest day's file even when its clock was slow: the file says the day. */
function postingsIn(path: string, text: string): Posting[] {
  const day = path.slice('ledger/'.length, -'.jsonl'.length).replaceAll('/', '-');
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const parsed = parseLine(line);
    // `steward check` names lines that can not be read.
    return 'record' in parsed ? (postingOf(parsed.record, day) ?? []) : [];
  });
}

/** Cost of the full days before today. The ledger's first day began somewhere in its middle. */
function daysBefore(expenses: readonly Expense[], begins: string | undefined, now: Date): MicroCents[] {
  const costs = new Map(totalsBy(expenses, ({ day }) => day).map(([day, { cost }]) => [day, cost]));
  return Array.from({ length: RATE_DAYS }, (_, index) => daysEarlier(toDay(now), index + 1))
    .filter((day) => begins === undefined || day > begins)
    .map((day) => costs.get(day) ?? 0);
}

function budgetOf(pace: Pace, cap: ReturnType<typeof budgetCap>, firstDay: string): CostReport['budget'] {
  const { day, month } = forecast(pace, cap);
  const days = Math.max(1, Math.round((Date.parse(toDay(pace.now)) - Date.parse(firstDay)) / DAY_MS) + 1);
  const room = whenRoomAgain(pace, cap);
  return {
    day: toLine(day),
    month: { ...toLine(month), average_per_day: toDollars(Math.round(month.spent / days)) },
    room_again_at: room instanceof Date ? room.toISOString() : null,
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
const groups = (costs: readonly Expense[], nameOf: (expense: Expense) => string): Group[] =>
  totalsBy(costs, nameOf)
    .map(([name, totals]) => ({ name, ...inDollars(totals) }))
    .sort((a, b) => b.cost - a.cost);

const inDollars = (totals: Totals): Totals => ({
  ...totals,
  cost: toDollars(totals.cost),
  failed: toDollars(totals.failed),
  assumed: toDollars(totals.assumed),
  unsettled: toDollars(totals.unsettled),
});

function compareByTask(
  costs: readonly Expense[],
  model: string,
  costOf: Parameters<typeof compareElsewhere>[1],
): NonNullable<CostReport['dearest']> {
  const called = costs.filter(isCall);
  const compare = (some: readonly Expense[]): Comparison => {
    const { here, elsewhere } = compareElsewhere(some, costOf);
    return { cost: toDollars(elsewhere), spent: toDollars(here), saving: elsewhere > 0 ? 1 - here / elsewhere : 0 };
  };
  const tasks = Map.groupBy(called, ({ task }) => task);
  return { model, ...compare(called), by_task: [...tasks].map(([name, some]) => ({ name, ...compare(some) })) };
}
