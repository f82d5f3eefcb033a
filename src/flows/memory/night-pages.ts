import { dailyPage, dailyPath } from '../../domain/memory/days/daily-page.ts';
import { weeklyPage, weeklyPath } from '../../domain/memory/days/weekly-page.ts';
import type { ReadableDocuments } from '../../ports.ts';
import { readNight } from './load-memory.ts';
import type { Draft } from './make-night.ts';
import type { MemoryContext } from './memory-context.ts';
import { readWeek } from './week.ts';

/** The page of the day and that of its week, by path. */
export async function nightPages(
  { documents, setting, facts }: MemoryContext,
  draft: Draft,
  commits: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const { day, records, after } = draft;
  const repository = setting.repository ?? facts.repository;
  const address = repository ? { serverUrl: setting.serverUrl, repository } : undefined;
  const { entries, unreadable } = records;
  const whole = { ...draft, ...(await withEarlierNights(documents, draft)) };
  return {
    [dailyPath(day)]: dailyPage({ ...whole, entries, unreadable, commits, address }),
    [weeklyPath(day)]: weeklyPage({ day, days: await readWeek(documents, { day, entries }), after }),
  };
}

/** A day that was not over when it was consolidated is told of as a whole. Its nights before are among its own entries. */
async function withEarlierNights(
  documents: ReadableDocuments,
  { day, records, person, night, refused }: Draft,
): Promise<Pick<Draft, 'person' | 'night' | 'refused'>> {
  const hashes = records.entries.flatMap(({ consolidation }) =>
    consolidation?.day === day ? (consolidation.operations ?? []) : [],
  );
  const earlier = await Promise.all(hashes.map((hash) => readNight(documents, hash)));
  return {
    person: [...earlier.flatMap((each) => each.person), ...person],
    night: [...earlier.flatMap((each) => each.night), ...night],
    refused: [...earlier.flatMap((each) => each.rejected), ...refused],
  };
}
