import type { Traffic } from '../../../src/script.ts';
import type { CsvRow } from '../csv-file.ts';
import { cut } from '../markdown-text.ts';
import { withoutUnseen } from '../outside-text.ts';
import { plusDays } from './traffic-days.ts';

/** Where visitors came from, and what they looked at: the ten most frequent of 14 days, taken once a week. */
export const SOURCE_COLUMNS = ['taken', 'kind', 'name', 'count', 'uniques'] as const;
export const SOURCES_FILE = 'knowledge/metrics/traffic-sources.csv';

const EVERY_DAYS = 7;
/** A year of them. */
const KEPT_SNAPSHOTS = 53;

/** The snapshots with today's, where the newest is a week old; else as they were. */
export function addSnapshot(rows: readonly CsvRow[], { referrers, paths }: Traffic, today: string): CsvRow[] {
  const sane = rows.filter(({ taken = '' }) => /^\d{4}-\d{2}-\d{2}$/.test(taken) && taken < plusDays(today, 366));
  const newest = sane
    .map(({ taken = '' }) => taken)
    .sort()
    .at(-1);
  if (newest !== undefined && newest > plusDays(today, -EVERY_DAYS)) return sane;
  const fresh = [
    ...referrers.map(({ referrer, ...counts }) => rowOf(today, 'referrer', { name: referrer, ...counts })),
    ...paths.map(({ path, count, uniques }) => rowOf(today, 'path', { name: path, count, uniques })),
  ];
  const all = [...sane, ...fresh];
  const kept = [...new Set(all.map(({ taken = '' }) => taken))].sort().slice(-KEPT_SNAPSHOTS);
  return all.filter(({ taken = '' }) => kept.includes(taken));
}

/** Names come from outside: on one line, without what is not seen, of a sane length. */
const rowOf = (
  taken: string,
  kind: string,
  { name, count, uniques }: { name: string; count: number; uniques: number },
): CsvRow => ({
  taken,
  kind,
  name: cut(
    withoutUnseen(name)
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
    200,
  ),
  count: `${count}`,
  uniques: `${uniques}`,
});
