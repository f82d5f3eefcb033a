import { sumCalls } from './call-sums.ts';
import { sha256 } from './occurrence.ts';
import { LedgerRecord, LINE_LIMIT_BYTES, type StepRecord, type UnsealedRecord, ZERO_HASH } from './record.ts';

/** Where the chain stands: the last line's number and hash. `undefined` stands for an empty ledger. */
export interface ChainHead {
  seq: number;
  hash: string;
  timestamp: string;
}

export interface SealedLine {
  record: LedgerRecord;
  /** Without newline. */
  line: string;
  head: ChainHead;
  /** The day file it belongs to, never older than the newest record's: `ledger/2026/03/04.jsonl`. */
  path: string;
}

export const lineHash = (line: string | Uint8Array): string => sha256(line);

/** The later of two ISO times, days or months. */
export const laterTime = (a: string, b: string): string => [a, b].sort().at(1) as string;

export const dayPath = (timestamp: string): string => `ledger/${timestamp.slice(0, 10).replaceAll('-', '/')}.jsonl`;

/** Gives a record its place after `head` and writes it as one canonical line of at most 16 KB. */
export function seal(record: UnsealedRecord, head: ChainHead | undefined): SealedLine {
  const place = { seq: head ? head.seq + 1 : 0, prev: head?.hash ?? ZERO_HASH };
  const sealed = canonical(fitLine({ ...record, ...place } as LedgerRecord));
  const line = JSON.stringify(sealed);
  // A clock that went backwards must not put a line behind newer ones: it joins the newest day's file.
  const newest = laterTime(head?.timestamp ?? '', record.timestamp);
  return {
    record: sealed,
    line,
    head: { seq: place.seq, hash: lineHash(line), timestamp: newest },
    path: dayPath(newest),
  };
}

/** A fixed key order: v, kind, seq, id, timestamp first, prev last, as written otherwise. */
function canonical(record: LedgerRecord): LedgerRecord {
  const { v, kind, seq, id, timestamp, prev, ...rest } = record;
  return { v, kind, seq, id, timestamp, ...rest, prev } as LedgerRecord;
}

/** The inputs go last: an interrupted run is done again with them. */
const TRIM_STEPS = [
  { limit: 2000, paramsLimit: 8000 },
  { limit: 500, paramsLimit: 8000 },
  { limit: 120, paramsLimit: 4000 },
  { limit: 0, paramsLimit: 4000 },
  { limit: 0, paramsLimit: 200 },
] as const;

/** Sums equal model calls up, cuts long texts and then step outputs until the line fits; ids, results, costs and hashes are never cut. */
function fitLine(record: LedgerRecord): LedgerRecord {
  if (byteLength(record) <= LINE_LIMIT_BYTES) return record;
  const summed = withSummedCalls(record);
  for (const step of TRIM_STEPS) {
    const cut = cutTexts(summed, step);
    if (byteLength(cut) <= LINE_LIMIT_BYTES) return cut;
  }
  throw new Error(`a ${record.kind} record can not be cut to ${LINE_LIMIT_BYTES} bytes`);
}

function withSummedCalls(record: LedgerRecord): LedgerRecord {
  if (record.kind !== 'entry') return record;
  return { ...record, metrics: { ...record.metrics, calls: sumCalls(record.metrics.calls) } };
}

const byteLength = (record: LedgerRecord): number => Buffer.byteLength(JSON.stringify(record));

function cutTexts(record: LedgerRecord, { limit, paramsLimit }: (typeof TRIM_STEPS)[number]): LedgerRecord {
  const cut = (text: string) => (text.length > limit ? `${text.slice(0, limit)}…` : text);
  if (record.kind === 'genesis' || record.kind === 'lease') return record;
  const steps = record.steps.map((step) => cutStep(step, limit, cut));
  const params = JSON.stringify(record.params).length > paramsLimit ? { left_out: true } : record.params;
  if (record.kind === 'intent') return { ...record, params, steps, reason: cut(record.reason) };
  const failure = record.failure && {
    ...record.failure,
    message: cut(record.failure.message),
    log_tail: cut(record.failure.log_tail),
  };
  const criteria = record.criteria.map((criterion) =>
    criterion.reason ? { ...criterion, reason: cut(criterion.reason) } : criterion,
  );
  const degraded = record.degraded === null ? null : cut(record.degraded);
  const fallback = record.fallback === undefined ? {} : { fallback: cut(record.fallback) };
  return {
    ...record,
    params,
    steps,
    criteria,
    degraded,
    ...fallback,
    reason: cut(record.reason),
    ...(failure ? { failure } : {}),
  };
}

function cutStep({ output, ...step }: StepRecord, limit: number, cut: (text: string) => string): StepRecord {
  const size = output ? JSON.stringify(output).length : 0;
  const reason = step.reason === undefined ? undefined : cut(step.reason);
  if (!output || size <= limit) return { ...step, ...(reason ? { reason } : {}), ...(output ? { output } : {}) };
  return { ...step, reason: reason ?? `output of ${size} characters left out` };
}

/** Reads one line; a misfit comes back as text for a finding. */
export function parseLine(line: string): { record: LedgerRecord } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: 'a line that is no JSON' };
  }
  const result = LedgerRecord.safeParse(value);
  if (result.success) return { record: result.data };
  const issue = result.error.issues[0];
  return { problem: `a record whose \`${issue?.path.join('.')}\` is not ${issue?.message}` };
}

/** Says why `line` can not follow `head`; undefined when it can. */
export function chainProblem(
  record: LedgerRecord,
  head: ChainHead | undefined,
): { found: string; expected: string } | undefined {
  const expectedSeq = head ? head.seq + 1 : 0;
  if (record.seq !== expectedSeq) return { found: `seq ${record.seq}`, expected: `seq ${expectedSeq}` };
  if (record.prev !== (head?.hash ?? ZERO_HASH))
    return { found: `prev ${record.prev.slice(0, 12)}…`, expected: `${(head?.hash ?? ZERO_HASH).slice(0, 12)}…` };
  if ((record.kind === 'genesis') !== (head === undefined))
    return { found: `a ${record.kind} at seq ${record.seq}`, expected: 'one genesis, as the first line' };
  return undefined;
}
