import type { MicroCents } from './ledger-spending.ts';

/** Which caps people are told of: the month's and the day's in dollars, and the month's of Actions minutes. */
export const CAPS = ['month', 'day', 'minutes'] as const;
export type Cap = (typeof CAPS)[number];
export type Level = 'fine' | 'near' | 'used up';
export type Levels = Record<Cap, Level>;

/** A cap is near from this share of it on. */
const NEAR = 0.8;
/** A warning that rests on the forecast alone stays until the forecast is below this share: it must not come and go. */
const FINE_AGAIN = 0.9;

/** A cap on what a month takes. One of nothing, which lets nothing happen, is never near. */
export function monthLevel(
  { used, expected, cap }: { used: number; expected: number; cap: number },
  wasWarned: boolean,
): Level {
  if (cap <= 0) return 'fine';
  if (used >= cap) return 'used up';
  const isExpected = expected > cap * (wasWarned ? FINE_AGAIN : 1);
  return used >= cap * NEAR || isExpected ? 'near' : 'fine';
}

/**
 * The day's cap, by the last full days. It renews itself every night, so that one dear day is no news: two of them are,
 * until a whole week had none.
 */
export function dayLevel(
  { fullDays, cap }: { fullDays: readonly { amount: MicroCents }[]; cap: MicroCents },
  wasWarned: boolean,
): Level {
  const dear = dearDays(fullDays, cap);
  return dear >= (wasWarned ? 1 : 2) ? 'near' : 'fine';
}

export const dearDays = (fullDays: readonly { amount: MicroCents }[], cap: MicroCents): number =>
  cap <= 0 ? 0 : fullDays.filter(({ amount }) => amount >= cap * NEAR).length;

/** What the page remembers of the last warning, for the reader's eye too small. */
const MARK = /^<!-- warned: ([a-z ]*) of (\d{4}-\d{2}) -->$/m;

export const warnedMark = (levels: Levels, month: string): string =>
  `<!-- warned: ${CAPS.filter((cap) => levels[cap] !== 'fine').join(' ')} of ${month} -->`;

/** The caps that an earlier page warned of in that month (`2026-03`). */
export function warnedBefore(page: string, month: string): Cap[] {
  const [, caps = '', ofMonth] = MARK.exec(page) ?? [];
  return ofMonth === month ? CAPS.filter((cap) => caps.split(' ').includes(cap)) : [];
}
