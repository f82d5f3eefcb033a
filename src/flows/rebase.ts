import { parseLine } from '../domain/chain.ts';
import { recordMessage } from '../domain/commit-message.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Entry, LedgerRecord, UnsealedRecord } from '../domain/record.ts';
import { isRival, runOf } from '../domain/rival.ts';
import { failureSignature } from '../domain/signature.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { AgentCommit, CommitPlan, FileChange, Repo } from '../repo-port.ts';
import { loadLedger, recordsBackwards, STATE_FILE } from './ledger-reader.ts';
import { droppedTapes, sealAll, stateText } from './ledger-writer.ts';

/**
 * Plans the agent's unpushed commits anew on top of `tip`. Each record is checked against what was appended meanwhile:
 * - the same run is there already -> dropped;
 * - its occurrence was taken by another run -> `skipped: superseded`, its files left out;
 * - a file it wrote changed upstream -> failure `conflict`, its files left out;
 * - a night whose pages changed upstream -> `skipped`, so that it is made anew from what is there now;
 * - else it keeps its content and gets a new place in the chain.
 */
export async function rebase(input: {
  repo: Repo;
  base: string;
  tip: string;
  commits: readonly AgentCommit[];
}): Promise<CommitPlan[]> {
  const { repo, base, tip, commits } = input;
  const upstream = repo.at(tip);
  const before = (await loadLedger(repo.at(base))).state;
  let { state } = await loadLedger(upstream);
  const appended = await recordsAfter(upstream, before.head?.seq ?? -1);
  const texts = new Map<string, string>();
  const plans: CommitPlan[] = [];
  let held: AgentCommit | undefined;
  for (const commit of commits) {
    if (!commit.files.some(isDayFile)) {
      held = commit;
      continue;
    }
    const conflicts = held ? await conflictingPaths(repo, { base, tip, files: held.files }) : [];
    const records = await recordsOf(repo, commit);
    const pages = await conflictingPaths(repo, { base, tip, files: pagesOf(commit, records) });
    const world = { conflicts, pages, hasGenesis: state.head !== null };
    const { kept, areFilesKept } = revalidate(records, appended, world);
    if (held && areFilesKept) plans.push({ message: held.message, at: held.at, files: held.files });
    held = undefined;
    if (kept.length === 0) continue;
    const carried = areFilesKept || !isNight(records) ? commit : withoutPages(commit, records);
    const sealed = sealAll(state, kept);
    const dropped = await presentPaths(repo, tip, droppedTapes(state, sealed.state));
    for (const { path, line } of sealed.lines)
      texts.set(path, `${texts.get(path) ?? (await upstream.read(path)) ?? ''}${line}\n`);
    const rebuilt = { records: sealed.lines.map(({ record }) => record), state: sealed.state, texts, dropped };
    plans.push(ledgerPlan(carried, rebuilt));
    state = sealed.state;
  }
  return plans;
}

const isNight = (records: readonly LedgerRecord[]): boolean =>
  records.some((record) => record.kind === 'entry' && record.flow === 'consolidate');

/** What a night wrote beside its record, all of it made from what it found there. */
const pagesOf = ({ files }: AgentCommit, records: readonly LedgerRecord[]): FileChange[] =>
  isNight(records)
    ? files.filter((file) => !isDayFile(file) && file.path !== STATE_FILE && !file.path.startsWith('ledger/torn/'))
    : [];

function withoutPages(commit: AgentCommit, records: readonly LedgerRecord[]): AgentCommit {
  const pages = pagesOf(commit, records);
  return { ...commit, files: commit.files.filter((file) => !pages.includes(file)) };
}

interface Rebuilt {
  records: readonly LedgerRecord[];
  state: LedgerState;
  texts: ReadonlyMap<string, string>;
  dropped: readonly string[];
}

function ledgerPlan(commit: AgentCommit, { records, state, texts, dropped }: Rebuilt): CommitPlan {
  const carried = commit.files.filter((file) => !isDayFile(file) && file.path !== STATE_FILE && file.content !== null);
  const days = [...texts].map(([path, content]): FileChange => ({ path, content }));
  const gone = dropped.map((path): FileChange => ({ path, content: null }));
  const files = [...carried, ...days, ...gone, { path: STATE_FILE, content: stateText(state) }];
  return { message: recordMessage(records.at(-1)) ?? commit.message, at: commit.at, files };
}

async function presentPaths(repo: Repo, commit: string, paths: readonly string[]): Promise<string[]> {
  const blobs = await Promise.all(paths.map((path) => repo.blobAt(commit, path)));
  return paths.filter((_, index) => blobs[index] !== undefined);
}

const isDayFile = ({ path }: FileChange): boolean => /^ledger\/\d{4}\/\d{2}\/\d{2}\.jsonl$/.test(path);

/** The records that a commit appended. */
async function recordsOf(repo: Repo, commit: AgentCommit): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for (const { path } of commit.files.filter(isDayFile)) {
    const after = (await repo.at(commit.id).read(path)) ?? '';
    const before = (await repo.at(`${commit.id}^`).read(path)) ?? '';
    for (const line of after.slice(before.length).split('\n').filter(Boolean)) {
      const parsed = parseLine(line);
      if ('record' in parsed) records.push(parsed.record);
    }
  }
  return records.sort((a, b) => a.seq - b.seq);
}

async function recordsAfter(documents: ReadableDocuments, seq: number): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of recordsBackwards(documents)) {
    if (record.seq <= seq) break;
    records.push(record);
  }
  return records.reverse();
}

async function conflictingPaths(
  repo: Repo,
  input: { base: string; tip: string; files: readonly FileChange[] },
): Promise<string[]> {
  const conflicts: string[] = [];
  for (const { path, blob } of input.files) {
    const [was, is] = [await repo.blobAt(input.base, path), await repo.blobAt(input.tip, path)];
    if (was !== is && is !== blob) conflicts.push(path);
  }
  return conflicts;
}

function revalidate(
  records: readonly LedgerRecord[],
  appended: readonly LedgerRecord[],
  world: { conflicts: readonly string[]; pages: readonly string[]; hasGenesis: boolean },
): { kept: UnsealedRecord[]; areFilesKept: boolean } {
  let areFilesKept = world.conflicts.length === 0 && world.pages.length === 0;
  const kept = records.flatMap((record): UnsealedRecord[] => {
    if (record.kind === 'genesis') return world.hasGenesis ? [] : [record];
    if (appended.some((other) => other.id === record.id)) {
      areFilesKept = false;
      return [];
    }
    // Money that was set aside may be spent already.
    if (record.kind === 'lease') return [record];
    const claim = { occurrence: record.occurrence, run: runOf(record) };
    const rival = appended.find((other) => isRival(other, claim));
    if (rival) areFilesKept = false;
    if (record.kind === 'intent') return rival ? [] : [record];
    if (rival) return [superseded(record, runOf(rival))];
    if (world.pages.length > 0) return [superseded(record, `a change of ${world.pages.join(', ')}`)];
    return world.conflicts.length > 0 ? [conflicted(record, world.conflicts)] : [record];
  });
  return { kept, areFilesKept };
}

/** Another run did this occurrence first; what this one cost is still booked. */
function superseded({ consolidation: _, ...entry }: Entry, by: string): Entry {
  return {
    ...entry,
    result: 'skipped',
    verification: 'unverified',
    final: false,
    reason: `superseded by ${by}. ${entry.reason}`,
  };
}

function conflicted(entry: Entry, paths: readonly string[]): Entry {
  const message = `${paths.join(', ')} changed upstream while the directive wrote ${paths.length > 1 ? 'them' : 'it'}`;
  const signature = failureSignature({ kind: 'conflict', script: entry.decision, message: 'conflict' });
  return {
    ...entry,
    result: 'failure',
    verification: 'unverified',
    final: false,
    failure: { kind: 'conflict', message, signature, log_tail: '' },
  };
}
