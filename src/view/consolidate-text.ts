import { asCode, asLogLine, asProse } from '../domain/foreign-text.ts';
import { dailyPath } from '../domain/memory/days/daily-page.ts';
import { counted } from '../domain/memory/days/page-words.ts';
import type { Lesson } from '../domain/memory/lesson.ts';
import { changeCounts } from '../domain/memory/night-changes.ts';
import { formatDollars } from '../domain/money.ts';
import type { ConsolidateReport, NightReport } from '../flows/memory/consolidate.ts';
import type { RunPage } from '../ports.ts';

const countsOf = ({ added, changed, retired }: NightReport): string =>
  changeCounts({ added: added.length, changed: changed.length, retired: retired.length }, 'lessons as before');

/** What the nights came to, for people at a terminal. */
export function consolidateText({ nights, idle }: ConsolidateReport, { isDry }: { isDry: boolean }): string {
  if (nights.length === 0) return `Nothing to consolidate: ${idle ?? ''}.`;
  const texts = nights.map((night) => nightText(night, isDry));
  return [...texts, ...(isDry ? ['Nothing was written, and no model was asked.'] : [])].join('\n\n');
}

function nightText(night: NightReport, isDry: boolean): string {
  const { day, entries, added, changed, retired, refused, notes, degraded, commit, pushed, cost } = night;
  const head = `${day}: ${counted(entries, 'entry', 'entries')}, ${countsOf(night)}, ${formatDollars(cost)}`;
  const place = commit ? [`  ${dailyPath(day)}, commit ${commit.slice(0, 10)}${pushed ? '' : ', not pushed'}`] : [];
  return [
    head,
    ...added.map((lesson) => `  + ${lessonLine(lesson)}`),
    ...changed.map((lesson) => `  ~ ${lessonLine(lesson)}`),
    ...retired.map((lesson) => `  - ${lesson.id}: ${asLogLine(lesson.retired?.reason ?? '')}`),
    ...refused.map(({ operation, reason }) => `  refused: ${asLogLine(operation)}: ${asLogLine(reason)}`),
    ...(degraded && !isDry ? [`  without a model: ${asLogLine(degraded)}`] : []),
    ...notes.map((note) => `  ${asLogLine(note)}`),
    ...place,
  ].join('\n');
}

const lessonLine = ({ id, status, claim }: Lesson): string => `${id} (${status}): ${asLogLine(claim)}`;

/** The same as the page of a run. */
export function consolidatePage({ nights, idle }: ConsolidateReport): Parameters<RunPage['show']>[0] {
  const markdown =
    nights.length === 0
      ? `## Nothing to consolidate\n\n${asProse(idle ?? '')}`
      : nights.map(nightMarkdown).join('\n\n');
  const last = nights.at(-1);
  return { markdown, outputs: { nights: String(nights.length), day: last?.day ?? '' }, notices: [] };
}

function nightMarkdown(night: NightReport): string {
  const { day, entries, added, changed, retired, refused, notes, degraded, cost } = night;
  const claim = ({ id, claim: text }: Lesson) => `**${id}** ${asProse(text)}`;
  return [
    `## ${day}: ${countsOf(night)}`,
    '',
    `${counted(entries, 'entry', 'entries')}, ${formatDollars(cost)}`,
    '',
    ...added.map((lesson) => `- learned ${claim(lesson)}`),
    ...changed.map((lesson) => `- now ${lesson.status}: ${claim(lesson)}`),
    ...retired.map((lesson) => `- retired ${claim(lesson)}: ${asProse(lesson.retired?.reason ?? '')}`),
    ...refused.map(({ operation, reason }) => `- refused ${asCode(operation)}: ${asProse(reason)}`),
    ...(degraded ? [`- without a model: ${asProse(degraded)}`] : []),
    ...notes.map((note) => `- ${asProse(note)}`),
  ].join('\n');
}
