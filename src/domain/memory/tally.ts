import type { Entry } from '../record.ts';
import { factsOf } from './entry-facts.ts';
import type { Lesson } from './lesson.ts';
import { change, type Memory } from './memory.ts';

/**
 * The memory after an outcome of a decision that named lessons: each of them once. What was skipped or interrupted counts
 * neither for nor against them, but they were used. A decision that saw a lesson in other words says nothing about it.
 */
export function tally(memory: Memory, entry: Entry, day: string): Memory {
  if ((entry.flow !== 'cycle' && entry.flow !== 'recover') || entry.resolves !== undefined) return memory;
  const result = factsOf(entry)?.result;
  return [...new Set(entry.lessons ?? [])].reduce(
    (sum, id) =>
      change(sum, id, (lesson) =>
        lesson.at !== undefined && entry.observed.seq < lesson.at ? lesson : counted(lesson, result, day),
      ),
    memory,
  );
}

const counted = (lesson: Lesson, result: 'success' | 'failure' | undefined, day: string): Lesson => ({
  ...lesson,
  helpful: lesson.helpful + (result === 'success' ? 1 : 0),
  harmful: lesson.harmful + (result === 'failure' ? 1 : 0),
  used: lesson.used !== null && lesson.used > day ? lesson.used : day,
});
