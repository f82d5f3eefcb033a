import type { BudgetCap } from './budget.ts';
import type { MicroCents } from './money.ts';

/** Where one cap stands, and when it will be reached at the present rate. */
export interface Forecast {
  spent: MicroCents;
  cap: MicroCents;
  /** What the period will have cost when it ends, if this cap does not stop it. */
  expected: MicroCents;
  /** When the cap is reached: a time in this period, `now` where it is reached already, null where it holds. */
  reachedAt: Date | null;
  /** The first moment of the next period. */
  ends: Date;
}

/** What is known of the spending at a moment. */
export interface Pace {
  /** Of the UTC day and month of `now`, open leases included. */
  spent: { dayMicroCents: MicroCents; monthMicroCents: MicroCents };
  /** Cost of the full UTC days before today, as far as they are known: a day without any call counts as well. */
  daysBefore: readonly MicroCents[];
  now: Date;
}

/** A time of steady spending: `most` micro-cents from `fromMs` on, at `rate` per day. */
interface Leg {
  fromMs: number;
  rate: number;
  most: number;
}

const DAY_MS = 86_400_000;
/** Part of a day. So much the days before weigh against today; where none are known, so much of today counts as over. */
const PRIOR_DAYS = 1 / 4;

/**
 * Where the day and the month end at the present rate. Today goes on as it went, more so the longer it has lasted; at
 * first it is expected to be like the days before. A day to come costs the mean of those days and today, and never
 * more than the day's cap lets it: so the month's cap is reached no sooner than it can be.
 */
export function forecast({ spent, daysBefore, now }: Pace, cap: BudgetCap): { day: Forecast; month: Forecast } {
  const { dayMicroCents: day, monthMicroCents: month } = spent;
  const [tomorrow, nextMonth] = [dayEnds(now), monthEnds(now)];
  const left = (tomorrow.getTime() - now.getTime()) / DAY_MS;
  const rate = todaysRate(day, 1 - left, daysBefore);
  const today: Leg = { fromMs: now.getTime(), rate, most: rate * left };
  const capped = { ...today, most: Math.min(today.most, Math.max(0, cap.dayMicroCents - day)) };
  const usual = Math.min(cap.dayMicroCents, mean([...daysBefore, day + capped.most]));
  const days = Math.round((nextMonth.getTime() - tomorrow.getTime()) / DAY_MS);
  const later: Leg = { fromMs: tomorrow.getTime(), rate: usual, most: usual * days };
  return {
    day: along([today], { spent: day, cap: cap.dayMicroCents, now, ends: tomorrow }),
    month: along([capped, later], { spent: month, cap: cap.monthMicroCents, now, ends: nextMonth }),
  };
}

/** Micro-cents per day. */
function todaysRate(spent: MicroCents, elapsed: number, daysBefore: readonly MicroCents[]): number {
  if (daysBefore.length === 0) return spent / Math.max(PRIOR_DAYS, elapsed);
  return (spent + mean(daysBefore) * PRIOR_DAYS) / (elapsed + PRIOR_DAYS);
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

function along(
  legs: readonly Leg[],
  { now, ...period }: { spent: MicroCents; cap: MicroCents; now: Date; ends: Date },
): Forecast {
  const { spent, cap } = period;
  const expected = Math.round(legs.reduce((sum, { most }) => sum + most, spent));
  return { ...period, expected, reachedAt: spent >= cap ? now : whenUsedUp(cap - spent, legs) };
}

function whenUsedUp(room: number, legs: readonly Leg[]): Date | null {
  let left = room;
  for (const { fromMs, rate, most } of legs) {
    if (left < most) return new Date(fromMs + (left / rate) * DAY_MS);
    left -= most;
  }
  return null;
}

/** When a model may be asked again: `now` where no cap is reached, `never` where a cap is nothing. */
export function whenRoomAgain({ spent, now }: Pick<Pace, 'spent' | 'now'>, cap: BudgetCap): Date | 'now' | 'never' {
  if (cap.dayMicroCents <= 0 || cap.monthMicroCents <= 0) return 'never';
  if (spent.monthMicroCents >= cap.monthMicroCents) return monthEnds(now);
  return spent.dayMicroCents >= cap.dayMicroCents ? dayEnds(now) : 'now';
}

/** The first moment of the next UTC day. */
export const dayEnds = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));

/** The first moment of the next UTC month. */
export const monthEnds = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
