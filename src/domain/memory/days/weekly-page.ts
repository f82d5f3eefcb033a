import { formatDollars } from '../../money.ts';
import { type Lesson, WEEKLY_FOLDER } from '../lesson.ts';
import type { Memory } from '../memory.ts';
import { isoWeek, longDate, weekDays, weekdayName } from './calendar.ts';
import { type FailureGroup, type Figures, failureGroups, isWork, sumsOf, sumsSentences } from './day-summary.ts';
import { lessonLink } from './learned-lines.ts';
import { code, prose, sumDollars } from './page-words.ts';

/** One UTC day of a week, as far as the ledger tells. */
export interface WeekDay {
  day: string;
  /** Empty where nothing was recorded, or where the day is still to come. */
  entries: readonly Figures[];
  /** Whether the day has a page of its own. */
  hasPage: boolean;
}

export interface WeekInput {
  /** The newest day that is told of; its week is shown. */
  day: string;
  /** Monday to Sunday; one that is not given has a dash. */
  days: readonly WeekDay[];
  /** After the night of `day`. */
  after: Memory;
}

const LISTED = 40;
const LESSONS_LISTED = 25;

export const weeklyPath = (day: string): string => `${WEEKLY_FOLDER}/${isoWeek(day)}.md`;

/** The roll-up of a week, as Markdown for people. */
export function weeklyPage({ day, days, after }: WeekInput): string {
  const [monday = day, sunday = day] = [weekDays(day)[0], weekDays(day)[6]];
  const entries = days.flatMap((each) => each.entries);
  return `${[
    `# Week ${Number(isoWeek(day).slice(6))} of ${isoWeek(day).slice(0, 4)}`,
    '',
    `${longDate(monday)} to ${longDate(sunday)}. ${sumsSentences(entries)}`,
    '',
    ...dayLines(day, days),
    '',
    '## By directive',
    '',
    ...directiveLines(entries),
    '',
    '## What failed',
    '',
    ...failureLines(entries),
    '',
    '## What was learned',
    '',
    ...lessonLines(after, { from: monday, to: sunday }),
  ].join('\n')}\n`;
}

function dayLines(newest: string, days: readonly WeekDay[]): string[] {
  const byDay = new Map(days.map((each) => [each.day, each]));
  const rows = weekDays(newest).map((day) => {
    const { entries = [], hasPage = false } = byDay.get(day) ?? {};
    const name = `${weekdayName(day)} ${Number(day.slice(8))}`;
    if (entries.length === 0) return `| ${name} | – | – | – | – |`;
    const { runs, done, failed, cost } = sumsOf(entries);
    const link = hasPage ? `[${name}](../daily/${day}.md)` : name;
    return `| ${link} | ${runs} | ${done} | ${failed} | ${formatDollars(cost)} |`;
  });
  return ['| day | runs | succeeded | failed | cost |', '|---|--:|--:|--:|--:|', ...rows];
}

function directiveLines(entries: readonly Figures[]): string[] {
  const groups = [...Map.groupBy(entries.filter(isWork), ({ decision }) => decision)];
  if (groups.length === 0) return ['None was run.'];
  const rows = groups
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .map(([directive, some]) => {
      const { runs, done, failed } = sumsOf(some);
      const rate = done + failed === 0 ? '–' : `${Math.round((100 * done) / (done + failed))} %`;
      const cost = sumDollars(some.map(({ metrics }) => metrics.cost));
      return `| ${code(directive, 64)} | ${runs} | ${rate} | ${failed} | ${formatDollars(cost)} |`;
    });
  return [
    '| directive | runs | success | failed | cost |',
    '|---|--:|--:|--:|--:|',
    ...rows.slice(0, LISTED),
    ...(rows.length > LISTED ? ['', `And ${rows.length - LISTED} more, which ran less often.`] : []),
  ];
}

function failureLines(entries: readonly Figures[]): string[] {
  const groups = failureGroups(entries);
  if (groups.length === 0) return ['Nothing.'];
  return [
    '| directive | signature | times | when | what | then |',
    '|---|---|--:|---|---|---|',
    ...groups.slice(0, LISTED).map(failureRow),
    ...(groups.length > LISTED ? ['', `And ${groups.length - LISTED} more ways of failing.`] : []),
  ];
}

function failureRow({ directive, signature, kind, message, first, last, times, after }: FailureGroup): string {
  const [from, to] = [first, last].map((time) => weekdayName(time.slice(0, 10)));
  const what = message.trim() === '' ? prose(kind, 20) : code(message.trim().split('\n')[0] ?? '', 120);
  const then = after.at(-1)?.kind;
  const cells = [
    code(directive, 64),
    code(signature, 20),
    times,
    from === to ? from : `${from} to ${to}`,
    what,
    then ? THEN[then] : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

const THEN = { healed: 'healed', proposed: 'a repair was proposed', escalated: 'a person was asked' } as const;

function lessonLines(after: Memory, { from, to }: { from: string; to: string }): string[] {
  const isWithin = (day: string | undefined) => day !== undefined && day >= from && day <= to;
  const added = after.lessons.filter(({ since }) => isWithin(since));
  const retired = after.retired.filter((lesson) => isWithin(lesson.retired?.day));
  const line = (lesson: Lesson, words: string) =>
    `- ${lessonLink(lesson.id, after)} ${words}: ${prose(lesson.claim, 160)}`;
  const lines = [
    ...listed(added, (lesson) => line(lesson, `is new or reworded, ${lesson.status}`)),
    ...listed(retired, (lesson) => line(lesson, `was retired (${prose(lesson.retired?.reason ?? '', 100)})`)),
  ];
  return lines.length > 0 ? lines : ['Nothing new.'];
}

function listed(lessons: readonly Lesson[], line: (lesson: Lesson) => string): string[] {
  const rest = lessons.length - LESSONS_LISTED;
  return [...lessons.slice(0, LESSONS_LISTED).map(line), ...(rest > 0 ? [`- and ${rest} more`] : [])];
}
