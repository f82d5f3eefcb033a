import { AgentError } from '../domain/agent-error.ts';
import { DURATION_PATTERN, durationMs } from '../domain/duration.ts';
import { type Entry, RESULTS } from '../domain/record.ts';
import type { Ports } from './cycle-context.ts';
import { recordsBackwards } from './ledger-reader.ts';

export interface LedgerFilter {
  last: number;
  since?: Date;
  directive?: string;
  result?: string;
}

/** The newest entries that pass the filter, oldest first. Reads no further back than it must. */
export async function listLedger({ documents }: Ports, filter: LedgerFilter): Promise<Entry[]> {
  const entries: Entry[] = [];
  const since = filter.since?.toISOString() ?? '';
  for await (const record of recordsBackwards(documents)) {
    if (record.timestamp < since || entries.length >= filter.last) break;
    if (record.kind === 'entry' && passes(record, filter)) entries.push(record);
  }
  return entries.reverse();
}

function passes(entry: Entry, { directive, result }: LedgerFilter): boolean {
  return (
    (directive === undefined || entry.decision === directive) &&
    (result === undefined || entry.result === result || entry.verification === result)
  );
}

/** `--last 20 --since 7d --result failure` as typed; a date works as well as a duration. */
export function parseFilter(
  typed: { last: string; since?: string; directive?: string; result?: string },
  now: Date,
): LedgerFilter {
  const last = Number(typed.last);
  if (!Number.isSafeInteger(last) || last < 1)
    throw new AgentError('USAGE', { problem: `--last ${typed.last}: expected a whole number from 1` });
  const known: readonly string[] = [...RESULTS, 'verified', 'unverified', 'refuted'];
  if (typed.result !== undefined && !known.includes(typed.result)) {
    throw new AgentError('USAGE', { problem: `--result ${typed.result}: expected one of ${known.join(', ')}` });
  }
  const since = typed.since === undefined ? undefined : parseSince(typed.since, now);
  return {
    last,
    ...(since ? { since } : {}),
    ...(typed.directive ? { directive: typed.directive } : {}),
    ...(typed.result ? { result: typed.result } : {}),
  };
}

/** A date or a duration as typed. Throws USAGE. */
export function parseSince(text: string, now: Date): Date {
  if (DURATION_PATTERN.test(text)) return new Date(now.getTime() - durationMs(text));
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new AgentError('USAGE', { problem: `--since ${text}: expected a date (2026-03-04) or a duration (7d)` });
  return new Date(time);
}
