import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSpend, budgetRoom, NOTHING_SPENT } from '../../../src/domain/budget.ts';
import { callCost, formatDollars, fromDollars, toDollars } from '../../../src/domain/money.ts';

/** US dollars per million tokens with up to five decimals, the finest a vendor publishes: as text, and in units of the last. */
const price = fc
  .oneof(fc.integer({ min: 0, max: 20_000_000 }), fc.integer({ min: 0, max: 999 }))
  .map((units) => ({ text: `${Math.floor(units / 100_000)}.${String(units % 100_000).padStart(5, '0')}`, units }));
const usageIn = (tokens: fc.Arbitrary<number>) =>
  fc.record({ fresh: tokens, cachedIn: tokens, cacheWritten: fc.option(tokens), out: tokens, thinking: tokens });
/** Whole thousands cost whole micro-cents: there a price that is a little too high would show. */
const usages = fc.oneof(
  usageIn(fc.oneof(fc.nat(4_000_000), fc.nat(50))),
  usageIn(fc.oneof(fc.constant(0), fc.nat(100)).map((thousands) => thousands * 1000)),
);

describe('the cost of a call', () => {
  it('is price times usage to the last micro-cent, rounded up once', () => {
    fc.assert(
      fc.property(
        fc.record({ input: price, cachedInput: price, cacheWrite: fc.option(price), output: price }),
        usages,
        ({ input, cachedInput, cacheWrite, output }, { fresh, cachedIn, cacheWritten, out, thinking }) => {
          const written = cacheWritten ?? 0;
          const cost = callCost(
            {
              input: Number(input.text),
              cachedInput: Number(cachedInput.text),
              ...(cacheWrite ? { cacheWrite: Number(cacheWrite.text) } : {}),
              output: Number(output.text),
            },
            {
              in: fresh + cachedIn + written,
              cachedIn,
              ...(cacheWritten === null ? {} : { cacheWritten }),
              out,
              thinking,
            },
          );
          // price units x tokens = micro-cents x 1000
          const thousandths =
            BigInt(fresh) * BigInt(input.units) +
            BigInt(cachedIn) * BigInt(cachedInput.units) +
            BigInt(written) * BigInt((cacheWrite ?? input).units) +
            BigInt(out + thinking) * BigInt(output.units);
          expect(BigInt(cost)).toBe((thousandths + 999n) / 1000n);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    [{ in: 1_000_000, cachedIn: 0, out: 0, thinking: 0 }, 10_000_000],
    [{ in: 1, cachedIn: 0, out: 0, thinking: 0 }, 10],
    [{ in: 1, cachedIn: 1, out: 0, thinking: 0 }, 3],
    [{ in: 3, cachedIn: 1, out: 2, thinking: 5 }, 20 + 3 + 280],
    [{ in: 0, cachedIn: 0, out: 0, thinking: 0 }, 0],
  ])('of %j at $0.10 / $0.025 / $0.40 is %i', (usage, microCents) => {
    expect(callCost({ input: 0.1, cachedInput: 0.025, output: 0.4 }, usage)).toBe(microCents);
  });

  it.each([
    [{ in: 1000, cachedIn: 0, cacheWritten: 1000, out: 0, thinking: 0 }, 125_000],
    [{ in: 1000, cachedIn: 300, cacheWritten: 200, out: 0, thinking: 0 }, 500 * 100 + 300 * 10 + 200 * 125],
    [{ in: 1000, cachedIn: 0, out: 0, thinking: 0 }, 100_000],
  ])('of %j at $1 / $0.10, and $1.25 for what goes into the cache, is %i', (usage, microCents) => {
    expect(callCost({ input: 1, cachedInput: 0.1, cacheWrite: 1.25, output: 5 }, usage)).toBe(microCents);
  });
});

describe('dollars and micro-cents', () => {
  it('turn into each other without loss', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 * 100_000_000 }), (microCents) => {
        expect(fromDollars(toDollars(microCents))).toBe(microCents);
        expect(fromDollars(JSON.parse(JSON.stringify(toDollars(microCents))))).toBe(microCents);
      }),
      { numRuns: 1000 },
    );
  });

  it('are shown with four decimals, more where that would be nothing', () => {
    expect([0, 0.0031, 1.5, 12, 0.0001, 0.00009, 0.00000001].map(formatDollars)).toEqual([
      '$0',
      '$0.0031',
      '$1.5000',
      '$12.0000',
      '$0.0001',
      '$0.00009',
      '$0.00000001',
    ]);
  });
});

describe('the budget', () => {
  const cap = { dayMicroCents: 100, monthMicroCents: 1000, runMicroCents: 50 };
  const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
  const costs = fc
    .array(fc.tuple(moment, fc.nat(300)), { maxLength: 30 })
    .map((list) => [...list].sort(([a], [b]) => a.getTime() - b.getTime()));

  it('counts the UTC day and month of now, and nothing before them', () => {
    fc.assert(
      fc.property(costs, moment, (list, later) => {
        const now = list.at(-1)?.[0] ?? later;
        const spend = list.reduce((sum, [at, cost]) => addSpend(sum, at.toISOString(), cost), NOTHING_SPENT);
        const since = (length: number) =>
          list
            .filter(([at]) => at.toISOString().slice(0, length) === now.toISOString().slice(0, length))
            .reduce((sum, [, cost]) => sum + cost, 0);
        expect(budgetRoom(cap, { spend, leases: [] }, now)).toBe(Math.min(100 - since(10), 1000 - since(7)));
      }),
    );
  });

  it.each([
    ['its own day', '2026-03-04T23:59:59.999Z', 17, 127],
    ['an older day of the month', '2026-03-03T23:59:59.999Z', 10, 127],
    ['an older month', '2026-02-28T23:59:59.999Z', 10, 120],
    ['the same day a year ago', '2025-03-04T12:00:00.000Z', 10, 120],
    ['a new day', '2026-03-05T00:00:00.000Z', 7, 127],
    ['a new month', '2026-04-01T00:00:00.000Z', 7, 7],
  ])('counts what is booked late where it still can: on %s', (_, at, dayMicroCents, monthMicroCents) => {
    const before = { day: '2026-03-04', dayMicroCents: 10, month: '2026-03', monthMicroCents: 120 };
    const spend = addSpend(before, at, 7);
    expect(spend).toMatchObject({ dayMicroCents, monthMicroCents });
    const isNewer = at > '2026-03-04';
    expect(spend).toMatchObject(
      isNewer ? { day: at.slice(0, 10), month: at.slice(0, 7) } : { day: '2026-03-04', month: '2026-03' },
    );
  });

  it('comes to the same whatever the order in which costs are booked', () => {
    const shuffled = fc
      .array(fc.tuple(moment, fc.nat(300)), { maxLength: 8 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    const sum = (list: readonly [Date, number][]) =>
      list.reduce((spend, [at, cost]) => addSpend(spend, at.toISOString(), cost), NOTHING_SPENT);
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(sum(other)).toEqual(sum(list));
      }),
    );
  });

  it('is whole again with the new day, and again with the new month', () => {
    const spend = addSpend(NOTHING_SPENT, '2026-01-30T23:59:59.999Z', 950);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-01-30T23:59:59.999Z'))).toBe(-850);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-01-31T00:00:00.000Z'))).toBe(50);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-02-01T00:00:00.000Z'))).toBe(100);
    expect(budgetRoom(cap, { spend: NOTHING_SPENT, leases: [] }, new Date('2026-02-01T00:00:00.000Z'))).toBe(100);
  });
});
