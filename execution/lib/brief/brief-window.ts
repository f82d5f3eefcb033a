import { entriesOf, type LedgerDay } from '../ledger-days.ts';
import { addDays } from '../utc-days.ts';
import type { Span } from '../weekly/week-on-github.ts';

/** A brief that nobody wrote for longer than this is not made up for. */
export const LONGEST_GAP_DAYS = 7;

/**
 * The full days that a brief of today is about: those since the last one, or yesterday. Days that a pause or an outage
 * swallowed are in the next brief, and a second brief of the same day says the same.
 */
export function briefWindow(
  days: readonly LedgerDay[],
  { directive, today }: { directive: string; today: string },
): Span {
  const before = days.filter(({ day }) => day < today && day >= addDays(today, -LONGEST_GAP_DAYS));
  const last = before.findLast((day) =>
    entriesOf([day]).some(({ decision, result }) => decision === directive && result === 'success'),
  );
  return { from: last?.day ?? addDays(today, -1), until: today };
}

/** `2026-03-04`, or `2026-03-02 to 2026-03-04`. */
export function windowName({ from, until }: Span): string {
  const last = addDays(until, -1);
  return from === last ? last : `${from} to ${last}`;
}
