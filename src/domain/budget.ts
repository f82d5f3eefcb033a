import { z } from 'zod';
import { laterTime } from './chain.ts';
import { fromDollars, type MicroCents } from './money.ts';

/** What is spent in the UTC day and month of the newest record. */
export interface Spend {
  day: string;
  dayMicroCents: MicroCents;
  month: string;
  monthMicroCents: MicroCents;
}

export const NOTHING_SPENT: Spend = { day: '', dayMicroCents: 0, month: '', monthMicroCents: 0 };

/**
 * Adds a cost to the day and month of `timestamp`. A new day or month starts at zero; a cost of one that is over counts
 * where it still can, in the month perhaps.
 */
export function addSpend(spend: Spend, timestamp: string, cost: MicroCents): Spend {
  const day = timestamp.slice(0, 10);
  const month = timestamp.slice(0, 7);
  return {
    day: laterTime(day, spend.day),
    dayMicroCents: (day > spend.day ? 0 : spend.dayMicroCents) + (day < spend.day ? 0 : cost),
    month: laterTime(month, spend.month),
    monthMicroCents: (month > spend.month ? 0 : spend.monthMicroCents) + (month < spend.month ? 0 : cost),
  };
}

/** Money that a run has set aside and not given back: it counts as spent, on the day it was taken. */
export const OpenLease = z.object({
  id: z.string(),
  run: z.string(),
  microCents: z.int(),
  at: z.string(),
});
export type OpenLease = z.infer<typeof OpenLease>;

/** What is spent at `now`, open leases included. */
export function committedSpend(books: { spend: Spend; leases: readonly OpenLease[] }, now: Date): Spend {
  const withLeases = books.leases.reduce(
    (spend, lease) => addSpend(spend, lease.at, lease.microCents),
    // Leases and the spend are of the newest record's day or older: a later `now` starts new sums last.
    books.spend,
  );
  return addSpend(withLeases, now.toISOString(), 0);
}

/** The most that may be spent, over all triggers and flows. */
export interface BudgetCap {
  dayMicroCents: MicroCents;
  monthMicroCents: MicroCents;
  /** By one run. */
  runMicroCents: MicroCents;
}

/** Micro-cents that may still be spent at `now`; negative when more is set aside than there is. */
export function budgetRoom(
  cap: BudgetCap,
  books: { spend: Spend; leases: readonly OpenLease[] },
  now: Date,
): MicroCents {
  const { dayMicroCents, monthMicroCents } = committedSpend(books, now);
  return Math.min(cap.dayMicroCents - dayMicroCents, cap.monthMicroCents - monthMicroCents);
}

/** The caps of the config, which are in US dollars. */
export const budgetCap = ({ day, month, run }: { day: number; month: number; run: number }): BudgetCap => ({
  dayMicroCents: fromDollars(day),
  monthMicroCents: fromDollars(month),
  runMicroCents: fromDollars(run),
});
