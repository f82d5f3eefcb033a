import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayEnds, forecast, monthEnds, spendRate } from '../../../src/domain/forecast.ts';

const now = new Date('2026-03-31T18:00:00.000Z');
const HOUR_MS = 3_600_000;

describe('a forecast', () => {
  it('says when the cap is reached at the present rate', () => {
    const rate = 10 / HOUR_MS;
    const day = { now, ends: dayEnds(now) };
    expect(forecast(80, 100, rate, day)).toEqual({
      spent: 80,
      cap: 100,
      expected: 140,
      reachedAt: new Date('2026-03-31T20:00:00.000Z'),
      ends: new Date('2026-04-01T00:00:00.000Z'),
    });
    expect(forecast(10, 100, rate, day)).toMatchObject({ expected: 70, reachedAt: null });
    expect(forecast(100, 100, 0, day)).toMatchObject({ expected: 100, reachedAt: now });
    expect(forecast(0, 0, 0, day)).toMatchObject({ reachedAt: now });
    expect(forecast(0, 1, 0, day)).toMatchObject({ expected: 0, reachedAt: null });
  });

  it('takes no rate from a few minutes', () => {
    expect(spendRate(60, new Date(now.getTime() - 60_000), now)).toBe(60 / (6 * HOUR_MS));
    expect(spendRate(60, new Date(now.getTime() - 12 * HOUR_MS), now)).toBe(60 / (12 * HOUR_MS));
  });

  it('ends with the UTC day and month', () => {
    expect(dayEnds(now).toISOString()).toBe('2026-04-01T00:00:00.000Z');
    expect(monthEnds(new Date('2026-12-31T23:59:59.999Z')).toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(monthEnds(new Date('2026-01-31T00:00:00.000Z')).toISOString()).toBe('2026-02-01T00:00:00.000Z');
  });

  it('reaches a cap exactly when more is expected than it holds', () => {
    const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.nat(1e8),
        fc.nat(1e8),
        fc.double({ min: 0, max: 10, noNaN: true }),
        moment,
        (spent, cap, rate, at) => {
          const { expected, reachedAt, ends } = forecast(spent, cap, rate, { now: at, ends: monthEnds(at) });
          if (reachedAt === null) expect(expected).toBeLessThanOrEqual(cap + 1);
          else {
            expect(expected).toBeGreaterThanOrEqual(Math.min(cap, spent) - 1);
            expect(reachedAt >= at && reachedAt <= ends).toBe(true);
          }
        },
      ),
    );
  });
});
