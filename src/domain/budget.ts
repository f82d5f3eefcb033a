import type { MicroCents } from './money.ts';

/** What is spent in the UTC day and month of the newest record. */
export interface Spend {
  day: string;
  dayMicroCents: MicroCents;
  month: string;
  monthMicroCents: MicroCents;
}

export const NOTHING_SPENT: Spend = { day: '', dayMicroCents: 0, month: '', monthMicroCents: 0 };

/** Adds a cost to the day and month of `timestamp`; a new day or month starts at zero. */
export function addSpend(spend: Spend, timestamp: string, cost: MicroCents): Spend {
  const day = timestamp.slice(0, 10);
  const month = timestamp.slice(0, 7);
  return {
    day,
    dayMicroCents: (spend.day === day ? spend.dayMicroCents : 0) + cost,
    month,
    monthMicroCents: (spend.month === month ? spend.monthMicroCents : 0) + cost,
  };
}

export interface BudgetCap {
  dayMicroCents: MicroCents;
  monthMicroCents: MicroCents;
}

/** Micro-cents that may still be spent at `now`, never negative. */
export function budgetRoom(cap: BudgetCap, spend: Spend, now: Date): MicroCents {
  const today = addSpend(spend, now.toISOString(), 0);
  return Math.max(0, Math.min(cap.dayMicroCents - today.dayMicroCents, cap.monthMicroCents - today.monthMicroCents));
}
