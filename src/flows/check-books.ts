import { chainProblem, laterTime, lineHash, parseLine } from '../domain/chain.ts';
import { applyRecord, EMPTY_STATE, LedgerState } from '../domain/ledger-state.ts';
import { sha256 } from '../domain/occurrence.ts';
import { errorAt, type Problem } from '../domain/problem.ts';
import { Tape, tapeIds, tapePath } from '../domain/tape.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { Ports } from './cycle-context.ts';
import { linesForwards, STATE_FILE } from './ledger-reader.ts';
import { stateText } from './ledger-writer.ts';

const SavedHead = LedgerState.pick({ head: true }).transform(({ head }) => ({ head: head ?? undefined }));
const CHAIN_HINT = 'A committed line was edited, lost or reordered: see `git log -p -- ledger`';

/** Reads the whole ledger: every line, the chain, and whether the folded state is what the lines say. */
export async function checkChain({
  documents,
  log,
}: Ports): Promise<{ problems: Problem[]; records: number; state: LedgerState }> {
  const step = log.step('ledger chain');
  const problems: Problem[] = [];
  let state = EMPTY_STATE;
  let records = 0;
  for await (const { path, number, line } of linesForwards(documents)) {
    records++;
    const parsed = parseLine(line);
    const problem =
      'problem' in parsed
        ? { found: parsed.problem, expected: 'a ledger record' }
        : chainProblem(parsed.record, state.head ?? undefined);
    if (problem) problems.push(errorAt(path, number, problem.found, problem.expected, CHAIN_HINT));
    if ('problem' in parsed) continue;
    const timestamp = laterTime(state.head?.timestamp ?? '', parsed.record.timestamp);
    state = applyRecord(state, parsed.record, { seq: parsed.record.seq, hash: lineHash(line), timestamp });
  }
  if (problems.length === 0) problems.push(...(await checkState(documents, state)));
  step.done(problems.length === 0, `${records} records`);
  return { problems, records, state };
}

async function checkState(documents: ReadableDocuments, state: LedgerState): Promise<Problem[]> {
  const saved = await documents.read(STATE_FILE);
  if (saved === undefined || saved === stateText(state)) return [];
  const edited = editedHead(saved, state);
  if (edited) return [edited];
  const found = 'a state that differs from what the ledger says';
  const problem = errorAt(STATE_FILE, 1, found, 'the fold of all records', 'Delete it: the next cycle folds it anew');
  return [{ ...problem, severity: 'warning' }];
}

/** The chain does not hold its newest line; the state that was saved with it does. */
function editedHead(saved: string, { head }: LedgerState): Problem | undefined {
  const known = readHead(saved);
  if (!known || !head || known.seq < head.seq || (known.seq === head.seq && known.hash === head.hash)) return undefined;
  const said = (line: { seq: number; hash: string }) => `line ${line.seq} with the hash ${line.hash.slice(0, 12)}…`;
  const found = `a state that differs from what the ledger says: the newest is ${said(head)}`;
  return errorAt(STATE_FILE, 1, found, `${said(known)}, as it was recorded`, CHAIN_HINT);
}

function readHead(saved: string): { seq: number; hash: string } | undefined {
  try {
    return SavedHead.safeParse(JSON.parse(saved)).data?.head;
  } catch {
    return undefined;
  }
}

/** Tapes are named by their own hash; those that the state keeps must be there. */
export async function checkTapes(
  { documents }: Ports,
  state: LedgerState,
): Promise<{ problems: Problem[]; count: number }> {
  const files = (await documents.list('ledger/calls')).filter((name) => name.endsWith('.json'));
  const problems: Problem[] = [];
  for (const name of files) {
    const path = `ledger/calls/${name}`;
    const text = (await documents.read(path)) ?? '';
    if (tapePath(sha256(text)) !== path)
      problems.push(
        errorAt(
          path,
          1,
          'a text that its name does not fit',
          `sha256 ${name.slice(0, 12)}…`,
          'The tape was edited: restore it from git',
        ),
      );
    else if (!isTape(text)) problems.push(errorAt(path, 1, 'a tape that can not be read', 'a recorded call'));
  }
  const present = new Set(files.map((name) => name.slice(0, -'.json'.length)));
  const missing = [...tapeIds(state.tapes)].filter((id) => !present.has(id));
  return {
    problems: [
      ...problems,
      ...missing.map((id) => errorAt(tapePath(id), 1, 'no file', 'the tape that the ledger keeps')),
    ],
    count: files.length,
  };
}

function isTape(text: string): boolean {
  try {
    return Tape.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
