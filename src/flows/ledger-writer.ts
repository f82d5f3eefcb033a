import { dayPath, type SealedLine, seal } from '../domain/chain.ts';
import { applyRecord, type LedgerState } from '../domain/ledger-state.ts';
import type { UnsealedRecord } from '../domain/record.ts';
import { type StoredTape, tapeIds, tapePath } from '../domain/tape.ts';
import type { Documents } from '../ports.ts';
import { STATE_FILE, type Torn } from './ledger-reader.ts';

/** Records with their place in the chain, and the state after them. Pure. */
export function sealAll(
  state: LedgerState,
  records: readonly UnsealedRecord[],
): { lines: SealedLine[]; state: LedgerState } {
  const lines: SealedLine[] = [];
  let after = state;
  for (const record of records) {
    const sealed = seal(record, after.head ?? undefined);
    after = applyRecord(after, sealed.record, sealed.head);
    lines.push(sealed);
  }
  return { lines, state: after };
}

export const stateText = (state: LedgerState): string => `${JSON.stringify(state, null, 1)}\n`;

/** Tapes that the state kept before and no longer keeps. */
export function droppedTapes(before: LedgerState, after: LedgerState): string[] {
  const kept = tapeIds(after.tapes);
  return [...tapeIds(before.tapes)].filter((id) => !kept.has(id)).map(tapePath);
}

/** Writes sealed lines, tapes and the folded state into the work tree; returns every path that changed. */
export async function writeLedger(
  documents: Documents,
  change: { before: LedgerState; after: LedgerState; lines: readonly SealedLine[]; tapes: readonly StoredTape[] },
): Promise<string[]> {
  const { before, after, lines, tapes } = change;
  const kept = tapeIds(after.tapes);
  const stored = tapes.filter(({ id }) => kept.has(id));
  for (const { path, text } of stored) await documents.write(path, text);
  for (const { path, line } of lines) await documents.append(path, `${line}\n`);
  const dropped = await present(documents, droppedTapes(before, after));
  for (const path of dropped) await documents.remove(path);
  await documents.write(STATE_FILE, stateText(after));
  return [...new Set([...stored.map(({ path }) => path), ...lines.map(({ path }) => path), ...dropped, STATE_FILE])];
}

/** A tape that a person removed already is nothing to remove. */
async function present(documents: Documents, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => documents.readTail(path, 1)));
  return paths.filter((_, index) => found[index] !== undefined);
}

/** Moves what a killed writer left behind the last whole record into a file of its own; returns the changed paths. */
export async function setAsideTorn(documents: Documents, torn: Torn, at: string): Promise<string[]> {
  const text = (await documents.read(torn.path)) ?? '';
  const whole = text.slice(0, text.lastIndexOf(torn.text));
  const path = `ledger/torn/${dayPath(at).slice('ledger/'.length, -'.jsonl'.length).replaceAll('/', '-')}-${text.length}.txt`;
  await documents.write(path, `${torn.text}\n`);
  await documents.write(torn.path, whole);
  return [path, torn.path];
}
