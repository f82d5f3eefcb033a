import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { boundedMap } from './lib/bounded-map.ts';
import { closeForgotten } from './lib/kept-issues.ts';
import { type OwnerFile, readOwnerFile } from './lib/owner-file.ts';
import { readIfThere, writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { readState, writeIfChanged, writeState } from './lib/state-file.ts';
import {
  type HistoryRow,
  historyCsv,
  historyFile,
  inOrder,
  parseHistory,
  withReading,
} from './lib/threshold/number-history.ts';
import { type Reading, readWatch } from './lib/threshold/number-source.ts';
import { THRESHOLD_PAGE, thresholdIssue, thresholdMarker, thresholdPage } from './lib/threshold/threshold-page.ts';
import {
  afterProblem,
  afterReading,
  afterRemoval,
  THRESHOLD_STATE,
  ThresholdState,
} from './lib/threshold/threshold-state.ts';
import { sideOf, WATCHES_FILE, type Watch } from './lib/threshold/watched-number.ts';

const AT_ONCE = 5;
/** A run may write 20 times to GitHub; what is left over is told by the next. */
const TOLD_PER_RUN = 18;
const NOTHING = `there is no ${WATCHES_FILE.path}: directives/threshold_watch.md shows what stands in it`;

/** A number that can not be read is a finding on the page. It crosses nothing. */
export default defineScript({
  summary: 'Reads each number of knowledge/watches.yml, keeps its history, and opens an issue when it crosses a limit.',
  input: z.strictObject({
    timeout_ms: z.int().min(100).max(30_000).default(10_000).describe('How long one answer may take'),
  }),
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    watched: z.int(),
    read: z.int(),
    outside: z.int(),
    crossed: z.int(),
    problems: z.int(),
    untold: z.int(),
  }),
  async run(context, input) {
    const file = await readOwnerFile(context, WATCHES_FILE);
    if (!file) return context.skip(NOTHING);
    const { watches, histories, problems } = await openHistories(context, file);
    const readings = await readAll(context, watches, input.timeout_ms);
    const busy = readings.find(({ reading }) => 'busy' in reading)?.reading;
    if (busy && 'busy' in busy && readings.every(({ reading }) => 'busy' in reading))
      return context.skip(`no number can be read now: ${busy.busy}`);
    const at = context.clock.now().toISOString();
    const before = (await readState(context, THRESHOLD_STATE, ThresholdState)) ?? { v: 1, watches: {} };
    const state = nextState(before, readings, { at, isWhole: problems.length === 0 });
    await tellAll(context, state, watches);
    await tellForgotten(context, before, readings);
    for (const { watch, reading } of readings) remember(histories, watch.name, reading, at);
    const footer = `Kept by the directive threshold_watch; what is watched stands in ${WATCHES_FILE.path}.`;
    const facts = { watches, state, histories, problems };
    const written = [
      await writeState(context, THRESHOLD_STATE, ThresholdState, state),
      await writeHistories(context, histories),
      await writeReport(context, { path: THRESHOLD_PAGE, body: thresholdPage(facts), footer }),
    ];
    const crossings = Object.entries(state.watches);
    const unread = readings.filter(({ reading }) => 'problem' in reading).length;
    return {
      path: THRESHOLD_PAGE,
      changed: written.includes(true),
      watched: watches.length,
      read: readings.filter(({ reading }) => 'number' in reading).length,
      outside: crossings.filter(([, { side }]) => side !== 'inside').length,
      crossed: crossings.filter(([name, { side }]) => side !== (before.watches[name]?.side ?? 'inside')).length,
      problems: problems.length + unread,
      untold: crossings.filter(([, { crossing }]) => crossing?.is_told === false).length,
    };
  },
});

type Histories = Map<string, readonly HistoryRow[]>;
type Read = { watch: Watch; reading: Reading };

/** Two watches with one name, and a name whose file is somebody else's, are problems: their numbers are not read. */
async function openHistories(
  context: ScriptContext,
  file: OwnerFile<Watch, object>,
): Promise<{ watches: Watch[]; histories: Histories; problems: string[] }> {
  const histories: Histories = new Map();
  const problems = [...file.problems];
  const watches: Watch[] = [];
  for (const watch of file.entries) {
    const { name } = watch;
    const rows = parseHistory(await readIfThere(join(context.workspace, historyFile(name))));
    if (histories.has(name))
      problems.push(`\`name\`: found \`${name}\` a second time, expected one watch for each name`);
    else if (!rows)
      problems.push(`\`name\`: found \`${name}\`, but ${historyFile(name)} holds something else; choose another`);
    else watches.push(watch);
    if (rows && !histories.has(name)) histories.set(name, inOrder(rows));
  }
  return { watches, histories, problems };
}

async function readAll(context: ScriptContext, watches: readonly Watch[], timeoutMs: number): Promise<Read[]> {
  const read = await boundedMap(watches, AT_ONCE, async (watch) => ({
    watch,
    reading: await readWatch(context, watch, timeoutMs),
  }));
  for (const { watch, reading } of read)
    if (!('number' in reading)) context.log(`${watch.name}: ${'busy' in reading ? reading.busy : reading.problem}`);
  return read;
}

/** Watches that left the file are dropped, unless the file is not whole: a slip in it must not end a crossing. */
function nextState(
  before: ThresholdState,
  readings: readonly Read[],
  { at, isWhole }: { at: string; isWhole: boolean },
): ThresholdState {
  const watched = readings.flatMap(({ watch, reading }) => {
    const last = before.watches[watch.name];
    if ('number' in reading) return [[watch.name, afterReading(last, watch, { number: reading.number, at })] as const];
    if ('problem' in reading) return [[watch.name, afterProblem(last, { reason: reading.problem, at })] as const];
    return last ? [[watch.name, last] as const] : [];
  });
  const names = new Set(readings.map(({ watch }) => watch.name));
  const removed = Object.entries(before.watches).flatMap(([name, last]) => {
    const left = names.has(name) ? undefined : isWhole ? afterRemoval(last, at) : last;
    return left ? [[name, left] as const] : [];
  });
  return { v: 1, watches: Object.fromEntries([...watched, ...removed]) };
}

/** What is outside each time, so that an issue that got lost comes back; what is back until GitHub has heard of it. */
async function tellAll(context: ScriptContext, state: ThresholdState, watches: readonly Watch[]): Promise<void> {
  const speaking = Object.entries(state.watches)
    .flatMap(([name, { crossing }]) => (crossing && (!crossing.back || !crossing.is_told) ? [{ name, crossing }] : []))
    .sort((a, b) => Number(a.crossing.is_told) - Number(b.crossing.is_told))
    .slice(0, TOLD_PER_RUN);
  for (const { name, crossing } of speaking) {
    const url = watches.find((watch) => watch.name === name)?.url;
    const answer = await tellIssue(context, thresholdIssue(name, crossing, url));
    if (!('untold' in answer)) crossing.is_told = true;
  }
}

/** A number inside its limits of which nothing was known may have an issue from before the state got lost. */
async function tellForgotten(context: ScriptContext, before: ThresholdState, readings: readonly Read[]): Promise<void> {
  const inside = readings.filter(({ watch, reading }) => {
    const { crossing, problem } = before.watches[watch.name] ?? { problem: true };
    return !crossing && problem && 'number' in reading && sideOf(watch, reading.number, 'inside') === 'inside';
  });
  const markers = inside.map(({ watch }) => thresholdMarker(watch.name));
  if (markers.length > 0) await closeForgotten(context, 'threshold:', (marker) => markers.includes(marker));
}

function remember(histories: Histories, name: string, reading: Reading, time: string): void {
  if ('busy' in reading) return;
  const value = 'number' in reading ? reading.number : undefined;
  histories.set(name, withReading(histories.get(name) ?? [], { time, value }));
}

async function writeHistories(context: ScriptContext, histories: Histories): Promise<boolean> {
  const written: boolean[] = [];
  for (const [name, rows] of histories)
    if (rows.length > 0) written.push(await writeIfChanged(context, historyFile(name), historyCsv(rows)));
  return written.includes(true);
}
