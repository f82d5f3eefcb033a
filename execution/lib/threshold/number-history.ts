import Papa from 'papaparse';
import { z } from 'zod';

/** One line of a watch's history; without a value the number could not be read then. */
export interface HistoryRow {
  time: string;
  value: number | undefined;
}

export const historyFile = (name: string): string => `knowledge/metrics/${name}.csv`;

const Row = z.object({
  time: z.iso.datetime(),
  value: z.string().regex(/^(-?\d+(\.\d+)?(e[+-]?\d+)?)?$/),
});
const KEPT_ROWS = 1000;
const HEADER = 'time,value';

/** Undefined where the file is somebody else's: it has other columns. Rows that are none are left out. */
export function parseHistory(text: string | undefined): HistoryRow[] | undefined {
  if (text === undefined || text.trim() === '') return [];
  const { data, meta } = Papa.parse<unknown>(text, { header: true, skipEmptyLines: true });
  if (meta.fields?.join(',') !== HEADER) return undefined;
  return data.flatMap((each) => {
    const row = Row.safeParse(each).data;
    return row ? [{ time: row.time, value: row.value === '' ? undefined : Number(row.value) }] : [];
  });
}

/** Times and numbers are all that is written: no field can be a formula. */
export const historyCsv = (rows: readonly HistoryRow[]): string =>
  [HEADER, ...rows.map(({ time, value }) => `${time},${value ?? ''}`), ''].join('\n');

/**
 * The history with what was read now. A row is made when the value changed, once a day where it did not, so that a day
 * without a row is one on which nobody looked, and for the first of several readings that failed.
 */
export function withReading(rows: readonly HistoryRow[], { time, value }: HistoryRow): readonly HistoryRow[] {
  const last = rows.at(-1);
  const isSame = last !== undefined && last.value === value;
  const isSameDay = last?.time.slice(0, 10) === time.slice(0, 10);
  const isNews = last === undefined ? value !== undefined : !isSame || (value !== undefined && !isSameDay);
  // A clock may have been ahead when the last row was made.
  return isNews ? inOrder([...rows, { time, value }]).slice(-KEPT_ROWS) : rows;
}

/** A merge may have mixed them. */
export const inOrder = (rows: readonly HistoryRow[]): HistoryRow[] =>
  rows.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
