import type { LedgerDay, LedgerEntry, LedgerLease } from '../ledger-days.ts';

/** US dollars in whole hundred-millionths, so that sums are exact: 1 dollar = 100 000 000. */
export type MicroCents = number;
export const microCents = (dollars: number): MicroCents => Math.round(dollars * 1e8);
/** `$0.0123`. */
export const dollars = (amount: MicroCents): string => `$${(amount / 1e8).toFixed(4)}`;

/** What went on the budget of one day, and for what. */
export interface Charge {
  day: string;
  task: string;
  model: string;
  directive: string;
  amount: MicroCents;
}

/** Stands for a task, a model or a directive where nobody can say. */
export const UNSETTLED = '(not settled)';
export const UNKNOWN = '(unknown)';

/** A run that took a lease so lately is still at work, this one perhaps: what it will spend is not known yet. */
export const AT_WORK_MS = 3_600_000;

/**
 * What was spent, as the agent's own budget counts it: what a run spent of a lease belongs to the lease's day, the rest to
 * the entry's, and a lease that no entry ends is spent in full, unless its run is still at work. A call paid from two days
 * is two charges.
 */
export function chargesOf(days: readonly LedgerDay[], now: Date): Charge[] {
  const open = new Map<string, { day: string; task: string; amount: MicroCents }>();
  const charges: Charge[] = [];
  for (const { day, rows } of days) {
    for (const row of rows) {
      if (row.kind === 'lease') open.set(row.id, leaseOf(row, day, now));
      else {
        charges.push(...entryCharges(row, portionsOf(row, day, open)));
        for (const { id } of row.leases) open.delete(id);
      }
    }
  }
  const unsettled = [...open.values()].map((lease) => ({ ...lease, model: UNSETTLED, directive: UNSETTLED }));
  return [...charges, ...unsettled].filter(({ amount }) => amount !== 0);
}

function leaseOf({ task, amount, timestamp }: LedgerLease, day: string, now: Date) {
  const isAtWork = now.getTime() - Date.parse(timestamp) < AT_WORK_MS;
  return { day, task, amount: isAtWork ? 0 : microCents(amount) };
}

interface Portion {
  day: string;
  amount: MicroCents;
}

function portionsOf(
  { leases, metrics }: LedgerEntry,
  day: string,
  open: ReadonlyMap<string, { day: string }>,
): Portion[] {
  const leased = leases.map(({ id, spent }) => ({ day: open.get(id)?.day ?? day, amount: microCents(spent) }));
  const rest = leased.reduce((left, { amount }) => left - amount, microCents(metrics.cost));
  return [...leased, { day, amount: rest }];
}

/** The calls take the portions up in their order; what no call explains is spent all the same. */
function entryCharges({ decision: directive, metrics }: LedgerEntry, portions: readonly Portion[]): Charge[] {
  const left = portions.map((portion) => ({ ...portion }));
  const charges = metrics.calls.flatMap(({ task, model, cost }) => {
    let wanted = microCents(cost);
    return left.flatMap((portion) => {
      const amount = Math.max(0, Math.min(portion.amount, wanted));
      portion.amount -= amount;
      wanted -= amount;
      return amount === 0 ? [] : [{ day: portion.day, task, model, directive, amount }];
    });
  });
  return [...charges, ...left.map((portion) => ({ ...portion, task: UNKNOWN, model: UNKNOWN, directive }))];
}

/** Sums by a name of each charge: the dearest first, then by name. */
export function sumsBy(charges: readonly Charge[], nameOf: (charge: Charge) => string): [string, MicroCents][] {
  return [...Map.groupBy(charges, nameOf)]
    .map(([name, group]): [string, MicroCents] => [name, totalOf(group)])
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
}

export const totalOf = (charges: readonly Charge[]): MicroCents => charges.reduce((sum, { amount }) => sum + amount, 0);
