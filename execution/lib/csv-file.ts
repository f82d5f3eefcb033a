import { join } from 'node:path';
import Papa from 'papaparse';
import type { ScriptContext } from '../../src/script.ts';
import { readIfThere } from './report-file.ts';

/** Rows by the names of their columns. Every cell is text. */
export type CsvRow = Record<string, string>;

/** The rows of a file; empty without one. Lines that are no rows of these columns, such as marks of a merge, are left out. */
export async function readCsv(context: ScriptContext, path: string, columns: readonly string[]): Promise<CsvRow[]> {
  const text = (await readIfThere(join(context.workspace, path))) ?? '';
  const { data } = Papa.parse<string[]>(text.replace(/^\ufeff/, ''), { skipEmptyLines: 'greedy' });
  // Above it may stand the mark of a merge.
  const at = data.findIndex((line) => columns.every((column) => line.includes(column)));
  const header = data[at] ?? [];
  const lines = data.slice(at + 1);
  const places = columns.map((column) => header.indexOf(column));
  if (at === -1) {
    if (text !== '') context.log(`${path} has no columns ${columns.join(', ')}: it is begun anew`);
    return [];
  }
  return lines
    .filter((line) => line.length === header.length)
    .map((line) =>
      Object.fromEntries(columns.map((column, index) => [column, asItWas(line[places[index] ?? 0] ?? '')])),
    );
}

/** A spreadsheet takes a cell that begins with `=` or the like for a formula: such a cell gets a quote in front. */
export function csvText(columns: readonly string[], rows: readonly CsvRow[]): string {
  const fields = [...columns];
  const data = rows.map((row) => columns.map((column) => row[column] ?? ''));
  return `${Papa.unparse({ fields, data }, { newline: '\n', escapeFormulae: true }).trimEnd()}\n`;
}

/** Without the quote that keeps a formula from being one. */
const asItWas = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r])/, '');
