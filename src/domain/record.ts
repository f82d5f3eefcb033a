import { z } from 'zod';
import { FAILURE_KINDS } from './signature.ts';

/** The ledger's records: one JSON object per line, field names as in the article. */

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in hexadecimal');
const Timestamp = z.iso.datetime({ error: 'a UTC time such as 2026-03-04T14:30:00.000Z' });
const Json = z.record(z.string(), z.json());

export const RECORD_VERSION = 1;
export const LINE_LIMIT_BYTES = 16 * 1024;
export const ZERO_HASH = '0'.repeat(64);

export const RESULTS = ['success', 'failure', 'skipped', 'interrupted'] as const;
export const VERIFICATIONS = ['verified', 'unverified', 'refuted'] as const;
export const FLOWS = ['cycle', 'recover', 'resolve', 'init', 'heal', 'consolidate', 'replay'] as const;

const base = {
  v: z.literal(RECORD_VERSION),
  seq: z.int().min(0),
  id: z.string().min(1).max(80),
  timestamp: Timestamp,
};
const prev = { prev: Sha256 };

export const Failure = z.object({
  kind: z.enum(FAILURE_KINDS),
  message: z.string(),
  signature: z.string(),
  log_tail: z.string(),
  script: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

export const StepRecord = z.object({
  script: z.string(),
  status: z.enum(['success', 'failure', 'skipped']),
  duration_s: z.number(),
  output: Json.optional(),
  reason: z.string().optional(),
  key: Sha256.optional(),
  adopted: z.literal(true).optional(),
  /** US dollars for the texts it asked of a model. */
  cost: z.number().optional(),
  tape: Sha256.optional(),
});
export type StepRecord = z.infer<typeof StepRecord>;

export const CriterionRecord = z.object({
  script: z.string(),
  holds: z.boolean().nullable(),
  reason: z.string().optional(),
  duration_s: z.number(),
});
export type CriterionRecord = z.infer<typeof CriterionRecord>;

/** One model call as it was billed. `cost` in US dollars, by the price of `model`, which need not be the one asked. */
export const CallRecord = z.object({
  task: z.string(),
  model_asked: z.string(),
  model: z.string(),
  outcome: z.string(),
  tokens_in: z.int(),
  tokens_cached: z.int(),
  /** Part of `tokens_in`, like the cached ones; only where the vendor billed for writing its cache. */
  tokens_cache_written: z.int().optional(),
  tokens_out: z.int(),
  tokens_thinking: z.int(),
  cost: z.number(),
  duration_s: z.number(),
  /** The vendor did not say what it billed, so the call is booked at the most it can have cost. */
  assumed: z.literal(true).optional(),
  /** The step that asked; absent where it was the agent itself. */
  step: z.int().min(1).optional(),
  /** How many equal calls this line stands for, where all of them would not fit into the record. */
  count: z.int().min(2).optional(),
});
export type CallRecord = z.infer<typeof CallRecord>;

/** What became of a failure that a repair was asked for; an entry of the flow `heal` carries it. */
export const HealRecord = z.object({
  script: z.string(),
  signature: z.string(),
  /** The entry that failed, and when. */
  entry: z.string(),
  failed_at: Timestamp,
  cause: z.string(),
  outcome: z.enum(['proposed', 'escalated', 'none']),
  attempts: z.int(),
  /** sha256 of the script that failed: another one may have been mended. */
  before: Sha256.nullable(),
});
export type HealRecord = z.infer<typeof HealRecord>;

/** A failure that is over: the same script, changed since, did its work. `after_s`: from the failure to this. */
export const HealedRecord = z.object({
  script: z.string(),
  signature: z.string(),
  entry: z.string(),
  after_s: z.number(),
});
export type HealedRecord = z.infer<typeof HealedRecord>;

/** What a night made of the records of a day; an entry of the flow `consolidate` carries it. */
export const ConsolidationRecord = z.object({
  /** The UTC day, as its file is called, and the records that the night consumed. */
  day: z.iso.date(),
  from: z.int().min(0),
  to: z.int().min(0),
  /** sha256 of what the night did, in ledger/nights; null where nothing was changed or refused. */
  operations: Sha256.nullable(),
  /** sha256 of knowledge/lessons.md after the night. */
  lessons: Sha256,
  added: z.int(),
  changed: z.int(),
  retired: z.int(),
  rejected: z.int(),
});
export type ConsolidationRecord = z.infer<typeof ConsolidationRecord>;

/** Tree ids of the folders whose change must wake the agent. */
export const Trees = z.object({ directives: z.string(), execution: z.string(), github: z.string() });
export type Trees = z.infer<typeof Trees>;

export const Genesis = z.object({
  ...base,
  kind: z.literal('genesis'),
  /** `owner/name`, or `local/<first commit>` where no remote names it. */
  repository: z.string(),
  ...prev,
});
export type Genesis = z.infer<typeof Genesis>;

/** Said, and pushed, before an outside effect. The run's entry, which carries the id in `run`, closes it. */
export const Intent = z.object({
  ...base,
  kind: z.literal('intent'),
  run: z.string(),
  trigger: z.string(),
  occurrence: z.string(),
  decision: z.string(),
  params: Json,
  reason: z.string(),
  step: z.int().min(1),
  script: z.string(),
  key: Sha256,
  expires: Timestamp,
  /** What the steps before this one gave, so that another process can go on from here. */
  steps: z.array(StepRecord),
  ...prev,
});
export type Intent = z.infer<typeof Intent>;

/**
 * Money set aside, and pushed, before a model is asked. The run's entry gives it back and books what was spent of it;
 * until then, and for good when the run dies, it counts as spent.
 */
export const Lease = z.object({
  ...base,
  kind: z.literal('lease'),
  run: z.string(),
  task: z.string(),
  /** US dollars. */
  amount: z.number(),
  /** The model whose breaker is half open and that this run alone may now try. */
  probe: z.string().optional(),
  ...prev,
});
export type Lease = z.infer<typeof Lease>;

export const Entry = z.object({
  ...base,
  kind: z.literal('entry'),
  flow: z.enum(FLOWS),
  trigger: z.string(),
  occurrence: z.string(),
  decision: z.string(),
  params: Json,
  reason: z.string(),
  options: z.array(z.string()),
  decided_by: z.enum(['single', 'model', 'policy', 'person']),
  model: z.string().nullable(),
  /** Why a model that should have decided did not; null when nothing was amiss. */
  degraded: z.string().nullable(),
  /** Why models before the one that answered were passed over. */
  fallback: z.string().optional(),
  result: z.enum(RESULTS),
  verification: z.enum(VERIFICATIONS),
  /** False while the same occurrence may be tried again. */
  final: z.boolean(),
  steps: z.array(StepRecord),
  criteria: z.array(CriterionRecord),
  failure: Failure.optional(),
  metrics: z.object({
    cost: z.number(),
    duration_s: z.number(),
    tokens_in: z.int(),
    tokens_out: z.int(),
    calls: z.array(CallRecord),
  }),
  /** The leases that end here, and what was spent of each in US dollars; together they are `metrics.cost`. */
  leases: z.array(z.object({ id: z.string(), spent: z.number() })).optional(),
  /** What was known when the decision was made, as ids and hashes: with `head` it rebuilds the prompt. */
  observed: z.object({
    at: Timestamp,
    seq: z.int(),
    state: Sha256,
    requests: z.array(z.string()),
    /** Ids of the lessons that were shown. */
    lessons: z.array(z.string()),
    /** Of each request whose option was offered: its directive and the names of the inputs it gave. */
    asked: z.array(z.object({ occurrence: z.string(), directive: z.string(), given: z.array(z.string()) })).optional(),
    /** Files that the prompt rests on and that were not as `head` has them. */
    dirty: z.array(z.string()).optional(),
  }),
  head: z.string(),
  prompt_sha256: Sha256.nullable(),
  next_wake: Timestamp,
  trees: Trees,
  /** Ids of the lessons that the decision says it used; its outcome counts for or against them. */
  lessons: z.array(z.string()).optional(),
  /** The interrupted run that a person's decision settles. */
  resolves: z.string().optional(),
  /** The branch that holds the files for review, where the directive delivers so. */
  proposal: z.string().optional(),
  /** The pull request, or the issue that asks for one where the agent may open none. */
  proposal_url: z.string().optional(),
  heal: HealRecord.optional(),
  healed: z.array(HealedRecord).optional(),
  consolidation: ConsolidationRecord.optional(),
  run_url: z.string().optional(),
  ...prev,
});
export type Entry = z.infer<typeof Entry>;

export const LedgerRecord = z.discriminatedUnion('kind', [Genesis, Intent, Lease, Entry]);
export type LedgerRecord = z.infer<typeof LedgerRecord>;

/** A record before it has its place in the chain: `seq` and `prev` are given at each attempt to push. */
export type Unsealed<T extends LedgerRecord> = T extends LedgerRecord ? Omit<T, 'seq' | 'prev'> : never;
export type UnsealedRecord = Unsealed<LedgerRecord>;
