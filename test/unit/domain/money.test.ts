import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSpend, budgetRoom, NOTHING_SPENT } from '../../../src/domain/budget.ts';
import { callCost, formatDollars, fromDollars, toDollars } from '../../../src/domain/money.ts';

/** Hundred-thousandths of a dollar per million tokens: the finest price a vendor publishes. */
const priceUnits = fc.integer({ min: 0, max: 20_000_000 });
const tokens = fc.integer({ min: 0, max: 4_000_000 });

describe('the cost of a call', () => {
  it('is exact to the last micro-cent, rounded up', () => {
    const unit = (n: number) => n / 100_000;
    fc.assert(
      fc.property(
        fc.tuple(priceUnits, priceUnits, priceUnits),
        fc.tuple(tokens, tokens, tokens, tokens),
        ([pIn, pCached, pOut], [fresh, cachedIn, out, thinking]) => {
          const cost = callCost(
            { input: unit(pIn), cachedInput: unit(pCached), output: unit(pOut) },
            { in: fresh + cachedIn, cachedIn, out, thinking },
          );
          // price units x tokens = micro-cents x 1000
          const thousandths =
            BigInt(fresh) * BigInt(pIn) + BigInt(cachedIn) * BigInt(pCached) + BigInt(out + thinking) * BigInt(pOut);
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

  it('is whole again with the new day, and again with the new month', () => {
    const spend = addSpend(NOTHING_SPENT, '2026-01-30T23:59:59.999Z', 950);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-01-30T23:59:59.999Z'))).toBe(-850);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-01-31T00:00:00.000Z'))).toBe(50);
    expect(budgetRoom(cap, { spend, leases: [] }, new Date('2026-02-01T00:00:00.000Z'))).toBe(100);
    expect(budgetRoom(cap, { spend: NOTHING_SPENT, leases: [] }, new Date('2026-02-01T00:00:00.000Z'))).toBe(100);
  });
});
