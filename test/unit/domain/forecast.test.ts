import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayEnds, forecast, monthEnds, type Pace, whenRoomAgain } from '../../../src/domain/forecast.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const cap = { dayMicroCents: 500, monthMicroCents: 10_000, runMicroCents: 100 };
const ROOMY = { dayMicroCents: 1e12, monthMicroCents: 1e14, runMicroCents: 1e12 };
const pace = (now: string, day: number, month: number, daysBefore: number[] = []): Pace => ({
  spent: { dayMicroCents: day, monthMicroCents: month },
  daysBefore,
  now: new Date(now),
});
const week = (cost: number) => Array.from({ length: 7 }, () => cost);

describe('the forecast of a day', () => {
  it('goes on as today went, held back by the days before', () => {
    // 300 in half a day; a quarter of a day of 10 a day weighs against it: (300 + 2.5) / 0.75 a day
    const { day } = forecast(pace('2026-03-24T12:00:00.000Z', 300, 380, week(10)), cap);
    expect(day).toMatchObject({ spent: 300, cap: 500, expected: 502, ends: new Date('2026-03-25T00:00:00.000Z') });
    expect(day.reachedAt?.toISOString()).toMatch(/^2026-03-24T23:54/);
  });

  it('takes no rate from a few minutes, with or without a past', () => {
    const now = '2026-03-24T00:03:00.000Z';
    const known = forecast(pace(now, 10, 710, week(100)), cap).day.expected;
    expect(known).toBeGreaterThan(100);
    expect(known).toBeLessThan(150);
    expect(forecast(pace(now, 10, 10), cap).day.expected).toBeLessThanOrEqual(50);
  });

  it('says never, and already', () => {
    const now = '2026-03-24T12:00:00.000Z';
    expect(forecast(pace(now, 0, 0), cap).day).toMatchObject({ expected: 0, reachedAt: null });
    expect(forecast(pace(now, 500, 500), cap).day.reachedAt).toEqual(new Date(now));
    expect(forecast(pace(now, 0, 0), { ...cap, dayMicroCents: 0 }).day.reachedAt).toEqual(new Date(now));
  });
});

describe('the forecast of a month', () => {
  it("is held down by the day's cap: the month's is reached no sooner than it can be", () => {
    // Nine days to come at most at 500, and what is left of today.
    const now = '2026-03-22T06:00:00.000Z';
    const { day, month } = forecast(pace(now, 450, 4000), cap);
    expect(day.expected).toBe(1800);
    expect(month).toMatchObject({ expected: 4000 + 50 + 9 * 500, reachedAt: null });
    const tight = forecast(pace(now, 450, 4000), { ...cap, monthMicroCents: 5050 }).month;
    expect(tight.reachedAt).toEqual(new Date('2026-03-25T00:00:00.000Z'));
  });

  it('expects no more of a day to come than the cap lets it, whatever the days before cost', () => {
    const { month } = forecast(pace('2026-03-29T12:00:00.000Z', 500, 6000, week(4000)), cap);
    expect(month.expected).toBe(6000 + 2 * 500);
  });

  it('knows that days without a call were cheap', () => {
    const now = '2026-03-24T12:00:00.000Z';
    const idle = forecast(pace(now, 300, 300, week(0)), cap).month.expected;
    expect(idle).toBeLessThan(forecast(pace(now, 300, 300), cap).month.expected / 3);
  });

  it('has nothing to come on its last day but the rest of the day', () => {
    const { day, month } = forecast(pace('2026-03-31T18:00:00.000Z', 60, 1060, week(80)), cap);
    expect(month.expected - 1060).toBe(day.expected - 60);
  });
});

const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
const anyPace = fc
  .record({
    now: moment,
    day: fc.nat(2000),
    before: fc.nat(20_000),
    daysBefore: fc.array(fc.nat(2000), { maxLength: 7 }),
  })
  .map(({ now, day, before, daysBefore }) => pace(now.toISOString(), day, day + before, daysBefore));
const anyCap = fc
  .record({ dayMicroCents: fc.nat(2000), monthMicroCents: fc.nat(30_000) })
  .map((caps) => ({ ...caps, runMicroCents: 1 }));

describe('any forecast', () => {
  it('reaches a cap within the period exactly when more is expected than it holds', () => {
    fc.assert(
      fc.property(anyPace, anyCap, (known, caps) => {
        for (const { spent, cap: most, expected, reachedAt, ends } of Object.values(forecast(known, caps))) {
          expect(expected).toBeGreaterThanOrEqual(spent);
          if (reachedAt === null) expect(expected).toBeLessThanOrEqual(most + 1);
          else {
            expect(expected).toBeGreaterThanOrEqual(most);
            expect(reachedAt >= known.now && reachedAt <= ends).toBe(true);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('finds that steady spending goes on', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1000, max: 1e9 }), (now, perDay) => {
        const days = (now.getTime() - Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)) / DAY_MS;
        const known = pace(now.toISOString(), (days % 1) * perDay, days * perDay, week(perDay));
        const { day, month } = forecast(known, ROOMY);
        const length = (monthEnds(now).getTime() - now.getTime()) / DAY_MS + days;
        expect(day.expected / perDay).toBeCloseTo(1, 2);
        expect(month.expected / perDay).toBeCloseTo(length, 2);
      }),
    );
  });

  it('never gets later, nor less, when more is spent', () => {
    fc.assert(
      fc.property(anyPace, anyCap, fc.nat(500), (known, caps, more) => {
        const { dayMicroCents: day, monthMicroCents: month } = known.spent;
        const spent = { dayMicroCents: day + more, monthMicroCents: month + more };
        const [before, after] = [forecast(known, caps).day, forecast({ ...known, spent }, caps).day];
        expect(after.expected).toBeGreaterThanOrEqual(before.expected);
        expect(after.reachedAt?.getTime() ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(
          before.reachedAt?.getTime() ?? Number.POSITIVE_INFINITY,
        );
      }),
    );
  });
});

describe('room again', () => {
  const now = new Date('2026-12-30T18:00:00.000Z');
  const at = (day: number, month: number, caps = cap) =>
    whenRoomAgain({ spent: { dayMicroCents: day, monthMicroCents: month }, now }, caps);

  it('is there with the next day, or month where that is used up, or never where a cap is nothing', () => {
    expect(at(499, 9999)).toBe('now');
    expect(at(500, 9999)).toEqual(new Date('2026-12-31T00:00:00.000Z'));
    expect(at(0, 10_000)).toEqual(new Date('2027-01-01T00:00:00.000Z'));
    expect(at(500, 10_000)).toEqual(new Date('2027-01-01T00:00:00.000Z'));
    expect(at(0, 0, { ...cap, dayMicroCents: 0 })).toBe('never');
    expect(at(0, 0, { ...cap, monthMicroCents: 0 })).toBe('never');
  });

  it('comes with the end of the UTC day and month', () => {
    expect(dayEnds(new Date('2026-02-28T23:59:59.999Z')).toISOString()).toBe('2026-03-01T00:00:00.000Z');
    expect(monthEnds(new Date('2026-12-31T23:59:59.999Z')).toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(monthEnds(new Date('2026-01-31T00:00:00.000Z')).toISOString()).toBe('2026-02-01T00:00:00.000Z');
  });
});
