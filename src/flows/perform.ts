import { AgentError } from '../domain/agent-error.ts';
import { filesMessage } from '../domain/commit-message.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import {
  type CriterionRecord,
  type Entry,
  type Failure,
  type Intent,
  RECORD_VERSION,
  type Unsealed,
} from '../domain/record.ts';
import { failureSignature } from '../domain/signature.ts';
import { mayWrite, writeRoot } from '../domain/writes.ts';
import { type Context, newRunId } from './cycle-context.ts';
import { type EntryFacts, type Job, toEntry } from './entry.ts';
import { type Recorded, record } from './record.ts';
import { type Announce, runSteps, type StepsResult, writtenFiles } from './run-steps.ts';
import type { Work } from './script-call.ts';
import { verify } from './verify.ts';

/** A step's process is killed at its timeout; this much later nobody can still be at work on it. */
const EXPIRY_MARGIN_MS = 2 * 60_000;

/**
 * Runs one occurrence to its entry: intent before each outside effect, steps, verification, record. What happens to the
 * directive is in the entry; an exception means that the agent itself could not work.
 */
export async function perform(context: Context, state: LedgerState, job: Job): Promise<Recorded<Entry>> {
  const { work } = job;
  const roots = work.directive.writes.map(writeRoot);
  const dirtyBefore = await context.repo.changedPaths(roots);
  const inTheWay = dirtyBefore.filter((path) => mayWrite(work.directive.writes, path));
  if (inTheWay.length > 0) throw new AgentError('DIRTY_WORKTREE', { paths: inTheWay.join(', ') });
  await context.lock.mark(work.run, roots);

  let current = state;
  const announce: Announce = async (step, call, steps) => {
    const now = context.clock.now();
    const intent: Unsealed<Intent> = {
      v: RECORD_VERSION,
      kind: 'intent',
      id: newRunId(context.clock),
      timestamp: now.toISOString(),
      run: work.run,
      trigger: job.trigger,
      occurrence: work.occurrence,
      decision: work.directive.name,
      params: json(work.params),
      reason: job.reason,
      step,
      script: call.script,
      key: call.key,
      expires: new Date(now.getTime() + call.timeoutMs + EXPIRY_MARGIN_MS).toISOString(),
      steps: [...steps],
    };
    const said = await record<Intent>(context, current, intent, {
      files: [],
      tapes: [],
      recovered: job.recovered.splice(0),
    });
    current = said.state;
    return said.record !== undefined;
  };
  const result = await runSteps(context, work, announce);
  const outcome = await judge(context, job, result, dirtyBefore);
  const proposal = await propose(context, work, outcome.files);
  const files = proposal ? [] : outcome.files;
  const entry = toEntry(context, current, job, { ...outcome, ...(proposal ? { proposal } : {}) });
  return record<Entry>(context, current, entry, { files, tapes: result.tapes, recovered: job.recovered });
}

/** Where the directive delivers for review, its files go to a branch named after the occurrence, not to this one. */
async function propose(context: Context, work: Work, files: readonly string[]): Promise<string | undefined> {
  const { directive, occurrence, run } = work;
  if (directive.deliver !== 'pull-request' || files.length === 0) return undefined;
  const branch = `steward/${directive.name}/${occurrence.replace(/^[^@:]*[@:]/, '').replaceAll(/[^\w-]/g, '')}`;
  const message = filesMessage({ id: run, decision: directive.name }, files);
  await context.repo.propose(branch, { message, at: context.clock.now(), files: files.map((path) => ({ path })) });
  return branch;
}

/** What the steps' end means for the entry, and what becomes of the files they wrote. */
async function judge(
  context: Context,
  job: Job,
  result: StepsResult,
  dirtyBefore: readonly string[],
): Promise<EntryFacts> {
  const { work } = job;
  const written = await writtenFiles(context, work.directive, dirtyBefore);
  const base = { steps: result.steps, criteria: [] as CriterionRecord[], files: [] as string[] };
  const drop = () => discard(context, work.run, [...written.files, ...written.strays]);
  const { end } = result;
  if (end.kind === 'superseded') {
    await drop();
    return {
      ...base,
      result: 'skipped',
      verification: 'unverified',
      final: false,
      reason: `superseded: another run took ${work.occurrence} first`,
    };
  }
  if (end.kind === 'undecided') {
    await drop();
    return { ...base, result: 'interrupted', verification: 'unverified', final: true, reason: end.reason };
  }
  if (end.kind === 'failed' || written.strays.length > 0) {
    await drop();
    const failure = end.kind === 'failed' ? end.failure : strayFailure(work.directive.name, written.strays);
    return {
      ...base,
      result: 'failure',
      verification: 'unverified',
      final: end.kind === 'failed' && !end.mayRetry,
      failure,
    };
  }
  if (end.kind === 'skipped')
    return {
      ...base,
      files: written.files,
      result: 'skipped',
      verification: 'unverified',
      final: true,
      reason: end.reason,
    };
  const { criteria, verification } = await verify(context, work, result.steps);
  if (verification !== 'refuted')
    return { ...base, criteria, files: written.files, result: 'success', verification, final: true };
  await drop();
  const isRepeatable = work.directive.effects !== 'external';
  return {
    ...base,
    criteria,
    result: 'success',
    verification,
    final: !isRepeatable,
    failure: refutation(work.directive.name, criteria),
  };
}

async function discard(context: Context, run: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const folder = await context.repo.setAside(paths, run);
  context.log.info(`${paths.length} written file${paths.length > 1 ? 's' : ''} not committed; a copy is in ${folder}`);
}

function strayFailure(directive: string, strays: readonly string[]): Failure {
  const message = `wrote outside its \`writes\`: ${strays.join(', ')}`;
  return {
    kind: 'output',
    message,
    signature: failureSignature({ kind: 'output', script: directive, message }),
    log_tail: '',
  };
}

function refutation(directive: string, criteria: readonly CriterionRecord[]): Failure {
  const refuted = criteria.find(({ holds }) => holds === false);
  const message = `${refuted?.script} says: ${refuted?.reason ?? 'no'}`;
  return {
    kind: 'refuted',
    message,
    signature: failureSignature({ kind: 'refuted', script: directive, message }),
    log_tail: '',
    script: refuted?.script,
  };
}

export const json = (params: Readonly<Record<string, unknown>>): Entry['params'] => JSON.parse(JSON.stringify(params));
