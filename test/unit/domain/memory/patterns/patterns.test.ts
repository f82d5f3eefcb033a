import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../src/domain/memory/patterns/findings.ts';
import { foldEntry, NO_PATTERNS, Patterns } from '../../../../../src/domain/memory/patterns/patterns.ts';
import type { Entry, StepRecord } from '../../../../../src/domain/record.ts';
import { anyOutcomes, CRASH, failure, OTHER_CRASH, success } from '../../../../support/outcome-samples.ts';

const DAY = '2026-03-04';
const fold = (entries: readonly Entry[], from: Patterns = NO_PATTERNS, day = DAY) =>
  entries.reduce((sum, entry) => foldEntry(sum, entry, day), from);
const failuresOf = (...entries: Entry[]) => fold(entries).failures;
const sightings = (trace: { sightings: { entry: string }[] } | undefined) => trace?.sightings.map(({ entry }) => entry);
const directiveOf = (...entries: Entry[]) => fold(entries).directives[0];
const times = <T>(count: number, make: (n: number) => T, from = 1): T[] =>
  Array.from({ length: count }, (_, index) => make(from + index));

describe('a failure', () => {
  it('is kept with its words, its outcomes and its last day', () => {
    expect(failuresOf(failure(1), failure(2))).toEqual([
      {
        directive: 'sweep',
        signature: CRASH,
        kind: 'crash',
        script: 'execution/link_check.ts',
        message: 'HTTP 503 from <https example.com>',
        sightings: [
          { entry: 'e1', occurrence: 'sweep@1' },
          { entry: 'e2', occurrence: 'sweep@2' },
        ],
        times: 2,
        last: DAY,
        misses: 0,
        over: null,
      },
    ]);
  });

  it('of another attempt at the same occurrence is no further evidence', () => {
    const again = failure(2, CRASH, { occurrence: 'sweep@1' });
    expect(sightings(failuresOf(failure(1), again)[0])).toEqual(['e1']);
    expect(sightings(failuresOf(failure(1), again, failure(3))[0])).toEqual(['e1', 'e3']);
  });

  it('is another one in another directive or with another signature', () => {
    expect(failuresOf(failure(1), failure(2, OTHER_CRASH), failure(3, CRASH, { decision: 'publish' }))).toHaveLength(3);
  });

  it('keeps the first two outcomes and the last six', () => {
    expect(sightings(failuresOf(...times(20, failure))[0])).toEqual([
      'e1',
      'e2',
      'e15',
      'e16',
      'e17',
      'e18',
      'e19',
      'e20',
    ]);
  });

  it('is over after three successes in a row, and begins anew when it comes back', () => {
    const failed = [failure(1), failure(2)];
    expect(failuresOf(...failed, success(3), success(4))[0]?.over).toBeNull();
    expect(failuresOf(...failed, success(3), success(4), success(5))[0]?.over).toBe('past');
    const interrupted = [success(3), success(4), failure(5, OTHER_CRASH), success(6)];
    expect(failuresOf(...failed, ...interrupted).find(({ signature }) => signature === CRASH)?.over).toBeNull();
    const back = failuresOf(...failed, ...times(3, success, 3), failure(6))[0];
    expect([sightings(back), back?.over]).toEqual([['e6'], null]);
  });

  it('that was seen once is remembered, whatever came between', () => {
    expect(sightings(failuresOf(failure(1), ...times(9, success, 2), failure(11))[0])).toEqual(['e1', 'e11']);
  });

  it('is over when its script was healed', () => {
    const healed = [{ script: 'execution/link_check.ts', signature: CRASH, entry: 'e2', after_s: 60 }];
    expect(failuresOf(failure(1), failure(2), success(3, { healed }))[0]?.over).toBe('healed');
  });

  it('is a refuted success, too', () => {
    const criteria = [{ script: 'execution/feed_check.ts', holds: false, reason: 'the feed is empty', duration_s: 1 }];
    const refuted = (n: number) => success(n, { verification: 'refuted', criteria });
    expect(failuresOf(refuted(1), refuted(2))).toMatchObject([
      { signature: 'refuted', kind: 'refuted', script: 'execution/feed_check.ts', message: 'the feed is empty' },
    ]);
  });

  it('is not what was skipped, settled by a person, repaired or only planned', () => {
    const others = [
      failure(1, CRASH, { resolves: 'e0' }),
      failure(2, CRASH, { result: 'skipped' }),
      failure(3, CRASH, { result: 'interrupted' }),
      failure(4, CRASH, { flow: 'heal' }),
      failure(5, CRASH, { flow: 'consolidate' }),
      failure(6, CRASH, { flow: 'replay' }),
      failure(7, CRASH, { flow: 'init' }),
    ];
    expect(fold(others)).toEqual(NO_PATTERNS);
  });
});

describe('a directive', () => {
  it('that alternates four times among its last eight outcomes is flapping, until it is steady', () => {
    const flaps = [success(1), failure(2), success(3), failure(4), success(5)];
    expect(directiveOf(...flaps.slice(0, 4))?.flapping).toBeUndefined();
    expect(sightings(directiveOf(...flaps)?.flapping)).toEqual(['e2', 'e3', 'e4', 'e5']);
    expect(sightings(directiveOf(...flaps, failure(6))?.flapping)).toEqual(['e2', 'e3', 'e4', 'e5', 'e6']);
    expect(directiveOf(...flaps, ...times(5, success, 6))?.flapping?.over).toBeNull();
    expect(directiveOf(...flaps, ...times(6, success, 6))?.flapping?.over).toBe('past');
  });

  it('whose second attempts succeed is not flapping', () => {
    const retried = times(6, (n) => [
      failure(2 * n, CRASH, { final: false, occurrence: `sweep@${n}` }),
      success(2 * n + 1, { occurrence: `sweep@${n}` }),
    ]);
    expect(directiveOf(...retried.flat())?.flapping).toBeUndefined();
    const turns = times(6, (n) => (n % 2 === 0 ? failure(n, CRASH, { final: false }) : success(n)));
    expect(sightings(directiveOf(...turns)?.flapping)).toEqual(['e2', 'e3', 'e4', 'e5']);
  });

  it('that fails three times in a row in different ways has a streak; in one way it has a failure', () => {
    expect(directiveOf(...times(5, failure))?.streak).toBeUndefined();
    const mixed = [failure(1), failure(2, OTHER_CRASH), failure(3)];
    expect(sightings(directiveOf(...mixed)?.streak)).toEqual(['e1', 'e2', 'e3']);
    expect(directiveOf(...mixed.slice(0, 2), success(3), failure(4))?.streak).toBeUndefined();
    expect(directiveOf(...mixed, ...times(3, success, 4))?.streak?.over).toBe('past');
  });
});

describe('runs without effect', () => {
  const steps = (output: StepRecord['output'], parts: Partial<StepRecord> = {}): StepRecord[] => [
    { script: 'execution/a.ts', status: 'success', duration_s: 1, ...(output ? { output } : {}), ...parts },
  ];
  const idle = (n: number, of = steps({ count: 0 })) => success(n, { verification: 'unverified', steps: of });
  const found = (...entries: Entry[]) => sightings(directiveOf(...entries)?.no_effect);

  it('are those that repeat the outputs of the run before', () => {
    expect(found(idle(1))).toBeUndefined();
    expect(found(...times(4, (n) => idle(n)))).toEqual(['e2', 'e3', 'e4']);
  });

  it('are those in a row only, until there is a pattern', () => {
    expect(found(idle(1), idle(2), idle(3, steps({ count: 7 })))).toBeUndefined();
    expect(found(idle(1), idle(2), failure(3))).toBeUndefined();
    const pattern = times(4, (n) => idle(n));
    const effects = times(3, (n) => idle(n, steps({ count: n })), 5);
    expect(directiveOf(...pattern, ...effects.slice(0, 2))?.no_effect?.over).toBeNull();
    expect(directiveOf(...pattern, ...effects)?.no_effect?.over).toBe('past');
  });

  it('are none that were verified, proposed, acted outside, or whose output was left out', () => {
    const key = 'a'.repeat(64);
    const effective = [
      (n: number) => success(n, { steps: steps({ count: 0 }) }),
      (n: number) => success(n, { verification: 'unverified', steps: steps({ count: 0 }), proposal: 'steward/x' }),
      (n: number) => idle(n, steps({ count: 0 }, { key })),
      (n: number) => idle(n, steps(undefined, { reason: 'output of 9000 characters left out' })),
    ];
    for (const make of effective) expect(found(...times(6, make))).toBeUndefined();
    expect(found(...times(4, (n) => idle(n, steps({ count: 0 }, { key, adopted: true }))))).toHaveLength(3);
  });
});

describe('what stands out', () => {
  const metrics = (cost: number) => ({ cost, duration_s: 1, tokens_in: 0, tokens_out: 0, calls: [] });
  const paid = (n: number, cost: number) => success(n, { metrics: metrics(cost) });
  const timed = (n: number, seconds: number, script = 'execution/a.ts') =>
    success(n, { steps: [{ script, status: 'success', duration_s: seconds, output: { n } }] });

  it('is a run at four times the median cost of the paid runs before, and at a cent', () => {
    const usual = times(5, (n) => paid(n, 0.01));
    expect(sightings(directiveOf(...usual, paid(6, 0.04))?.cost)).toEqual(['e6']);
    expect(directiveOf(...usual, paid(6, 0.039))?.cost).toBeUndefined();
    expect(directiveOf(...usual.slice(1), paid(6, 0.04))?.cost).toBeUndefined();
    expect(directiveOf(...times(5, (n) => paid(n, 0.001)), paid(6, 0.009))?.cost).toBeUndefined();
    expect(directiveOf(...times(9, (n) => paid(n, 0)), paid(10, 0.5))?.cost).toBeUndefined();
    expect(directiveOf(...usual, paid(6, 0.04), ...times(10, (n) => paid(n, 0.01), 7))?.cost?.over).toBe('past');
  });

  it('is a step at four times the median of its runs before, and at five seconds', () => {
    const usual = times(8, (n) => timed(n, 2));
    expect(directiveOf(...usual, timed(9, 8))?.slow).toMatchObject({ script: 'execution/a.ts', misses: 0 });
    expect(directiveOf(...usual, timed(9, 7.9))?.slow).toBeUndefined();
    expect(directiveOf(...usual.slice(1), timed(9, 8))?.slow).toBeUndefined();
    expect(directiveOf(...times(8, (n) => timed(n, 1)), timed(9, 4.9))?.slow).toBeUndefined();
    expect(directiveOf(...usual, timed(9, 8, 'execution/b.ts'))?.slow).toBeUndefined();
  });

  it('is a wait of more than two hours and three times what was asked for', () => {
    const at = (n: number, timestamp: string, next_wake: string) => success(n, { timestamp, next_wake });
    const gap = (timestamp: string, next_wake = '2026-03-04T01:00:00.000Z') =>
      sightings(fold([at(1, '2026-03-04T00:00:00.000Z', next_wake), at(2, timestamp, '2026-03-05T00:00:00.000Z')]).gap);
    expect(gap('2026-03-04T03:00:00.001Z')).toEqual(['e2']);
    expect(gap('2026-03-04T03:00:00.000Z')).toBeUndefined();
    expect(gap('2026-03-04T02:00:00.000Z', '2026-03-04T00:05:00.000Z')).toBeUndefined();
    // A clock that went backwards.
    expect(gap('2026-03-03T00:00:00.000Z')).toBeUndefined();
  });

  it('forgets a wait two weeks later', () => {
    const late = fold([
      success(1),
      success(2, { timestamp: '2026-03-09T00:00:00.000Z', next_wake: '2026-03-30T00:00:00.000Z' }),
    ]);
    expect(late.gap?.over).toBeNull();
    const later = (day: string) => fold([success(3, { timestamp: `${day}T00:00:00.000Z` })], late, day).gap?.over;
    expect(later('2026-03-17')).toBeNull();
    expect(later('2026-03-18')).toBe('past');
  });
});

describe('any outcomes', () => {
  it('fold to patterns of the schema, the same again, and the same from where they were kept', () => {
    fc.assert(
      fc.property(anyOutcomes(60), fc.nat(), (entries, cut) => {
        const whole = fold(entries);
        const kept = Patterns.parse(JSON.parse(JSON.stringify(fold(entries.slice(0, cut % (entries.length + 1))))));
        expect(fold(entries.slice(cut % (entries.length + 1)), kept)).toEqual(whole);
        expect(JSON.stringify(fold(structuredClone(entries)))).toBe(JSON.stringify(whole));
        for (const claim of findingsOf(whole).map((finding) => finding.claim())) {
          expect(claim.length).toBeLessThanOrEqual(300);
          expect(claim.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('rest on no entry that was not given', () => {
    fc.assert(
      fc.property(anyOutcomes(40), (entries) => {
        const ids = new Set(entries.map(({ id }) => id));
        for (const { trace } of findingsOf(fold(entries)))
          for (const { entry } of trace.sightings) expect(ids.has(entry)).toBe(true);
      }),
    );
  });
});

describe('the size', () => {
  it('stays bounded where everything is new each time', () => {
    const noisy = (n: number) =>
      failure(n, n.toString(16).padStart(12, '0'), {
        decision: `directive_${n % 150}`,
        failure: {
          kind: 'crash',
          message: `${n} ${'long '.repeat(400)}`,
          signature: n.toString(16).padStart(12, '0'),
          log_tail: '',
          script: `execution/${'s'.repeat(400)}.ts`,
        },
      });
    const patterns = fold(times(5000, noisy));
    expect(patterns.failures).toHaveLength(200);
    expect(patterns.directives).toHaveLength(100);
    expect(Patterns.parse(patterns)).toEqual(patterns);
    expect(JSON.stringify(patterns).length).toBeLessThan(400_000);
  });

  it('of one directive’s failures does not push out the others', () => {
    const known = failure(1, CRASH, { decision: 'publish' });
    const noisy = times(1000, (n) => failure(n, n.toString(16).padStart(12, '0')), 2);
    const { failures } = fold([known, ...noisy]);
    expect(failures.filter(({ directive }) => directive === 'sweep')).toHaveLength(25);
    expect(failures[0]).toMatchObject({ directive: 'publish', signature: CRASH });
  });
});
