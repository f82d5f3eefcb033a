import { formatDollars } from '../domain/money.ts';
import type { Entry } from '../domain/record.ts';
import { type Column, textTable } from './text-table.ts';

const COLUMNS: readonly Column[] = [
  { head: '#', align: 'right' },
  { head: 'time (UTC)' },
  { head: 'directive' },
  { head: 'result' },
  { head: 'verification' },
  { head: 'cost', align: 'right' },
  { head: 'duration', align: 'right' },
  { head: 'id' },
];

/** Entries as a table for people, oldest first. */
export function ledgerTable(entries: readonly Entry[]): string {
  const rows = entries.map(({ seq, timestamp, decision, result, verification, metrics, id }) => [
    seq,
    timestamp.slice(0, 16).replace('T', ' '),
    decision,
    result,
    result === 'success' ? verification : '',
    formatDollars(metrics.cost),
    `${metrics.duration_s.toFixed(1)} s`,
    id,
  ]);
  return textTable(COLUMNS, rows);
}
