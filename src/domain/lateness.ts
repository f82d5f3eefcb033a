import type { Entry } from './record.ts';

/** The rule of .github/scripts/watchdog.sh: three times the usual delay, at least and at most by so much. */
const LEAST_MARGIN_MS = 2 * 3_600_000;
const MOST_MARGIN_MS = 26 * 3_600_000;
const SAMPLES = 20;

/** Entries that lateMarginMs needs at most. */
export const ENTRIES_FOR_MARGIN = SAMPLES + 1;

/** By how much a cycle may be late before something is wrong. `entries` are the newest, oldest first. */
export function lateMarginMs(entries: readonly Pick<Entry, 'timestamp' | 'trigger' | 'next_wake'>[]): number {
  const delays = entries.flatMap(({ timestamp, trigger }, index) => {
    const before = entries[index - 1];
    if (!before || trigger !== 'schedule') return [];
    return [Math.max(0, Date.parse(timestamp) - Date.parse(before.next_wake))];
  });
  return Math.min(MOST_MARGIN_MS, Math.max(LEAST_MARGIN_MS, 3 * median(delays.slice(-SAMPLES))));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2;
}
