import { expect, test } from 'vitest';
import { ENTRIES_FOR_MARGIN, lateMarginMs } from '../../../src/domain/lateness.ts';

const HOUR_MS = 3_600_000;

/** Entries a day apart, each so many hours after the wake before it. */
function entries(delays: number[], trigger = 'schedule') {
  const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * HOUR_MS).toISOString();
  const of = (delay: number, day: number) => ({
    timestamp: at(day * 24 + delay),
    next_wake: at((day + 1) * 24),
    trigger,
  });
  return [0, ...delays].map(of);
}

test.each([
  ['without entries', [], 2],
  ['with little delay', [0.1, 0.2, 0.3], 2],
  ['of three times the median', [1, 2, 9], 6],
  ['of the mean of the middle two', [1, 2, 3, 9], 7.5],
  ['at most', [20, 20, 20], 26],
])('a cycle may be late by a margin %s', (_, delays, hours) => {
  expect(lateMarginMs(entries(delays)) / HOUR_MS).toBe(hours);
});

test('cycles that a person started say nothing about the schedule', () => {
  expect(lateMarginMs(entries([9, 9, 9], 'workflow_dispatch'))).toBe(2 * HOUR_MS);
});

test('only the newest delays count', () => {
  expect(lateMarginMs(entries([...Array(40).fill(9), ...Array(ENTRIES_FOR_MARGIN).fill(1)]))).toBe(3 * HOUR_MS);
});
