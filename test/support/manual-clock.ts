import type { Clock } from '../../src/ports.ts';

/** A clock that moves only when somebody sleeps: `sleeps` says how long, in milliseconds. */
export function manualClock(start = '2026-11-22T10:00:00.000Z', random = 0.5): Clock & { sleeps: number[] } {
  let nowMs = Date.parse(start);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(nowMs),
    random: () => random,
    async sleep(ms) {
      sleeps.push(ms);
      nowMs += ms;
    },
  };
}
