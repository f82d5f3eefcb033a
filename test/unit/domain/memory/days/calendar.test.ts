import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoWeek, longDate, weekDays, weekdayName } from '../../../../../src/domain/memory/days/calendar.ts';

describe('the weeks of the calendar', () => {
  it.each([
    ['2026-03-04', '2026-W10'],
    ['2025-12-28', '2025-W52'],
    ['2025-12-29', '2026-W01'],
    ['2026-12-31', '2026-W53'],
    ['2027-01-03', '2026-W53'],
    ['2027-01-04', '2027-W01'],
    ['2024-02-29', '2024-W09'],
  ])('%s lies in %s', (day, week) => {
    expect(isoWeek(day)).toBe(week);
  });

  it('begin on Monday', () => {
    const days = ['02', '03', '04', '05', '06', '07', '08'].map((day) => `2026-03-${day}`);
    expect(weekDays('2026-03-04')).toEqual(days);
    expect(weekDays('2026-03-02')).toEqual(days);
    expect(weekDays('2026-03-08')).toEqual(days);
    expect(weekDays('2026-03-09')[0]).toBe('2026-03-09');
  });

  it('are the same for all of their days, and follow one another', () => {
    const day = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10);
        const days = weekDays(iso);
        expect(days).toContain(iso);
        expect(new Set(days.map(isoWeek)).size).toBe(1);
        expect(days.map(weekdayName)).toEqual(
          days.map((each) => new Date(each).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })),
        );
        const next = new Date(Date.parse(days[6] ?? '') + 86_400_000).toISOString().slice(0, 10);
        expect(isoWeek(next) > isoWeek(iso)).toBe(true);
      }),
    );
  });

  it('has days as people write them', () => {
    expect(longDate('2026-03-04')).toBe('4 March 2026');
    expect(longDate('2026-12-31')).toBe('31 December 2026');
  });
});
