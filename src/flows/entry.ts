import { CONFIG_FILE } from '../domain/config.ts';
import type { Decision } from '../domain/decision.ts';
import type { Directive } from '../domain/directive.ts';
import { waitingRepairs } from '../domain/heal/heal-state.ts';
import { applyRecord, type LedgerState } from '../domain/ledger-state.ts';
import { LESSONS_FILE } from '../domain/memory/lesson.ts';
import { computeOptions, nextDue, type Request } from '../domain/option.ts';
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
import type { Account } from './account.ts';
import { type Context, newRunId } from './cycle-context.ts';
import type { Situation } from './gather.ts';
import { STATE_FILE } from './ledger-reader.ts';
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
  account: Account;
  /** Why models before the one that decided were passed over. */
  fallback?: string | undefined;
  promptSha256: string | null;
  /** What was known: the time and the ledger's place at the decision. */
  observed: Entry['observed'];
  /** Ids of the lessons that the decision used. */
  lessons?: readonly string[];
  /** All directives, to know when to wake. */
  directives: readonly Directive[];
  started: Date;
  /** What else was asked for: some of it may be left for the next cycle. */
  requests?: readonly Request[];
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
  proposal_url?: string;
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

/** Files that the prompt of a decision is made from. */
const GROUNDS = ['directives', CONFIG_FILE, LESSONS_FILE, STATE_FILE];
/** Longer lists would not fit into a record beside everything else. */
const LIST_BYTES = 3000;
const PATH_CHARACTERS = 200;

/** Besides what `observe` gives, what it takes to make the prompt of a decision again. */
export async function groundsOf(
  { repo }: Pick<Context, 'repo'>,
  { options, requests }: Pick<Situation, 'options' | 'requests'>,
): Promise<Required<Pick<Entry['observed'], 'asked' | 'dirty'>>> {
  const asked = options.flatMap(({ id, directive }) => {
    const request = requests.find(({ occurrence, directive: name }) => occurrence === id && name === directive.name);
    if (!request) return [];
    const given = directive.inputs.map(({ name }) => name).filter((name) => request.params[name] !== undefined);
    return [{ occurrence: id, directive: directive.name, given }];
  });
  const dirty = await repo.changedPaths(GROUNDS);
  return { asked: fitting(asked), dirty: fitting(dirty.map((path) => path.slice(0, PATH_CHARACTERS))) };
}

/** As many of the first as LIST_BYTES hold. */
function fitting<T>(items: readonly T[]): T[] {
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > LIST_BYTES;
  });
  return end < 0 ? [...items] : items.slice(0, end);
}

/** An entry about nothing yet: what every entry of this process says alike. */
export function blankEntry(context: Context, state: LedgerState, flow: Entry['flow']): Unsealed<Entry> {
  const { clock, facts, setting } = context;
  const now = clock.now();
  return {
    v: RECORD_VERSION,
    kind: 'entry',
    id: newRunId(clock),
    timestamp: now.toISOString(),
    flow,
    trigger: setting.trigger,
    occurrence: '',
    decision: 'none',
    params: {},
    reason: '',
    options: [],
    decided_by: 'policy',
    model: null,
    degraded: null,
    result: 'skipped',
    verification: 'unverified',
    final: false,
    steps: [],
    criteria: [],
    metrics: metricsOf([], 0),
    observed: observe(state, now, []),
    head: facts.head,
    prompt_sha256: null,
    next_wake: now.toISOString(),
    trees: facts.trees,
    ...(setting.runUrl ? { run_url: setting.runUrl } : {}),
  };
}

/** The entry with the time to wake that follows from it. */
export function withWake(
  context: Context,
  state: LedgerState,
  entry: Unsealed<Entry>,
  { directives, requests = [] }: Pick<Job, 'directives' | 'requests'>,
): Unsealed<Entry> {
  const now = context.clock.now();
  const place = { seq: (state.head?.seq ?? -1) + 1, hash: ZERO_HASH, timestamp: entry.timestamp };
  const after = applyRecord(state, { ...entry, seq: place.seq, prev: ZERO_HASH }, place);
  return { ...entry, next_wake: wakeAt(context, after, { directives, now, requests }).toISOString() };
}

/** What a job came to, as its entry. */
export function toEntry(context: Context, state: LedgerState, job: Job, facts: EntryFacts): Unsealed<Entry> {
  const { work, account } = job;
  const { files: _, reason, ...outcome } = facts;
  const blank = blankEntry(context, state, job.flow);
  const entry: Unsealed<Entry> = {
    ...blank,
    ...outcome,
    id: work.run,
    trigger: job.trigger,
    occurrence: work.occurrence,
    decision: work.directive.name,
    params: redactJson(toJson(work.params), context.redact),
    reason: reason ? `${reason}. ${job.reason}` : job.reason,
    options: [...job.options],
    decided_by: job.decidedBy,
    model: account.calls.findLast((call) => call.outcome === 'ok' && call.step === undefined)?.model ?? null,
    degraded: job.degraded,
    ...(job.fallback ? { fallback: job.fallback } : {}),
    ...leasesOf(account),
    metrics: metricsOf(account.calls, seconds(Date.parse(blank.timestamp) - job.started.getTime())),
    observed: job.observed,
    prompt_sha256: job.promptSha256,
    ...(job.lessons && job.lessons.length > 0 ? { lessons: [...job.lessons] } : {}),
  };
  return withWake(context, state, entry, job);
}

/** The leases that an entry ends. */
export const leasesOf = ({ leases }: Account): Pick<Entry, 'leases'> =>
  leases.length > 0 ? { leases: [...leases] } : {};

export const toJson = (params: Readonly<Record<string, unknown>>): Entry['params'] =>
  JSON.parse(JSON.stringify(params));

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

export function wakeAt(
  { setting, forge }: Pick<Context, 'setting' | 'forge'>,
  state: LedgerState,
  { directives, requests = [], now }: Pick<Job, 'directives' | 'requests'> & { now: Date },
): Date {
  const secrets = new Set(Object.keys(setting.secrets));
  // What waits for a review waits for an event, and not for a time.
  const waiting = waitingRepairs(state.heals);
  const { options, held } = computeOptions({
    now,
    directives,
    state,
    requests,
    secrets,
    onlyRequests: false,
    isWithoutForge: forge === undefined,
    waiting,
  });
  return nextWake({
    now,
    optionsLeft: options.length,
    due: nextDue(directives, now),
    held,
    intents: state.open_intents,
  });
}
