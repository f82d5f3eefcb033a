import { addDays, daysFromTo, daysWithin, monthOf } from '../utc-days.ts';
import { type Charge, type MicroCents, sumsBy, totalOf } from './ledger-spending.ts';

/** The days that the rate rests on. */
export const RATE_DAYS = 7;

export interface CostForecast {
  /** Of the month so far, today included. */
  spent: MicroCents;
  /** What the month will have cost when it ends. */
  expected: MicroCents;
  /** The full days before today that the rate is the mean of, newest first; at most seven. */
  fullDays: { day: string; amount: MicroCents }[];
}

/**
 * Where the month ends at the present rate: each day to come costs the mean of the last full days, today at least that,
 * and no day more than the day's cap lets it. Before the first full day the rate is that of today.
 * @param options.begins the first day that the ledger knows, which began somewhere in its middle
 */
export function forecastMonth(
  charges: readonly Charge[],
  { today, begins, dayCap }: { today: string; begins: string | undefined; dayCap: MicroCents },
): CostForecast {
  const byDay = new Map(sumsBy(charges, ({ day }) => day));
  const fullDays = daysWithin(addDays(today, -RATE_DAYS), addDays(today, -1))
    .filter((day) => begins !== undefined && day > begins)
    .map((day) => ({ day, amount: byDay.get(day) ?? 0 }))
    .reverse();
  const { first, last } = monthOf(today);
  const spent = totalOf(charges.filter(({ day }) => day >= first && day <= today));
  const spentToday = byDay.get(today) ?? 0;
  const mean = fullDays.reduce((sum, { amount }) => sum + amount, 0) / Math.max(1, fullDays.length);
  const usual = Math.min(dayCap, fullDays.length === 0 ? spentToday : mean);
  const expected = spent - spentToday + Math.max(spentToday, usual) + usual * daysFromTo(today, last);
  return { spent, expected: Math.round(expected), fullDays };
}
