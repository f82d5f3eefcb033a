import type { LedgerState } from '../domain/ledger-state.ts';
import type { Entry, Intent, Lease, Unsealed } from '../domain/record.ts';
import { type Claim, isRival } from '../domain/rival.ts';
import type { Context } from './cycle-context.ts';
import { loadLedger, recordsBackwards } from './ledger-reader.ts';
import { type Findings, type Recorded, record } from './record.ts';

/** The ledger as one process appends to it. */
export interface Books {
  /** What the ledger says after the newest record. */
  readonly state: LedgerState;
  append<T extends Entry | Intent | Lease>(unsealed: Unsealed<T>, findings?: Findings): Promise<Recorded<T>>;
  /** Whether another run took the occurrence while these books were open. */
  isTaken(claim: Claim): Promise<boolean>;
}

const NOTHING: Findings = { files: [], tapes: [], recovered: [] };

export function openBooks(context: Context, opened: LedgerState): Books {
  const { documents } = context;
  let state = opened;
  /** Records of others are here only once a push of ours was rebuilt on top of them. */
  let wasRebuilt = false;
  return {
    get state() {
      return state;
    },
    async append<T extends Entry | Intent | Lease>(unsealed: Unsealed<T>, findings = NOTHING): Promise<Recorded<T>> {
      try {
        const recorded = await record<T>(context, state, unsealed, findings);
        state = recorded.state;
        wasRebuilt ||= recorded.rebuilt;
        return recorded;
      } catch (error) {
        // It may be committed although it could not be pushed: the next record must follow it.
        state = (await loadLedger(documents)).state;
        throw error;
      }
    },
    async isTaken(claim) {
      if (!wasRebuilt) return false;
      for await (const found of recordsBackwards(documents)) {
        if (found.seq <= (opened.head?.seq ?? -1)) break;
        if (isRival(found, claim)) return true;
      }
      return false;
    },
  };
}
