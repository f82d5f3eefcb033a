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

const HEALS = { proposed: 'proposed', escalated: 'for a person', none: 'not needed' } as const;

/** Entries as a table for people, oldest first. */
export function ledgerTable(entries: readonly Entry[]): string {
  const rows = entries.map(({ seq, timestamp, decision, result, verification, metrics, id, heal }) => [
    seq,
    timestamp.slice(0, 16).replace('T', ' '),
    decision,
    heal ? `repair ${HEALS[heal.outcome]}` : result,
    result === 'success' && !heal ? verification : '',
    formatDollars(metrics.cost),
    `${metrics.duration_s.toFixed(1)} s`,
    id,
  ]);
  return textTable(COLUMNS, rows);
}
