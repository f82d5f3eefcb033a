import type { FactsById } from './entry-facts.ts';
import { HELPFUL_ENOUGH, LESSON_CAP, type Lesson, lessonNumber, PAGE_CAP_BYTES } from './lesson.ts';
import { applyAll, type Memory } from './memory.ts';
import type { Operation } from './operation.ts';
import { INDEPENDENT } from './patterns/trace.ts';

const UNPROVEN_DAYS = 60;
const DAY_MS = 86_400_000;

interface UpkeepInput {
  day: string;
  factsById: FactsById;
  /** Size of the page with these lessons; never smaller with more of them. */
  pageBytes(lessons: readonly Lesson[]): number;
}

/**
 * What a night does to keep the lessons honest and few. A person's lesson is left alone.
 * @returns `notes`: what only people can put right
 */
export function upkeep(memory: Memory, input: UpkeepInput): { operations: Operation[]; notes: string[] } {
  const judged = memory.lessons.flatMap((lesson) => (lesson.origin === 'person' ? [] : judge(lesson, input)));
  const kept = applyAll(memory, judged, input.day).lessons;
  const { evicted, isOverCap } = evict(kept, input);
  const evictions = evicted.map(({ id }) => ({ op: 'retire' as const, id, reason: 'no room' }));
  const gone = new Set(evicted.map(({ id }) => id));
  // One that goes at once need not become active before.
  const others = judged.filter((operation) => !(operation.op === 'activate' && gone.has(operation.id)));
  return { operations: [...others, ...evictions], notes: isOverCap ? [TOO_MANY] : [] };
}

const TOO_MANY = `The lessons that people wrote are more than the ${LESSON_CAP} lessons or ${PAGE_CAP_BYTES / 1024} KB that there is room for, so none of the agent's own is kept. Take some of them out.`;

function judge(lesson: Lesson, { day, factsById }: UpkeepInput): Operation[] {
  const { id, harmful, helpful, status } = lesson;
  if (harmful > helpful) return [{ op: 'retire', id, reason: `harmful ${harmful} times, helpful ${helpful} times` }];
  if (status !== 'candidate') return [];
  if (isProven(lesson, factsById)) return [{ op: 'activate', id }];
  const supported = lesson.used !== null && lesson.used > lesson.since ? lesson.used : lesson.since;
  const isForgotten = Date.parse(day) - Date.parse(supported) > UNPROVEN_DAYS * DAY_MS;
  return isForgotten ? [{ op: 'retire', id, reason: 'never proven' }] : [];
}

/** On a failure: it was seen at two occurrences. On anything else: two decisions that used it came out well. */
function isProven({ when, evidence, helpful }: Lesson, factsById: FactsById): boolean {
  if (when.signature === undefined) return helpful >= HELPFUL_ENOUGH;
  const occurrences = evidence.flatMap((id) => {
    const facts = factsById(id);
    const isOfIt =
      facts?.result === 'failure' &&
      facts.signature === when.signature &&
      (when.directive === undefined || facts.directive === when.directive);
    return isOfIt ? [facts.occurrence] : [];
  });
  return new Set(occurrences).size >= INDEPENDENT;
}

/** As few as make the others fit, the least useful first. */
function evict(
  lessons: readonly Lesson[],
  { pageBytes }: Pick<UpkeepInput, 'pageBytes'>,
): { evicted: Lesson[]; isOverCap: boolean } {
  const order = lessons.filter(({ origin }) => origin !== 'person').sort(leastUsefulFirst);
  const without = (count: number): Lesson[] => {
    const gone = new Set(order.slice(0, count));
    return lessons.filter((lesson) => !gone.has(lesson));
  };
  const fits = (count: number): boolean => pageBytes(without(count)) <= PAGE_CAP_BYTES;
  let least = Math.min(order.length, Math.max(0, lessons.length - LESSON_CAP));
  let most = order.length;
  if (fits(least)) most = least;
  while (least < most) {
    const middle = (least + most) >> 1;
    if (fits(middle)) most = middle;
    else least = middle + 1;
  }
  const rest = without(least);
  return { evicted: order.slice(0, least), isOverCap: rest.length > LESSON_CAP || pageBytes(rest) > PAGE_CAP_BYTES };
}

function leastUsefulFirst(a: Lesson, b: Lesson): number {
  const utility = ({ helpful, harmful }: Lesson) => helpful - harmful;
  const isActive = ({ status }: Lesson) => (status === 'active' ? 1 : 0);
  const used = (lesson: Lesson) => (lesson.used !== null && lesson.used > lesson.since ? lesson.used : lesson.since);
  return (
    utility(a) - utility(b) ||
    isActive(a) - isActive(b) ||
    (used(a) === used(b) ? 0 : used(a) < used(b) ? -1 : 1) ||
    lessonNumber(a) - lessonNumber(b)
  );
}
