/** What a benchmark found: numbers as they are, rounded only where they are shown. */
export interface BenchTable {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
  notes: readonly string[];
}

export type Cell = string | number | undefined;

export interface Benchmark {
  name: string;
  run(options: BenchOptions): Promise<BenchTable>;
}

export interface BenchOptions {
  /** Measured runs of each thing; warm-ups come on top. */
  runs: number;
  /** The largest ledger that is built. */
  maxRecords: number;
  /** Says on a terminal what is going on. */
  progress(text: string): void;
}

export function toMarkdown({ title, columns, rows, notes }: BenchTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const isNumber = columns.map((_, index) => rows.every((row) => typeof row[index] !== 'string'));
  const table = [
    line(columns),
    line(isNumber.map((is) => (is ? '--:' : '---'))),
    ...rows.map((row) => line(row.map(show))),
  ];
  return [`### ${title}`, table.join('\n'), notes.map((note) => `- ${note}`).join('\n')].filter(Boolean).join('\n\n');
}

/** The rows as objects, by column. */
export function toJson({ title, columns, rows, notes }: BenchTable): object {
  return {
    title,
    rows: rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))),
    notes,
  };
}

function show(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100)
    return Math.round(cell).toLocaleString('en').replaceAll(',', ' ');
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : 2);
}
