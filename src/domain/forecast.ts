import type { MicroCents } from './money.ts';

/** Where one cap stands, and when it will be reached at the present rate. */
export interface Forecast {
  spent: MicroCents;
  cap: MicroCents;
  /** What will be spent when the period ends, were there no cap. */
  expected: MicroCents;
  /** When the cap is reached: a time in this period, `now` where it is reached already, null where it holds. */
  reachedAt: Date | null;
  /** When there is room again: the end of the period. */
  ends: Date;
}

const DAY_MS = 86_400_000;
/** A rate from a few minutes is no rate. */
const SHORTEST_WINDOW_MS = DAY_MS / 4;

/** Micro-cents per millisecond, from what was spent between `from` and `now`. */
export const spendRate = (spent: MicroCents, from: Date, now: Date): number =>
  spent / Math.max(SHORTEST_WINDOW_MS, now.getTime() - from.getTime());

export function forecast(
  spent: MicroCents,
  cap: MicroCents,
  rate: number,
  { now, ends }: { now: Date; ends: Date },
): Forecast {
  const expected = Math.round(spent + rate * (ends.getTime() - now.getTime()));
  return { spent, cap, expected, reachedAt: reached(spent, cap, rate, { now, ends }), ends };
}

function reached(
  spent: MicroCents,
  cap: MicroCents,
  rate: number,
  { now, ends }: { now: Date; ends: Date },
): Date | null {
  if (spent >= cap) return now;
  const leftMs = rate > 0 ? (cap - spent) / rate : Number.POSITIVE_INFINITY;
  return now.getTime() + leftMs < ends.getTime() ? new Date(now.getTime() + Math.ceil(leftMs)) : null;
}

/** The first moment of the next UTC day. */
export const dayEnds = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));

/** The first moment of the next UTC month. */
export const monthEnds = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
