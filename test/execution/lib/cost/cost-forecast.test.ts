import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capsIn } from '../../../../execution/lib/cost/budget-caps.ts';
import { dayLevel, monthLevel, warnedBefore, warnedMark } from '../../../../execution/lib/cost/cap-watch.ts';
import { forecastMonth } from '../../../../execution/lib/cost/cost-forecast.ts';
import { costIssue } from '../../../../execution/lib/cost/cost-issue.ts';

const charge = (day: string, amount: number) => ({ day, task: 't', model: 'm', directive: 'd', amount });
const options = { today: '2026-03-11', begins: '2026-02-01', dayCap: 1000 };

describe('the forecast', () => {
  it('lets each day to come cost the mean of the last seven full days', () => {
    const charges = [charge('2026-03-05', 70), charge('2026-03-10', 70), charge('2026-03-11', 5)];
    const { spent, expected, fullDays } = forecastMonth(charges, options);
    expect(spent).toBe(145);
    // 140 before today, then 21 days of 20.
    expect(expected).toBe(140 + 21 * 20);
    expect(fullDays).toHaveLength(7);
    expect(fullDays[0]).toEqual({ day: '2026-03-10', amount: 70 });
  });

  it('does not expect a day over its cap, nor less of today than it was', () => {
    const charges = [charge('2026-03-10', 70_000), charge('2026-03-11', 1500)];
    expect(forecastMonth(charges, options).expected).toBe(70_000 + 1500 + 20 * 1000);
  });

  it('goes by today where there is no full day, and by nothing where there is no ledger', () => {
    expect(forecastMonth([charge('2026-03-11', 10)], { ...options, begins: '2026-03-11' })).toMatchObject({
      expected: 210,
      fullDays: [],
    });
    // The ledger's first day began somewhere in its middle.
    const second = forecastMonth([charge('2026-03-09', 7), charge('2026-03-10', 14)], {
      ...options,
      begins: '2026-03-09',
    });
    expect(second.fullDays).toEqual([{ day: '2026-03-10', amount: 14 }]);
    expect(forecastMonth([], { ...options, begins: undefined })).toEqual({ spent: 0, expected: 0, fullDays: [] });
  });

  it('is never below what is spent, and of a quiet month always the same', () => {
    const day = fc.integer({ min: 1, max: 31 }).map((number) => `2026-03-${String(number).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(day, fc.nat(5000))), day, (spendings, today) => {
        const charges = spendings.map(([on, amount]) => charge(on, amount)).filter(({ day: on }) => on <= today);
        const { spent, expected } = forecastMonth(charges, { ...options, today });
        expect(expected).toBeGreaterThanOrEqual(spent);
        expect(forecastMonth([], { ...options, today }).expected).toBe(0);
      }),
    );
  });
});

describe('a cap', () => {
  it('is near from four fifths on, or where the forecast passes it, and stays so until that is clearly over', () => {
    const level = (used: number, expected: number, before = false) => monthLevel({ used, expected, cap: 100 }, before);
    expect([level(79, 100), level(80, 80), level(10, 101), level(100, 100)]).toEqual([
      'fine',
      'near',
      'near',
      'used up',
    ]);
    expect([level(10, 95), level(10, 95, true), level(10, 90, true)]).toEqual(['fine', 'near', 'fine']);
    expect(monthLevel({ used: 0, expected: 0, cap: 0 }, false)).toBe('fine');
  });

  it('of the day is told of when it was near twice in seven days, until it never was', () => {
    const days = (...amounts: number[]) => ({ fullDays: amounts.map((amount) => ({ amount })), cap: 100 });
    expect([dayLevel(days(90, 10), false), dayLevel(days(90, 80), false)]).toEqual(['fine', 'near']);
    expect([dayLevel(days(90, 10), true), dayLevel(days(79, 10), true)]).toEqual(['near', 'fine']);
    expect(dayLevel({ ...days(90, 90), cap: 0 }, true)).toBe('fine');
  });

  it('is remembered on the page for its month', () => {
    const levels = { month: 'used up', day: 'fine', minutes: 'near' } as const;
    const page = `# T\n\n${warnedMark(levels, '2026-03')}\n`;
    expect(warnedBefore(page, '2026-03')).toEqual(['month', 'minutes']);
    expect(warnedBefore(page, '2026-04')).toEqual([]);
    const fine = { month: 'fine', day: 'fine', minutes: 'fine' } as const;
    expect(warnedBefore(warnedMark(fine, '2026-03'), '2026-03')).toEqual([]);
    expect(costIssue({ levels, month: 'March 2026', pageUrl: 'u' })).toMatchObject({
      state: 'open',
      title: "Budget of March 2026: the month's cap, Actions minutes",
    });
    expect(costIssue({ levels: fine, month: 'March 2026', pageUrl: 'u' })).toMatchObject({ state: 'closed' });
  });

  it('comes from the config, or is the default where that says nothing that can be read', () => {
    const defaults = { day: 50_000_000, month: 1_000_000_000 };
    expect(capsIn('budget:\n  day: 1.25\n')).toEqual({ ...defaults, day: 125_000_000, source: 'config' });
    expect(capsIn('')).toEqual({ ...defaults, source: 'config' });
    expect(capsIn('budget:\n')).toEqual({ ...defaults, source: 'config' });
    for (const text of ['budget: {day: -1}', 'budget: lots', 'a: [', '- 1', '{{', 'budget: {month: .inf}'])
      expect(capsIn(text)).toEqual({ ...defaults, source: 'unreadable' });
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => capsIn(text).day >= 0));
  });
});
