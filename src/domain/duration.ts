import ms, { type StringValue } from 'ms';

/** `90s`, `5m`, `2h`, `1d`, `1w`: one whole number and one unit, as people write it in a directive. */
export const DURATION_PATTERN = /^[1-9]\d{0,5}(s|m|h|d|w)$/;
export const DURATION_FORM = 'a duration such as 90s, 5m, 2h, 1d or 1w';

/** The longest time limit: a hosted runner ends a job after six hours. Timers can not count much further either. */
export const LONGEST_TIMEOUT = '6h';
export const TIMEOUT_FORM = `${DURATION_FORM}, at most ${LONGEST_TIMEOUT}`;

/** False for a duration that is too long for a time limit; what is no duration at all is another finding. */
export const isTimeout = (text: string): boolean =>
  !DURATION_PATTERN.test(text) || durationMs(text) <= durationMs(LONGEST_TIMEOUT);

/** Milliseconds of a text that matches DURATION_PATTERN. */
export function durationMs(text: string): number {
  return ms(text as StringValue);
}

/** Seconds as people say them: `12 s`, `4.5 min`, `3.2 h`, `2.1 d`. */
export function formatSpan(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 6) / 10} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 8640) / 10} d`;
}
