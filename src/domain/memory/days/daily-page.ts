import { isBookkeeping } from '../../ledger-state.ts';
import { formatDollars } from '../../money.ts';
import type { Entry } from '../../record.ts';
import { isDone, isFailed } from '../entry-facts.ts';
import { DAILY_FOLDER } from '../lesson.ts';
import { changesOf } from '../night-changes.ts';
import { isoWeek, longDate, weekdayName } from './calendar.ts';
import { costLines } from './cost-lines.ts';
import { type FailureGroup, failureGroups, recoveries, sumsSentences } from './day-summary.ts';
import { type Learned, learnedLines, refusedLines } from './learned-lines.ts';
import { type Address, code, commitLink, counted, prose, reviewLink, subject, sumDollars, took } from './page-words.ts';

export interface DayInput extends Learned {
  /** The UTC day, as its file of the ledger is called. */
  day: string;
  /** All entries of the day, in the ledger's order. */
  entries: readonly Entry[];
  /** Lines of the day that are no record. */
  unreadable: number;
  /** How the night went, for people. */
  notes: readonly string[];
  /** The commit of an entry, by its id. */
  commits: ReadonlyMap<string, string>;
  address?: Address | undefined;
}

/** More runs are shown by directive: nobody reads a longer table. */
const RUNS_LISTED = 60;
const FAILURES_LISTED = 20;
const NOTES_LISTED = 8;

export const dailyPath = (day: string): string => `${DAILY_FOLDER}/${day}.md`;

/** The page of a day, as Markdown for people. */
export function dailyPage(input: DayInput): string {
  const { day, entries } = input;
  return `${[
    `# ${weekdayName(day)}, ${longDate(day)}`,
    '',
    headline(input),
    '',
    `[Week ${isoWeek(day)}](../weekly/${isoWeek(day)}.md) · [all lessons](../lessons.md)`,
    ...noteLines(input),
    '',
    '## What was done',
    '',
    ...(entries.length > RUNS_LISTED ? doneByDirective(input) : doneByRun(input)),
    '',
    '## What failed',
    '',
    ...failureLines(input),
    '',
    '## What it cost',
    '',
    ...costLines(entries),
    '',
    '## What was learned',
    '',
    ...learnedLines(input, entries),
    ...refusedLines(input.refused),
  ].join('\n')}\n`;
}

function headline({ entries, before, after }: DayInput): string {
  const { added, retired } = changesOf({ before, after });
  return [
    sumsSentences(entries),
    ...(added.length > 0 ? [`${counted(added.length, 'lesson is', 'lessons are')} new.`] : []),
    ...(retired.length > 0 ? [`${counted(retired.length, 'lesson was', 'lessons were')} retired.`] : []),
  ].join(' ');
}

function noteLines({ entries, notes, unreadable }: DayInput): string[] {
  const degraded = entries.filter((entry) => entry.degraded !== null && entry.flow === 'cycle').length;
  const lost = `${counted(unreadable, 'line')} of the ledger could not be read: \`npm run steward -- check\` names ${unreadable === 1 ? 'it' : 'them'}`;
  const lines = [
    ...(unreadable > 0 ? [`- Note: ${lost}`] : []),
    ...(degraded > 0 ? [`- Note: ${counted(degraded, 'time')} a model should have decided and did not`] : []),
    ...notes.slice(0, NOTES_LISTED).map((note) => `- Note: ${prose(note, 200)}`),
    ...(notes.length > NOTES_LISTED ? [`- Note: there are ${notes.length - NOTES_LISTED} more`] : []),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

const minute = (timestamp: string): string => timestamp.slice(11, 16);

function doneByRun({ entries, commits, address }: DayInput): string[] {
  if (entries.length === 0) return ['Nothing.'];
  const rows = entries.map((entry) => {
    const commit = commits.get(entry.id);
    const cells = [
      minute(entry.timestamp),
      subject(entry, address),
      outcome(entry, address),
      took(entry.metrics.duration_s),
      formatDollars(entry.metrics.cost),
      commit ? commitLink(commit, address) : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| UTC | what | result | took | cost | commit |', '|---|---|---|--:|--:|---|', ...rows];
}

function outcome(entry: Entry, address: Address | undefined): string {
  const { result, verification, heal, healed, proposal_url } = entry;
  const review = proposal_url ? `, ${reviewLink('for review', proposal_url, address)}` : '';
  if (heal) return `${HEALS[heal.outcome]}${review}`;
  if (isBookkeeping(entry) && result === 'success') return '✔';
  const words = result === 'success' ? `${isFailed(entry) ? '✖' : '✔'} ${VERDICTS[verification]}` : RESULTS[result];
  return `${words}${healed ? ', healed' : ''}${review}`;
}

const HEALS = { proposed: '✔ repair proposed', escalated: '✔ a person is asked', none: '· nothing to open' } as const;
const VERDICTS = { verified: 'verified', unverified: 'not verified', refuted: 'refuted' } as const;
const RESULTS = { failure: '✖ failed', skipped: '· skipped', interrupted: '? interrupted' } as const;

function doneByDirective({ entries, address }: DayInput): string[] {
  const groups = [...Map.groupBy(entries, ({ flow, decision }) => `${flow}\n${decision}`).values()];
  const rows = groups
    .sort((a, b) => b.length - a.length)
    .map((some) => {
      const [first, last] = [some.at(0), some.at(-1)];
      if (!first || !last) return '';
      const cells = [
        subject(last, address),
        some.length,
        some.filter(isDone).length,
        some.filter(isFailed).length,
        `${minute(first.timestamp)} to ${minute(last.timestamp)}`,
        took(some.reduce((sum, { metrics }) => sum + metrics.duration_s, 0)),
        formatDollars(sumDollars(some.map(({ metrics }) => metrics.cost))),
      ];
      return `| ${cells.join(' | ')} |`;
    });
  return [
    '| what | runs | succeeded | failed | UTC | took | cost |',
    '|---|--:|--:|--:|---|--:|--:|',
    ...rows.slice(0, RUNS_LISTED),
    ...(rows.length > RUNS_LISTED ? ['', `And ${rows.length - RUNS_LISTED} more, which ran less often.`] : []),
  ];
}

function failureLines(input: DayInput): string[] {
  const groups = failureGroups(input.entries);
  if (groups.length === 0) return ['Nothing.'];
  const well = recoveries(input.entries);
  return [
    ...groups.slice(0, FAILURES_LISTED).flatMap((group) => failureOf(group, well.get(group.directive), input.address)),
    ...(groups.length > FAILURES_LISTED ? [`- and ${groups.length - FAILURES_LISTED} more ways of failing`] : []),
  ];
}

function failureOf(group: FailureGroup, well: string | undefined, address: Address | undefined): string[] {
  const { directive, signature, kind, message, first, last, times, after } = group;
  const when = times === 1 ? `at ${minute(first)}` : `${times} times, ${minute(first)} to ${minute(last)}`;
  const text = message.trim() === '' ? '' : `: ${code(message.trim().split('\n')[0] ?? '', 200)}`;
  const came = after.slice(-2).map(({ kind, entry }) => {
    const { proposal_url, timestamp } = entry;
    if (kind === 'healed') return `healed at ${minute(timestamp)}`;
    const words = kind === 'proposed' ? 'a repair is up for review' : 'a person was asked to look';
    return proposal_url ? reviewLink(words, proposal_url, address) : words;
  });
  const end = well === undefined ? 'it has not run well since' : `it ran well again at ${minute(well)}`;
  return [
    `- **${code(directive, 64)}** ${prose(kind, 20)} ${code(signature, 20)}, ${when}${text}`,
    `  - ${[...came, end].join('; ')}`,
  ];
}
