import { LESSONS_FILE, type Lesson, lessonNumber } from '../../domain/memory/lesson.ts';
import { withNumbers } from '../../domain/memory/page/hand-edits.ts';
import { parseLessons } from '../../domain/memory/page/lesson-parse.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ReadableDocuments } from '../../ports.ts';

export interface KnownLessons {
  /** Those that can be read, whoever wrote them last. */
  lessons: Lesson[];
  problems: Problem[];
}

/**
 * The lessons as the page has them now: what a person writes there holds from the next decision on. One without a number
 * has the one that the next night will give it.
 * @param head number of the newest record
 * @param today UTC day
 */
export async function knownLessons(documents: ReadableDocuments, head: number, today: string): Promise<KnownLessons> {
  const text = await documents.read(LESSONS_FILE);
  if (text === undefined) return { lessons: [], problems: [] };
  const page = parseLessons(text, LESSONS_FILE, today);
  if (page.unnumbered.length === 0) return page;
  // Loads only here: few pages have one without a number, and every cycle waits for what this file imports.
  const { savedMemory } = await import('./load-memory.ts');
  // A cycle does not make the memory anew for a number: without it the page's own go on.
  const next = (await savedMemory(documents, head))?.next ?? 1 + Math.max(0, ...page.lessons.map(lessonNumber));
  return { lessons: [...page.lessons, ...withNumbers(page, next)], problems: page.problems };
}
