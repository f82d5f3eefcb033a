import { AgentError } from '../../domain/agent-error.ts';
import { dayPath } from '../../domain/chain.ts';
import { applyNight } from '../../domain/memory/apply-night.ts';
import { EMPTY_MEMORY, MEMORY_FILE, Memory } from '../../domain/memory/memory.ts';
import { NIGHTS_FOLDER, Night } from '../../domain/memory/operation.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { Entry } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';
import { recordsForwards } from '../ledger-reader.ts';

export const nightPath = (hash: string): string => `${NIGHTS_FOLDER}/${hash}.json`;

/** The memory as the last night left it. Without a usable file it is made again from the first record on. */
export const loadMemory = async (documents: ReadableDocuments, head: number): Promise<Memory> =>
  (await savedMemory(documents, head)) ?? rebuildMemory(documents);

/** What the file says. One that knows more records than there are is of another ledger. */
export async function savedMemory(documents: ReadableDocuments, head: number): Promise<Memory | undefined> {
  const text = await documents.read(MEMORY_FILE);
  const saved = text === undefined ? undefined : readAs(Memory, text);
  return saved && saved.seq <= head ? saved : undefined;
}

function readAs<T>(schema: { safeParse(json: unknown): { data?: T | undefined } }, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The memory made anew: the ledger's entries and the recorded operations of every night, in their order. The same bytes
 * as the nights wrote. Throws NIGHT_BROKEN where a night's operations are missing or are not what its record names.
 */
export async function rebuildMemory(documents: ReadableDocuments): Promise<Memory> {
  let memory = EMPTY_MEMORY;
  let waiting: { path: string; entry: Entry }[] = [];
  for await (const { path, record } of recordsForwards(documents)) {
    if (record.kind !== 'entry') continue;
    const { consolidation } = record;
    if (!consolidation) {
      waiting.push({ path, entry: record });
      continue;
    }
    const { day, from, to, operations } = consolidation;
    const night = operations === null ? { person: [], night: [] } : await readNight(documents, operations);
    const own = waiting.filter((each) => each.path === dayPath(day) && each.entry.seq >= from && each.entry.seq <= to);
    memory = applyNight(memory, night, { day, entries: inOrder(own.map(({ entry }) => entry)), to });
    waiting = waiting.filter(({ entry }) => entry.seq > to);
  }
  return memory;
}

/** As a night reads its day: by number, each number once. */
function inOrder(entries: readonly Entry[]): Entry[] {
  const first = new Map<number, Entry>();
  for (const entry of entries) if (!first.has(entry.seq)) first.set(entry.seq, entry);
  return [...first.values()].sort((a, b) => a.seq - b.seq);
}

/** What a night did, as its file says. Throws NIGHT_BROKEN. */
export async function readNight(documents: ReadableDocuments, hash: string): Promise<Night> {
  const path = nightPath(hash);
  const text = await documents.read(path);
  if (text === undefined) throw new AgentError('NIGHT_BROKEN', { path, problem: 'it is not there' });
  if (sha256(text) !== hash) throw new AgentError('NIGHT_BROKEN', { path, problem: 'its text was changed' });
  const night = readAs(Night, text);
  if (!night) throw new AgentError('NIGHT_BROKEN', { path, problem: 'this version of the agent can not read it' });
  return night;
}
