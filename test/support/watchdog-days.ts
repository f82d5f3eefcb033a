import { DAY_MS, HOUR_MS, type House, type HouseEntry, openHouse } from './watchdog-house.ts';
import type { WatchdogLoop } from './watchdog-loop.ts';
import { answerAt, type Site, type SiteRun } from './watchdog-site.ts';

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32: small, and good enough for delays.
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const again = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Weather {
  seed: number;
  startMs: number;
  days: number;
  /** The share of its ticks that cron delivers: to cycles, and to the watchdog. */
  cycleRate: number;
  watchdogRate: number;
  /** How often each directive is due. */
  every: readonly number[];
  /** A run of the agent goes red now and then. */
  flakes: number;
  /** Called at so many random moments; nothing that it does may change the house or the site. */
  moments?: number;
  onMoment?(moment: Moment): Promise<void>;
}

export interface Moment {
  house: House;
  site: Site;
  atMs: number;
}

export interface DayFigures {
  patrols: number;
  starts: number;
  /** Starts whose cycle found nothing to do. */
  needless: number;
  issues: number;
  entries: HouseEntry[];
}

type Deed =
  | { atMs: number; kind: 'tick' | 'patrol' | 'commit' | 'moment' }
  | { atMs: number; kind: 'start'; run: SiteRun };

interface CronLine {
  everyMs: number;
  offsetMs: number;
}

const CYCLE_CRON: CronLine = { everyMs: HOUR_MS, offsetMs: 17 * 60_000 };
export const WATCHDOG_CRON: CronLine = { everyMs: 2 * HOUR_MS, offsetMs: 41 * 60_000 };

/** Ticks of a cron line as they arrive: some never, most a few minutes late, some by an hour or more. */
export function cronTicks(
  { everyMs, offsetMs }: CronLine,
  { startMs, days, rate }: { startMs: number; days: number; rate: number },
  random: () => number,
): number[] {
  const count = Math.floor((days * DAY_MS) / everyMs);
  const late = () => (random() < 0.1 ? random() * 1.5 * HOUR_MS : random() * 0.4 * HOUR_MS);
  return Array.from({ length: count }, (_, index) => startMs + offsetMs + index * everyMs)
    .filter(() => random() < rate)
    .map((atMs) => atMs + late())
    .toSorted((a, b) => a - b);
}

/** Days in which nothing is broken but, perhaps, cron. */
export async function liveThrough(weather: Weather, folder: string, loop: WatchdogLoop): Promise<DayFigures> {
  const random = randomFrom(weather.seed);
  const deeds = plannedDeeds(weather, random);
  const house = openHouse(folder, weather.every, () => 20 + random() * 300);
  const site: Site = {
    ...{ bornMs: weather.startMs, runs: [], issues: [], startStatus: 204 },
    onStart: (run) => insert(deeds, { atMs: run.createdMs + (0.5 + random() * 10) * 60_000, kind: 'start', run }),
  };
  const figures = { patrols: 0, needless: 0 };
  const work = (run: SiteRun, atMs: number) => {
    const isRed = random() < weather.flakes;
    const found = isRed ? 'red' : house.cycle(run, atMs);
    run.conclusion = isRed ? 'failure' : 'success';
    if (run.event === 'workflow_dispatch' && (found === 'idle' || found === 'shut out')) figures.needless += 1;
  };
  for (let deed = deeds.shift(); deed; deed = deeds.shift()) {
    const { atMs } = deed;
    if (deed.kind === 'tick') work(scheduledRun(site, atMs), atMs);
    else if (deed.kind === 'start') work(deed.run, atMs);
    else if (deed.kind === 'commit') house.touch();
    else if (deed.kind === 'moment') await weather.onMoment?.({ house, site, atMs });
    else {
      figures.patrols += 1;
      if (await loop.watch(folder, atMs, answerAt(site, atMs))) throw new Error('the watchdog failed');
    }
  }
  const starts = site.runs.filter(({ event }) => event === 'workflow_dispatch').length;
  return { ...figures, starts, issues: site.issues.length, entries: house.entries };
}

function scheduledRun({ runs }: Site, createdMs: number): SiteRun {
  const run: SiteRun = { event: 'schedule', createdMs, conclusion: null };
  runs.push(run);
  return run;
}

function plannedDeeds(weather: Weather, random: () => number): Deed[] {
  const { startMs, days, moments = 0 } = weather;
  const at = (kind: 'tick' | 'patrol' | 'commit' | 'moment') => (atMs: number) => ({ atMs, kind });
  const anywhere = (count: number) => Array.from({ length: count }, () => startMs + random() * days * DAY_MS);
  return [
    ...cronTicks(CYCLE_CRON, { startMs, days, rate: weather.cycleRate }, random).map(at('tick')),
    ...cronTicks(WATCHDOG_CRON, { startMs, days, rate: weather.watchdogRate }, random).map(at('patrol')),
    ...anywhere(Math.floor(days / 4)).map(at('commit')),
    ...anywhere(moments).map(at('moment')),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

function insert(deeds: Deed[], deed: Deed): void {
  const index = deeds.findIndex(({ atMs }) => atMs > deed.atMs);
  deeds.splice(index < 0 ? deeds.length : index, 0, deed);
}
