import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { committedSpend } from '../../../src/domain/budget.ts';
import { applyRecord, EMPTY_STATE } from '../../../src/domain/ledger-state.ts';
import { callCost, fromDollars, toDollars } from '../../../src/domain/money.ts';
import type { CallRecord, Entry, Unsealed, UnsealedRecord } from '../../../src/domain/record.ts';
import {
  addExpense,
  compareElsewhere,
  type Expense,
  expensesOf,
  isCall,
  NOTHING,
  postingOf,
  totalsBy,
  UNSETTLED,
} from '../../../src/domain/spending.ts';
import { entry, genesis, sealAll } from '../../support/ledger-samples.ts';
import { callRecord, lease as leaseOf } from '../../support/money-samples.ts';

const call = (parts: Partial<CallRecord> = {}): CallRecord =>
  callRecord({ model: 'm', model_asked: 'm', tokens_in: 10, tokens_out: 1, cost: 0.000001, ...parts });
const costOf = (calls: readonly CallRecord[]) => toDollars(calls.reduce((sum, { cost }) => sum + fromDollars(cost), 0));
const paid = (timestamp: string, calls: CallRecord[], leases: Entry['leases'] = []): Unsealed<Entry> =>
  entry({ timestamp, leases, metrics: { cost: costOf(calls), duration_s: 0, tokens_in: 0, tokens_out: 0, calls } });
const lease = (id: string, timestamp: string, amount = 0.01) => leaseOf({ id, timestamp, amount, run: `run-${id}` });
const spent = (...records: UnsealedRecord[]) =>
  expensesOf(
    sealAll([genesis, ...records]).flatMap(({ record, head }) => postingOf(record, head.timestamp.slice(0, 10)) ?? []),
  );
const byDay = (expenses: readonly Expense[]) =>
  Object.fromEntries(totalsBy(expenses, ({ day }) => day).map(([day, { cost }]) => [day, cost]));

describe('the day of what was spent', () => {
  it("is the lease's, a part of each where there are several, else the entry's", () => {
    const { expenses, unsettled } = spent(
      lease('a', '2026-03-04T23:59:00.000Z'),
      lease('b', '2026-03-05T00:00:01.000Z', 0.05),
      paid(
        '2026-03-05T00:00:09.000Z',
        [call({ cost: 0.02 }), call({ cost: 0.02 })],
        [
          { id: 'a', spent: 0.01 },
          { id: 'b', spent: 0.03 },
        ],
      ),
      paid('2026-03-06T10:00:00.000Z', [call({ cost: 0.5 })]),
    );
    expect(byDay(expenses)).toEqual({ '2026-03-04': 1e6, '2026-03-05': 3e6, '2026-03-06': 5e7 });
    expect(expenses.reduce(addExpense, NOTHING)).toMatchObject({ calls: 3, tokens_in: 30 });
    expect(unsettled).toEqual([]);
  });

  it('is never before that of the record before it, however slow the clock', () => {
    const { expenses } = spent(
      paid('2026-03-05T00:00:05.000Z', [call({ cost: 0.01 })]),
      paid('2026-03-04T23:59:58.000Z', [call({ cost: 0.02 })]),
    );
    expect(byDay(expenses)).toEqual({ '2026-03-05': 3e6 });
  });
});

describe('what was spent', () => {
  it('holds the leases that no entry ends', () => {
    const { expenses, unsettled } = spent(
      lease('a', '2026-03-04T10:00:00.000Z'),
      lease('b', '2026-03-05T10:00:00.000Z', 0.03),
      paid('2026-03-05T11:00:00.000Z', [], [{ id: 'a', spent: 0 }]),
    );
    expect(unsettled).toMatchObject([{ id: 'b', run: 'run-b', day: '2026-03-05', microCents: 3e6 }]);
    expect(expenses).toMatchObject([{ model: UNSETTLED, directive: UNSETTLED, task: 'ceo_analysis' }]);
    expect(expenses.reduce(addExpense, NOTHING)).toMatchObject({ calls: 0, cost: 3e6, unsettled: 3e6 });
  });

  it('tells failed and assumed calls apart, and counts the calls a line stands for', () => {
    const { expenses } = spent(
      paid('2026-03-04T10:00:00.000Z', [
        call({ count: 3 }),
        call({ outcome: 'timeout', assumed: true, cost: 0.5 }),
        call({ outcome: 'auth', cost: 0 }),
      ]),
    );
    const totals = expenses.reduce(addExpense, NOTHING);
    expect(totals).toMatchObject({ calls: 5, failed: fromDollars(0.5), assumed: fromDollars(0.5), tokens_in: 30 });
  });

  it('counts money that no call accounts for, since the cap counts it', () => {
    const metrics = { cost: 0.02, duration_s: 0, tokens_in: 0, tokens_out: 0, calls: [call({ cost: 0.005 })] };
    const { expenses } = spent(entry({ timestamp: '2026-03-04T10:00:00.000Z', metrics }));
    expect(expenses.reduce(addExpense, NOTHING)).toMatchObject({ calls: 1, cost: 2e6, unsettled: 0 });
    expect(expenses.filter(isCall)).toMatchObject([{ microCents: 5e5 }]);
  });

  it('is compared with what the same tokens cost elsewhere, cache writes included', () => {
    const price = { input: 4, cachedInput: 0.2, cacheWrite: 5, output: 20 };
    const tokens = {
      tokens_in: 1000,
      tokens_cached: 400,
      tokens_cache_written: 100,
      tokens_out: 50,
      tokens_thinking: 50,
    };
    const { expenses } = spent(
      lease('a', '2026-03-04T10:00:00.000Z'),
      paid('2026-03-04T11:00:00.000Z', [call(tokens)]),
    );
    const { here, elsewhere } = compareElsewhere(expenses.filter(isCall), (usage) => callCost(price, usage));
    expect(here).toBe(100);
    // 500 x $4 + 400 x $0.20 + 100 x $5 + 100 x $20 per million
    expect(toDollars(elsewhere)).toBe(0.00458);
  });
});

const anyCall = fc
  .record({
    task: fc.constantFrom('a', 'b', 'c'),
    model: fc.constantFrom('m', 'n'),
    cost: fc.nat(99_999).map(toDollars),
    outcome: fc.constantFrom('ok', 'server'),
    tokens_in: fc.nat(9999),
  })
  .map(call);
interface Run {
  minute: number;
  decision: string;
  calls: CallRecord[];
  cuts: number[];
  dies: boolean;
}
const anyRun: fc.Arbitrary<Run> = fc.record({
  minute: fc.nat(8 * 24 * 60),
  decision: fc.constantFrom('x', 'y'),
  calls: fc.array(anyCall, { maxLength: 5 }),
  cuts: fc.array(fc.nat(300_000), { maxLength: 3 }),
  dies: fc.boolean(),
});
const at = (minute: number) => new Date(Date.UTC(2026, 2, 4) + minute * 60_000).toISOString();

/** A run's leases an hour apart, the oldest used up first, and its entry half an hour after the last. */
function recordsOf({ minute, decision, calls, cuts, dies }: Run, index: number): UnsealedRecord[] {
  let left = calls.reduce((sum, { cost }) => sum + fromDollars(cost), 0);
  const leases = cuts.map((amount, turn) => lease(`${index}-${turn}`, at(minute + turn * 60), toDollars(amount)));
  const ended = leases.map(({ id, amount }) => {
    const part = Math.min(left, fromDollars(amount));
    left -= part;
    return { id, spent: toDollars(part) };
  });
  const own = { ...paid(at(minute + cuts.length * 60 - 30), calls, ended), id: `e${index}`, decision };
  return dies ? leases : [...leases, own];
}

/** Runs beside each other, in the order of time. */
const anyMonth = fc
  .array(anyRun, { maxLength: 8 })
  .map((runs) => runs.flatMap(recordsOf).sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1)));

describe('any ledger of a month', () => {
  it('adds up to the last micro-cent, however it is grouped', () => {
    fc.assert(
      fc.property(anyMonth, (records) => {
        const { expenses } = spent(...records);
        const ended = new Set(
          records.flatMap((each) => (each.kind === 'entry' ? (each.leases ?? []) : [])).map(({ id }) => id),
        );
        const dollars = records.map((each) =>
          each.kind === 'entry' ? each.metrics.cost : each.kind === 'lease' && !ended.has(each.id) ? each.amount : 0,
        );
        const exact = dollars.reduce((sum, each) => sum + BigInt(Math.round(each * 1e8)), 0n);
        const calls = records.flatMap((each) => (each.kind === 'entry' ? each.metrics.calls : [])).length;
        for (const key of ['day', 'task', 'model', 'directive'] as const) {
          const groups = totalsBy(expenses, (expense) => expense[key]);
          expect(groups.reduce((sum, [, { cost }]) => sum + BigInt(cost), 0n)).toBe(exact);
          expect(groups.reduce((sum, [, totals]) => sum + totals.calls, 0)).toBe(calls);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has on its newest day, and in all, what the cap counts', () => {
    fc.assert(
      fc.property(anyMonth, (records) => {
        const sealed = sealAll([genesis, ...records]);
        const state = sealed.reduce((folded, { record, head }) => applyRecord(folded, record, head), EMPTY_STATE);
        const newest = sealed.at(-1)?.head.timestamp ?? '';
        const { dayMicroCents, monthMicroCents } = committedSpend(state, new Date(newest));
        const { expenses } = spent(...records);
        expect(byDay(expenses)[newest.slice(0, 10)] ?? 0).toBe(dayMicroCents);
        expect(expenses.reduce(addExpense, NOTHING).cost).toBe(monthMicroCents);
      }),
      { numRuns: 300 },
    );
  });
});
