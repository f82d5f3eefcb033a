import { describe, expect, it } from 'vitest';
import type { Lesson } from '../../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY } from '../../../../src/domain/memory/memory.ts';
import { tally } from '../../../../src/domain/memory/tally.ts';
import { placed } from '../../../support/ledger-samples.ts';
import { sweepLesson } from '../../../support/lesson-samples.ts';

const DAY = '2026-03-04';

const lesson = (id: string, parts: Partial<Lesson> = {}) =>
  sweepLesson({ id, claim: 'The feed is slow at night.', evidence: ['e1'], since: '2026-03-01', ...parts });

const memory = { ...EMPTY_MEMORY, next: 3, lessons: [lesson('L1'), lesson('L2', { helpful: 4, used: '2026-03-02' })] };
const counts = (result: typeof memory) =>
  result.lessons.map(({ helpful, harmful, used }) => [helpful, harmful, used] as const);

describe('tally', () => {
  it('counts a success for the lessons that the decision named', () => {
    expect(counts(tally(memory, placed({ lessons: ['L2'] }), DAY))).toEqual([
      [0, 0, null],
      [5, 0, DAY],
    ]);
  });

  it('counts a failure, and a success that was refuted, against them', () => {
    const failed = tally(memory, placed({ lessons: ['L1'], result: 'failure', verification: 'unverified' }), DAY);
    expect(counts(failed)[0]).toEqual([0, 1, DAY]);
    const refuted = tally(memory, placed({ lessons: ['L1'], verification: 'refuted' }), DAY);
    expect(counts(refuted)[0]).toEqual([0, 1, DAY]);
  });

  it('counts one that is named twice once', () => {
    expect(counts(tally(memory, placed({ lessons: ['L1', 'L1', 'L1'] }), DAY))[0]).toEqual([1, 0, DAY]);
  });

  it.each(['skipped', 'interrupted'] as const)('knows of a run that was %s only that they were used', (result) => {
    expect(counts(tally(memory, placed({ lessons: ['L1'], result, verification: 'unverified' }), DAY))[0]).toEqual([
      0,
      0,
      DAY,
    ]);
  });

  it('passes over a person’s verdict, repairs and nights', () => {
    expect(tally(memory, placed({ lessons: ['L1'], resolves: 'e0' }), DAY)).toBe(memory);
    for (const flow of ['resolve', 'init', 'heal', 'consolidate', 'replay'] as const)
      expect(tally(memory, placed({ lessons: ['L1'], flow }), DAY)).toBe(memory);
  });

  it('passes over lessons that are not there, whatever they are called', () => {
    const strange = placed({ lessons: ['L9', 'constructor', '__proto__', 'toString', ''] });
    expect(tally(memory, strange, DAY)).toEqual(memory);
  });

  it('never sets the last use back', () => {
    expect(counts(tally(memory, placed({ lessons: ['L2'] }), '2026-03-01'))[1]).toEqual([5, 0, '2026-03-02']);
  });
});
