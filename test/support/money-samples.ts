import type { CallRecord, Entry, Lease, Unsealed } from '../../src/domain/record.ts';
import { entry } from './ledger-samples.ts';

/** Money that run `r1` set aside. */
export function lease(parts: Partial<Unsealed<Lease>> = {}): Unsealed<Lease> {
  return {
    v: 1,
    kind: 'lease',
    id: 'l1',
    timestamp: '2026-03-04T14:30:00.000Z',
    run: 'r1',
    task: 'ceo_analysis',
    amount: 0.5,
    ...parts,
  };
}

/** A model call that cost nothing; `flash` answered, unless the parts say otherwise. */
export function callRecord(parts: Partial<CallRecord> = {}): CallRecord {
  return {
    task: 'ceo_analysis',
    model_asked: 'flash',
    model: parts.model_asked ?? 'flash',
    outcome: 'ok',
    tokens_in: 0,
    tokens_cached: 0,
    tokens_out: 0,
    tokens_thinking: 0,
    cost: 0,
    duration_s: 0,
    ...parts,
  };
}

/** The entry of a run that spent `cost` US dollars and made `calls`. */
export function spentEntry(
  { cost = 0, calls = [] }: { cost?: number; calls?: CallRecord[] },
  parts: Partial<Unsealed<Entry>> = {},
): Unsealed<Entry> {
  return entry({ metrics: { cost, duration_s: 1, tokens_in: 0, tokens_out: 0, calls }, ...parts });
}
