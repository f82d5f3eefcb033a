import { cronTicks, type Moment, randomFrom, WATCHDOG_CRON } from './watchdog-days.ts';
import { DAY_MS, type House } from './watchdog-house.ts';
import type { WatchdogLoop } from './watchdog-loop.ts';
import { answerAt, copySite, type Site } from './watchdog-site.ts';

/**
 * What is broken: runs that are started go red, are never taken up, or GitHub refuses to start one. The schedule brings
 * nothing in any case.
 */
export type Cause = 'red' | 'stuck' | 'refused';

export interface Death {
  /** How long after it the house counts as stale, by the ledger and the runs that GitHub knows. */
  staleAfterMs: number;
  /** Starts by hand since then that were made before it. */
  triesBefore: number;
  patrols: Patrol[];
}

/** One look of the watchdog after a death. */
export interface Patrol {
  isStale: boolean;
  starts: number;
  hasOpenedIssue: boolean;
  failed: boolean;
}

/**
 * Lets the agent die at this moment, and the watchdog look until well after its report. The house and the site go on
 * afterwards as if nothing had been: a dead agent writes nothing, and the site is a copy.
 */
export async function dieAt(
  { house, site: living, atMs }: Moment,
  { cause, seed, watchdogRate }: { cause: Cause; seed: number; watchdogRate: number },
  loop: WatchdogLoop,
): Promise<Death> {
  const site = copySite(living, {
    startStatus: cause === 'refused' ? 422 : 204,
    onStart(run) {
      run.conclusion = cause === 'red' ? 'failure' : null;
    },
  });
  const staleAt = staleFrom(house, site);
  const triesBefore = startsOf(site, staleAt * 1000);
  // Enough ticks for the margin to pass, and then for five looks, however few of them arrive.
  const days = 4 + 2 / watchdogRate;
  const ticks = cronTicks(WATCHDOG_CRON, { startMs: atMs, days, rate: watchdogRate }, randomFrom(seed));
  const stale = ticks.filter((tickMs) => seconds(tickMs) > staleAt).slice(0, 5);
  const fresh = ticks.filter((tickMs) => seconds(tickMs) <= staleAt).slice(-6);
  const patrols: Patrol[] = [];
  for (const nowMs of [...fresh, ...stale]) {
    const before = { starts: startsOf(site, 0), issues: site.issues.length };
    const failed = await loop.watch(house.folder, nowMs, answerAt(site, nowMs));
    const starts = startsOf(site, 0) - before.starts;
    patrols.push({
      isStale: stale.includes(nowMs),
      starts,
      hasOpenedIssue: site.issues.length > before.issues,
      failed,
    });
  }
  return { staleAfterMs: staleAt * 1000 - atMs, triesBefore, patrols };
}

const seconds = (ms: number) => Math.floor(ms / 1000);
const DAY = DAY_MS / 1000;

const startsOf = ({ runs }: Site, sinceMs: number) =>
  runs.filter(({ event, createdMs }) => event === 'workflow_dispatch' && createdMs >= sinceMs).length;

/**
 * From what second on the house is stale: DESIGN's words, reckoned from what the house and the site remember and not
 * from their files.
 */
function staleFrom({ entries, nextWakeMs }: House, { bornMs, runs }: Site): number {
  const openSince = seconds(nextWakeMs ?? bornMs);
  const due = nextWakeMs === undefined ? openSince + DAY : openSince;
  const idle = runs.flatMap(({ conclusion, createdMs }) =>
    conclusion === 'success' && seconds(createdMs) >= openSince ? [seconds(createdMs) + DAY] : [],
  );
  return Math.max(due, ...idle) + marginOf(entries);
}

/** Three times the median of the newest 20 delays of scheduled cycles, in a month of days with entries; 2 to 26 hours. */
function marginOf(entries: House['entries']): number {
  const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
  const days = new Set([...new Set(entries.map(({ atMs }) => day(atMs)))].slice(-31));
  const delays = entries
    .filter(({ atMs }) => days.has(day(atMs)))
    .flatMap(({ wakeMs }, index, all) => {
      const next = all[index + 1];
      return next?.trigger === 'schedule' ? [Math.max(0, seconds(next.atMs) - seconds(wakeMs))] : [];
    })
    .slice(-20)
    .toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [delays[(delays.length - 1) >> 1], delays[delays.length >> 1]];
  return Math.min(Math.max(3 * Math.floor((low + high) / 2), 2 * 3600), 26 * 3600);
}
