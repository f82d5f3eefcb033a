import type { Entry } from '../../record.ts';
import { LESSON_ID, type Lesson, lessonNumber } from '../lesson.ts';
import type { Memory } from '../memory.ts';
import type { Operation } from '../operation.ts';
import { code, prose } from './page-words.ts';

/** What a night did to the lessons. */
export interface Learned {
  before: Memory;
  after: Memory;
  /** Changes that people made by hand since the night before. */
  person: readonly Operation[];
  night: readonly Operation[];
  /** What a model proposed and code, or the comparison with past decisions, refused. */
  refused: readonly { operation: string; reason: string }[];
}

const LISTED = 25;
const REFUSED_LISTED = 10;
const CLAIM_LENGTH = 160;

/** One line for each lesson that was changed, those that were only seen again together in one. */
export function learnedLines(learned: Learned, entries: readonly Entry[]): string[] {
  const deeds = deedsOf(learned);
  const changed = [...deeds].filter(([, words]) => words.some((word) => word !== SEEN_AGAIN));
  const again = [...deeds].filter(([, words]) => words.every((word) => word === SEEN_AGAIN));
  const lines = changed
    .sort(([a], [b]) => lessonNumber({ id: a }) - lessonNumber({ id: b }))
    .map(([id, words]) => `- ${lessonLink(id, learned.after)} ${words.join(', ')}: ${claimOf(id, learned)}`);
  const used = usedWords(entries, learned.after);
  const all = [
    ...lines.slice(0, LISTED),
    ...(lines.length > LISTED ? [`- and ${lines.length - LISTED} more, see [the lessons](../lessons.md)`] : []),
    ...(again.length > 0
      ? [
          `- seen again: ${linkList(
            again.map(([id]) => id),
            learned.after,
          )}`,
        ]
      : []),
    ...(used ? [`- used in decisions: ${used}`] : []),
  ];
  return all.length > 0 ? all : ['Nothing new.'];
}

export function refusedLines(refused: Learned['refused']): string[] {
  if (refused.length === 0) return [];
  const lines = refused
    .slice(0, REFUSED_LISTED)
    .map(({ operation, reason }) => `- ${code(operation, 100)}: ${prose(reason, 120)}`);
  const rest = refused.length - REFUSED_LISTED;
  return [
    '',
    '## Refused',
    '',
    'What a model proposed for the lessons and code did not take:',
    '',
    ...lines,
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

const SEEN_AGAIN = 'was seen again';

function deedsOf({ person, night }: Learned): Map<string, string[]> {
  const all = [
    ...person.flatMap((operation) => deedsIn(operation, ' by hand')),
    ...night.flatMap((operation) => deedsIn(operation, '')),
  ];
  const deeds = new Map<string, string[]>();
  for (const { id, words } of all) {
    const said = deeds.get(id) ?? [];
    if (!said.includes(words)) deeds.set(id, [...said, words]);
  }
  return deeds;
}

function deedsIn(operation: Operation, how: string): { id: string; words: string }[] {
  switch (operation.op) {
    case 'add':
      return [{ id: operation.lesson.id, words: `is new${how || ORIGINS[operation.lesson.origin]}` }];
    case 'edit':
      return [{ id: operation.id, words: `was ${operation.claim === undefined ? 'changed' : 'reworded'}${how}` }];
    case 'merge':
      return [
        { id: operation.into, words: `took in ${operation.from.join(', ')}` },
        ...operation.from.map((id) => ({ id, words: `was merged into ${operation.into}` })),
      ];
    case 'retire':
      return [{ id: operation.id, words: `was retired${how} (${prose(operation.reason, 100)})` }];
    case 'confirm':
      return [{ id: operation.id, words: SEEN_AGAIN }];
    case 'activate':
      return [{ id: operation.id, words: 'is active now' }];
    case 'propose':
      return [{ id: operation.id, words: 'was proposed for its directive' }];
  }
}

const ORIGINS: Record<Lesson['origin'], string> = {
  code: '',
  model: ' (by a model)',
  person: ' by hand',
};

function claimOf(id: string, { before, after, person, night }: Learned): string {
  const isIt = (lesson: Lesson) => lesson.id === id;
  const added = [...person, ...night].flatMap((operation) => (operation.op === 'add' ? [operation.lesson] : []));
  const found =
    after.lessons.find(isIt) ?? after.retired.findLast(isIt) ?? before.lessons.find(isIt) ?? added.findLast(isIt);
  return found ? prose(found.claim, CLAIM_LENGTH) : 'no such lesson';
}

/** To the page and not to the lesson, which moves to the other page one day: the link of an old day must not break. */
export const lessonLink = (id: string, { retired }: Memory): string =>
  `[${id}](../${retired.some((lesson) => lesson.id === id) ? 'archive' : 'lessons'}.md)`;

const linkList = (ids: readonly string[], after: Memory): string =>
  `${ids
    .slice(0, LISTED)
    .map((id) => lessonLink(id, after))
    .join(', ')}${ids.length > LISTED ? ` and ${ids.length - LISTED} more` : ''}`;

function usedWords(entries: readonly Entry[], after: Memory): string {
  const times = new Map<string, number>();
  for (const id of entries.flatMap(({ lessons = [] }) => lessons))
    if (LESSON_ID.test(id)) times.set(id, (times.get(id) ?? 0) + 1);
  return [...times]
    .sort(([a, x], [b, y]) => y - x || lessonNumber({ id: a }) - lessonNumber({ id: b }))
    .slice(0, LISTED)
    .map(([id, count]) => `${lessonLink(id, after)}${count > 1 ? ` (${count} times)` : ''}`)
    .join(', ');
}
