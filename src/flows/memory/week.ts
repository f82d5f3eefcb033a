import { dayPath } from '../../domain/chain.ts';
import { weekDays } from '../../domain/memory/days/calendar.ts';
import { Figures } from '../../domain/memory/days/day-summary.ts';
import type { WeekDay } from '../../domain/memory/days/weekly-page.ts';
import { DAILY_FOLDER } from '../../domain/memory/lesson.ts';
import type { ReadableDocuments } from '../../ports.ts';

/** How the writer begins every line: what is no entry need not be read. */
const OTHER_RECORD = /^\{"v":\d+,"kind":"(?:lease|intent|genesis)"/;

/**
 * The days of a week, up to `day`, whose entries the night has read already: whatever was recorded since is not told of. Of
 * each line of the others only what sums need is read; one that can not be read is passed over.
 */
export async function readWeek(
  documents: ReadableDocuments,
  { day, entries }: { day: string; entries: readonly Figures[] },
): Promise<WeekDay[]> {
  const pages = new Set(await documents.list(DAILY_FOLDER));
  const days: WeekDay[] = [];
  for (const before of weekDays(day).filter((other) => other < day)) {
    const text = (await documents.read(dayPath(before))) ?? '';
    const figures = text.split('\n').flatMap((line) => figuresOf(line) ?? []);
    days.push({ day: before, entries: figures, hasPage: pages.has(`${before}.md`) });
  }
  // Its page is written in the same night.
  return [...days, { day, entries, hasPage: true }];
}

function figuresOf(line: string): Figures | undefined {
  if (line === '' || OTHER_RECORD.test(line)) return undefined;
  try {
    return Figures.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
