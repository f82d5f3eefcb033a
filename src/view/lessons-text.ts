import { asLogLine } from '../domain/foreign-text.ts';
import type { Doubt } from '../domain/memory/audit.ts';
import { counted } from '../domain/memory/days/page-words.ts';
import type { Lesson } from '../domain/memory/lesson.ts';
import { conditionText } from '../domain/memory/page/lesson-line.ts';
import { textTable } from './text-table.ts';

/** `steward lessons` for people, perhaps of one directive: each with its state on one line and its claim below. */
export function lessonsText(lessons: readonly Lesson[], directive?: string): string {
  if (lessons.length === 0 && directive !== undefined)
    return `No lesson applies to ${directive}. \`lessons\` without it lists all of them.`;
  if (lessons.length === 0)
    return 'There are no lessons here yet. `consolidate` draws them from the ledger every night, and you may write some into knowledge/lessons.md.';
  return [headText(lessons), ...lessons.map(lessonText)].join('\n\n');
}

function headText(lessons: readonly Lesson[]): string {
  const candidates = lessons.filter(({ status }) => status === 'candidate').length;
  const count = counted(lessons.length, 'lesson');
  if (candidates === 0) return `${count}.`;
  return candidates === lessons.length
    ? `${count}, not proven yet.`
    : `${count}, ${candidates} of them not proven yet.`;
}

function lessonText({ id, status, when, claim, helpful, harmful, used, evidence }: Lesson): string {
  const use = used === null ? 'never used' : `last used ${used}`;
  const facts = [`helpful ${helpful}`, `harmful ${harmful}`, use, `evidence ${evidence.length}`];
  return [`${id}  ${status}  ${conditionText(when)}`, `  ${asLogLine(claim)}`, `  ${facts.join(', ')}`].join('\n');
}

/** `steward lessons audit` for people. `count`: how many lessons there are. */
export function auditText(doubts: readonly Doubt[], count: number): string {
  if (count === 0) return 'There are no lessons to look at yet.';
  if (doubts.length === 0) return 'Every lesson is cited, in use, and contradicted by nothing.';
  const lessons = new Set(doubts.map(({ lesson }) => lesson)).size;
  const table = textTable(
    [{ head: 'lesson' }, { head: 'doubt' }, { head: 'why' }],
    doubts.map(({ lesson, kind, reason }) => [lesson, WORDS[kind], asLogLine(reason)]),
  );
  const advice = 'Change or delete them in knowledge/lessons.md; the next night takes that over.';
  return [table, '', `${counted(lessons, 'lesson')} to look at. ${advice}`].join('\n');
}

const WORDS: Record<Doubt['kind'], string> = {
  uncited: 'uncited',
  contradicted: 'contradicted',
  stale: 'stale',
  unused: 'never used',
};
