import { fromDollars, toDollars } from './money.ts';
import type { CallRecord } from './record.ts';

/** Calls of one kind as one line that stands for them all: nothing that was billed is lost when a record must be cut. */
export function sumCalls(calls: readonly CallRecord[]): CallRecord[] {
  const kinds = Map.groupBy(calls, ({ task, model_asked, model, outcome, step, assumed }) =>
    JSON.stringify([task, model_asked, model, outcome, step, assumed]),
  );
  return [...kinds.values()].map((same) => same.reduce(addCall));
}

function addCall(sum: CallRecord, call: CallRecord): CallRecord {
  const written = (sum.tokens_cache_written ?? 0) + (call.tokens_cache_written ?? 0);
  return {
    ...sum,
    tokens_in: sum.tokens_in + call.tokens_in,
    tokens_cached: sum.tokens_cached + call.tokens_cached,
    ...(written > 0 ? { tokens_cache_written: written } : {}),
    tokens_out: sum.tokens_out + call.tokens_out,
    tokens_thinking: sum.tokens_thinking + call.tokens_thinking,
    cost: toDollars(fromDollars(sum.cost) + fromDollars(call.cost)),
    duration_s: Math.round((sum.duration_s + call.duration_s) * 1000) / 1000,
    count: (sum.count ?? 1) + (call.count ?? 1),
  };
}
