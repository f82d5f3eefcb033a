import { AgentError } from '../domain/agent-error.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Option } from '../domain/option.ts';
import { PRICE_SHELF_LIFE_DAYS } from '../domain/price-age.ts';
import type { Problem } from '../domain/problem.ts';
import type { Entry, Unsealed } from '../domain/record.ts';
import { mayWrite, writeRoot } from '../domain/writes.ts';
import { type Account, openAccount } from './account.ts';
import { type Books, openBooks } from './books.ts';
import { type Context, type Forced, newRunId, type Ports, type Setting } from './cycle-context.ts';
import { type Decided, decide } from './decide.ts';
import { blankEntry, type Job, leasesOf, metricsOf, observe, wakeAt, withWake } from './entry.ts';
import { gather, loadDirectives, type Situation } from './gather.ts';
import { openCycle } from './open-cycle.ts';
import { perform } from './perform.ts';
import type { Recorded } from './record.ts';
import { recover } from './recover.ts';
import { toRequest } from './request.ts';
import { seconds } from './script-call.ts';

export interface CycleReport {
  idle: boolean;
  /** Why nothing was done, when nothing was. */
  reason?: string;
  entry: Entry | null;
  commit: string | null;
  pushed: boolean;
  /** Why it was not pushed. */
  pushReason?: string;
  nextWake: Date;
  problems: Problem[];
}

/** One cycle: recover, gather, options, decide, intent, run, verify, record, wake. */
export async function runCycle(ports: Ports, setting: Setting, forced?: Forced): Promise<CycleReport> {
  if (setting.paused !== undefined) return idleReport(ports, `paused: ${setting.paused}`);
  const { left } = await ports.lock.acquire();
  try {
    return await cycle(ports, setting, { left, forced });
  } finally {
    await ports.lock.release();
  }
}

async function cycle(
  ports: Ports,
  setting: Setting,
  { left, forced }: { left: Awaited<ReturnType<Ports['lock']['acquire']>>['left']; forced: Forced | undefined },
): Promise<CycleReport> {
  const started = ports.clock.now();
  const line = ports.log.step('gather state');
  const { context, state: found, recovered, deadRun } = await openCycle(ports, setting, left);
  const loaded = await loadDirectives(context.documents, Object.keys(setting.config.vars));
  line.done(true, `${loaded.directives.length} directives, ${found.head ? found.head.seq + 1 : 0} ledger records`);
  const { state, entries } = await recover(context, found, { directives: loaded.directives, deadRun, recovered });
  const requests = forced ? [toRequest(forced, loaded.directives, loaded.problems)] : [];
  const gathered = await gather(context, { state, loaded, requests, onlyRequests: forced !== undefined });
  if (forced) assertNotBlocked(forced, state);
  const situation = await withoutDirty(context, gathered);
  if (situation.options.length === 0)
    return afterRecovery(context, { situation, state, entries, idle: idleReason(situation) });

  context.runner.prepare();
  const deciding = context.log.step('decide');
  const books = openBooks(context, state);
  const run = newRunId(context.clock);
  const account = openAccount(context, books, run);
  const decided = await decide(context, situation, { state, account });
  deciding.done(decided.decision !== undefined, describeDecision(decided));
  for (const model of account.stalePrices())
    context.log.warn(
      `the price of ${model} was read over ${PRICE_SHELF_LIFE_DAYS} days ago: \`npm run steward -- models\``,
    );
  if (!decided.decision) {
    const problems = decided.reason ?? 'inputs are missing';
    // What was set aside is given back and booked first of all; the entry then says what is missing.
    if (forced && account.leases.length === 0)
      throw new AgentError('PARAMS_INVALID', { directive: forced.directive, problems });
    return undecided(context, { books, situation, decided, started, entries, run, account });
  }
  const job = toJob(context, { state, situation, decided, started, recovered, run, account });
  return worked(await perform(context, books, job), situation.loaded.problems);
}

/**
 * Leaves out the options whose files a person is working on: before the model is asked, so that no answer is paid for
 * that can not be followed. Throws DIRTY_WORKTREE when none is left.
 */
async function withoutDirty({ repo, log }: Context, situation: Situation): Promise<Situation> {
  const writes = situation.options.flatMap(({ directive }) => directive.writes);
  const changed = await repo.changedPaths([...new Set(writes.map(writeRoot))]);
  const inTheWay = ({ directive }: Option) => changed.filter((path) => mayWrite(directive.writes, path));
  const options = situation.options.filter((option) => inTheWay(option).length === 0);
  const dirty = situation.options.filter((option) => !options.includes(option));
  if (options.length === 0 && dirty.length > 0) {
    throw new AgentError('DIRTY_WORKTREE', { paths: [...new Set(dirty.flatMap(inTheWay))].join(', ') });
  }
  for (const option of dirty)
    log.warn(`${option.directive.name} waits: uncommitted changes in ${inTheWay(option).join(', ')}`);
  return { ...situation, options };
}

function toJob(
  context: Context,
  from: { state: LedgerState; situation: Situation; decided: Decided; recovered: string[] } & Running,
): Job {
  const { state, situation, decided, started, recovered, run, account } = from;
  const { decision } = decided;
  if (!decision) throw new TypeError('a job needs a decision');
  const { option } = decision;
  return {
    flow: 'cycle',
    work: {
      run,
      directive: option.directive,
      occurrence: option.id,
      params: decision.params,
      done: [],
      lookFirst: lookFirst(option),
    },
    trigger: context.setting.trigger,
    reason: decision.reason,
    decidedBy: decision.decidedBy,
    degraded: decision.degraded ?? null,
    options: situation.options.map(({ id }) => id),
    account,
    fallback: decided.fallback,
    promptSha256: decided.promptSha256 ?? null,
    observed: observe(state, situation.now, situation.requests),
    directives: situation.loaded.directives,
    started,
    recovered,
  };
}

/** An earlier attempt may have had its effect although it failed or was interrupted. */
function lookFirst({ isReleased, attempts }: Option): Job['work']['lookFirst'] {
  if (isReleased) return 'released';
  return attempts > 0 ? 'prove' : 'no';
}

interface Running {
  run: string;
  account: Account;
  started: Date;
}

function assertNotBlocked(forced: Forced, state: LedgerState): void {
  const blocked = state.directives[forced.directive]?.blocked;
  if (blocked) throw new AgentError('DIRECTIVE_BLOCKED', { directive: forced.directive, id: blocked });
}

function idleReason({ held, loaded }: Situation): string {
  if (held.length > 0) return held.map(({ directive, reason }) => `${directive}: ${reason}`).join('; ');
  return loaded.directives.length === 0 ? 'there is no usable directive' : 'nothing is due';
}

const describeDecision = ({ decision, reason }: Decided): string =>
  decision ? `${decision.option.id}: ${decision.reason}` : (reason ?? '');

/** No option, but perhaps a recovered run to tell of. */
function afterRecovery(
  context: Context,
  {
    situation,
    state,
    entries,
    idle,
  }: { situation: Situation; state: LedgerState; entries: Recorded<Entry>[]; idle: string },
): CycleReport {
  const last = entries.at(-1);
  if (last) return worked(last, situation.loaded.problems);
  const nextWake = wakeAt(context, state, situation.loaded.directives, situation.now);
  return {
    idle: true,
    reason: idle,
    entry: null,
    commit: null,
    pushed: false,
    nextWake,
    problems: situation.loaded.problems,
  };
}

/** Nobody could fill in the inputs. What asking cost is booked all the same. */
async function undecided(
  context: Context,
  from: { books: Books; situation: Situation; decided: Decided; entries: Recorded<Entry>[] } & Running,
): Promise<CycleReport> {
  const { books, situation, decided, started, entries, run, account } = from;
  const { state } = books;
  const idle = decided.reason ?? 'nothing could be decided';
  if (account.leases.length === 0) return afterRecovery(context, { situation, state, entries, idle });
  const blank = blankEntry(context, state, 'cycle');
  const entry: Unsealed<Entry> = {
    ...blank,
    id: run,
    occurrence: `undecided:${run}`,
    reason: idle,
    options: situation.options.map((option) => option.id),
    decided_by: 'model',
    degraded: idle,
    ...leasesOf(account),
    metrics: metricsOf(account.calls, seconds(Date.parse(blank.timestamp) - started.getTime())),
    observed: observe(state, situation.now, situation.requests),
    prompt_sha256: decided.promptSha256 ?? null,
  };
  const { directives, problems } = situation.loaded;
  return worked(await books.append<Entry>(withWake(context, state, entry, directives)), problems);
}

function worked(recorded: Recorded<Entry>, problems: Problem[]): CycleReport {
  const { record: entry, commit, pushed, reason } = recorded;
  const nextWake = new Date(entry?.next_wake ?? 0);
  return {
    idle: false,
    entry: entry ?? null,
    commit,
    pushed,
    ...(reason ? { pushReason: reason } : {}),
    nextWake,
    problems,
  };
}

function idleReport({ clock }: Ports, reason: string): CycleReport {
  return { idle: true, reason, entry: null, commit: null, pushed: false, nextWake: clock.now(), problems: [] };
}
