import { AgentError } from '../domain/agent-error.ts';
import type { Directive } from '../domain/directive.ts';
import { type Entry, type Intent, RECORD_VERSION, type StepRecord, type Unsealed } from '../domain/record.ts';
import { mayWrite, writeRoot } from '../domain/writes.ts';
import type { ScriptCall } from '../ports.ts';
import type { Books } from './books.ts';
import { type Context, newRunId } from './cycle-context.ts';
import { type Job, toEntry, toJson } from './entry.ts';
import { healedBy } from './heal/healed.ts';
import { judge } from './judge.ts';
import { propose } from './proposal.ts';
import type { Recorded } from './record.ts';
import { type Announce, runSteps, type StepsResult } from './run-steps.ts';
import type { Work } from './script-call.ts';

/** A step's process is killed at its timeout; this much later nobody can still be at work on it. */
const EXPIRY_MARGIN_MS = 2 * 60_000;

/**
 * Runs one occurrence to its entry: intent before each outside effect, steps, verification, record. What happens to the
 * directive is in the entry; an exception means that the agent itself could not work.
 */
export async function perform(context: Context, books: Books, job: Job): Promise<Recorded<Entry>> {
  const { work } = job;
  const roots = work.directive.writes.map(writeRoot);
  const dirtyBefore = await context.repo.changedPaths(roots);
  const inTheWay = dirtyBefore.filter((path) => mayWrite(work.directive.writes, path));
  if (inTheWay.length > 0) throw new AgentError('DIRTY_WORKTREE', { paths: inTheWay.join(', ') });
  await context.lock.mark(work.run, roots);
  await bringHistory(context, work.directive);

  const announce: Announce = async (step, call, steps) => {
    if (await books.isTaken(work)) return false;
    const intent = toIntent(context, job, { step, call, steps });
    const recovered = job.recovered.splice(0);
    const said = await books.append<Intent>(intent, { files: [], tapes: [], recovered });
    return said.record !== undefined;
  };
  const result = await unlessTaken(books, work, () => runSteps(context, job, announce));
  const outcome = await judge(context, job, result, dirtyBefore);
  const proposed = await propose(context, job, outcome);
  const files = proposed ? [] : outcome.files;
  const entry = toEntry(context, books.state, job, { ...outcome, ...proposed });
  const healed = await healedBy(context.documents, books.state, entry);
  return books.append<Entry>({ ...entry, ...healed }, { files, tapes: result.tapes, recovered: job.recovered });
}

/** A runner's clone holds one commit; scripts that may ask git are given what there is to ask about. */
async function bringHistory({ repo, facts, setting, log }: Context, { spawn }: Directive): Promise<void> {
  if (!setting.isEphemeral || !facts.isShallow || !spawn.includes('git')) return;
  const line = log.step('fetch the history');
  const { offline } = await repo.deepen();
  line.done(offline === undefined, offline?.split('\n')[0]);
}

/** While this run set money aside another one may have taken its occurrence: before the steps, or during them. */
async function unlessTaken(books: Books, work: Work, run: () => Promise<StepsResult>): Promise<StepsResult> {
  const superseded = { kind: 'superseded' as const };
  if (await books.isTaken(work)) return { steps: [...work.done], tapes: [], end: superseded };
  const result = await run();
  return (await books.isTaken(work)) ? { ...result, end: superseded } : result;
}

/** What is said before an effect outside: enough for another process to find the effect and go on. */
function toIntent(
  { clock }: Context,
  job: Job,
  { step, call, steps }: { step: number; call: ScriptCall; steps: readonly StepRecord[] },
): Unsealed<Intent> {
  const now = clock.now();
  const { run, occurrence, directive, params } = job.work;
  return {
    v: RECORD_VERSION,
    kind: 'intent',
    id: newRunId(clock),
    timestamp: now.toISOString(),
    run,
    trigger: job.trigger,
    occurrence,
    decision: directive.name,
    params: toJson(params),
    reason: job.reason,
    step,
    script: call.script,
    key: call.key,
    expires: new Date(now.getTime() + call.timeoutMs + EXPIRY_MARGIN_MS).toISOString(),
    steps: [...steps],
  };
}
