import type { Decision } from '../domain/decision.ts';
import type { Directive } from '../domain/directive.ts';
import { applyRecord, type LedgerState } from '../domain/ledger-state.ts';
import { computeOptions, nextDue } from '../domain/option.ts';
import {
  type CallRecord,
  type CriterionRecord,
  type Entry,
  type Failure,
  RECORD_VERSION,
  type Unsealed,
  ZERO_HASH,
} from '../domain/record.ts';
import { redactJson } from '../domain/redaction.ts';
import { nextWake } from '../domain/wake.ts';
import type { Context } from './cycle-context.ts';
import { seconds, type Work } from './script-call.ts';

/** One occurrence to be run, with everything its entry must say about how it came to be. */
export interface Job {
  flow: 'cycle' | 'recover';
  work: Work;
  trigger: string;
  reason: string;
  decidedBy: Decision['decidedBy'];
  degraded: string | null;
  options: readonly string[];
  calls: readonly CallRecord[];
  promptSha256: string | null;
  /** What was known: the time and the ledger's place at the decision. */
  observed: Entry['observed'];
  /** All directives, to know when to wake. */
  directives: readonly Directive[];
  started: Date;
  /** Paths of set-aside text that go with the next record; emptied when they went. */
  recovered: string[];
}

/** How the run ended. */
export interface EntryFacts {
  steps: Entry['steps'];
  criteria: CriterionRecord[];
  files: string[];
  result: Entry['result'];
  verification: Entry['verification'];
  final: boolean;
  failure?: Failure;
  reason?: string;
  proposal?: string;
}

export function observe(state: LedgerState, now: Date, requests: readonly { occurrence: string }[]): Entry['observed'] {
  return {
    at: now.toISOString(),
    seq: state.head?.seq ?? -1,
    state: state.head?.hash ?? ZERO_HASH,
    requests: requests.map(({ occurrence }) => occurrence),
    lessons: [],
  };
}

export function toEntry(context: Context, state: LedgerState, job: Job, facts: EntryFacts): Unsealed<Entry> {
  const { clock, facts: repo, setting, redact } = context;
  const { work } = job;
  const now = clock.now();
  const entry: Unsealed<Entry> = {
    v: RECORD_VERSION,
    kind: 'entry',
    id: work.run,
    timestamp: now.toISOString(),
    flow: job.flow,
    trigger: job.trigger,
    occurrence: work.occurrence,
    decision: work.directive.name,
    params: redactJson(JSON.parse(JSON.stringify(work.params)), redact),
    reason: facts.reason ? `${facts.reason}. ${job.reason}` : job.reason,
    options: [...job.options],
    decided_by: job.decidedBy,
    model: job.calls.findLast((call) => call.outcome === 'ok')?.model ?? null,
    degraded: job.degraded,
    result: facts.result,
    verification: facts.verification,
    final: facts.final,
    steps: facts.steps,
    criteria: facts.criteria,
    ...(facts.failure ? { failure: facts.failure } : {}),
    metrics: metricsOf(job.calls, seconds(now.getTime() - job.started.getTime())),
    observed: job.observed,
    head: repo.head,
    prompt_sha256: job.promptSha256,
    next_wake: now.toISOString(),
    trees: repo.trees,
    ...(facts.proposal ? { proposal: facts.proposal } : {}),
    ...(setting.runUrl ? { run_url: setting.runUrl } : {}),
  };
  return { ...entry, next_wake: wakeAfter(context, state, entry, job.directives).toISOString() };
}

export function metricsOf(calls: readonly CallRecord[], durationS: number): Entry['metrics'] {
  const sum = (pick: (call: CallRecord) => number) => calls.reduce((total, call) => total + pick(call), 0);
  return {
    // Costs are whole micro-cents written as dollars; rounding the sum takes the binary noise out again.
    cost: Math.round(sum((call) => call.cost) * 1e8) / 1e8,
    duration_s: durationS,
    tokens_in: sum((call) => call.tokens_in),
    tokens_out: sum((call) => call.tokens_out + call.tokens_thinking),
    calls: [...calls],
  };
}

/** When to wake once this entry is in the ledger: what is still due then, or comes due first. */
export function wakeAfter(
  context: Context,
  state: LedgerState,
  entry: Unsealed<Entry>,
  directives: readonly Directive[],
): Date {
  const now = context.clock.now();
  const place = { seq: (state.head?.seq ?? -1) + 1, hash: ZERO_HASH, timestamp: entry.timestamp };
  const after = applyRecord(state, { ...entry, seq: place.seq, prev: ZERO_HASH }, place);
  return wakeAt(context, after, directives, now);
}

export function wakeAt(
  { setting }: Pick<Context, 'setting'>,
  state: LedgerState,
  directives: readonly Directive[],
  now: Date,
): Date {
  const secrets = new Set(Object.keys(setting.secrets));
  const { options, held } = computeOptions({ now, directives, state, requests: [], secrets, onlyRequests: false });
  return nextWake({
    now,
    optionsLeft: options.length,
    due: nextDue(directives, now),
    held,
    intents: state.open_intents,
  });
}
