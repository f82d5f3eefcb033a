import { daysAfter } from '../../domain/memory/days/calendar.ts';
import { dayBegun } from '../../domain/memory/entry-facts.ts';
import type { Entry } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';
import { readDay } from './day-records.ts';

/** Those of the entries that the ledger has, by id. Only the days are read that the ids name. */
export async function entriesOf(
  documents: ReadableDocuments,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Entry>> {
  const wanted = new Set(ids);
  const found = new Map<string, Entry>();
  for (const [begun, cited] of Map.groupBy(wanted, dayBegun)) {
    if (begun === undefined) continue;
    // A run may have ended on the day after: that one is read only for those that are still missing.
    for (const day of [begun, daysAfter(begun, 1)]) {
      if (cited.every((id) => found.has(id))) break;
      for (const entry of (await readDay(documents, { day, after: -1 })).entries)
        if (wanted.has(entry.id)) found.set(entry.id, entry);
    }
  }
  return found;
}
