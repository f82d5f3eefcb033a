import { AgentError } from '../../domain/agent-error.ts';
import { laterTime } from '../../domain/chain.ts';
import { CONFIG_FILE, parseConfig, type StewardConfig } from '../../domain/config.ts';
import type { Directive } from '../../domain/directive.ts';
import { applyRecord, type LedgerState } from '../../domain/ledger-state.ts';
import type { Lesson } from '../../domain/memory/lesson.ts';
import { formatProblem } from '../../domain/problem.ts';
import { type Entry, type LedgerRecord, ZERO_HASH } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';
import { loadDirectives } from '../gather.ts';
import { mendedSince } from '../heal/healed.ts';
import { lastWork, loadLedger, recordsBackwards } from '../ledger-reader.ts';
import { knownLessons } from '../memory/known-lessons.ts';
import type { MemoryContext } from '../memory/memory-context.ts';

/** Directives and the config they are read with. */
export interface House {
  config: StewardConfig;
  directives: readonly Directive[];
}

/** What was known when a model decided. */
export interface Moment {
  entry: Entry;
  house: House;
  state: LedgerState;
  /** More than the prompt may show. */
  recent: readonly Entry[];
  /** All that could be read. */
  lessons: readonly Lesson[];
  /** Signatures whose script was another one by then. */
  mended: ReadonlySet<string>;
}

/** Why a moment can not be had: its commit is out of reach, or something in it can not be read. */
export type Lost = { outcome: 'unreachable' | 'not rebuilt'; reason: string };

/** Houses by the trees they were read from: most decisions find the same. */
export type Houses = Map<string, House>;

const COMMIT_ID = /^(?!0+$)[0-9a-f]{40,64}$/;

/** Reads a moment from the commit that its entry names, and from today's ledger what the cycle had written since. */
export async function momentOf(context: MemoryContext, entry: Entry, houses: Houses): Promise<Moment | Lost> {
  const { head } = entry;
  // Whatever else stands there would be an argument to git.
  if (!COMMIT_ID.test(head)) return { outcome: 'unreachable', reason: 'its entry names no commit' };
  if (!(await context.workbench.bring(head)))
    return { outcome: 'unreachable', reason: `the commit ${head.slice(0, 10)} can not be had` };
  try {
    return await readMoment(context, entry, houses);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { outcome: error.code === 'GIT_FAILED' ? 'unreachable' : 'not rebuilt', reason: error.message };
  }
}

async function readMoment(context: MemoryContext, entry: Entry, houses: Houses): Promise<Moment | Lost> {
  const documents = context.repo.at(entry.head);
  const house = await houseAt(documents, entry, houses);
  if ('outcome' in house) return house;
  const ledger = await ledgerAt(context, documents, entry);
  if ('outcome' in ledger) return ledger;
  const { state, since } = ledger;
  const shown = Math.max(house.config.cycle.history, context.setting.config.cycle.history);
  const recent = [...(await lastWork(documents, shown)), ...since];
  const { lessons } = await knownLessons(documents, entry.observed.seq, entry.observed.at.slice(0, 10));
  return { entry, house, state, recent, lessons, mended: await mendedSince(documents, state) };
}

async function houseAt(documents: ReadableDocuments, { trees }: Entry, houses: Houses): Promise<House | Lost> {
  const key = JSON.stringify(trees);
  const known = houses.get(key);
  if (known) return known;
  const { config, problems } = parseConfig((await documents.read(CONFIG_FILE)) ?? '');
  if (!config) return notRebuilt(`its config can not be read: ${problems.map(formatProblem).join('; ')}`);
  const { directives } = await loadDirectives(documents, Object.keys(config.vars));
  const house = { config, directives };
  houses.set(key, house);
  return house;
}

const notRebuilt = (reason: string): Lost => ({ outcome: 'not rebuilt', reason });

/** The ledger as the decision saw it. `since`: entries that the cycle had written before, on top of its commit. */
async function ledgerAt(
  { documents: here }: MemoryContext,
  documents: ReadableDocuments,
  { observed }: Entry,
): Promise<{ state: LedgerState; since: Entry[] } | Lost> {
  const { state } = await loadLedger(documents);
  const written = await recordsBetween(here, { after: state.head?.seq ?? -1, upTo: observed.seq });
  const now = written.reduce((sum, { record, hash }) => {
    const timestamp = laterTime(sum.head?.timestamp ?? '', record.timestamp);
    return applyRecord(sum, record, { seq: record.seq, hash, timestamp });
  }, state);
  if ((now.head?.hash ?? ZERO_HASH) !== observed.state)
    return notRebuilt(`the ledger that it saw (record ${observed.seq}) is not the one of today`);
  return { state: now, since: written.flatMap(({ record }) => (record.kind === 'entry' ? [record] : [])) };
}

/** Records of a span, oldest first, each with its hash as the record behind it says. */
async function recordsBetween(
  documents: ReadableDocuments,
  { after, upTo }: { after: number; upTo: number },
): Promise<{ record: LedgerRecord; hash: string }[]> {
  if (after >= upTo) return [];
  const found: { record: LedgerRecord; hash: string }[] = [];
  let hash = '';
  for await (const record of recordsBackwards(documents)) {
    if (record.seq <= after) break;
    if (record.seq <= upTo) found.push({ record, hash });
    hash = record.prev;
  }
  return found.reverse();
}
