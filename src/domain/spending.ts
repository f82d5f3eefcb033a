import { fromDollars, type MicroCents, type Usage } from './money.ts';
import type { CallRecord, Entry, Lease } from './record.ts';

/** What a group of model calls came to. */
export interface Totals {
  calls: number;
  tokens_in: number;
  tokens_cached: number;
  tokens_out: number;
  tokens_thinking: number;
  cost: MicroCents;
  /** Part of `cost`: calls that gave no answer. */
  failed: MicroCents;
  /** Part of `cost`: calls booked at the most they can have cost, since the vendor did not say. */
  assumed: MicroCents;
}

/** One model call with what it was made for. `day` is the UTC day on whose budget it went. */
export interface SpentCall {
  day: string;
  directive: string;
  call: CallRecord;
}

/** The calls of entries, each on the day its money was set aside (or was booked, where none had to be). */
export function spentCalls(entries: readonly Entry[], leases: readonly Lease[]): SpentCall[] {
  const days = new Map(leases.map(({ id, timestamp }) => [id, timestamp.slice(0, 10)]));
  return entries.flatMap(({ timestamp, decision, leases: ended = [], metrics }) => {
    const leased = ended.map(({ id }) => days.get(id)).find((day) => day !== undefined);
    const day = leased ?? timestamp.slice(0, 10);
    return metrics.calls.map((call) => ({ day, directive: decision, call }));
  });
}

/** Leases that no entry has ended: their run died, or is at work. They count as spent. */
export function unsettledLeases(entries: readonly Entry[], leases: readonly Lease[]): Lease[] {
  const ended = new Set(entries.flatMap(({ leases: names = [] }) => names.map(({ id }) => id)));
  return leases.filter(({ id }) => !ended.has(id));
}

export const NO_CALLS: Totals = {
  calls: 0,
  tokens_in: 0,
  tokens_cached: 0,
  tokens_out: 0,
  tokens_thinking: 0,
  cost: 0,
  failed: 0,
  assumed: 0,
};

export function addCall(totals: Totals, { call }: SpentCall): Totals {
  const cost = fromDollars(call.cost);
  return {
    calls: totals.calls + (call.count ?? 1),
    tokens_in: totals.tokens_in + call.tokens_in,
    tokens_cached: totals.tokens_cached + call.tokens_cached,
    tokens_out: totals.tokens_out + call.tokens_out,
    tokens_thinking: totals.tokens_thinking + call.tokens_thinking,
    cost: totals.cost + cost,
    failed: totals.failed + (call.outcome === 'ok' ? 0 : cost),
    assumed: totals.assumed + (call.assumed ? cost : 0),
  };
}

/** Totals by a name of each call, dearest first; days in their order. */
export function totalsBy(calls: readonly SpentCall[], nameOf: (call: SpentCall) => string): [string, Totals][] {
  const groups = Map.groupBy(calls, nameOf);
  return [...groups].map(([name, group]) => [name, group.reduce(addCall, NO_CALLS)]);
}

/** What the same tokens would have cost elsewhere. */
export function costElsewhere(calls: readonly SpentCall[], costOf: (usage: Usage) => MicroCents): MicroCents {
  return calls.reduce((sum, { call }) => sum + costOf(usageOf(call)), 0);
}

const usageOf = (call: CallRecord): Usage => ({
  in: call.tokens_in,
  cachedIn: call.tokens_cached,
  out: call.tokens_out,
  thinking: call.tokens_thinking,
});
