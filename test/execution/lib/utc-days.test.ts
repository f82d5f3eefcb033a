import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  dayOfTime,
  daysFromTo,
  daysWithin,
  mondayOf,
  monthOf,
  timeOfDay,
  timeOfSeconds,
} from '../../../execution/lib/utc-days.ts';

const anyDay = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => dayOfTime(date));

describe('days in UTC', () => {
  it('come of any number that stands in a commit', () => {
    const days = ['0', '253402300801', '99999999999999', '1e400', 'x'].map((text) => dayOfTime(timeOfSeconds(text)));
    expect(days).toEqual(['1970-01-01', '9999-11-30', '9999-11-30', '9999-11-30', '9999-11-30']);
    expect(days.map(mondayOf).at(1)).toBe('9999-11-29');
  });

  it('know months, leap days and Mondays', () => {
    expect(monthOf('2028-02-11')).toEqual({ name: 'February 2028', first: '2028-02-01', last: '2028-02-29' });
    expect(monthOf('2026-12-31')).toEqual({ name: 'December 2026', first: '2026-12-01', last: '2026-12-31' });
    expect(mondayOf('2026-03-01')).toBe('2026-02-23');
    expect(mondayOf('2026-03-02')).toBe('2026-03-02');
    expect(daysWithin('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(daysWithin('2026-03-02', '2026-03-01')).toEqual([]);
    expect(timeOfDay('2026-03-01').toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it('add up, and lie in their week and month', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -800, max: 800 }), (day, count) => {
        expect(daysFromTo(day, addDays(day, count))).toBe(count);
        const monday = mondayOf(day);
        expect(timeOfDay(monday).getUTCDay()).toBe(1);
        expect(daysFromTo(monday, day)).toBeLessThan(7);
        const { first, last } = monthOf(day);
        expect(first <= day && day <= last).toBe(true);
        expect(addDays(last, 1).slice(8)).toBe('01');
      }),
    );
  });
});
