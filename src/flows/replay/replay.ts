import { budgetCap, budgetRoom } from '../../domain/budget.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Lesson } from '../../domain/memory/lesson.ts';
import { formatProblem } from '../../domain/problem.ts';
import type { Entry } from '../../domain/record.ts';
import {
  outcomeOf,
  type ReplayedDecision,
  type ReplayReport,
  replayReport,
  sumOfDecision,
} from '../../domain/replay-report.ts';
import { type Account, openAccount } from '../account.ts';
import { type Books, openBooks } from '../books.ts';
import { newRunId, type Setting } from '../cycle-context.ts';
import { metricsOf } from '../entry.ts';
import { loadDirectives } from '../gather.ts';
import { loadLedger } from '../ledger-reader.ts';
import type { MemoryContext, MemoryPorts } from '../memory/memory-context.ts';
import { openCycle } from '../open-cycle.ts';
import { assertOwnLedger } from '../record.ts';
import { bookReplay } from './book-replay.ts';
import type { House, Houses } from './moment.ts';
import { type Rebuilding, type Rebuilt, rebuildPrompt, withHouse, withLessons } from './rebuild.ts';
import { pastDecisions, redecide } from './redecide.ts';

export interface ReplayWish {
  /** How many decisions, counted from the newest. */
  last: number;
  /** Offered instead of the lessons of the time. */
  lessons?: readonly Lesson[];
  /** Directives and config as they stand here, instead of those of the time. */
  isWithDirectivesOfToday: boolean;
  /** No model is asked. */
  isRebuildOnly: boolean;
}

/**
 * Makes the prompts of past decisions again and asks a model to decide once more. Carries nothing out and writes nothing
 * but the entry that books the calls; where no model can be asked it says how many prompts were made again.
 */
export async function replay(ports: MemoryPorts, setting: Setting, wish: ReplayWish): Promise<ReplayReport> {
  const reading: MemoryContext = { ...ports, setting, facts: await ports.repo.facts() };
  const { state } = await loadLedger(ports.documents);
  await assertOwnLedger(reading, state);
  const obstacle = wish.isRebuildOnly ? 'only the prompts were to be made again' : obstacleTo(reading, state);
  if (obstacle !== undefined) {
    const { decisions } = await eachDecision(reading, wish, obstacle);
    return replayReport(decisions, { asked_for: wish.last, spent: 0, not_asked: obstacle, booked: null });
  }
  const { left } = await ports.lock.acquire();
  try {
    const { context, state: found, recovered } = await openCycle(ports, setting, left);
    const books = openBooks(context, found);
    return await replayAndBook({ ...context, workbench: ports.workbench }, { wish, books, recovered });
  } finally {
    await ports.lock.release();
  }
}

/** Why no model can be asked; undefined when one can. */
function obstacleTo({ setting, llm, clock }: MemoryContext, state: LedgerState): string | undefined {
  if (setting.paused !== undefined) return `the agent is paused: ${setting.paused}`;
  const standing = { run: '', health: state.models };
  const available = llm.availability('ceo_analysis', standing);
  if ('unavailable' in available) return available.unavailable;
  const room = budgetRoom(budgetCap(setting.config.budget), state, clock.now());
  return room > 0 ? undefined : 'the budget is used up; `steward cost` says until when';
}

async function replayAndBook(
  context: MemoryContext,
  { wish, books, recovered }: { wish: ReplayWish; books: Books; recovered: string[] },
): Promise<ReplayReport> {
  const started = context.clock.now();
  const run = newRunId(context.clock);
  const account = openAccount(context, books, run);
  const { decisions, stopped } = await eachDecision(context, wish, account);
  const spent = metricsOf(account.calls, 0).cost;
  const end = { asked_for: wish.last, spent, not_asked: stopped ?? null };
  const report = replayReport(decisions, { ...end, booked: account.leases.length > 0 ? run : null });
  if (report.booked !== null) await bookReplay(context, { books, run, account, report, started, recovered });
  return report;
}

/** Rebuilds all of them first: that costs nothing, and what it shows may be all there is to see. */
async function eachDecision(
  context: MemoryContext,
  wish: ReplayWish,
  by: Account | string,
): Promise<{ decisions: ReplayedDecision[]; stopped?: string }> {
  const entries = await pastDecisions(context.documents, { last: wish.last });
  const rebuildings = await rebuildEach(context, entries);
  if (typeof by === 'string') return { decisions: rebuildings.map(describe) };
  const varied = await variation(context, wish);
  const decisions: ReplayedDecision[] = [];
  const asking: Asking = { account: by };
  for (const [index, each] of rebuildings.entries()) {
    const place = `${index + 1} of ${rebuildings.length}`;
    decisions.push(await decideAgain(context, asking, { ...each, place, varied }));
  }
  return { decisions, ...(asking.stopped === undefined ? {} : { stopped: asking.stopped }) };
}

interface Past {
  entry: Entry;
  rebuilding: Rebuilding;
}

async function rebuildEach(context: MemoryContext, entries: readonly Entry[]): Promise<Past[]> {
  const line = context.log.step(`make ${entries.length} prompt${entries.length === 1 ? '' : 's'} again`);
  const houses: Houses = new Map();
  const rebuildings: Past[] = [];
  for (const entry of entries) rebuildings.push({ entry, rebuilding: await rebuildPrompt(context, entry, houses) });
  const matched = rebuildings.filter(({ rebuilding }) => rebuilding.outcome === 'matched').length;
  line.done(matched === entries.length, `${matched} matched`);
  return rebuildings;
}

/** What is otherwise than it was, as the caller wishes. */
type Variation = (rebuilt: Rebuilt) => Rebuilt | { problem: string };

async function variation(context: MemoryContext, wish: ReplayWish): Promise<Variation> {
  const house = wish.isWithDirectivesOfToday ? await houseOfToday(context) : undefined;
  return (rebuilt) => {
    const housed = house ? withHouse(rebuilt, house) : rebuilt;
    return 'problem' in housed || !wish.lessons ? housed : withLessons(housed, wish.lessons);
  };
}

async function houseOfToday({ documents, setting, log }: MemoryContext): Promise<House> {
  const { config } = setting;
  const { directives, problems } = await loadDirectives(documents, Object.keys(config.vars));
  for (const problem of problems) log.warn(formatProblem(problem));
  return { config, directives };
}

interface Asking {
  account: Account;
  /** Why the next question would get no answer either. */
  stopped?: string;
}

async function decideAgain(
  context: MemoryContext,
  asking: Asking,
  { place, varied, ...past }: Past & { place: string; varied: Variation },
): Promise<ReplayedDecision> {
  const told = describe(past);
  if (!('rebuilt' in past.rebuilding)) return told;
  const rebuilt = varied(past.rebuilding.rebuilt);
  if ('problem' in rebuilt) return { ...told, not_asked: rebuilt.problem };
  if (asking.stopped !== undefined) return { ...told, not_asked: asking.stopped };
  const line = context.log.step(`decide again ${place} (${told.at.slice(0, 16)}Z)`);
  const before = asking.account.calls.length;
  const answer = await redecide(context, asking.account, rebuilt);
  if ('unavailable' in answer) {
    line.done(false, answer.unavailable);
    const isMoneyGone = asking.account.calls.length === before;
    const next = asking.account.availability('ceo_analysis');
    if (isMoneyGone) asking.stopped = answer.unavailable;
    else if ('unavailable' in next) asking.stopped = next.unavailable;
    return { ...told, not_asked: answer.unavailable };
  }
  line.done(true, answer.choice === told.was ? `${told.was}, as before` : `${answer.choice} instead of ${told.was}`);
  return { ...told, now: answer };
}

function describe({ entry, rebuilding }: Past): ReplayedDecision {
  const { id, observed, model, occurrence, metrics } = entry;
  return {
    entry: id,
    at: observed.at,
    model,
    prompt: rebuilding.outcome,
    ...('reason' in rebuilding ? { prompt_reason: rebuilding.reason } : {}),
    was: occurrence,
    outcome_then: outcomeOf(entry),
    used_then: sumOfDecision(metrics.calls),
  };
}
