import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The machine's own clock; `now` and `random` come from the composition root. */
export function systemClock(now: () => Date, random: () => number): Clock {
  return { now, random, sleep: async (ms) => void (await delay(ms)) };
}
