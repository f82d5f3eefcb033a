import type { Lesson } from './lesson.ts';
import type { Memory } from './memory.ts';

/** What a night did to the lessons, as they are after it. Counts and evidence alone are no change. */
export interface NightChanges {
  added: Lesson[];
  /** In words, condition or standing. */
  changed: Lesson[];
  retired: Lesson[];
}

export function changesOf({ before, after }: { before: Memory; after: Memory }): NightChanges {
  const known = new Map(before.lessons.map((lesson) => [lesson.id, lesson]));
  const isOther = (lesson: Lesson): boolean => {
    const was = known.get(lesson.id);
    return was !== undefined && faceOf(was) !== faceOf(lesson);
  };
  return {
    added: after.lessons.filter(({ id }) => !known.has(id)),
    changed: after.lessons.filter(isOther),
    retired: after.retired.filter(({ id }) => known.has(id)),
  };
}

const faceOf = ({ claim, status, when }: Lesson): string =>
  JSON.stringify([claim, status, when.directive, when.signature, when.tag]);

/** `+2 ~1 -1 lessons`, or what is said where there is nothing of the kind. */
export const changeCounts = (
  { added, changed, retired }: { added: number; changed: number; retired: number },
  none: string,
): string => (added + changed + retired === 0 ? none : `+${added} ~${changed} -${retired} lessons`);
