import { AgentError } from '../domain/agent-error.ts';
import { filesMessage, recordMessage } from '../domain/commit-message.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import {
  type Entry,
  type Intent,
  type Lease,
  type LedgerRecord,
  RECORD_VERSION,
  type Unsealed,
  type UnsealedRecord,
} from '../domain/record.ts';
import type { StoredTape } from '../domain/tape.ts';
import type { CommitPlan } from '../repo-port.ts';
import { type Context, newRunId } from './cycle-context.ts';
import { loadLedger, recordsBackwards } from './ledger-reader.ts';
import { sealAll, writeLedger } from './ledger-writer.ts';
import { type Published, publish, unpushedByPeople } from './publish.ts';

/** What a run leaves besides its record. */
export interface Findings {
  /** Paths its steps wrote: one commit of their own. */
  files: readonly string[];
  tapes: readonly StoredTape[];
  /** Paths of torn text that was set aside: they go with the record. */
  recovered: readonly string[];
  /** Paths that belong to the record as its own line does: they are in its commit, or the record is not. */
  beside?: readonly string[];
}

export interface Recorded<T extends LedgerRecord> extends Published {
  /** As it stands in the chain; undefined when another run took the occurrence before this intent. */
  record: T | undefined;
  state: LedgerState;
  commit: string;
}

const STEP_TITLES = { entry: 'commit and push', intent: 'say the intent', lease: 'set money aside' };

/**
 * Appends one record: files commit and ledger commit appear together, then both go out in one push. The ledger's first
 * record is preceded by its genesis.
 */
export async function record<T extends Entry | Intent | Lease>(
  context: Context,
  state: LedgerState,
  unsealed: Unsealed<T>,
  findings: Findings,
): Promise<Recorded<T>> {
  const { documents, repo, clock } = context;
  const first: UnsealedRecord[] = state.head === null ? [await genesis(context)] : [];
  const sealed = sealAll(state, [...first, unsealed as UnsealedRecord]);
  const changed = await writeLedger(documents, {
    before: state,
    after: sealed.state,
    lines: sealed.lines,
    tapes: findings.tapes,
  });
  const last = sealed.lines.at(-1)?.record;
  const at = clock.now();
  const plans: CommitPlan[] = [
    {
      message: recordMessage(last) ?? 'ledger',
      at,
      files: [...changed, ...findings.recovered, ...(findings.beside ?? [])].map((path) => ({ path })),
    },
  ];
  if (findings.files.length > 0 && last?.kind === 'entry') {
    plans.unshift({ message: filesMessage(last, findings.files), at, files: findings.files.map((path) => ({ path })) });
  }
  const line = context.log.step(STEP_TITLES[unsealed.kind]);
  // Whose commits wait to be pushed does not depend on the one that is being made.
  const [commit, people] = await Promise.all([repo.commit(plans), unpushedByPeople(context)]);
  const published = await publish(context, people);
  line.done(true, published.pushed ? '' : 'kept here');
  if (!published.rebuilt) return { ...published, record: last as T, state: sealed.state, commit };
  const { head } = await repo.facts();
  return { ...published, ...(await findAgain<T>(context, unsealed.id)), commit: head };
}

async function findAgain<T extends LedgerRecord>(
  { documents }: Context,
  id: string,
): Promise<{ record: T | undefined; state: LedgerState }> {
  const { state } = await loadLedger(documents);
  let looked = 0;
  for await (const found of recordsBackwards(documents)) {
    if (found.id === id) return { record: found as T, state };
    if (++looked > 500) break;
  }
  return { record: undefined, state };
}

export async function genesis(context: Context): Promise<UnsealedRecord> {
  const repository = await repositoryIdentity(context);
  const timestamp = context.clock.now().toISOString();
  return { v: RECORD_VERSION, kind: 'genesis', id: newRunId(context.clock), timestamp, repository };
}

/** `owner/name`, else `local/<first commit>`. */
export async function repositoryIdentity({ setting, facts, repo }: Context): Promise<string> {
  const name = setting.repository ?? facts.repository;
  return name ?? `local/${(await repo.firstCommit())?.slice(0, 12) ?? 'unknown'}`;
}

/** A ledger that was copied along with a repository is somebody else's books. */
export async function assertOwnLedger(context: Context, state: LedgerState): Promise<void> {
  if (!(await isForeign(context, state))) return;
  throw new AgentError('LEDGER_FOREIGN', {
    recorded: state.repository ?? '',
    actual: await repositoryIdentity(context),
  });
}

/** By name where both are known, else by the first commit; what can not be known is not foreign. */
export async function isForeign(
  { setting, facts, repo }: Context,
  { repository: recorded }: LedgerState,
): Promise<boolean> {
  if (recorded === null || recorded === 'local/unknown') return false;
  const name = setting.repository ?? facts.repository;
  if (!recorded.startsWith('local/')) return name !== undefined && name.toLowerCase() !== recorded.toLowerCase();
  return !facts.isShallow && !(await repo.hasCommit(recorded.slice('local/'.length)));
}
