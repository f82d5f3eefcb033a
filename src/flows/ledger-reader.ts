import { AgentError } from '../domain/agent-error.ts';
import { chainProblem, laterTime, lineHash, parseLine } from '../domain/chain.ts';
import { applyRecord, EMPTY_STATE, isBookkeeping, LedgerState } from '../domain/ledger-state.ts';
import type { Entry, LedgerRecord } from '../domain/record.ts';
import type { ReadableDocuments } from '../ports.ts';

export const STATE_FILE = 'ledger/state.json';
const TAIL_BYTES = 64 * 1024;

/** Text behind the last whole record of the newest day file: what a killed writer left. */
export interface Torn {
  path: string;
  text: string;
}

export interface Ledger {
  state: LedgerState;
  torn?: Torn;
}

/**
 * What the ledger says now. The folded state is read and checked against the newest line; only lines it has not seen
 * are read. Without a usable state file everything is folded anew.
 */
export async function loadLedger(documents: ReadableDocuments): Promise<Ledger> {
  const newest = await dayPaths(documents).next();
  if (newest.done) return { state: EMPTY_STATE };
  const torn = await findTorn(documents, newest.value);
  const saved = await readState(documents);
  const unseen: { record: LedgerRecord; line: string }[] = [];
  for await (const { line } of linesBackwards(documents)) {
    if (torn && line === torn.text) continue;
    if (saved.head !== null && lineHash(line) === saved.head.hash) {
      return withTorn(foldOnto(saved, unseen.reverse()), torn);
    }
    const parsed = parseLine(line);
    if ('problem' in parsed) break;
    unseen.push({ record: parsed.record, line });
    if (saved.head === null || parsed.record.seq <= saved.head.seq) break;
  }
  return withTorn(await foldAll(documents, torn), torn);
}

const withTorn = (state: LedgerState, torn: Torn | undefined): Ledger => ({ state, ...(torn ? { torn } : {}) });

function foldOnto(state: LedgerState, lines: readonly { record: LedgerRecord; line: string }[]): LedgerState {
  return lines.reduce((folded, { record, line }) => applyLine(folded, record, line), state);
}

function applyLine(state: LedgerState, record: LedgerRecord, line: string): LedgerState {
  const timestamp = laterTime(state.head?.timestamp ?? '', record.timestamp);
  return applyRecord(state, record, { seq: record.seq, hash: lineHash(line), timestamp });
}

/** Folds the whole ledger from its first line; throws LEDGER_BROKEN where the chain does not hold. */
async function foldAll(documents: ReadableDocuments, torn: Torn | undefined): Promise<LedgerState> {
  let state = EMPTY_STATE;
  for await (const { path, number, line } of linesForwards(documents)) {
    if (torn && path === torn.path && line === torn.text) continue;
    const parsed = parseLine(line);
    const problem =
      'problem' in parsed
        ? { found: parsed.problem, expected: 'a ledger record' }
        : chainProblem(parsed.record, state.head ?? undefined);
    if (problem || 'problem' in parsed) throw new AgentError('LEDGER_BROKEN', { file: path, line: number, ...problem });
    state = applyLine(state, parsed.record, line);
  }
  return state;
}

async function readState(documents: ReadableDocuments): Promise<LedgerState> {
  const text = await documents.read(STATE_FILE);
  if (text === undefined) return EMPTY_STATE;
  try {
    const parsed = LedgerState.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : EMPTY_STATE;
  } catch {
    // A half-written or conflicted file is no loss: the ledger says it all again.
    return EMPTY_STATE;
  }
}

async function findTorn(documents: ReadableDocuments, path: string): Promise<Torn | undefined> {
  const tail = await documents.readTail(path, TAIL_BYTES);
  const lines = (tail?.text ?? '').split('\n');
  const last = lines.at(-1) === '' ? lines.at(-2) : lines.at(-1);
  const isWhole = lines.at(-1) === '' && last !== undefined && 'record' in parseLine(last);
  return isWhole || last === undefined || last === '' ? undefined : { path, text: last };
}

/** Day files, newest first: `ledger/2026/03/04.jsonl`. */
export async function* dayPaths(documents: ReadableDocuments): AsyncGenerator<string, undefined> {
  const newestFirst = async (folder: string, form: RegExp) =>
    (await documents.list(folder)).filter((name) => form.test(name)).reverse();
  for (const year of await newestFirst('ledger', /^\d{4}\/$/)) {
    for (const month of await newestFirst(`ledger/${year.slice(0, -1)}`, /^\d{2}\/$/)) {
      const folder = `ledger/${year}${month.slice(0, -1)}`;
      for (const day of await newestFirst(folder, /^\d{2}\.jsonl$/)) yield `${folder}/${day}`;
    }
  }
  return undefined;
}

/** Lines from the newest on, reading no more of a file than is asked for. */
async function* linesBackwards(documents: ReadableDocuments): AsyncGenerator<{ path: string; line: string }> {
  for await (const path of dayPaths(documents)) {
    let given = 0;
    for (let bytes = TAIL_BYTES; ; bytes *= 4) {
      const tail = await documents.readTail(path, bytes);
      if (!tail) break;
      // Unless the whole file was read, the first line is only the end of one.
      const lines = tail.text
        .split('\n')
        .slice(tail.offset > 0 ? 1 : 0)
        .filter((line) => line !== '')
        .reverse();
      for (const line of lines.slice(given)) yield { path, line };
      given = lines.length;
      if (tail.offset === 0) break;
    }
  }
}

export async function* linesForwards(
  documents: ReadableDocuments,
): AsyncGenerator<{ path: string; number: number; line: string }> {
  const paths: string[] = [];
  for await (const path of dayPaths(documents)) paths.push(path);
  for (const path of paths.reverse()) {
    const text = (await documents.read(path)) ?? '';
    for (const [index, line] of text.split('\n').entries()) {
      if (line !== '') yield { path, number: index + 1, line };
    }
  }
}

/** Whole records from the newest on; unreadable lines are passed over (`steward check` names them). */
export async function* recordsBackwards(documents: ReadableDocuments): AsyncGenerator<LedgerRecord> {
  for await (const { line } of linesBackwards(documents)) {
    const parsed = parseLine(line);
    if ('record' in parsed) yield parsed.record;
  }
}

/** Whole records from the first on, with the day's file; unreadable lines are passed over. */
export async function* recordsForwards(
  documents: ReadableDocuments,
): AsyncGenerator<{ path: string; record: LedgerRecord }> {
  for await (const { path, line } of linesForwards(documents)) {
    const parsed = parseLine(line);
    if ('record' in parsed) yield { path, record: parsed.record };
  }
}

/** The last `count` entries that a decision is told of, oldest first: the agent's bookkeeping says nothing about its work. */
export const lastWork = (documents: ReadableDocuments, count: number): Promise<Entry[]> =>
  lastEntries(documents, count, (entry) => !isBookkeeping(entry));

/** The last `count` entries of a kind, oldest first. */
export async function lastEntries(
  documents: ReadableDocuments,
  count: number,
  isWanted: (entry: Entry) => boolean = () => true,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (count === 0) return entries;
  for await (const record of recordsBackwards(documents)) {
    if (record.kind === 'entry' && isWanted(record)) entries.push(record);
    if (entries.length >= count) break;
  }
  return entries.reverse();
}
