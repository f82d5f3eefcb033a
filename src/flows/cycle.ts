import { AgentError } from '../domain/agent-error.ts';
import { committedSpend } from '../domain/budget.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { toDollars } from '../domain/money.ts';
import type { Option } from '../domain/option.ts';
import { PRICE_SHELF_LIFE_DAYS } from '../domain/price-age.ts';
import type { Problem } from '../domain/problem.ts';
import type { Entry, Unsealed } from '../domain/record.ts';
import { type Account, openAccount } from './account.ts';
import { type Books, openBooks } from './books.ts';
import { type Context, type Forced, newRunId, type Ports, type Setting } from './cycle-context.ts';
import { type Decided, decide } from './decide.ts';
import { blankEntry, type Job, leasesOf, metricsOf, observe, wakeAt, withWake } from './entry.ts';
import { loadDirectives, type Situation } from './gather.ts';
import { openCycle } from './open-cycle.ts';
import { perform } from './perform.ts';
import type { Recorded } from './record.ts';
import { recover } from './recover.ts';
import { seconds } from './script-call.ts';
import { survey } from './survey.ts';
import { makeLabels, pokeWatchdog, tell } from './tell.ts';
import type { verifyMerged } from './verify-merged.ts';

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
  /** US dollars, leases included; absent where the ledger was not read. */
  spend?: { today: number; month: number };
}

/** One cycle: recover, gather, options, decide, intent, run, verify, record, wake. */
export async function runCycle(ports: Ports, setting: Setting, forced?: Forced): Promise<CycleReport> {
  if (setting.paused !== undefined) return idleReport(ports, `paused: ${setting.paused}`);
  const { left } = await ports.lock.acquire();
  try {
    const report = await cycle(ports, setting, { left, forced });
    await ports.ping?.().catch((error) => ports.log.warn(`the ping did not get through: ${error.message}`));
    return report;
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
  if (forced) assertNotBlocked(forced, state);
  const situation = await survey(context, { state, loaded, forced });
  if (situation.options.length === 0)
    return afterRecovery(context, { situation, state, entries, idle: idleReason(situation) });

  context.runner.prepare();
  return decideAndDo(context, { state, situation, forced, started, recovered, entries });
}

async function decideAndDo(
  context: Context,
  known: { state: LedgerState; situation: Situation; forced: Forced | undefined; started: Date } & {
    recovered: string[];
    entries: Recorded<Entry>[];
  },
): Promise<CycleReport> {
  const { state, situation, forced, started, recovered, entries } = known;
  const line = context.log.step('decide');
  const books = openBooks(context, state);
  const run = newRunId(context.clock);
  const account = openAccount(context, books, run);
  const decided = await decide(context, situation, { state, account });
  line.done(decided.decision !== undefined, describeDecision(decided));
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
  const { merged } = decided.decision.option;
  const recorded = await (merged ? afterMerge(context, books, job, merged) : perform(context, books, job));
  const { record: entry, commit } = recorded;
  if (entry) await tell(context, { entry, commit, option: decided.decision.option, state: recorded.state });
  if (state.head === null) await makeLabels(context);
  await pokeWatchdog(context);
  return worked(recorded, situation);
}

/** Loaded where there is such a merge: it reads the ledger by day. */
const afterMerge = async (...args: Parameters<typeof verifyMerged>) =>
  (await import('./verify-merged.ts')).verifyMerged(...args);

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
      isLastTry: isAskedOnce(option.id) && option.attempts + 1 >= TRIES,
    },
    trigger: context.setting.trigger,
    reason: decision.reason,
    decidedBy: decision.decidedBy,
    degraded: decision.degraded ?? null,
    options: situation.options.map(({ id }) => id),
    account,
    fallback: decided.fallback,
    promptSha256: decided.promptSha256 ?? null,
    observed: { ...observe(state, situation.now, situation.requests), ...decided.grounds },
    lessons: decision.lessons,
    directives: situation.loaded.directives,
    requests: situation.requests,
    started,
    recovered,
  };
}

/** A slot comes again; a task or an event that fails so often is answered. */
const TRIES = 3;
const isAskedOnce = (occurrence: string): boolean => /^(task|event):/.test(occurrence);

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
  if (last) return worked(last, situation);
  const nextWake = wakeAt(context, state, { directives: situation.loaded.directives, now: situation.now });
  return {
    idle: true,
    reason: idle,
    entry: null,
    commit: null,
    pushed: false,
    nextWake,
    problems: situation.loaded.problems,
    spend: spendAt(state, situation.now),
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
    observed: { ...observe(state, situation.now, situation.requests), ...decided.grounds },
    prompt_sha256: decided.promptSha256 ?? null,
  };
  const { directives } = situation.loaded;
  return worked(await books.append<Entry>(withWake(context, state, entry, { directives })), situation);
}

function worked(recorded: Recorded<Entry>, { loaded, now }: Situation): CycleReport {
  const { record: entry, commit, pushed, reason } = recorded;
  const nextWake = new Date(entry?.next_wake ?? 0);
  return {
    idle: false,
    entry: entry ?? null,
    commit,
    pushed,
    ...(reason ? { pushReason: reason } : {}),
    nextWake,
    problems: loaded.problems,
    spend: spendAt(recorded.state, now),
  };
}

function spendAt(state: LedgerState, now: Date): { today: number; month: number } {
  const { dayMicroCents, monthMicroCents } = committedSpend(state, now);
  return { today: toDollars(dayMicroCents), month: toDollars(monthMicroCents) };
}

function idleReport({ clock }: Ports, reason: string): CycleReport {
  return { idle: true, reason, entry: null, commit: null, pushed: false, nextWake: clock.now(), problems: [] };
}
