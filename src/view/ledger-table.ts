import Table from 'cli-table3';
import { formatDollars } from '../domain/money.ts';
import type { Entry } from '../domain/record.ts';

/** Entries as a table for people, oldest first. */
export function ledgerTable(entries: readonly Entry[]): string {
  const table = new Table({
    head: ['#', 'time (UTC)', 'directive', 'result', 'verification', 'cost', 'duration', 'id'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: borderless,
    colAligns: ['right', 'left', 'left', 'left', 'left', 'right', 'right', 'left'],
  });
  for (const entry of entries) {
    const { seq, timestamp, decision, result, verification, metrics, id } = entry;
    table.push([
      seq,
      timestamp.slice(0, 16).replace('T', ' '),
      decision,
      result,
      result === 'success' ? verification : '',
      formatDollars(metrics.cost),
      `${metrics.duration_s.toFixed(1)} s`,
      id,
    ]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const borderless = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);
