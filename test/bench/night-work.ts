import { FileDocuments } from '../../src/adapters/file-documents.ts';
import { dayPath, parseLine } from '../../src/domain/chain.ts';
import { MEMORY_FILE, memoryText } from '../../src/domain/memory/memory.ts';
import { readDay } from '../../src/flows/memory/day-records.ts';
import { loadMemory } from '../../src/flows/memory/load-memory.ts';
import { type Draft, makeNight } from '../../src/flows/memory/make-night.ts';
import type { MemoryContext } from '../../src/flows/memory/memory-context.ts';
import { nightPages } from '../../src/flows/memory/night-pages.ts';
import { personalEdits } from '../../src/flows/memory/personal-edits.ts';
import { lessonFiles } from '../../src/flows/memory/record-night.ts';

export const NIGHT_PARTS = ['load', 'read', 'night', 'pages', 'texts'] as const;
export type NightPart = (typeof NIGHT_PARTS)[number];

interface NightWork {
  /** Milliseconds. */
  times: Record<NightPart, number>;
  /** What it would write, by path. */
  files: Record<string, string>;
}

/** The steps of flows/memory/consolidate.ts, in its order, without model and git: what it would write is made and not written. */
export async function workNight(folder: string, day: string): Promise<NightWork> {
  const context = contextIn(folder);
  const times = { load: 0, read: 0, night: 0, pages: 0, texts: 0 };
  const timed = async <T>(part: NightPart, work: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    times[part] += performance.now() - started;
    return result;
  };
  const memory = await timed('load', () => loadMemory(context.documents, Number.MAX_SAFE_INTEGER));
  const { span, ...records } = await timed('read', () => readDay(context.documents, { day, after: memory.seq }));
  if (!span) throw new Error(`${day} has nothing to consolidate`);
  const draft: Draft = await timed('night', async () => {
    const person = await personalEdits(context, memory, day);
    return makeNight(context, { memory, day, records: { ...records, span }, person, head: span.to, directives: [] });
  });
  const pages = await timed('pages', () => nightPages(context, draft, new Map()));
  const files = await timed('texts', () => ({
    ...pages,
    ...lessonFiles(draft.after),
    [MEMORY_FILE]: memoryText(draft.after),
  }));
  return { times, files };
}

/** Reading the day's file and parsing its lines, as every reader of the ledger must. In milliseconds. */
export async function parseDay(folder: string, day: string): Promise<number> {
  const { documents } = contextIn(folder);
  const started = performance.now();
  const text = (await documents.read(dayPath(day))) ?? '';
  for (const line of text.split('\n')) if (line !== '' && 'problem' in parseLine(line)) throw new Error(line);
  return performance.now() - started;
}

/** Only what a night without a model asks for. */
function contextIn(folder: string): MemoryContext {
  const known = {
    documents: new FileDocuments(folder),
    setting: { repository: 'forge/house', serverUrl: 'https://github.com' },
    facts: {},
  };
  return known as unknown as MemoryContext;
}
