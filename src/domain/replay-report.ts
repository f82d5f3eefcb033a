import { fromDollars, toDollars } from './money.ts';
import type { CallRecord, Entry } from './record.ts';

/** Whether the prompt of a past decision could be made again: only the first two can be asked once more. */
export const REBUILDINGS = ['matched', 'differs', 'unreachable', 'dirty', 'not rebuilt'] as const;
export type RebuildingOutcome = (typeof REBUILDINGS)[number];

/** `cost` in US dollars. */
export interface CallSum {
  tokens: number;
  cost: number;
}

/** One past decision and, where it was asked once more, what was chosen then and now. */
export interface ReplayedDecision {
  /** Id of its ledger entry. */
  entry: string;
  at: string;
  model: string | null;
  prompt: RebuildingOutcome;
  /** Why the prompt is not the one that was sent. */
  prompt_reason?: string;
  was: string;
  /** What came of it: `success, verified`, `failure (network 0123456789ab)` ... */
  outcome_then: string;
  used_then: CallSum;
  now?: { choice: string; model: string; reason: string; used: CallSum };
  /** Why it was not decided once more although its prompt is there. */
  not_asked?: string;
}

export interface ChangedChoice {
  entry: string;
  at: string;
  was: string;
  now: string;
  outcome_then: string;
  /** In the words of the model that chooses otherwise now. */
  reason: string;
}

export interface Compared {
  was: number;
  now: number;
  difference: number;
}

export interface ReplayReport {
  asked_for: number;
  found: number;
  matched: number;
  differs: number;
  unreachable: number;
  dirty: number;
  not_rebuilt: number;
  redecided: number;
  /** Of the re-decided: the same option as then. */
  agreed: number;
  changed: ChangedChoice[];
  /** Of the re-decided, thinking included. */
  tokens: Compared;
  /** Of the re-decided, in US dollars. */
  cost: Compared;
  /** US dollars for all calls, the ones that gave no answer included. */
  spent: number;
  /** Why no model was asked, or none any more. */
  not_asked: string | null;
  /** The ledger entry that books the calls. */
  booked: string | null;
  /** Oldest first. */
  decisions: ReplayedDecision[];
}

/** What the decisions come to together. */
export function replayReport(
  decisions: readonly ReplayedDecision[],
  run: { asked_for: number; spent: number; not_asked: string | null; booked: string | null },
): ReplayReport {
  const count = (outcome: RebuildingOutcome) => decisions.filter(({ prompt }) => prompt === outcome).length;
  const answered = decisions.flatMap((each) => (each.now ? [{ ...each, now: each.now }] : []));
  const changed = answered.filter(({ was, now }) => was !== now.choice);
  const compared = (pick: (sum: CallSum) => number): Compared => {
    const total = (sums: readonly CallSum[]) => sums.reduce((sum, each) => sum + pick(each), 0);
    const was = total(answered.map(({ used_then }) => used_then));
    const now = total(answered.map((each) => each.now.used));
    return { was, now, difference: now - was };
  };
  const cost = compared((sum) => fromDollars(sum.cost));
  return {
    asked_for: run.asked_for,
    found: decisions.length,
    matched: count('matched'),
    differs: count('differs'),
    unreachable: count('unreachable'),
    dirty: count('dirty'),
    not_rebuilt: count('not rebuilt'),
    redecided: answered.length,
    agreed: answered.length - changed.length,
    changed: changed.map(({ entry, at, was, now, outcome_then }) => {
      return { entry, at, was, now: now.choice, outcome_then, reason: now.reason };
    }),
    tokens: compared(({ tokens }) => tokens),
    cost: { was: toDollars(cost.was), now: toDollars(cost.now), difference: toDollars(cost.difference) },
    spent: run.spent,
    not_asked: run.not_asked,
    booked: run.booked,
    decisions: [...decisions],
  };
}

/** What calls came to; those of scripts are no part of a decision. */
export function sumOfDecision(calls: readonly CallRecord[]): CallSum {
  const own = calls.filter(({ step, task }) => step === undefined && task === 'ceo_analysis');
  return {
    tokens: own.reduce((sum, call) => sum + call.tokens_in + call.tokens_out + call.tokens_thinking, 0),
    cost: toDollars(own.reduce((sum, { cost }) => sum + fromDollars(cost), 0)),
  };
}

/** What came of a run, in the ledger's words. */
export function outcomeOf({ result, verification, failure }: Entry): string {
  if (result === 'success') return `${result}, ${verification}`;
  return failure ? `${result} (${failure.kind} ${failure.signature})` : result;
}
