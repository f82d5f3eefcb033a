/** A directive that keeps failing is left alone for a while; then one probe may show that it works again. */
export interface Breaker {
  until: string;
  /** How often it has opened in this streak: each time it stays open twice as long. */
  opened: number;
  signature: string;
}

export interface Streak {
  count: number;
  sameCount: number;
  signature: string;
}

const SAME_FAILURES = 2;
const ANY_FAILURES = 4;
const FIRST_COOL_DOWN_MS = 6 * 3_600_000;
const LONGEST_COOL_DOWN_MS = 48 * 3_600_000;

/** Opens after two failures with one signature, or four of any kind; a failed probe opens it again, for longer. */
export function breakerAfterFailure(breaker: Breaker | null, streak: Streak, at: string): Breaker | null {
  if (!breaker && streak.sameCount < SAME_FAILURES && streak.count < ANY_FAILURES) return null;
  const opened = (breaker?.opened ?? 0) + 1;
  const coolDownMs = Math.min(LONGEST_COOL_DOWN_MS, FIRST_COOL_DOWN_MS * 2 ** (opened - 1));
  return { until: new Date(Date.parse(at) + coolDownMs).toISOString(), opened, signature: streak.signature };
}

export const isBreakerOpen = (breaker: Breaker | null | undefined, now: Date): boolean =>
  breaker !== null && breaker !== undefined && now.getTime() < Date.parse(breaker.until);
