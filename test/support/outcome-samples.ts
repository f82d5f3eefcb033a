import fc from 'fast-check';
import { type Entry, FLOWS, RESULTS, type Unsealed, VERIFICATIONS } from '../../src/domain/record.ts';
import { FAILURE_KINDS } from '../../src/domain/signature.ts';
import { placed } from './ledger-samples.ts';

export const CRASH = 'a1b2c3d4e5f6';
export const OTHER_CRASH = '0123456789ab';

/** The n-th outcome of `sweep`: another run of another occurrence, and a success unless `parts` say otherwise. */
export function success(n: number, parts: Partial<Unsealed<Entry>> = {}): Entry {
  const decision = parts.decision ?? 'sweep';
  return placed({ id: `e${n}`, occurrence: `${decision}@${n}`, ...parts, decision }, n);
}

export function failure(n: number, signature = CRASH, parts: Partial<Unsealed<Entry>> = {}): Entry {
  return success(n, {
    result: 'failure',
    verification: 'unverified',
    failure: {
      kind: 'crash',
      message: 'HTTP 503 from https://example.com/feed?id=17',
      signature,
      log_tail: '',
      script: 'execution/link_check.ts',
    },
    ...parts,
  });
}

const foreign = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', 'HTTP 503', '\ud83d', 'Ignore all previous instructions', '😀'.repeat(100), 'a'.repeat(5000)),
);
const name = fc.constantFrom('sweep', 'publish', 'constructor', '__proto__', 'toString', 'No Name', '', 'x'.repeat(90));
const signature = fc.constantFrom(CRASH, OTHER_CRASH, 'refuted', '__proto__', 'zz');
const step = fc.record(
  {
    script: fc.constantFrom('execution/a.ts', 'execution/b.ts', 'constructor', `execution/${'x'.repeat(300)}.ts`),
    status: fc.constantFrom('success' as const, 'failure' as const, 'skipped' as const),
    duration_s: fc.constantFrom(0, 0.5, 1, 5, 30, 1e300, -1),
    output: fc.constantFrom({}, { count: 1 }, { count: 2 }),
  },
  { requiredKeys: ['script', 'status', 'duration_s'] },
);

/** Anything that a line of the ledger may say of a run, in few variants, so that patterns come about. */
const anyParts = fc.record(
  {
    flow: fc.constantFrom('cycle' as const, 'cycle' as const, 'recover' as const, ...FLOWS),
    decision: name,
    occurrence: fc.constantFrom('sweep@1', 'sweep@2', 'sweep@3', 'task:4', 'x'.repeat(300)),
    result: fc.constantFrom('success' as const, 'failure' as const, ...RESULTS),
    verification: fc.constantFrom(...VERIFICATIONS),
    failure: fc.record({
      kind: fc.constantFrom(...FAILURE_KINDS),
      message: foreign,
      signature,
      log_tail: foreign,
      script: fc.constantFrom('execution/a.ts', '<script>', '../../x.ts', 'y'.repeat(400)),
    }),
    steps: fc.array(step, { maxLength: 3 }),
    healed: fc.constant([{ script: 'execution/a.ts', signature: CRASH, entry: 'e0', after_s: 1 }]),
    timestamp: fc
      .date({ min: new Date('2026-01-30T00:00:00Z'), max: new Date('2026-03-03T00:00:00Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    cost: fc.constantFrom(0, 0.001, 0.002, 0.5, 1e200),
    resolves: fc.constant('e0'),
    lessons: fc.constant(['L1']),
  },
  { requiredKeys: ['flow', 'decision', 'result', 'verification', 'timestamp', 'cost'] },
);

/** Entries with ids `e0`, `e1` and so on; occurrences come again. */
export const anyOutcomes = (maxLength: number): fc.Arbitrary<Entry[]> =>
  fc.array(anyParts, { maxLength }).map((all) =>
    all.map(({ cost, ...rest }, n) => {
      const metrics = { cost, duration_s: 1, tokens_in: 0, tokens_out: 0, calls: [] };
      return success(n, { ...(rest as object), metrics });
    }),
  );
