import type { Held } from './option.ts';

const SOONEST_MS = 5 * 60_000;
const LATEST_MS = 24 * 3_600_000;

/**
 * When the next cycle should run. Options that are left over are due at once; otherwise the earliest next slot, end of
 * a hold or expiry of an intent, at least five minutes and at most a day away.
 */
export function nextWake(input: {
  now: Date;
  optionsLeft: number;
  due: readonly Date[];
  held: readonly Held[];
  intents: readonly { expires: string }[];
}): Date {
  const { now, optionsLeft, due, held, intents } = input;
  if (optionsLeft > 0) return now;
  const times = [
    ...due,
    ...held.flatMap(({ until }) => (until ? [until] : [])),
    ...intents.map(({ expires }) => new Date(expires)),
  ];
  const earliest = Math.min(...times.map((time) => time.getTime()), now.getTime() + LATEST_MS);
  return new Date(Math.max(earliest, now.getTime() + SOONEST_MS));
}
