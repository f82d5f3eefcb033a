import { dayPath, parseLine } from '../../domain/chain.ts';
import { isBookkeeping } from '../../domain/ledger-state.ts';
import type { Entry, LedgerRecord } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';
import { dayPaths } from '../ledger-reader.ts';

const dayOf = (path: string): string => path.slice('ledger/'.length, -'.jsonl'.length).replaceAll('/', '-');

/** Days with a file from `since` to `until`, both included, oldest first. */
export async function daysBetween(
  documents: ReadableDocuments,
  { since, until }: { since: string | null; until: string },
): Promise<string[]> {
  const days: string[] = [];
  for await (const path of dayPaths(documents)) {
    const day = dayOf(path);
    if (since !== null && day < since) break;
    if (day <= until) days.push(day);
  }
  return days.reverse();
}

export interface DayRecords {
  /** Every entry of the day, by number. */
  entries: Entry[];
  /** Those that no night has consumed. */
  fresh: Entry[];
  /** Numbers of the first and the last fresh record; undefined when there is none. */
  span?: { from: number; to: number };
  /** Lines that are no record: `steward check` names them. */
  unreadable: number;
}

/** What a day's file holds. The file says the day, whatever a clock said; a line out of its place is put where its number says. */
export async function readDay(
  documents: ReadableDocuments,
  { day, after }: { day: string; after: number },
): Promise<DayRecords> {
  const text = (await documents.read(dayPath(day))) ?? '';
  const records = new Map<number, LedgerRecord>();
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const parsed = parseLine(line);
    if ('problem' in parsed) unreadable += 1;
    else records.set(parsed.record.seq, records.get(parsed.record.seq) ?? parsed.record);
  }
  const ordered = [...records.values()].sort((a, b) => a.seq - b.seq);
  const unread = ordered.filter(({ seq }) => seq > after);
  const end = isGapless(unread) ? Number.POSITIVE_INFINITY : await firstNumberAfter(documents, day);
  const fresh = unread.filter(({ seq }) => seq < end);
  const [first, last] = [fresh.at(0), fresh.at(-1)];
  return {
    entries: ordered.filter(isEntry),
    fresh: fresh.filter(isEntry),
    ...(first && last ? { span: { from: first.seq, to: last.seq } } : {}),
    unreadable,
  };
}

const isGapless = (records: readonly LedgerRecord[]): boolean =>
  records.every(({ seq }, index) => index === 0 || seq === (records[index - 1]?.seq ?? 0) + 1);

/** A line that was moved here from a later day must not take the days between along: they would count as consumed. */
async function firstNumberAfter(documents: ReadableDocuments, day: string): Promise<number> {
  let next: string | undefined;
  for await (const path of dayPaths(documents)) {
    if (path <= dayPath(day)) break;
    next = path;
  }
  const text = next === undefined ? undefined : await documents.read(next);
  for (const line of text?.split('\n') ?? []) {
    const parsed = line === '' ? undefined : parseLine(line);
    if (parsed && 'record' in parsed) return parsed.record.seq;
  }
  return Number.POSITIVE_INFINITY;
}

const isEntry = (record: LedgerRecord): record is Entry => record.kind === 'entry';

/** What a day is told of for: the agent's own bookkeeping at night is no day's work. */
export const isOfTheDay = (entry: Entry): boolean => !isBookkeeping(entry) && entry.flow !== 'init';
