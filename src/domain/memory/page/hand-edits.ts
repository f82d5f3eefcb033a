import { type Lesson, lessonNumber, sameWhen, TAKEN_OUT } from '../lesson.ts';
import type { Memory } from '../memory.ts';
import type { Operation } from '../operation.ts';
import type { PageReading } from './lesson-parse.ts';

/** A number far ahead would use up all those between. */
const FARTHEST = 100;

/**
 * What people changed on the page since the night before, as operations of theirs. They change the claim, what it applies
 * to and the status, add and delete; the rest belongs to the agent and is put back. While the page has problems nothing
 * counts as deleted: the lesson that is missing may be one that could not be read.
 * @param day the UTC day of the night
 * @returns `problems`: what is put back or gets another number, a sentence each
 */
export function handEdits(
  memory: Memory,
  page: PageReading,
  day: string,
): { operations: Operation[]; problems: string[] } {
  const known = new Map(memory.lessons.map((lesson) => [lesson.id, lesson]));
  const retired = new Map(memory.retired.map((lesson) => [lesson.id, lesson]));
  const onPage = new Set(page.lessons.map(({ id }) => id));
  const gone = page.problems.length > 0 ? [] : memory.lessons.filter(({ id }) => !onPage.has(id));
  const operations: Operation[] = gone.map(({ id }) => ({ op: 'retire', id, reason: TAKEN_OUT }));
  const problems: string[] = [];
  const misnumbered = page.lessons.filter(
    (lesson) => !known.has(lesson.id) && !retired.has(lesson.id) && numberProblem(lesson, memory) !== undefined,
  );
  const sound = page.lessons.filter((lesson) => !misnumbered.includes(lesson));
  for (const lesson of sound) {
    const before = known.get(lesson.id);
    const back = retired.get(lesson.id);
    const edits = before ? editOf(before, lesson) : [added(lesson, back, day)];
    operations.push(...edits);
    problems.push(...putBack(lesson, before ?? back, edits.length > 0));
  }
  // A number that can not be had is no reason to lose what a person wrote.
  const fresh = withNumbers({ ...page, lessons: sound, unnumbered: [...page.unnumbered, ...misnumbered] }, memory.next);
  for (const [index, lesson] of fresh.entries()) {
    const wished = misnumbered[index - page.unnumbered.length];
    operations.push(added(lesson, undefined, day));
    problems.push(
      ...(wished ? [`${wished.id}: ${numberProblem(wished, memory)}; it becomes ${lesson.id}`] : []),
      ...putBack(lesson, undefined, true),
    );
  }
  return { operations, problems };
}

/**
 * The lessons without a number with the one that they get in the next night: from `next` on, in the order of the page,
 * beside those that are on it already.
 */
export function withNumbers({ lessons, unnumbered }: PageReading, next: number): Lesson[] {
  const taken = new Set(lessons.map(({ id }) => id));
  let number = next;
  return unnumbered.map((lesson) => {
    while (taken.has(`L${number}`)) number += 1;
    return { ...lesson, id: `L${number++}` };
  });
}

function editOf(before: Lesson, { id, claim, when, status }: Lesson): Operation[] {
  const changes = {
    ...(claim === before.claim ? {} : { claim }),
    ...(sameWhen(when, before.when) ? {} : { when }),
    ...(status === before.status || status === 'retired' ? {} : { status }),
  };
  return Object.keys(changes).length > 0 ? [{ op: 'edit', id, ...changes, origin: 'person' }] : [];
}

/** A retired one comes back with what stands behind its words, unless they are others now. */
function added({ id, claim, when, status }: Lesson, back: Lesson | undefined, day: string): Operation {
  const { evidence = [], used = null } = back ?? {};
  const begun = { ...back, evidence, used, helpful: 0, harmful: 0, since: day };
  const { retired: _, ...kept } = back?.claim === claim ? back : begun;
  return { op: 'add', lesson: { ...kept, id, claim, when, status, origin: 'person' } };
}

function numberProblem(lesson: Lesson, { next }: Memory): string | undefined {
  const number = lessonNumber(lesson);
  if (number < next) return 'this number was another lesson’s';
  return number < next + FARTHEST ? undefined : `the numbers are at L${next} only`;
}

const OWN_FIELDS = ['evidence', 'helpful', 'harmful', 'used', 'pattern', 'since', 'proposed'] as const;

/** @param before what the agent knows of it; nothing stands behind a new one */
function putBack(lesson: Lesson, before: Lesson | undefined, isEdited: boolean): string[] {
  const own = before ?? {
    ...lesson,
    evidence: [],
    helpful: 0,
    harmful: 0,
    used: null,
    pattern: undefined,
    proposed: undefined,
  };
  // Whoever words a lesson is its origin.
  const isMisattributed = lesson.origin !== (before?.origin ?? 'person') && !(isEdited && lesson.origin === 'person');
  const changed = [
    ...OWN_FIELDS.filter((field) => JSON.stringify(lesson[field]) !== JSON.stringify(own[field])),
    ...(isMisattributed ? ['origin'] : []),
  ];
  return changed.length > 0
    ? [`${lesson.id}: the agent keeps ${changed.join(', ')}; what is changed there is put back`]
    : [];
}
