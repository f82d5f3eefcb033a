import { dollars } from '../cost/ledger-spending.ts';
import { counted, paragraphs, table } from '../markdown-text.ts';
import { addDays } from '../utc-days.ts';
import type { Week } from './weekly-numbers.ts';

/** The weeks before that the newest is held against. */
const COMPARED = 4;

export const weekTitle = (monday: string): string => `# Week of ${monday} to ${addDays(monday, 6)}`;

/** The part of the digest that git and the ledger tell; `weeks` come oldest first, and the last is the one it is about. */
export function weeklyPage(
  weeks: readonly Week[],
  { chart, isShallow }: { chart: string; isShallow: boolean },
): string {
  const week = weeks.at(-1);
  if (!week) return '';
  return paragraphs(
    weekTitle(week.monday),
    headline(week),
    `![Commits, runs and costs of the last ${weeks.length} weeks](${chart})`,
    trend(weeks),
    weekTable(weeks),
    isShallow ? 'This clone is shallow: weeks before its first commit look empty.' : '',
  );
}

/** What the week came to, in one sentence. */
export function headline({ commits, authors, runs, good, cost }: Week): string {
  const people = commits === 0 ? '' : ` by **${counted(authors, 'author')}**`;
  const work =
    runs === 0
      ? '**no runs** of the agent'
      : `**${counted(runs, 'run')}** of the agent, ${percent(good, runs)} of them good`;
  return `${`**${counted(commits, 'commit')}**`.replace('**no', '**No')}${people}; ${work}; ${dollars(cost)} for models.`;
}

const percent = (part: number, whole: number): string => `${Math.floor((part / whole) * 100)} %`;

function trend(weeks: readonly Week[]): string {
  const before = weeks.slice(-1 - COMPARED, -1);
  const week = weeks.at(-1);
  if (!week || before.length === 0) return '';
  const line = (name: string, of: (week: Week) => number, shown: (value: number) => string) => {
    const mean = before.reduce((sum, each) => sum + of(each), 0) / before.length;
    if (of(week) === 0 && mean === 0) return [];
    return `- ${name}: ${shown(of(week))}, ${direction(of(week), mean)} ${shown(mean)} a week in the ${before.length} before`;
  };
  const number = (value: number) => String(Math.round(value * 10) / 10);
  return [
    line('Commits', ({ commits }) => commits, number),
    line('Runs', ({ runs }) => runs, number),
    line('Runs that were not good', ({ runs, good }) => runs - good, number),
    line('Cost', ({ cost }) => cost, dollars),
  ]
    .flat()
    .join('\n');
}

/** A difference of less than a tenth is none. */
function direction(value: number, mean: number): string {
  if (Math.abs(value - mean) <= Math.max(mean, value) / 10) return 'about the same as';
  return value > mean ? 'up from' : 'down from';
}

function weekTable(weeks: readonly Week[]): string {
  const rows = weeks
    .toReversed()
    .map(({ monday, commits, authors, runs, good, cost }) => [
      monday,
      commits,
      authors,
      runs,
      runs === 0 ? '' : percent(good, runs),
      dollars(cost),
    ]);
  return paragraphs('## Weeks', table(['Week of', 'Commits', 'Authors', 'Runs', 'Good', 'Cost'], rows));
}
