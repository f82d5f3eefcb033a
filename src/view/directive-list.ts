import { asLogLine } from '../domain/foreign-text.ts';
import type { ListedDirective } from '../flows/directive-standing.ts';
import type { DirectiveList } from '../flows/list-directives.ts';
import { type Column, textTable } from './text-table.ts';

const COLUMNS: readonly Column[] = ['directive', 'runs', 'next (UTC)', 'last', 'state'].map((head) => ({ head }));
/** With two spaces between, the five columns fill a terminal of eighty. */
const NAME_WIDTH = 20;
const RUNS_WIDTH = 13;

/** `steward list` for people: a table, and below it what is to be done about whom. */
export function directiveList({ directives, at, paused, has_github: hasGitHub }: DirectiveList): string {
  if (directives.length === 0) return 'No directive. `npm run steward -- new my_thing` makes one that works.';
  const notes = directives.map(noteOf).filter((note) => note !== '');
  const remarks = [
    paused === null ? '' : `Paused: ${asLogLine(paused)}.`,
    hasGitHub
      ? ''
      : 'No GitHub here (GITHUB_REPOSITORY and a token are not set): tasks, issues and reviews are not seen.',
  ].filter((remark) => remark !== '');
  return [
    textTable(
      COLUMNS,
      directives.map((directive) => rowOf(directive, at)),
    ),
    ...notes.map((note) => `\n${note}`),
    ...(remarks.length > 0 ? ['', ...remarks.map((remark) => wrapped(remark, ''))] : []),
  ].join('\n');
}

function rowOf({ name, every, on, next_due: next, last, state }: ListedDirective, at: string): string[] {
  const runs = [...(every === null ? [] : [every]), ...on].join(', ');
  return [
    shortened(asLogLine(name), NAME_WIDTH),
    shortened(state === 'unusable' ? '' : runs || 'by hand', RUNS_WIDTH),
    state === 'due' ? 'now' : nextText(next, at),
    last === null ? 'never' : `${lastWord(last)} ${last.at.slice(5, 10)}`,
    state,
  ];
}

/** What is held back has been due for a while. */
function nextText(next: string | null, at: string): string {
  if (next === null) return '';
  return next <= at ? `since ${next.slice(5, 10)}` : next.slice(5, 16).replace('T', ' ');
}

/** A success is what was found when it was verified. */
const lastWord = ({ result, verification }: NonNullable<ListedDirective['last']>): string =>
  result === 'success' ? verification : result;

function noteOf({ name, state, reasons, missing }: ListedDirective): string {
  const isOff = state === 'off';
  // Which secrets, the list of what is missing says one by one.
  const told = missing.length === 0 ? reasons : reasons.filter((reason) => !reason.startsWith('needs the secret'));
  if (told.length + missing.length === 0) return '';
  const lines = [...told, ...missing.map((line) => `lacks ${line}`)];
  return [asLogLine(isOff ? `${name} (off)` : name), ...lines.map((line) => wrapped(line, '  '))].join('\n');
}

const WIDTH = 80;

/** At spaces, with the lines after the first further in; what is to be copied stays on one line. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of asLogLine(text).match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line.trim() !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
