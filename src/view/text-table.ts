import Table from 'cli-table3';

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

/** A table without lines, for a terminal and for pasting into an issue. */
export function textTable(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: columns.map(({ head }) => head),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: NO_LINES,
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const PLACES = ['top', 'bottom', 'left', 'mid', 'right'];
const JOINTS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
const INNER = ['left-mid', 'mid-mid', 'right-mid', 'middle'];
const NO_LINES = Object.fromEntries([...PLACES, ...JOINTS, ...INNER].map((place) => [place, '']));
