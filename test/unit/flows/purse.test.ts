import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetCap } from '../../../src/domain/budget.ts';
import { laterTime } from '../../../src/domain/chain.ts';
import { StewardConfig } from '../../../src/domain/config.ts';
import { EMPTY_STATE, type LedgerState } from '../../../src/domain/ledger-state.ts';
import { fromDollars, toDollars } from '../../../src/domain/money.ts';
import type { Entry, LedgerRecord, Unsealed, UnsealedRecord } from '../../../src/domain/record.ts';
import type { Books } from '../../../src/flows/books.ts';
import type { Context } from '../../../src/flows/cycle-context.ts';
import { sealAll } from '../../../src/flows/ledger-writer.ts';
import { RunPurse } from '../../../src/flows/purse.ts';
import { entry, genesis } from '../../support/ledger-samples.ts';
import { callRecord, spentEntry } from '../../support/money-samples.ts';

/** A ledger that several runners append to: whoever comes next stands on what is there, as after a rebase. */
function sharedLedger() {
  let state = sealAll(EMPTY_STATE, [genesis]).state;
  const records: LedgerRecord[] = [];
  const append = (record: UnsealedRecord): LedgerState => {
    const sealed = sealAll(state, [record]);
    state = sealed.state;
    records.push(...sealed.lines.map((line) => line.record));
    return state;
  };
  return { append, records, now: () => state };
}

type Shared = ReturnType<typeof sharedLedger>;

/** A runner: what it knows is what the ledger said when it last appended. */
function runner(
  shared: Shared,
  options: { run: string; clock: { ms: number }; budget: object; turn?: () => Promise<unknown>; pushes?: boolean },
) {
  const { run, clock, turn = async () => {}, pushes = true } = options;
  let view = shared.now();
  const books: Books = {
    get state() {
      return view;
    },
    async append(record) {
      await turn();
      view = shared.append(record as UnsealedRecord);
      return { record: undefined, state: view, commit: '', pushed: pushes, rebuilt: false };
    },
    isTaken: async () => false,
  };
  const context = {
    clock: { now: () => new Date(clock.ms), sleep: async () => {}, random: Math.random },
    setting: { config: StewardConfig.parse({ budget: options.budget }) },
    facts: { upstream: { remote: 'origin', branch: 'main' } },
  } as unknown as Context;
  const purse = new RunPurse(context, books, run);
  const end = async (cost: number) => {
    const metrics = { cost: toDollars(cost), duration_s: 0, tokens_in: 0, tokens_out: 0, calls: [] };
    const timestamp = new Date(clock.ms).toISOString();
    await books.append<Entry>({ ...entry({ id: run, timestamp, metrics }), leases: purse.leases } as Unsealed<Entry>);
  };
  return { purse, end, books };
}

const call = (microCents: number, isProbe = false) => ({
  task: 'ceo_analysis' as const,
  model: 'm',
  microCents,
  isProbe,
});
const START = Date.parse('2026-03-31T23:59:00.000Z');
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe('whatever runners do, in any order', () => {
  const calls = fc.array(
    fc.record({ need: fc.integer({ min: 1, max: 4000 }), part: fc.integer({ min: 0, max: 100 }) }),
    {
      maxLength: 5,
    },
  );
  const runners = fc.array(fc.record({ calls, diesAt: fc.option(fc.nat(4), { freq: 2 }), isBilled: fc.boolean() }), {
    minLength: 2,
    maxLength: 3,
  });
  const caps = fc.record({ day: fc.nat(9000), month: fc.nat(14_000), run: fc.nat(12_000) });

  test('no day and no month costs more than its cap, and the books never hold less than was billed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        runners,
        caps,
        fc.integer({ min: 0, max: 40_000 }),
        async (scheduler, plans, cap, stepMs) => {
          const shared = sharedLedger();
          const clock = { ms: START };
          const budget = { day: toDollars(cap.day), month: toDollars(cap.month), run: toDollars(cap.run) };
          let billed = 0;
          let alive = plans.length;
          const live = async ({ calls: asked, diesAt, isBilled }: (typeof plans)[number], index: number) => {
            const turn = () => scheduler.schedule(Promise.resolve());
            const { purse, end } = runner(shared, { run: `run-${index}`, clock, budget, turn });
            let spent = 0;
            for (const [number, { need, part }] of asked.entries()) {
              await turn();
              clock.ms += stepMs;
              const set = await purse.reserve(call(need));
              if ('refused' in set) continue;
              const cost = Math.floor((need * part) / 100);
              if (number === diesAt && !isBilled) return void alive--;
              billed += cost;
              spent += cost;
              if (number === diesAt) return void alive--;
              await turn();
              purse.settle(set.reserved, cost);
              const { settled: known, open: kept } = books(shared.records);
              expect(known + kept).toBeGreaterThanOrEqual(billed);
            }
            await end(spent);
          };
          const done = Promise.all(plans.map(live));
          await scheduler.waitFor(done);
          const { settled, open, byDay, byMonth } = books(shared.records);
          expect(settled + open).toBeGreaterThanOrEqual(billed);
          if (alive === plans.length) expect({ settled, open }).toEqual({ settled: billed, open: 0 });
          for (const day of byDay.values()) expect(day).toBeLessThanOrEqual(cap.day);
          for (const month of byMonth.values()) expect(month).toBeLessThanOrEqual(cap.month);
        },
      ),
      { numRuns: 400 },
    );
  });
});

/** Spent by lease, and by the day and month in which the lease was taken. */
function books(records: readonly LedgerRecord[]) {
  const leases = records.flatMap((record) => (record.kind === 'lease' ? [record] : []));
  const ended = new Map(
    records
      .flatMap((record) => (record.kind === 'entry' ? (record.leases ?? []) : []))
      .map(({ id, spent }) => [id, fromDollars(spent)]),
  );
  const byDay = new Map<string, number>();
  const byMonth = new Map<string, number>();
  let newest = '';
  for (const record of records) {
    newest = laterTime(newest, record.timestamp);
    if (record.kind !== 'lease') continue;
    const spent = ended.get(record.id) ?? 0;
    const [day, month] = [newest.slice(0, 10), newest.slice(0, 7)];
    byDay.set(day, (byDay.get(day) ?? 0) + spent);
    byMonth.set(month, (byMonth.get(month) ?? 0) + spent);
  }
  const open = sumOf(leases.filter(({ id }) => !ended.has(id)).map(({ amount }) => fromDollars(amount)));
  return { settled: sumOf([...ended.values()]), open, byDay, byMonth };
}

describe('one by one', () => {
  const pair = (budget: object, options: { pushes?: boolean } = {}) => {
    const shared = sharedLedger();
    const clock = { ms: START };
    const make = (run: string) => runner(shared, { run, clock, budget, ...options });
    return { shared, clock, make };
  };

  test('of two runners on one remaining cent one is granted', async () => {
    const { make } = pair({ day: 0.01 });
    const [a, b] = [make('a'), make('b')];
    expect(await a.purse.reserve(call(fromDollars(0.01)))).toEqual({ reserved: fromDollars(0.01) });
    expect(await b.purse.reserve(call(fromDollars(0.01)))).toEqual({
      refused: 'another run took what was left of the budget',
    });
    await b.end(0);
    await a.end(fromDollars(0.004));
    expect(await make('c').purse.reserve(call(fromDollars(0.005)))).toMatchObject({ reserved: fromDollars(0.005) });
  });

  test('a lease holds two calls, and what is left of it is used before another one is taken', async () => {
    const { make, shared } = pair({});
    const { purse } = make('a');
    for (const cost of [30, 100, 100, 0]) {
      await purse.reserve(call(100));
      purse.settle(100, cost);
    }
    expect(shared.records.map((record) => record.kind === 'lease' && fromDollars(record.amount))).toEqual([200, 200]);
    expect(purse.leases.map(({ spent }) => fromDollars(spent))).toEqual([200, 30]);
  });

  test('the texts of one script asked at once never reserve more than the run may spend', async () => {
    const { make } = pair({ run: toDollars(250) });
    const { purse } = make('a');
    const answers = await Promise.all([call(100), call(100), call(100)].map((each) => purse.reserve(each)));
    expect(answers).toEqual([
      { reserved: 100 },
      { reserved: 100 },
      { refused: 'one call may cost $0.000001, and this run may spend $0.0000005 more (budget.run)' },
    ]);
  });

  test('what costs nothing needs no lease, and works without a budget', async () => {
    const { make, shared } = pair({ day: 0 });
    expect(await make('a').purse.reserve(call(0))).toEqual({ reserved: 0 });
    expect(shared.records).toEqual([]);
  });

  test.each([
    [{ day: 0 }, "the day's budget of $0.00 is used up"],
    [{ day: 1, month: 0 }, "the month's budget of $0.00 is used up"],
    [{ day: 0.001 }, "one call may cost $0.0050, and $0.0010 of the day's $0.0010 is left"],
  ])('%j: a refusal says which cap is in the way', async (budget, refused) => {
    expect(
      await pair(budget)
        .make('a')
        .purse.reserve(call(fromDollars(0.005))),
    ).toEqual({ refused });
  });

  test('a clone that can not push goes on while four leases would fit, and no longer', async () => {
    const plenty = pair({ day: toDollars(800), month: 1 }, { pushes: false }).make('a');
    expect(await plenty.purse.reserve(call(100))).toEqual({ reserved: 100 });
    const tight = pair({ day: toDollars(799), month: 1 }, { pushes: false }).make('a');
    expect(await tight.purse.reserve(call(100))).toMatchObject({
      refused: expect.stringContaining('others can not see'),
    });
  });

  test('a probe is one run’s, and the other is told', async () => {
    const { make, shared } = pair({});
    const failed = { failures: 5, kind: 'overload', until: new Date(START - 1).toISOString(), opened: 1, probe: null };
    const calls = Array.from({ length: 5 }, () => callRecord({ model_asked: 'm', outcome: 'overload' }));
    const at = new Date(START - 15 * 60_000 - 1).toISOString();
    shared.append(spentEntry({ calls }, { timestamp: at }));
    expect(shared.now().models.m).toEqual(failed);
    const [a, b] = [make('a'), make('b')];
    expect(await a.purse.reserve(call(10, true))).toEqual({ reserved: 10 });
    expect(await b.purse.reserve(call(10, true))).toEqual({ refused: 'another run is trying it again' });
  });

  test('the budget caps are whole micro-cents of the config', () => {
    expect(budgetCap({ day: 0.5, month: 10, run: 0.25 })).toEqual({
      dayMicroCents: 50_000_000,
      monthMicroCents: 1_000_000_000,
      runMicroCents: 25_000_000,
    });
  });
});
