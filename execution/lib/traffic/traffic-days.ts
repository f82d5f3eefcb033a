import type { Traffic } from '../../../src/script.ts';
import type { CsvRow } from '../csv-file.ts';

/** One row a day, in UTC. A day that nobody asked GitHub for in time has empty cells: not known, not nought. */
export const TRAFFIC_COLUMNS = ['day', 'views', 'unique_visitors', 'clones', 'unique_cloners'] as const;
export const TRAFFIC_FILE = 'knowledge/metrics/traffic.csv';

const DAY_MS = 86_400_000;
/** What GitHub remembers, without today, which is not over. */
const WINDOW_DAYS = 13;
/** Ten years. */
const KEPT_DAYS = 3660;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const COUNT = /^\d{1,12}$/;

/** The archive with what GitHub says now: late corrections replace what was there, older days stay, gaps are seen. */
export function mergeDays(archive: readonly CsvRow[], { views, clones }: Traffic, today: string): CsvRow[] {
  const known = new Map(archive.filter((row) => isSane(row, today)).map((row) => [row.day ?? '', row]));
  for (const day of daysBetween(plusDays(today, -WINDOW_DAYS), plusDays(today, -1)))
    known.set(day, { ...emptyRow(day, '0'), ...onlyKnown(known.get(day)) });
  for (const { day, count, uniques } of views.days.filter((each) => isPast(each.day, today)))
    known.set(day, { ...(known.get(day) ?? emptyRow(day, '0')), views: `${count}`, unique_visitors: `${uniques}` });
  for (const { day, count, uniques } of clones.days.filter((each) => isPast(each.day, today)))
    known.set(day, { ...(known.get(day) ?? emptyRow(day, '0')), clones: `${count}`, unique_cloners: `${uniques}` });
  const days = [...known.keys()].sort().slice(-KEPT_DAYS);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  return daysBetween(first, last)
    .slice(-KEPT_DAYS)
    .map((day) => known.get(day) ?? emptyRow(day, ''));
}

/** Days of a file that are missing, or there twice; empty when it is whole. */
export function holesIn(rows: readonly CsvRow[]): string[] {
  const days = rows.map(({ day = '' }) => day);
  return days.flatMap((day, index) => {
    const before = days[index - 1];
    return before === undefined || (DAY.test(before) && day === plusDays(before, 1)) ? [] : [day];
  });
}

/** What the archive and GitHub say differently of a day that is over; undefined where they agree. */
export function differenceFrom(rows: readonly CsvRow[], { views, clones }: Traffic, today: string): string | undefined {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const said = [
    ...views.days.map((each) => ({ ...each, column: 'views' })),
    ...clones.days.map((each) => ({ ...each, column: 'clones' })),
  ].filter(({ day }) => isPast(day, today));
  const wrong = said.find(({ day, column, count }) => byDay.get(day)?.[column] !== `${count}`);
  return (
    wrong &&
    `${wrong.day} had ${wrong.count} ${wrong.column}, and the archive says ${byDay.get(wrong.day)?.[wrong.column] || 'nothing'}`
  );
}

export const plusDays = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);

/** Date.parse takes the 31st of February for a day of March. */
const isDay = (day: string): boolean =>
  DAY.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && plusDays(day, 0) === day;
const isPast = (day: string, today: string): boolean => isDay(day) && day < today;

/** Days to come stay for a year: it may be the clock that is behind, and what GitHub forgot is nowhere else. */
const isSane = ({ day = '', ...cells }: CsvRow, today: string): boolean =>
  isDay(day) &&
  day < plusDays(today, 366) &&
  day > '2008-01-01' &&
  Object.values(cells).every((cell) => cell === '' || COUNT.test(cell));

/** A cell that was not known before is none when GitHub tells now. */
const onlyKnown = (row: CsvRow | undefined): CsvRow =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([, cell]) => cell !== ''));

const emptyRow = (day: string, cell: string): CsvRow => ({
  day,
  views: cell,
  unique_visitors: cell,
  clones: cell,
  unique_cloners: cell,
});

function daysBetween(first: string, last: string): string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => plusDays(first, index));
}
