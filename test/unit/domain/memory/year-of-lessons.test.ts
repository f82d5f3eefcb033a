import { describe, expect, it } from 'vitest';
import { takeIn } from '../../../../src/domain/memory/apply-night.ts';
import { type EntryFacts, factsOf } from '../../../../src/domain/memory/entry-facts.ts';
import { LESSON_CAP, type Lesson, PAGE_CAP_BYTES } from '../../../../src/domain/memory/lesson.ts';
import { applyAll, EMPTY_MEMORY, type Memory } from '../../../../src/domain/memory/memory.ts';
import { isInstructionLike } from '../../../../src/domain/memory/model/instruction-like.ts';
import type { Operation } from '../../../../src/domain/memory/operation.ts';
import { templateOperations } from '../../../../src/domain/memory/patterns/template-lessons.ts';
import { upkeep } from '../../../../src/domain/memory/upkeep.ts';
import { type Year, type YearOptions, yearOfEntries } from '../../../support/year-of-entries.ts';

interface Told {
  day: string;
  operation: Operation;
}

/** What code alone makes of a year. */
function learn({ days }: Year): { memory: Memory; told: Told[]; facts: Map<string, EntryFacts> } {
  const facts = new Map<string, EntryFacts>();
  const told: Told[] = [];
  let memory = EMPTY_MEMORY;
  let seq = 0;
  const pageBytes = (lessons: readonly Lesson[]) => JSON.stringify(lessons).length;
  for (const { day, entries: unsealed } of days.filter(({ entries }) => entries.length > 0)) {
    const entries = unsealed.map((entry) => ({ ...entry, seq: seq++, prev: 'a'.repeat(64) }));
    for (const own of entries.map(factsOf)) if (own) facts.set(own.id, own);
    const taken = takeIn(memory, [], { day, entries, to: seq - 1 });
    const code = templateOperations(taken, { day, entries });
    const coded = applyAll(taken, code, day);
    const kept = upkeep(coded, { day, factsById: (id) => facts.get(id), pageBytes });
    memory = applyAll(coded, kept.operations, day);
    told.push(...[...code, ...kept.operations].map((operation) => ({ day, operation })));
    expect(memory.lessons.length).toBeLessThanOrEqual(LESSON_CAP);
    expect(pageBytes(memory.lessons)).toBeLessThanOrEqual(PAGE_CAP_BYTES);
  }
  return { memory, told, facts };
}

const addOf = (told: readonly Told[], signature: string) =>
  told.find(({ operation }) => operation.op === 'add' && operation.lesson.when.signature === signature);
const endOf = (told: readonly Told[], id: string) =>
  told.find(({ operation }) => operation.op === 'retire' && operation.id === id)?.day ?? null;

const OPTIONS: YearOptions[] = [
  { seed: 1, days: 366, truths: 14 },
  { seed: 2, days: 120, perDay: 40 },
  { seed: 3, days: 60, perDay: 300, chance: 0.2 },
];

describe.each(OPTIONS)('what code alone learns in a year of entries, %j', (options) => {
  const year = yearOfEntries(options);
  const { told, facts } = learn(year);

  it('is the same again', () => {
    expect(learn(yearOfEntries(options)).told).toEqual(told);
  });

  it('has each planted truth active in the night of its second occurrence, and gone when it is over', () => {
    const known = year.truths.filter(({ second }) => second !== null);
    expect(known.length).toBeGreaterThan(3);
    for (const { directive, signature, second, over } of known) {
      const added = addOf(told, signature);
      expect(added).toMatchObject({ day: second, operation: { lesson: { when: { directive }, status: 'active' } } });
      if (added?.operation.op === 'add') expect(endOf(told, added.operation.lesson.id)).toBe(over);
    }
  });

  it('has no planted falsehood but as a candidate, and no words from outside', () => {
    expect(year.falsehoods.length).toBeGreaterThan(20);
    const believed = year.falsehoods.flatMap(({ signature }) => addOf(told, signature) ?? []);
    const ids = believed.map(({ operation }) => (operation.op === 'add' ? operation.lesson.id : ''));
    expect(believed.filter(({ operation }) => operation.op === 'add' && operation.lesson.status === 'active')).toEqual(
      [],
    );
    expect(told.filter(({ operation }) => operation.op === 'activate' && ids.includes(operation.id))).toEqual([]);
    const claims = told.flatMap(({ operation }) => (operation.op === 'add' ? [operation.lesson.claim] : []));
    expect(claims.filter((claim) => isInstructionLike(claim))).toEqual([]);
  });

  it('rests, where it is active, on entries of two occurrences at least', () => {
    for (const { operation } of told) {
      if (operation.op !== 'add') continue;
      const { evidence, when, status } = operation.lesson;
      const own = evidence.map((id) => facts.get(id));
      expect(own.every((each) => each !== undefined)).toBe(true);
      if (status === 'active') expect(new Set(own.map((each) => each?.occurrence)).size).toBeGreaterThanOrEqual(2);
      if (when.signature) expect(own.every((each) => each?.signature === when.signature)).toBe(true);
    }
  });
});
