import { errorAt, type Problem } from '../../problem.ts';
import { type Lesson, lessonNumber } from '../lesson.ts';
import { readLesson, type UnnumberedLesson } from './lesson-fields.ts';
import { readBlocks } from './page-blocks.ts';

export interface PageReading {
  /** Those that are sound, by number. */
  lessons: Lesson[];
  /** Those headed `### new`, in the order of the page. */
  unnumbered: UnnumberedLesson[];
  /** With one of them here, what is not on the page is not known to be deleted: see handEdits. */
  problems: Problem[];
}

const PAGE_LIMIT_BYTES = 64 * 1024;
const LISTED = 20;

/**
 * Reads knowledge/lessons.md, as lessonsPage writes it and as people edit it. Sound lessons are given whatever is wrong
 * with others; none of a page that is too large or in the middle of a merge.
 * @param today the UTC day that a lesson without `since` gets
 */
export function parseLessons(text: string, file: string, today: string): PageReading {
  const unusable = refusal(text, file);
  if (unusable.length > 0) return { lessons: [], unnumbered: [], problems: listed(unusable, file) };
  const { blocks, problems } = readBlocks(text.replace(/^\uFEFF/, ''), file);
  const lessons = new Map<string, Lesson>();
  const unnumbered: UnnumberedLesson[] = [];
  const headed = new Map<string, number>();
  for (const block of blocks) {
    const { id, line } = block;
    const first = id === undefined ? undefined : headed.get(id);
    if (id !== undefined && first !== undefined) {
      const hint = 'Head one of them `### new`, or delete it';
      problems.push(errorAt(file, line, `\`${id}\` a second time, first in line ${first}`, 'each number once', hint));
      // Which of them is meant, nobody knows.
      lessons.delete(id);
      continue;
    }
    if (id !== undefined) headed.set(id, line);
    const read = readLesson(block, file, today);
    problems.push(...read.problems);
    if (read.lesson && id !== undefined) lessons.set(id, { id, ...read.lesson });
    else if (read.lesson) unnumbered.push(read.lesson);
  }
  return {
    lessons: [...lessons.values()].sort((a, b) => lessonNumber(a) - lessonNumber(b)),
    unnumbered,
    problems: listed(problems, file),
  };
}

/** Why nothing of the text can be used. Cheap, whatever the size. */
function refusal(text: string, file: string): Problem[] {
  // No character has less than a byte, and counting those of a long text takes its time.
  const bytes = text.length > PAGE_LIMIT_BYTES ? text.length : Buffer.byteLength(text);
  if (bytes > PAGE_LIMIT_BYTES)
    return [
      errorAt(
        file,
        1,
        `a page of ${Math.ceil(bytes / 1024)} KB`,
        `at most ${PAGE_LIMIT_BYTES / 1024} KB`,
        'Delete what is not a lesson',
      ),
    ];
  const problems: Problem[] = [];
  let isOpen = false;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const marker = /^(<{7}|={7}|>{7}|\|{7})(?: |$)/.exec(line)?.[1];
    if (marker === undefined) continue;
    const hint = 'Keep what is right of both sides and delete the markers';
    if (!isOpen || marker[0] === '<')
      problems.push(errorAt(file, index + 1, `the conflict marker \`${marker}\``, 'a page that is merged', hint));
    isOpen = marker[0] !== '>' && (isOpen || marker[0] === '<');
  }
  return problems;
}

function listed(problems: readonly Problem[], file: string): Problem[] {
  const sorted = [...problems].sort((a, b) => a.line - b.line);
  if (sorted.length <= LISTED) return sorted;
  const line = sorted[LISTED]?.line ?? 1;
  return [...sorted.slice(0, LISTED), errorAt(file, line, `and ${sorted.length - LISTED} more problems`, 'none')];
}
