import fc from 'fast-check';
import { type ChainHead, type SealedLine, seal } from '../../src/domain/chain.ts';
import {
  type Entry,
  FLOWS,
  type Genesis,
  type Intent,
  RESULTS,
  type Unsealed,
  type UnsealedRecord,
  VERIFICATIONS,
} from '../../src/domain/record.ts';
import { FAILURE_KINDS } from '../../src/domain/signature.ts';

const HASH = 'a'.repeat(64);

export const genesis: Unsealed<Genesis> = {
  v: 1,
  kind: 'genesis',
  id: 'genesis',
  timestamp: '2026-03-01T00:00:00.000Z',
  repository: 'forge/house',
};

export function entry(parts: Partial<Unsealed<Entry>> = {}): Unsealed<Entry> {
  return {
    v: 1,
    kind: 'entry',
    id: 'e1',
    timestamp: '2026-03-04T14:30:00.000Z',
    flow: 'cycle',
    trigger: 'local',
    occurrence: 'sweep@2026-03-04T00:00Z',
    decision: 'sweep',
    params: {},
    reason: 'only option',
    options: ['sweep@2026-03-04T00:00Z'],
    decided_by: 'single',
    model: null,
    degraded: null,
    result: 'success',
    verification: 'verified',
    final: true,
    steps: [],
    criteria: [],
    metrics: { cost: 0, duration_s: 1.5, tokens_in: 0, tokens_out: 0, calls: [] },
    observed: { at: '2026-03-04T14:30:00.000Z', seq: 0, state: HASH, requests: [], lessons: [] },
    head: 'b'.repeat(40),
    prompt_sha256: null,
    next_wake: '2026-03-05T00:00:00.000Z',
    trees: { directives: 'd', execution: 'e', github: 'g' },
    ...parts,
  };
}

export function intent(parts: Partial<Unsealed<Intent>> = {}): Unsealed<Intent> {
  return {
    v: 1,
    kind: 'intent',
    id: 'i1',
    timestamp: '2026-03-04T14:30:00.000Z',
    run: 'e1',
    trigger: 'local',
    occurrence: 'sweep@2026-03-04T00:00Z',
    decision: 'sweep',
    params: {},
    reason: 'only option',
    step: 1,
    script: 'execution/sweep.ts',
    key: HASH,
    expires: '2026-03-04T15:00:00.000Z',
    steps: [],
    ...parts,
  };
}

/** A record with the place in the chain that tests of its content do not care about. */
export const placed = (parts: Partial<Unsealed<Entry>> = {}, seq = 142): Entry => ({
  ...entry(parts),
  seq,
  prev: HASH,
});

/** Seals records one after the other, as a ledger grows. */
export function sealAll(records: readonly UnsealedRecord[], from?: ChainHead): SealedLine[] {
  let head = from;
  return records.map((record) => {
    const sealed = seal(record, head);
    head = sealed.head;
    return sealed;
  });
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  // Far over every limit, and cheap to make: one short text many times.
  fc
    .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), fc.integer({ min: 1000, max: 6000 }))
    .map(([text, times]) => text.repeat(times)),
);
const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const time = fc
  .date({ min: new Date('2026-01-30T00:00:00Z'), max: new Date('2026-03-03T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const name = fc.constantFrom('sweep', 'repo_status', 'constructor_like', 'publish');
const occurrence = fc.tuple(name, fc.nat(30), fc.constantFrom('task:', 'event:', 'dispatch:', '')).map(
  // 0 to 30 days after 2026-02-01; a slot when it is of no other kind
  ([directive, day, kind]) =>
    kind ? `${kind}${day}` : `${directive}@2026-02-${String((day % 28) + 1).padStart(2, '0')}T00:00Z`,
);
const json = fc.dictionary(
  fc.string({ maxLength: 12 }).filter((key) => key !== '__proto__'),
  fc.oneof(anyText, fc.integer(), fc.boolean(), fc.constant(null), fc.array(anyText, { maxLength: 3 })),
  { maxKeys: 4 },
);
const step = fc.record(
  {
    script: fc.constantFrom('execution/a.ts', 'execution/b.ts'),
    status: fc.constantFrom('success' as const, 'failure' as const, 'skipped' as const),
    duration_s: fc.nat(100_000).map((ms) => ms / 1000),
    output: json,
    reason: anyText,
    tape: hash,
  },
  { requiredKeys: ['script', 'status', 'duration_s'] },
);
const failure = fc.record({
  kind: fc.constantFrom(...FAILURE_KINDS),
  message: anyText,
  signature: fc.constantFrom('aaaaaaaaaaaa', 'bbbbbbbbbbbb'),
  log_tail: anyText,
});

const anyIntent = fc
  .record({ run: fc.constantFrom('r1', 'r2', 'r3'), timestamp: time, expires: time, occurrence, decision: name })
  .chain((own) =>
    fc
      .record({ params: json, reason: anyText, steps: fc.array(step, { maxLength: 6 }), step: fc.integer({ min: 1 }) })
      .map((rest) => intent({ ...own, ...rest })),
  );

const anyEntry = fc
  .record({
    id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
    timestamp: time,
    flow: fc.constantFrom(...FLOWS),
    occurrence,
    decision: name,
    result: fc.constantFrom(...RESULTS),
    verification: fc.constantFrom(...VERIFICATIONS),
    final: fc.boolean(),
    cost: fc.nat(50_000_000).map((microCents) => microCents / 100_000_000),
  })
  .chain(({ cost, ...own }) =>
    fc
      .record(
        {
          params: json,
          reason: anyText,
          degraded: fc.option(anyText),
          steps: fc.array(step, { maxLength: 8 }),
          failure,
          resolves: fc.constantFrom('r1', 'r2'),
        },
        { requiredKeys: ['params', 'reason', 'degraded', 'steps'] },
      )
      .map((rest) =>
        entry({ ...own, ...rest, metrics: { cost, duration_s: 1, tokens_in: 1, tokens_out: 1, calls: [] } }),
      ),
  );

/** A genesis and then anything that a ledger may hold, some of it far over the line limit before it is cut. */
export const anyLedger: fc.Arbitrary<UnsealedRecord[]> = fc
  .array(fc.oneof<fc.Arbitrary<UnsealedRecord>[]>(anyEntry, anyIntent), { minLength: 1, maxLength: 12 })
  .map((records) => [genesis, ...records]);
