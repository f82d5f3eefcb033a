import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callCost, fromDollars, toDollars } from '../../../src/domain/money.ts';
import type { CallRecord, Lease } from '../../../src/domain/record.ts';
import {
  addCall,
  costElsewhere,
  NO_CALLS,
  spentCalls,
  totalsBy,
  unsettledLeases,
} from '../../../src/domain/spending.ts';
import { entry, sealAll } from '../../support/ledger-samples.ts';
import { callRecord, lease as leaseOf } from '../../support/money-samples.ts';

const call = (parts: Partial<CallRecord> = {}): CallRecord =>
  callRecord({ model_asked: 'm', tokens_in: 10, tokens_out: 1, cost: 0.000001, ...parts });
const record = (parts: Parameters<typeof entry>[0]) => {
  const [sealed] = sealAll([entry(parts)]);
  if (sealed?.record.kind !== 'entry') throw new Error('no entry');
  return sealed.record;
};
const metrics = (calls: CallRecord[]) => ({ cost: 0, duration_s: 0, tokens_in: 0, tokens_out: 0, calls });
const lease = (id: string, timestamp: string): Lease => ({
  ...leaseOf({ id, timestamp }),
  seq: 1,
  prev: '0'.repeat(64),
});

describe('what was spent', () => {
  it('counts on the day the money was set aside, else on the day of the entry', () => {
    const late = record({
      timestamp: '2026-03-05T00:00:09.000Z',
      leases: [
        { id: 'l1', spent: 0 },
        { id: 'l2', spent: 0 },
      ],
      metrics: metrics([call()]),
    });
    const plain = record({ timestamp: '2026-03-06T10:00:00.000Z', metrics: metrics([call()]) });
    const leases = [lease('l1', '2026-03-04T23:59:59.000Z'), lease('l2', '2026-03-05T00:00:01.000Z')];
    expect(spentCalls([late, plain], leases).map(({ day }) => day)).toEqual(['2026-03-04', '2026-03-06']);
    expect(unsettledLeases([plain], leases).map(({ id }) => id)).toEqual(['l1', 'l2']);
    expect(unsettledLeases([late], leases)).toEqual([]);
  });

  it('tells failed and assumed calls apart, and counts the calls a line stands for', () => {
    const calls = [
      call({ count: 3 }),
      call({ outcome: 'timeout', assumed: true, cost: 0.5 }),
      call({ outcome: 'auth', cost: 0 }),
    ];
    const totals = spentCalls([record({ metrics: metrics(calls) })], []).reduce(addCall, NO_CALLS);
    expect(totals).toMatchObject({ calls: 5, failed: fromDollars(0.5), assumed: fromDollars(0.5), tokens_in: 30 });
  });

  it('adds up to the last micro-cent, however it is grouped', () => {
    const calls = fc.record({
      task: fc.constantFrom('a', 'b', 'c'),
      model: fc.constantFrom('m', 'n'),
      cost: fc.nat(99_999_999).map(toDollars),
      outcome: fc.constantFrom('ok', 'server'),
      tokens_in: fc.nat(9999),
    });
    fc.assert(
      fc.property(fc.array(fc.array(calls, { maxLength: 5 }), { maxLength: 8 }), (lists) => {
        const spent = spentCalls(
          lists.map((list) => record({ metrics: metrics(list.map(call)) })),
          [],
        );
        const exact = lists.flat().reduce((sum, { cost }) => sum + BigInt(Math.round(cost * 1e8)), 0n);
        for (const nameOf of [
          () => 'all',
          (one: (typeof spent)[number]) => one.call.task,
          (one: (typeof spent)[number]) => one.call.model,
        ]) {
          const sum = totalsBy(spent, nameOf).reduce((total, [, { cost }]) => total + BigInt(cost), 0n);
          expect(sum).toBe(exact);
        }
      }),
    );
  });

  it('is compared with what the same tokens cost elsewhere', () => {
    const price = { input: 4, cachedInput: 0.2, output: 20 };
    const spent = spentCalls(
      [
        record({
          metrics: metrics([call({ tokens_in: 1000, tokens_cached: 400, tokens_out: 50, tokens_thinking: 50 })]),
        }),
      ],
      [],
    );
    // 600 x $4 + 400 x $0.20 + 100 x $20 per million
    expect(toDollars(costElsewhere(spent, (usage) => callCost(price, usage)))).toBe(0.00448);
  });
});
