import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Entry, Intent, Lease, Unsealed, UnsealedRecord } from '../../domain/record.ts';
import type { Books } from '../books.ts';
import { sealAll } from '../ledger-writer.ts';
import type { Recorded } from '../record.ts';

/**
 * The books of a job that may only read. What it appends holds for itself alone and is never pushed; a purse then spends
 * only while several such runs would still fit into the budget.
 */
export function readingBooks(opened: LedgerState): Books {
  let state = opened;
  return {
    get state() {
      return state;
    },
    async append<T extends Entry | Intent | Lease>(unsealed: Unsealed<T>): Promise<Recorded<T>> {
      const sealed = sealAll(state, [unsealed as UnsealedRecord]);
      state = sealed.state;
      const record = sealed.lines.at(-1)?.record as T | undefined;
      return { record, state, commit: '', pushed: false, rebuilt: false, reason: 'this job may only read' };
    },
    isTaken: async () => false,
  };
}
