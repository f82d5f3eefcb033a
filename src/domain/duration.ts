import ms, { type StringValue } from 'ms';

/** `90s`, `5m`, `2h`, `1d`, `1w`: one whole number and one unit, as people write it in a directive. */
export const DURATION_PATTERN = /^[1-9]\d{0,5}(s|m|h|d|w)$/;
export const DURATION_FORM = 'a duration such as 90s, 5m, 2h, 1d or 1w';

/** Milliseconds of a text that matches DURATION_PATTERN. */
export function durationMs(text: string): number {
  return ms(text as StringValue);
}
