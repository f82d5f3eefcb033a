import { code, counted, paragraphs, table } from '../markdown-text.ts';
import { outsideLink, quoted } from '../outside-text.ts';
import { durationWords, momentOf } from '../time-words.ts';
import type { HistoryRow } from './number-history.ts';
import type { Crossing, ThresholdState } from './threshold-state.ts';
import { WATCHES_FILE, type Watch } from './watched-number.ts';

export const THRESHOLD_PAGE = 'knowledge/reports/thresholds.md';

export interface ThresholdFacts {
  watches: readonly Watch[];
  state: ThresholdState;
  histories: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Of the file, as Markdown. */
  problems: readonly string[];
}

/** The body of the page. */
export function thresholdPage(facts: ThresholdFacts): string {
  const { watches, state } = facts;
  const outside = watches.filter(({ name }) => isOutside(state, name)).length;
  const headline =
    watches.length === 0
      ? 'Nothing is watched.'
      : `**${counted(watches.length, 'number')}** watched. ${outside === 0 ? 'None is' : `**${outside}** ${outside === 1 ? 'is' : 'are'}`} outside its limits.`;
  const rows = watches.map((watch) => [
    outsideLink(watch.name, watch.url),
    lastValue(facts, watch.name),
    limitWords(watch),
    sideWords(facts, watch.name),
  ]);
  // Outside, and not in what could be read of the file.
  const others = Object.keys(state.watches).filter(
    (name) => isOutside(state, name) && !watches.some((watch) => watch.name === name),
  );
  rows.push(...others.map((name) => [code(name), lastValue(facts, name), 'not known now', sideWords(facts, name)]));
  return `${paragraphs('# Thresholds', headline, table(['Number', 'Last read', 'Limits', 'State'], rows), toMend(facts))}\n`;
}

const isOutside = (state: ThresholdState, name: string): boolean =>
  ['above', 'below'].includes(state.watches[name]?.side ?? 'inside');

function lastValue({ histories }: ThresholdFacts, name: string): string {
  const last = histories.get(name)?.findLast(({ value }) => value !== undefined);
  return last?.value === undefined ? 'never' : `${numberWords(last.value)} (${last.time.slice(0, 10)})`;
}

const limitWords = ({ above, below, hysteresis }: Watch): string =>
  [
    above === undefined ? '' : `above ${numberWords(above)}`,
    below === undefined ? '' : `below ${numberWords(below)}`,
    hysteresis === 0 ? '' : `back by ${numberWords(hysteresis)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');

function sideWords({ state }: ThresholdFacts, name: string): string {
  const { side, crossing } = state.watches[name] ?? { side: 'inside' };
  if (side === 'inside' || !crossing) return 'inside';
  return `**${side}** since ${momentOf(crossing.from)}`;
}

function toMend({ watches, state, problems }: ThresholdFacts): string {
  const unread = watches.flatMap(({ name }) => {
    const problem = state.watches[name]?.problem;
    return problem ? [`- ${code(name)}, since ${momentOf(problem.since)}: ${quoted(problem.reason, 300)}`] : [];
  });
  const lines = [...problems.map((problem) => `- ${problem}`), ...unread];
  return lines.length === 0 ? '' : paragraphs(`## To mend in ${WATCHES_FILE.path}`, lines.join('\n'));
}

/** `64,250.12`; what is very large or small as a program would write it. */
export function numberWords(number: number): string {
  if (number !== 0 && (Math.abs(number) >= 1e15 || Math.abs(number) < 1e-6)) return String(number);
  return number.toLocaleString('en-US', { maximumFractionDigits: 8 });
}

export const thresholdMarker = (name: string): string => `threshold:${name}`;

/** The issue of a crossing. Its time stands in it, so that the next crossing is another text and opens the issue again. */
export function thresholdIssue(
  name: string,
  crossing: Crossing,
  url: string | undefined,
): { marker: string; title: string; body: string; state: 'open' | 'closed' } {
  const { side, limit, from, value, back } = crossing;
  const lines = [
    `- Since: ${momentOf(from)}, then with ${numberWords(value)}`,
    url === undefined ? '' : `- Read from: ${outsideLink('its source', url)}`,
    back && back.value !== null
      ? `- Back: ${momentOf(back.at)} with ${numberWords(back.value)}, after ${durationWords(Date.parse(back.at) - Date.parse(from))}`
      : '',
  ].filter((line) => line !== '');
  const end = !back
    ? 'This issue is closed when it is back.'
    : back.value === null
      ? 'It is no longer watched.'
      : 'It is back.';
  return {
    marker: thresholdMarker(name),
    title: `${name} ${back ? 'was' : 'is'} ${side} ${numberWords(limit)}`,
    body: [`${code(name)} ${back ? 'was' : 'is'} ${side} ${numberWords(limit)}.`, '', ...lines, '', end].join('\n'),
    state: back ? 'closed' : 'open',
  };
}
