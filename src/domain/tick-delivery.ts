import { type CronLine, ticksBetween } from './cron-ticks.ts';

/** How many of the ticks that a schedule asks for GitHub has started. */
export interface TickDelivery {
  expected: number;
  delivered: number;
  /** 0 to 100, whole. */
  percent: number;
  /** The longest time without a scheduled run, from `from` to now. */
  longestGapMs: number;
}

/** A tick may still come that late: it is not missed yet. */
const GRACE_MS = 3_600_000;

/** @param given.runs when runs were made by the schedule, from `from` on, in any order */
export function tickDelivery(given: {
  crons: readonly CronLine[];
  runs: readonly Date[];
  from: Date;
  now: Date;
}): TickDelivery {
  const { crons, runs, from, now } = given;
  const end = new Date(now.getTime() - GRACE_MS);
  const expected = crons.reduce((sum, line) => sum + (ticksBetween(line, from, end)?.length ?? 0), 0);
  const delivered = runs.length;
  const percent = expected > 0 ? Math.min(100, Math.round((delivered / expected) * 100)) : 100;
  return { expected, delivered, percent, longestGapMs: longestGap([from, ...runs, now]) };
}

function longestGap(moments: readonly Date[]): number {
  const times = moments.map((moment) => moment.getTime()).sort((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}
