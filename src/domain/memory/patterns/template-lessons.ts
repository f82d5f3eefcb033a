import type { Entry } from '../../record.ts';
import { type AppliesWhen, LESSON_CAP, type Lesson, sameWhen, TAKEN_OUT } from '../lesson.ts';
import type { Memory } from '../memory.ts';
import type { Operation } from '../operation.ts';
import { type Finding, findingsOf } from './findings.ts';
import type { Patterns } from './patterns.ts';
import { SUCCESSES } from './trace.ts';

const LAST_NUMBER = 999_999;

/**
 * What the night's lessons of code are: new ones for patterns that became one today, further evidence for those seen
 * again, and the end of those that are over.
 * @param memory its patterns hold the day's entries already
 */
export function templateOperations(memory: Memory, input: { day: string; entries: readonly Entry[] }): Operation[] {
  const today = new Set(input.entries.map(({ id }) => id));
  const findings = findingsOf(memory.patterns);
  return [
    ...memory.lessons.flatMap((lesson) => endOf(lesson, findings, memory.patterns)),
    ...findings.flatMap((finding) => confirmations(memory, finding, today)),
    ...additions(memory, findings, { day: input.day, today }),
  ];
}

const isOf = (lesson: Lesson, { pattern, when }: Finding): boolean =>
  lesson.pattern === pattern && sameWhen(lesson.when, when);

/** A person may have made the condition wider: then the lesson stands for each pattern within. */
const covers = (lesson: Lesson, finding: Finding): boolean =>
  isOf(lesson, finding) ||
  (lesson.origin === 'person' && lesson.pattern === finding.pattern && isWithin(finding.when, lesson.when));

const isWithin = (inner: AppliesWhen, outer: AppliesWhen): boolean =>
  (['directive', 'signature', 'tag'] as const).every((key) => outer[key] === undefined || outer[key] === inner[key]);

/**
 * Facts end a lesson, except a person's. Where a model's words have helped, successes are their merit and no end; a
 * repaired script ends them all the same.
 */
function endOf(lesson: Lesson, findings: readonly Finding[], patterns: Patterns): Operation[] {
  if (lesson.origin === 'person') return [];
  const finding = findings.find((each) => isOf(lesson, each) || isOnFailure(lesson, each));
  const over = finding ? finding.trace.over : forgottenEnd(lesson, patterns);
  if (!over || (over === 'past' && lesson.origin === 'model' && lesson.helpful > 0)) return [];
  return [{ op: 'retire', id: lesson.id, reason: reasonOf(lesson, over) }];
}

/** A model's own lesson on a failure has no pattern, but speaks of one. */
const isOnFailure = (lesson: Lesson, { pattern, when }: Finding): boolean =>
  pattern === 'failure' && lesson.when.signature !== undefined && sameWhen(lesson.when, when);

/** The failure itself is long forgotten; its directive shows whether it is over. */
function forgottenEnd({ pattern, when }: Lesson, { directives }: Patterns): 'past' | null {
  if (pattern !== 'failure') return null;
  const known = directives.find(({ directive }) => directive === when.directive);
  const row = known?.outcomes.slice(-SUCCESSES) ?? [];
  return row.length === SUCCESSES && row.every(({ signature }) => signature === null) ? 'past' : null;
}

function reasonOf({ pattern, when }: Lesson, over: 'healed' | 'past'): string {
  if (over === 'healed') return 'healed: the script was changed and did its work';
  if (pattern === 'failure' || when.signature !== undefined)
    return `${SUCCESSES} successes in a row since it was last seen`;
  return pattern === 'gap' ? 'not seen for two weeks' : 'the latest runs showed the contrary';
}

function confirmations({ lessons }: Memory, finding: Finding, today: ReadonlySet<string>): Operation[] {
  if (finding.trace.over !== null) return [];
  const ids = finding.trace.sightings.map(({ entry }) => entry);
  return lessons
    .filter((lesson) => isOf(lesson, finding) || isOnFailure(lesson, finding))
    .flatMap(({ id, evidence: cited }): Operation[] => {
      const known = ids.findLastIndex((each) => cited.includes(each));
      const evidence = ids.slice(known + 1).filter((each) => today.has(each));
      return evidence.length > 0 ? [{ op: 'confirm', id, evidence }] : [];
    });
}

/** No more than can be kept; what has most evidence first. */
function additions(
  memory: Memory,
  findings: readonly Finding[],
  { day, today }: { day: string; today: ReadonlySet<string> },
): Operation[] {
  const isNew = (finding: Finding): boolean => {
    const { sightings, over } = finding.trace;
    const isPattern = over === null && isTold(finding) && today.has(sightings.at(-1)?.entry ?? '');
    return isPattern && !isSettled(memory, finding);
  };
  return findings
    .filter(isNew)
    .sort((a, b) => b.trace.sightings.length - a.trace.sightings.length)
    .slice(0, LESSON_CAP)
    .filter((_, index) => memory.next + index <= LAST_NUMBER)
    .map((finding, index) => ({ op: 'add', lesson: lessonOf(finding, memory.next + index, day) }));
}

/** There is a lesson on it, it went into another one that is still there, or a person did not want it. */
function isSettled({ lessons, retired }: Memory, finding: Finding): boolean {
  const mergedInto = lessons.map(({ id }) => `merged into ${id}`);
  return (
    lessons.some((lesson) => covers(lesson, finding)) ||
    retired.some((lesson) => {
      const reason = lesson.retired?.reason ?? '';
      return covers(lesson, finding) && (reason === TAKEN_OUT || mergedInto.includes(reason));
    })
  );
}

const isProven = ({ trace, least }: Finding): boolean => trace.sightings.length >= least;

/** A failure at two attempts of one occurrence is worth telling, and not proven. */
const isTold = (finding: Finding): boolean =>
  isProven(finding) || (finding.pattern === 'failure' && finding.trace.times >= finding.least);

const lessonOf = (finding: Finding, number: number, day: string): Lesson => ({
  id: `L${number}`,
  claim: finding.claim(),
  when: finding.when,
  evidence: finding.trace.sightings.map(({ entry }) => entry),
  helpful: 0,
  harmful: 0,
  used: null,
  origin: 'code',
  pattern: finding.pattern,
  since: day,
  status: isProven(finding) ? 'active' : 'candidate',
});
