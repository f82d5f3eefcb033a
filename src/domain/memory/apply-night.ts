import type { Entry } from '../record.ts';
import { applyAll, type Memory } from './memory.ts';
import type { Operation } from './operation.ts';
import { foldEntry } from './patterns/patterns.ts';
import { tally } from './tally.ts';

/** A day's records as a night takes them: those that no night has consumed before. */
export interface Consumed {
  day: string;
  /** In the order of the ledger. */
  entries: readonly Entry[];
  /** Number of the newest record, which need not be an entry. */
  to: number;
}

/** What people changed comes first: from then on outcomes count for their words. */
export function takeIn(memory: Memory, person: readonly Operation[], { day, entries, to }: Consumed): Memory {
  const begun = applyAll(memory, person, day);
  const counted = entries.reduce((sum, entry) => tally(sum, entry, day), begun);
  const patterns = entries.reduce((sum, entry) => foldEntry(sum, entry, day), counted.patterns);
  return { ...counted, patterns, seq: to, day };
}

/** The memory after a whole night, as its record says: for the night itself and for whoever makes the memory again. */
export function applyNight(
  memory: Memory,
  operations: { person: readonly Operation[]; night: readonly Operation[] },
  consumed: Consumed,
): Memory {
  return applyAll(takeIn(memory, operations.person, consumed), operations.night, consumed.day);
}
