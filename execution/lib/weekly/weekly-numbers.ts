import type { ScriptContext } from '../../../src/script.ts';
import { OUTSIDE_BOOKS, records } from '../commit-history.ts';
import { type MicroCents, microCents } from '../cost/ledger-spending.ts';
import { isGood, isRun, type LedgerDay } from '../ledger-days.ts';
import { addDays, dayOfTime, mondayOf, timeOfDay, timeOfSeconds } from '../utc-days.ts';

/** What one week came to, in git and in the ledger. */
export interface Week {
  /** Its first day, a Monday. */
  monday: string;
  /** Without merges, and without those in which the agent only kept its books. */
  commits: number;
  authors: number;
  /** Runs of directives, and how many of them did what they should. */
  runs: number;
  good: number;
  cost: MicroCents;
}

export interface DatedCommit {
  day: string;
  author: string;
}

/** The Mondays of the last `count` full weeks before the day, oldest first. */
export const fullWeeksBefore = (day: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => addDays(mondayOf(day), 7 * (index - count)));

/** Who committed on which day since then; two fields each, so that a busy quarter is small. */
export async function readDatedCommits(context: ScriptContext, since: string): Promise<DatedCommit[]> {
  const walk = ['log', '--no-merges', '--full-history', '--no-color', `--since=${timeOfDay(since).toISOString()}`];
  const rows = records(await context.git([...walk, '--format=%ct%x00%aN', 'HEAD', ...OUTSIDE_BOOKS]));
  return rows.map(([seconds = '', author = '']) => ({
    day: dayOfTime(timeOfSeconds(seconds)),
    author,
  }));
}

export function weeksOf(
  mondays: readonly string[],
  { commits, days }: { commits: readonly DatedCommit[]; days: readonly LedgerDay[] },
): Week[] {
  const commitsByWeek = Map.groupBy(commits, ({ day }) => mondayOf(day));
  const daysByWeek = Map.groupBy(days, ({ day }) => mondayOf(day));
  return mondays.map((monday) => {
    const ofWeek = commitsByWeek.get(monday) ?? [];
    const entries = (daysByWeek.get(monday) ?? []).flatMap(({ rows }) => rows.filter((row) => row.kind === 'entry'));
    const runs = entries.filter(isRun);
    return {
      monday,
      commits: ofWeek.length,
      authors: new Set(ofWeek.map(({ author }) => author)).size,
      runs: runs.length,
      good: runs.filter(isGood).length,
      cost: entries.reduce((sum, { metrics }) => sum + microCents(metrics.cost), 0),
    };
  });
}
