import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chargesOf,
  dollars,
  sumsBy,
  totalOf,
  UNKNOWN,
  UNSETTLED,
} from '../../../../execution/lib/cost/ledger-spending.ts';
import { type LedgerDay, ledgerRows } from '../../../../execution/lib/ledger-days.ts';
import type { LedgerRecord } from '../../../../src/domain/record.ts';
import { expensesOf, postingOf, totalsBy } from '../../../../src/domain/spending.ts';
import { genesis, sealAll } from '../../../support/ledger-samples.ts';
import { callRecord, lease, spentEntry } from '../../../support/money-samples.ts';

type Unplaced = Parameters<typeof sealAll>[0][number];

/** Days as the reader gives them, of records that stand in the file of their own day. */
function daysOf(records: readonly Unplaced[]): LedgerDay[] {
  const sealed = sealAll([genesis, ...records]).map(({ line, path }) => ({
    line,
    day: path.slice(7, 17).replaceAll('/', '-'),
  }));
  return [...Map.groupBy(sealed, ({ day }) => day)].map(([day, lines]) => ({
    day,
    rows: ledgerRows(lines.map(({ line }) => line).join('\n')),
  }));
}

const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;

const LATER = new Date('2026-04-01T00:00:00Z');

describe('what was spent', () => {
  it('belongs to the task, the model and the directive that it was spent for', () => {
    const calls = [callRecord({ task: 'blog_generation', model: 'pro', cost: 0.02 }), callRecord({ cost: 0.01 })];
    const charges = chargesOf(
      daysOf([spentEntry({ cost: 0.035, calls }, { decision: 'post', timestamp: at(4) })]),
      LATER,
    );
    expect(sumsBy(charges, ({ task }) => task)).toEqual([
      ['blog_generation', 2_000_000],
      ['ceo_analysis', 1_000_000],
      [UNKNOWN, 500_000],
    ]);
    expect(sumsBy(charges, ({ directive }) => directive)).toEqual([['post', 3_500_000]]);
    expect(dollars(totalOf(charges))).toBe('$0.0350');
  });

  it('belongs to the day on which it was set aside, and counts in full until it is settled', () => {
    const records = [
      lease({ id: 'l1', amount: 0.2, timestamp: at(4) }),
      lease({ id: 'l2', amount: 0.3, timestamp: at(4) }),
      spentEntry(
        { cost: 0.07, calls: [callRecord({ cost: 0.07 })] },
        { timestamp: at(5), leases: [{ id: 'l1', spent: 0.05 }] },
      ),
    ];
    const charges = chargesOf(daysOf(records), LATER);
    expect(sumsBy(charges, ({ day }) => day)).toEqual([
      ['2026-03-04', 35_000_000],
      ['2026-03-05', 2_000_000],
    ]);
    expect(sumsBy(charges, ({ model }) => model)).toEqual([
      [UNSETTLED, 30_000_000],
      ['flash', 7_000_000],
    ]);
  });

  it('is not yet what a run that is still at work has set aside', () => {
    const days = daysOf([lease({ id: 'l1', amount: 0.25, timestamp: at(4) })]);
    const spentAfter = (minutes: number) => totalOf(chargesOf(days, new Date(Date.parse(at(4)) + minutes * 60_000)));
    expect([spentAfter(0), spentAfter(59), spentAfter(60)]).toEqual([0, 0, 25_000_000]);
  });

  it('is what the agent itself counts, in any ledger', () => {
    const cost = fc.nat(40_000_000).map((amount) => amount / 1e8);
    const name = fc.constantFrom('a', 'b');
    const call = fc.record({ task: fc.constantFrom('ceo_analysis', 'engagement'), model: name, cost });
    const taken = fc.record({
      kind: fc.constant('lease' as const),
      id: fc.constantFrom('l1', 'l2', 'l3'),
      amount: cost,
    });
    const run = fc.record({
      kind: fc.constant('entry' as const),
      decision: name,
      calls: fc.array(call, { maxLength: 3 }),
      more: cost,
      ends: fc.uniqueArray(fc.constantFrom('l1', 'l2', 'l3'), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(taken, run), { maxLength: 9 }), (events) => {
        const records = events.map((event, index): Unplaced => {
          const timestamp = at(index + 1);
          if (event.kind === 'lease') return lease({ id: event.id, amount: event.amount, timestamp });
          const total = event.calls.reduce((sum, { cost: each }) => sum + each, event.more);
          const leases = event.ends.map((id) => ({ id, spent: total / 4 }));
          return spentEntry(
            { cost: total, calls: event.calls.map(callRecord) },
            { decision: event.decision, timestamp, leases },
          );
        });
        const days = daysOf(records);
        const postings = records.flatMap(
          (record) => postingOf({ ...record, seq: 1, prev: '' } as LedgerRecord, record.timestamp.slice(0, 10)) ?? [],
        );
        const { expenses } = expensesOf(postings);
        for (const nameOf of ['day', 'task', 'directive'] as const) {
          const expected = totalsBy(expenses, (expense) => expense[nameOf]).map(([group, { cost: sum }]) => [
            group,
            sum,
          ]);
          const found = sumsBy(chargesOf(days, LATER), (charge) => charge[nameOf]);
          expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected.filter(([, sum]) => sum !== 0)));
        }
      }),
    );
  });
});
