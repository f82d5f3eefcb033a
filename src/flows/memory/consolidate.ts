import { AgentError } from '../../domain/agent-error.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import { daysAfter, utcDay } from '../../domain/memory/days/calendar.ts';
import { counted } from '../../domain/memory/days/page-words.ts';
import { ARCHIVE_FILE, DAILY_FOLDER, LESSONS_FILE, WEEKLY_FOLDER } from '../../domain/memory/lesson.ts';
import { applyAll, type Memory } from '../../domain/memory/memory.ts';
import type { Refused } from '../../domain/memory/model/judge-operations.ts';
import { changesOf, type NightChanges } from '../../domain/memory/night-changes.ts';
import type { Entry } from '../../domain/record.ts';
import { openAccount } from '../account.ts';
import { type Books, openBooks } from '../books.ts';
import { newRunId, type Setting } from '../cycle-context.ts';
import { type LoadedDirectives, loadDirectives } from '../gather.ts';
import { loadLedger } from '../ledger-reader.ts';
import { openCycle } from '../open-cycle.ts';
import { daysBetween, isOfTheDay, readDay } from './day-records.ts';
import { loadMemory } from './load-memory.ts';
import { type Draft, makeNight, type NightInput } from './make-night.ts';
import type { MemoryContext, MemoryPorts } from './memory-context.ts';
import { nightPages } from './night-pages.ts';
import { personalEdits } from './personal-edits.ts';
import { proposeLessons } from './propose-lesson.ts';
import { recordNight } from './record-night.ts';

/** One day as it was consolidated, or would be. */
export interface NightReport extends NightChanges {
  day: string;
  /** Runs and repairs of the day that no night had consumed. */
  entries: number;
  refused: Refused[];
  notes: string[];
  model: string | null;
  degraded: string | null;
  /** Null where nothing was written. */
  commit: string | null;
  pushed: boolean;
  /** US dollars. */
  cost: number;
}

export interface ConsolidateReport {
  nights: NightReport[];
  /** Why there is none. */
  idle?: string;
}

/**
 * Every day up to `until` (default: yesterday) that has records no night has consumed, oldest first: each is one commit
 * of its lessons, its page, its week and its record. A dry run shows what would come of it, and asks no model.
 */
export async function consolidate(
  ports: MemoryPorts,
  setting: Setting,
  { until, isDry }: { until?: string | undefined; isDry: boolean },
): Promise<ConsolidateReport> {
  if (setting.paused !== undefined) return { nights: [], idle: `paused: ${setting.paused}` };
  if (isDry) return rehearse(ports, setting, until);
  const { left } = await ports.lock.acquire();
  try {
    const { context: opened, state, recovered } = await openCycle(ports, setting, left);
    const context = { ...ports, ...opened };
    await assertClean(context);
    const books = openBooks(context, state);
    const loaded = await loadDirectives(context.documents, Object.keys(setting.config.vars));
    const { day: since } = await memoryNow(context, books);
    const nights: NightReport[] = [];
    const days = await waitingDays(context, { since, until });
    for (const [index, day] of days.entries()) {
      const asksModel = index >= days.length - NIGHTS_WITH_MODEL;
      const night = await consolidateDay(context, books, { day, loaded, recovered, asksModel });
      if (night) nights.push(night);
    }
    return nights.length > 0 ? { nights } : { nights, idle: idleReason(context, books.state, until) };
  } finally {
    await ports.lock.release();
  }
}

function idleReason({ clock }: Pick<MemoryContext, 'clock'>, { head }: LedgerState, until: string | undefined): string {
  if (head === null) return 'the ledger has no records yet';
  const today = utcDay(clock.now());
  const newest = head.timestamp.slice(0, 10);
  // Records go into the newest day's file: those of today are in there, too.
  if (newest > today) return `the newest records are of ${newest}, which is still to come: a clock was wrong`;
  if (until) return `there is nothing of ${until} or before that no night has consumed`;
  return `every day before today is consolidated; \`--date ${today}\` takes today in as well`;
}

/** What a person is writing there is not the agent's to commit. */
async function assertClean({ repo }: MemoryContext): Promise<void> {
  const paths = await repo.changedPaths([LESSONS_FILE, ARCHIVE_FILE, DAILY_FOLDER, WEEKLY_FOLDER]);
  if (paths.length > 0) throw new AgentError('PAGES_DIRTY', { paths: paths.join(', ') });
}

const memoryNow = ({ documents }: Pick<MemoryContext, 'documents'>, { state }: Pick<Books, 'state'>): Promise<Memory> =>
  loadMemory(documents, state.head?.seq ?? -1);

const waitingDays = (
  { documents, clock }: Pick<MemoryContext, 'documents' | 'clock'>,
  { since, until }: { since: string | null; until: string | undefined },
): Promise<string[]> => daysBetween(documents, { since, until: until ?? daysAfter(utcDay(clock.now()), -1) });

/** Where more nights were missed, code alone makes up for the older ones: a year of them would take hours, and a fortune. */
const NIGHTS_WITH_MODEL = 7;
/** Somebody else may consolidate, or edit a page, while this night is made: then it is made anew of what is there. */
const TRIES = 3;

async function consolidateDay(
  context: MemoryContext,
  books: Books,
  from: { day: string; loaded: LoadedDirectives; recovered: string[]; asksModel: boolean },
): Promise<NightReport | undefined> {
  const { day, loaded, recovered, asksModel } = from;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const memory = await memoryNow(context, books);
    const head = books.state.head?.seq ?? -1;
    const input = await nightInput(context, { memory, day, loaded, head });
    if (!input) return undefined;
    const line = context.log.step(`consolidate ${day}`);
    const started = context.clock.now();
    const run = newRunId(context.clock);
    const account = openAccount(context, books, run);
    // What a model said of a night that came to nothing was paid for; it is not asked again.
    const drafted = await makeNight(context, asksModel && attempt === 1 ? { ...input, account } : input);
    const commits = await context.repo.commitsSince(new Date(`${day}T00:00:00Z`));
    const draft = await withProposals(context, drafted, commits);
    const pages = await nightPages(context, draft, commits);
    const writing = { draft, pages, account, run, started, recovered };
    const { record, commit, pushed } = await recordNight(context, books, writing);
    const isDone = record !== undefined && record.result !== 'skipped';
    line.done(isDone, isDone ? summaryOf(draft) : 'somebody else was faster; once more');
    if (isDone) return toReport(draft, { commit, pushed, entry: record });
  }
  throw new AgentError('PUSH_CONTENDED', { attempts: TRIES });
}

/** Undefined where the day has nothing that no night has consumed. */
async function nightInput(
  context: Pick<MemoryContext, 'documents' | 'log'>,
  { memory, day, loaded, head }: { memory: Memory; day: string; loaded: LoadedDirectives; head: number },
): Promise<NightInput | undefined> {
  const { span, ...records } = await readDay(context.documents, { day, after: memory.seq });
  if (!span || !records.fresh.some(isOfTheDay)) return undefined;
  const person = await personalEdits(context, memory, day);
  return { memory, day, records: { ...records, span }, person, head, directives: loaded.directives };
}

/** A branch and a marker name each proposal, so that a night that dies before it is recorded proposes nothing twice. */
async function withProposals(
  context: MemoryContext,
  draft: Draft,
  commits: ReadonlyMap<string, string>,
): Promise<Draft> {
  const { proposed, notes } = await proposeLessons(context, draft.after, { day: draft.day, commits });
  const operations = proposed.map(({ id }) => ({ op: 'propose' as const, id }));
  return {
    ...draft,
    night: [...draft.night, ...operations],
    after: applyAll(draft.after, operations, draft.day),
    notes: [...draft.notes, ...notes],
  };
}

/** Without a lock, a commit or a model: what the lessons would be if the days were consolidated now. */
async function rehearse(ports: MemoryPorts, setting: Setting, until: string | undefined): Promise<ConsolidateReport> {
  const context = { ...ports, setting, facts: await ports.repo.facts() };
  const { state } = await loadLedger(ports.documents);
  const loaded = await loadDirectives(ports.documents, Object.keys(setting.config.vars));
  let memory = await memoryNow(ports, { state });
  const nights: NightReport[] = [];
  for (const day of await waitingDays(context, { since: memory.day, until })) {
    const input = await nightInput(context, { memory, day, loaded, head: state.head?.seq ?? -1 });
    if (!input) continue;
    // What people changed by hand is taken in by the first night.
    const draft = await makeNight(context, nights.length > 0 ? { ...input, person: [] } : input);
    memory = draft.after;
    nights.push(toReport(draft, { commit: null, pushed: false }));
  }
  return nights.length > 0 ? { nights } : { nights, idle: idleReason(context, state, until) };
}

function summaryOf({ before, after, records }: Draft): string {
  const runs = records.fresh.filter(isOfTheDay).length;
  return `${counted(runs, 'entry', 'entries')}, ${counted(before.lessons.length, 'lesson')} before, ${after.lessons.length} now`;
}

function toReport(draft: Draft, written: { commit: string | null; pushed: boolean; entry?: Entry }): NightReport {
  const { records, refused, notes, model, degraded, day } = draft;
  return {
    day,
    entries: records.fresh.filter(isOfTheDay).length,
    ...changesOf(draft),
    refused,
    notes,
    model,
    degraded,
    commit: written.commit,
    pushed: written.pushed,
    cost: written.entry?.metrics.cost ?? 0,
  };
}
