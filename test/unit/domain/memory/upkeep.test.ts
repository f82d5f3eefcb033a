import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryFacts } from '../../../../src/domain/memory/entry-facts.ts';
import { LESSON_CAP, LESSON_ORIGINS, Lesson, PAGE_CAP_BYTES } from '../../../../src/domain/memory/lesson.ts';
import { applyAll, EMPTY_MEMORY, type Memory } from '../../../../src/domain/memory/memory.ts';
import { Operation } from '../../../../src/domain/memory/operation.ts';
import { upkeep } from '../../../../src/domain/memory/upkeep.ts';
import { sweepLesson } from '../../../support/lesson-samples.ts';

const DAY = '2026-03-04';
const SIGNATURE = 'a1b2c3d4e5f6';

const lesson = (id: string, parts: Partial<Lesson> = {}) =>
  sweepLesson({
    id,
    claim: 'The feed is slow at night.',
    evidence: ['e1'],
    since: '2026-03-01',
    status: 'candidate',
    ...parts,
  });

const withLessons = (...lessons: Lesson[]): Memory => ({ ...EMPTY_MEMORY, next: lessons.length + 1, lessons });
const failures = new Map<string, EntryFacts>(
  [
    { id: 'e1', occurrence: 'sweep@1' },
    { id: 'e1-again', occurrence: 'sweep@1' },
    { id: 'e2', occurrence: 'sweep@2' },
  ].map((own) => [own.id, { ...own, directive: 'sweep', result: 'failure' as const, signature: SIGNATURE }]),
);
const pageBytes = (lessons: readonly Lesson[]) => lessons.reduce((sum, { claim }) => sum + 100 + claim.length, 500);
const input = { day: DAY, factsById: (id: string) => failures.get(id), pageBytes };
const operations = (memory: Memory) => upkeep(memory, input).operations;

describe('a candidate', () => {
  const onFailure = (parts: Partial<Lesson>) =>
    lesson('L1', { when: { directive: 'sweep', signature: SIGNATURE }, ...parts });

  it('on a failure is active with two occurrences of it, however helpful it was', () => {
    expect(operations(withLessons(onFailure({ evidence: ['e1', 'e2'] })))).toEqual([{ op: 'activate', id: 'L1' }]);
    expect(operations(withLessons(onFailure({ evidence: ['e1', 'e1-again'], helpful: 9 })))).toEqual([]);
    expect(operations(withLessons(onFailure({ evidence: ['e1', 'invented'] })))).toEqual([]);
  });

  it('on a failure is not proven by another failure, another directive or a success', () => {
    const signature = 'ffffffffffff';
    const of = (when: Lesson['when']) => withLessons(onFailure({ evidence: ['e1', 'e2'], when }));
    expect(operations(of({ signature }))).toEqual([]);
    expect(operations(of({ directive: 'other', signature: SIGNATURE }))).toEqual([]);
    expect(operations(of({ signature: SIGNATURE }))).toHaveLength(1);
    const successes = {
      ...input,
      factsById: (id: string) => ({ ...failures.get('e1'), id, occurrence: id, result: 'success' }) as EntryFacts,
    };
    expect(upkeep(withLessons(onFailure({ evidence: ['e1', 'e2'] })), successes).operations).toEqual([]);
  });

  it('on anything else is active once it helped twice', () => {
    expect(operations(withLessons(lesson('L1', { helpful: 1, evidence: ['e1', 'e2'] })))).toEqual([]);
    expect(operations(withLessons(lesson('L1', { helpful: 2 })))).toEqual([{ op: 'activate', id: 'L1' }]);
  });

  it('goes when nothing spoke for it in 60 days', () => {
    const old = { since: '2026-01-01' };
    expect(operations(withLessons(lesson('L1', old)))).toEqual([{ op: 'retire', id: 'L1', reason: 'never proven' }]);
    expect(operations(withLessons(lesson('L1', { ...old, used: '2026-02-20' })))).toEqual([]);
    expect(operations(withLessons(lesson('L1', { since: '2026-01-03' })))).toEqual([]);
    expect(operations(withLessons(lesson('L1', { ...old, status: 'active' })))).toEqual([]);
  });
});

describe('a lesson', () => {
  it('that harmed more than it helped goes, and a person’s stays', () => {
    const harmful = { harmful: 3, helpful: 2, status: 'active' as const };
    expect(operations(withLessons(lesson('L1', harmful), lesson('L2', { ...harmful, origin: 'person' })))).toEqual([
      { op: 'retire', id: 'L1', reason: 'harmful 3 times, helpful 2 times' },
    ]);
    expect(operations(withLessons(lesson('L1', { ...harmful, helpful: 3 })))).toEqual([]);
  });

  it('that is least useful goes first when there are too many: candidates before active ones, the longest unused before others', () => {
    const many = Array.from({ length: LESSON_CAP }, (_, index) =>
      lesson(`L${index + 10}`, { status: 'active', used: '2026-03-03' }),
    );
    const memory = withLessons(
      lesson('L1', { status: 'active', used: '2026-03-03', helpful: 1 }),
      lesson('L2', { status: 'active', used: '2026-03-02' }),
      lesson('L3', { used: '2026-03-03' }),
      lesson('L4', { origin: 'person', status: 'active' }),
      ...many,
    );
    expect(operations(memory)).toEqual(
      ['L3', 'L2', 'L10', 'L11'].map((id) => ({ op: 'retire', id, reason: 'no room' })),
    );
  });

  it('is not made active in the night in which there is no room for it', () => {
    const many = Array.from({ length: LESSON_CAP }, (_, index) =>
      lesson(`L${index + 10}`, { status: 'active', helpful: 1 }),
    );
    const proven = lesson('L1', { when: { signature: SIGNATURE }, evidence: ['e1', 'e2'] });
    expect(operations(withLessons(proven, ...many))).toEqual([{ op: 'retire', id: 'L1', reason: 'no room' }]);
  });
});

describe('persons’ lessons', () => {
  it('are never touched, and said to be too many when they are', () => {
    const persons = Array.from({ length: LESSON_CAP + 1 }, (_, index) =>
      lesson(`L${index + 10}`, { origin: 'person', status: 'active' }),
    );
    const { operations: all, notes } = upkeep(withLessons(lesson('L1', { helpful: 1 }), ...persons), input);
    expect(all).toEqual([{ op: 'retire', id: 'L1', reason: 'no room' }]);
    expect(notes).toEqual([expect.stringContaining('Take some of them out.')]);
  });
});

const day = fc.integer({ min: 1, max: 28 }).map((date) => `2026-02-${String(date).padStart(2, '0')}`);
const anyLesson = fc
  .record({
    claim: fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme-ascii' }),
    signature: fc.constantFrom(undefined, SIGNATURE, 'ffffffffffff'),
    evidence: fc.uniqueArray(fc.constantFrom('e1', 'e1-again', 'e2', 'invented'), { maxLength: 4 }),
    helpful: fc.nat(4),
    harmful: fc.nat(4),
    used: fc.option(day),
    since: fc.oneof(day, fc.constant('2025-11-01')),
    origin: fc.constantFrom(...LESSON_ORIGINS),
    status: fc.constantFrom('candidate' as const, 'active' as const),
  })
  .map(({ signature, ...rest }) =>
    lesson('L1', { ...rest, when: { directive: 'sweep', ...(signature ? { signature } : {}) } }),
  );
const anyMemory = fc
  .array(anyLesson, { maxLength: 130 })
  .map((lessons) => withLessons(...lessons.map((each, index) => ({ ...each, id: `L${index + 1}` }))));
/** Far over the page's limit with few lessons, too. */
const anyPage = fc.constantFrom(1, 20).map((factor) => (lessons: readonly Lesson[]) => factor * pageBytes(lessons));

describe('any memory', () => {
  it('keeps the caps after the night, loses nothing of people, and needs no more in the same night', () => {
    fc.assert(
      fc.property(anyMemory, anyPage, (memory, page) => {
        const own = { ...input, pageBytes: page };
        const { operations: all, notes } = upkeep(memory, own);
        const ids = new Set(memory.lessons.map(({ id }) => id));
        for (const operation of all) {
          expect(Operation.parse(operation)).toEqual(operation);
          expect(ids.has((operation as { id: string }).id)).toBe(true);
        }
        const after = applyAll(memory, all, DAY);
        const persons = (of: Memory) => of.lessons.filter(({ origin }) => origin === 'person');
        expect(persons(after)).toEqual(persons(memory));
        const fits = after.lessons.length <= LESSON_CAP && page(after.lessons) <= PAGE_CAP_BYTES;
        expect(fits).toBe(notes.length === 0);
        if (!fits) expect(after.lessons).toEqual(persons(memory));
        expect(upkeep(after, own).operations).toEqual([]);
        for (const each of after.lessons) expect(Lesson.safeParse(each).success).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('loses no more than it must', () => {
    fc.assert(
      fc.property(anyMemory, (memory) => {
        const { operations: all, notes } = upkeep(memory, input);
        const evicted = all.filter((operation) => operation.op === 'retire' && operation.reason === 'no room');
        const last = evicted.at(-1);
        if (last === undefined || notes.length > 0) return;
        const after = applyAll(
          memory,
          all.filter((operation) => operation !== last),
          DAY,
        ).lessons;
        expect(after.length > LESSON_CAP || pageBytes(after) > PAGE_CAP_BYTES).toBe(true);
      }),
    );
  });
});
