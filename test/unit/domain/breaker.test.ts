import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, breakerAfterFailure, isBreakerOpen } from '../../../src/domain/breaker.ts';

const at = '2026-03-04T12:00:00.000Z';
const hoursOpen = (breaker: Breaker | null) => (Date.parse(breaker?.until ?? at) - Date.parse(at)) / 3_600_000;

describe('the breaker', () => {
  it('opens at two failures of one kind, or at four of any', () => {
    const tripped = (count: number, sameCount: number) =>
      breakerAfterFailure(null, { count, sameCount, signature: 's' }, at);
    expect(tripped(1, 1)).toBeNull();
    expect(tripped(3, 1)).toBeNull();
    expect(tripped(2, 2)).toEqual({ until: '2026-03-04T18:00:00.000Z', opened: 1, signature: 's' });
    expect(tripped(4, 1)).toMatchObject({ opened: 1 });
  });

  it('stays open twice as long after each failed probe, two days at most', () => {
    const hours: number[] = [];
    let breaker: Breaker | null = null;
    for (let count = 2; count < 8; count++) {
      breaker = breakerAfterFailure(breaker, { count, sameCount: count, signature: 's' }, at);
      hours.push(hoursOpen(breaker));
    }
    expect(hours).toEqual([6, 12, 24, 48, 48, 48]);
  });

  it('opens again after one failed probe, whatever failed, and stays a valid time after years', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (opened) => {
        const again = breakerAfterFailure(
          { until: at, opened, signature: 'a' },
          { count: 1, sameCount: 1, signature: 'b' },
          at,
        );
        expect(again).toMatchObject({ opened: opened + 1, signature: 'b' });
        expect(hoursOpen(again)).toBeLessThanOrEqual(48);
      }),
    );
  });

  it('is open until its time, and closed where there is none', () => {
    const breaker = { until: at, opened: 1, signature: 's' };
    expect(isBreakerOpen(breaker, new Date('2026-03-04T11:59:59.999Z'))).toBe(true);
    expect(isBreakerOpen(breaker, new Date(at))).toBe(false);
    expect(isBreakerOpen(null, new Date(at))).toBe(false);
    expect(isBreakerOpen(undefined, new Date(at))).toBe(false);
  });
});
