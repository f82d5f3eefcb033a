import { z } from 'zod';
import { ARCHIVE_CAP, boundedEvidence, Lesson, lessonNumber, TAKEN_OUT } from './lesson.ts';
import type { Operation } from './operation.ts';
import { NO_PATTERNS, Patterns } from './patterns/patterns.ts';

/**
 * What the nights have made of the ledger so far. Kept as ledger/memory.json beside the folded state, so that a night
 * reads one day and not a year. It holds nothing of its own: deleted, it is made again from the ledger and the nights.
 */
export const MEMORY_FILE = 'ledger/memory.json';
const MEMORY_VERSION = 1;

export const Memory = z.object({
  v: z.literal(MEMORY_VERSION),
  /** The newest record that a night has consumed, and its day; -1 before the first. */
  seq: z.int().min(-1),
  day: z.iso.date().nullable(),
  /** Number of the next lesson. */
  next: z.int().min(1),
  /** Candidates and active ones, by number. */
  lessons: z.array(Lesson),
  /** Newest last. */
  retired: z.array(Lesson),
  patterns: Patterns,
});
export type Memory = z.infer<typeof Memory>;

export const EMPTY_MEMORY: Memory = {
  v: MEMORY_VERSION,
  seq: -1,
  day: null,
  next: 1,
  lessons: [],
  retired: [],
  patterns: NO_PATTERNS,
};

/** The schema gives the order of the keys: the same memory is the same bytes, however it came to be. */
export const memoryText = (memory: Memory): string => `${JSON.stringify(Memory.parse(memory), null, 1)}\n`;

/** The memory after one operation of the night of `day`. One whose target is not there changes nothing. Pure. */
export function applyOperation(memory: Memory, operation: Operation, day: string): Memory {
  switch (operation.op) {
    case 'add':
      return withLesson(memory, operation.lesson);
    case 'edit':
      return change(memory, operation.id, (lesson) => edited(lesson, operation, day));
    case 'merge':
      return merged(memory, operation, day);
    case 'retire':
      return retired(memory, operation.id, { day, reason: operation.reason });
    case 'confirm':
      return change(memory, operation.id, (lesson) => ({
        ...lesson,
        evidence: boundedEvidence([...lesson.evidence, ...operation.evidence]),
      }));
    case 'activate':
      return change(memory, operation.id, (lesson) => ({ ...lesson, status: 'active' }));
    case 'propose':
      return change(memory, operation.id, (lesson) => ({ ...lesson, proposed: day }));
  }
}

export const applyAll = (memory: Memory, operations: readonly Operation[], day: string): Memory =>
  operations.reduce((sum, operation) => applyOperation(sum, operation, day), memory);

export function change(memory: Memory, id: string, make: (lesson: Lesson) => Lesson): Memory {
  return { ...memory, lessons: memory.lessons.map((lesson) => (lesson.id === id ? make(lesson) : lesson)) };
}

function withLesson(memory: Memory, lesson: Lesson): Memory {
  const others = memory.lessons.filter(({ id }) => id !== lesson.id);
  return {
    ...memory,
    next: Math.max(memory.next, lessonNumber(lesson) + 1),
    lessons: [...others, lesson].sort((a, b) => lessonNumber(a) - lessonNumber(b)),
    // A person may take a retired one up again.
    retired: memory.retired.filter(({ id }) => id !== lesson.id),
  };
}

/** New words must earn their own counts and stand on their own evidence. */
function edited(lesson: Lesson, operation: Extract<Operation, { op: 'edit' }>, day: string): Lesson {
  const { claim, when, evidence, status, origin, at } = operation;
  const isReworded = claim !== undefined && claim !== lesson.claim;
  return {
    ...lesson,
    origin,
    ...(claim === undefined ? {} : { claim }),
    ...(when ? { when } : {}),
    ...(evidence ? { evidence } : {}),
    ...(status ? { status } : {}),
    ...(isReworded ? { helpful: 0, harmful: 0, since: day, ...(at === undefined ? {} : { at }) } : {}),
  };
}

function merged(memory: Memory, { into, from }: Extract<Operation, { op: 'merge' }>, day: string): Memory {
  const gone = memory.lessons.filter(({ id }) => id !== into && from.includes(id));
  const target = change(memory, into, (lesson) => ({
    ...lesson,
    evidence: boundedEvidence([...lesson.evidence, ...gone.flatMap(({ evidence }) => evidence)].sort()),
    helpful: gone.reduce((sum, { helpful }) => sum + helpful, lesson.helpful),
    harmful: gone.reduce((sum, { harmful }) => sum + harmful, lesson.harmful),
    used:
      [lesson.used, ...gone.map(({ used }) => used)]
        .filter((each) => each !== null)
        .sort()
        .at(-1) ?? null,
  }));
  return gone.reduce((sum, { id }) => retired(sum, id, { day, reason: `merged into ${into}` }), target);
}

function retired(memory: Memory, id: string, why: { day: string; reason: string }): Memory {
  const lesson = memory.lessons.find((each) => each.id === id);
  if (!lesson) return memory;
  return {
    ...memory,
    lessons: memory.lessons.filter((each) => each.id !== id),
    retired: bounded([...memory.retired, { ...lesson, status: 'retired' as const, retired: why }]),
  };
}

/** What a person took out is remembered longest: it is not to come back by itself. */
function bounded(archive: Lesson[]): Lesson[] {
  if (archive.length <= ARCHIVE_CAP) return archive;
  const oldest = archive.find(({ retired: why }) => why?.reason !== TAKEN_OUT) ?? archive[0];
  return archive.filter((lesson) => lesson !== oldest);
}
