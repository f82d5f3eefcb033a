import { z } from 'zod';
import { breakerAfterFailure } from './breaker.ts';
import { addSpend, NOTHING_SPENT, OpenLease } from './budget.ts';
import { type ChainHead, dayPath } from './chain.ts';
import { HealState, healsAfter } from './heal/heal-state.ts';
import { healthAfterCall, healthAfterProbe, ModelHealth } from './model-breaker.ts';
import { fromDollars } from './money.ts';
import { isSlotOccurrence } from './occurrence.ts';
import { Proposals, proposalsAfter } from './proposal-state.ts';
import { type Entry, type Intent, type Lease, type LedgerRecord, Trees } from './record.ts';
import { retainTapes } from './tape.ts';

/**
 * What the ledger says, folded: `state = records.reduce(applyRecord, EMPTY_STATE)`. It is kept as ledger/state.json so
 * that a cycle need not read a year to know what is done. It holds nothing of its own: deleted, it is folded again.
 */
export const STATE_VERSION = 4;

const DirectiveState = z.object({
  /** The newest occurrence that was tried, and whether it may be tried again. */
  occurrence: z.string(),
  final: z.boolean(),
  attempts: z.int(),
  /** The newest slot that is done: a run by hand after it must not make it due again. */
  done_slot: z.string().nullable(),
  entry: z.string(),
  result: z.string(),
  verification: z.string(),
  at: z.string(),
  runs: z.int(),
  failures: z.int(),
  streak: z.object({ count: z.int(), sameCount: z.int(), signature: z.string() }).nullable(),
  breaker: z.object({ until: z.string(), opened: z.int(), signature: z.string() }).nullable(),
  /** The interrupted run that a person must settle before the directive runs again. */
  blocked: z.string().nullable(),
  /** An occurrence that a person released again, with its inputs. */
  retry: z.object({ occurrence: z.string(), params: z.record(z.string(), z.json()) }).nullable(),
});
export type DirectiveState = z.infer<typeof DirectiveState>;

const OpenIntent = z.object({
  run: z.string(),
  occurrence: z.string(),
  decision: z.string(),
  expires: z.string(),
  /** The day file that holds it. */
  path: z.string(),
});
export type OpenIntent = z.infer<typeof OpenIntent>;

const ScriptTapes = z.object({
  good: z.array(z.string()),
  failing: z.array(z.object({ signature: z.string(), tape: z.string() })),
});

export const LedgerState = z.object({
  v: z.literal(STATE_VERSION),
  head: z.object({ seq: z.int(), hash: z.string(), timestamp: z.string() }).nullable(),
  repository: z.string().nullable(),
  next_wake: z.string().nullable(),
  trees: Trees.nullable(),
  open_intents: z.array(OpenIntent),
  directives: z.record(z.string(), DirectiveState),
  /** Finished tasks, events and requests with the time, kept for 45 days: GitHub lets a run be repeated for 30. */
  done: z.record(z.string(), z.string()),
  spend: z.object({ day: z.string(), dayMicroCents: z.int(), month: z.string(), monthMicroCents: z.int() }),
  /** Money set aside and not given back. */
  leases: z.array(OpenLease),
  /** Models that failed lately, by id. */
  models: z.record(z.string(), ModelHealth),
  tapes: z.record(z.string(), ScriptTapes),
  /** Failures that a repair was asked for, by signature. */
  heals: z.record(z.string(), HealState),
  proposals: Proposals,
});
export type LedgerState = z.infer<typeof LedgerState>;

export const EMPTY_STATE: LedgerState = {
  v: STATE_VERSION,
  head: null,
  repository: null,
  next_wake: null,
  trees: null,
  open_intents: [],
  directives: {},
  done: {},
  spend: NOTHING_SPENT,
  leases: [],
  models: {},
  tapes: {},
  heals: {},
  proposals: {},
};

const DONE_KEPT_MS = 45 * 86_400_000;

/** The state after one more record. Pure: the same records give the same bytes on every machine. */
export function applyRecord(state: LedgerState, record: LedgerRecord, head: ChainHead): LedgerState {
  if (record.kind === 'genesis') return { ...state, head, repository: record.repository };
  if (record.kind === 'intent')
    return { ...state, head, open_intents: withIntent(state.open_intents, record, dayPath(head.timestamp)) };
  if (record.kind === 'lease') return withLease(state, record, head);
  return {
    ...state,
    head,
    ...wakeAfter(state, record),
    open_intents: state.open_intents.filter((intent) => intent.run !== record.id),
    directives: withDirective(state.directives, record),
    done: withDone(state.done, record, head.timestamp),
    spend: withCost(state, record, head.timestamp),
    leases: openLeases(state.leases, head.timestamp).filter(
      ({ id }) => !record.leases?.some((ended) => ended.id === id),
    ),
    models: record.metrics.calls.reduce((health, call) => healthAfterCall(health, call, head.timestamp), state.models),
    tapes: retainTapes(state.tapes, record),
    heals: healsAfter(state.heals, record, sameFailures(state, record)),
    proposals: proposalsAfter(state.proposals, record, head.timestamp),
  };
}

/** One intent per run is open at a time: that of its newest step. */
function withIntent(open: readonly OpenIntent[], intent: Intent, path: string): OpenIntent[] {
  const { run, occurrence, decision, expires } = intent;
  return [...open.filter((other) => other.run !== run), { run, occurrence, decision, expires, path }];
}

function withLease(state: LedgerState, lease: Lease, head: ChainHead): LedgerState {
  const { id, run, amount, probe } = lease;
  const at = head.timestamp;
  return {
    ...state,
    head,
    leases: [...openLeases(state.leases, at), { id, run, microCents: fromDollars(amount), at }],
    models: probe ? healthAfterProbe(state.models, { model: probe, run, at }) : state.models,
  };
}

/** A run that works over the end of a month ends within this. */
const LONGEST_RUN_MS = 2 * 86_400_000;

/** One that was never given back counts until its month is over; a run that is still at work books it there. */
const openLeases = (leases: readonly OpenLease[], now: string): OpenLease[] =>
  leases.filter(({ at }) => at.slice(0, 7) >= now.slice(0, 7) || Date.parse(now) - Date.parse(at) < LONGEST_RUN_MS);

/** What was spent belongs to the day on which the money was set aside, so that no midnight lets a cap be passed twice. */
function withCost({ spend, leases }: LedgerState, entry: Entry, now: string): LedgerState['spend'] {
  const ended = entry.leases ?? [];
  const parts = ended.map(({ id, spent }) => ({
    at: leases.find((lease) => lease.id === id)?.at ?? now,
    cost: fromDollars(spent),
  }));
  const rest = parts.reduce((left, { cost }) => left - cost, fromDollars(entry.metrics.cost));
  const costs = [...parts, { at: now, cost: rest }].filter(({ cost }) => cost !== 0);
  return costs.reduce((sum, { at, cost }) => addSpend(sum, at, cost), spend);
}

/** How often in a row the directive has failed as the entry of a repair says. */
function sameFailures({ directives }: LedgerState, { decision, heal }: Entry): number {
  const streak = directives[decision]?.streak;
  return heal && streak?.signature === heal.signature ? streak.sameCount : 1;
}

/** When to wake and what was looked at then: bookkeeping puts off nothing that waits, and sees no change for a cycle. */
export function wakeAfter(
  { next_wake, trees }: LedgerState,
  entry: Pick<Entry, 'flow' | 'next_wake' | 'trees'>,
): { next_wake: string; trees: Trees } {
  const isKept = isBookkeeping(entry) && next_wake !== null && trees !== null;
  return isKept ? { next_wake, trees } : { next_wake: entry.next_wake, trees: entry.trees };
}

/** What the agent does for its memory is of no directive, and nobody asks for it twice. */
export const isBookkeeping = ({ flow }: Pick<Entry, 'flow'>): boolean => flow === 'consolidate' || flow === 'replay';

function withDirective(directives: LedgerState['directives'], entry: Entry): LedgerState['directives'] {
  // A repair is no run of the directive.
  if (entry.flow === 'heal' || isBookkeeping(entry)) return directives;
  const before = directives[entry.decision];
  if (entry.resolves) return before ? { ...directives, [entry.decision]: settle(before, entry) } : directives;
  // A run that another one overtook says nothing about the directive.
  if (entry.result === 'skipped' && !entry.final) return directives;
  return { ...directives, [entry.decision]: afterRun(before, entry) };
}

function afterRun(before: DirectiveState | undefined, entry: Entry): DirectiveState {
  const failed = entry.result === 'failure' || entry.verification === 'refuted';
  const signature = entry.failure?.signature ?? 'refuted';
  const streak = failed
    ? {
        count: (before?.streak?.count ?? 0) + 1,
        sameCount: before?.streak?.signature === signature ? before.streak.sameCount + 1 : 1,
        signature,
      }
    : null;
  return {
    occurrence: entry.occurrence,
    final: entry.final,
    attempts: before?.occurrence === entry.occurrence ? before.attempts + 1 : 1,
    done_slot: doneSlot(before?.done_slot ?? null, entry),
    entry: entry.id,
    result: entry.result,
    verification: entry.verification,
    at: entry.timestamp,
    runs: (before?.runs ?? 0) + 1,
    failures: (before?.failures ?? 0) + (failed ? 1 : 0),
    streak,
    breaker: streak ? breakerAfterFailure(before?.breaker ?? null, streak, entry.timestamp) : null,
    blocked: entry.result === 'interrupted' ? entry.id : (before?.blocked ?? null),
    retry: before?.retry?.occurrence === entry.occurrence ? null : (before?.retry ?? null),
  };
}

/** Slots of one directive sort by time as text. One that a person released again is no longer done. */
function doneSlot(before: string | null, entry: Entry): string | null {
  if (!isSlotOccurrence(entry.occurrence)) return before;
  if (!entry.final) return before === entry.occurrence ? null : before;
  return before === null || entry.occurrence > before ? entry.occurrence : before;
}

/** A person said what became of an interrupted run: `done` makes it final, `retry` lets the occurrence run again. */
function settle(before: DirectiveState, entry: Entry): DirectiveState {
  const isThisOne = before.occurrence === entry.occurrence;
  return {
    ...before,
    blocked: before.blocked === entry.resolves ? null : before.blocked,
    ...(isThisOne ? { final: entry.final, result: entry.result } : {}),
    done_slot: doneSlot(before.done_slot, entry),
    retry: entry.final ? before.retry : { occurrence: entry.occurrence, params: entry.params },
  };
}

function withDone(done: LedgerState['done'], entry: Entry, now: string): LedgerState['done'] {
  if (isSlotOccurrence(entry.occurrence) || !entry.final || entry.decision === '' || isBookkeeping(entry)) return done;
  const oldest = new Date(Date.parse(now) - DONE_KEPT_MS).toISOString();
  const kept = Object.entries(done).filter(([, at]) => at >= oldest);
  return Object.fromEntries([...kept, [entry.occurrence, entry.timestamp]]);
}
