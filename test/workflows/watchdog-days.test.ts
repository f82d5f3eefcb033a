import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { localServer } from '../support/local-server.ts';
import { liveThrough, type Weather } from '../support/watchdog-days.ts';
import { type Cause, type Death, dieAt } from '../support/watchdog-death.ts';
import { HOUR_MS } from '../support/watchdog-house.ts';
import { watchdogEnvironment, watchdogLab } from '../support/watchdog-lab.ts';
import { type Answer, watchdogLoop } from '../support/watchdog-loop.ts';
import { answerAt, copySite, type Site } from '../support/watchdog-site.ts';

/**
 * The watchdog's own functions over simulated days, in one bash process: 25 houses of 40 days each, of which cron
 * delivers from 2 % to 100 % of the ticks, to cycles and watchdog alike; ledgers and next wakes as the agent makes them.
 * The same randomness each time.
 */
const HOUSES = 25;
const DAYS = 40;
const DEATHS_A_HOUSE = 8;
const CAUSES: readonly Cause[] = ['red', 'stuck', 'refused'];

/** Hours between the slots of each directive: most days of the first mix are idle, and the third has no ledger at all. */
const MIXES: readonly (readonly number[])[] = [[168], [24], [], [6, 24, 168], [1], [24, 24, 24]];

test('1000 living days raise no alarm; each of 200 deaths is tried and then reported', { timeout: 120_000 }, async ({
  annotate,
}) => {
  const root = await temporaryFolder();
  const loop = watchdogLoop();
  const deaths: (Death & { cause: Cause })[] = [];
  const sum = { patrols: 0, starts: 0, needless: 0, issues: 0, entries: 0 };
  const began = performance.now();
  for (const weather of climate()) {
    const folder = join(root, String(weather.seed));
    await mkdir(folder);
    const { watchdogRate } = weather;
    const onMoment: Weather['onMoment'] = async (moment) => {
      const seed = deaths.length;
      const cause = CAUSES[seed % CAUSES.length] ?? 'red';
      deaths.push({ cause, ...(await dieAt(moment, { cause, seed, watchdogRate }, loop)) });
    };
    const lived = await liveThrough({ ...weather, moments: DEATHS_A_HOUSE, onMoment }, folder, loop);
    sum.patrols += lived.patrols;
    sum.starts += lived.starts;
    sum.needless += lived.needless;
    sum.issues += lived.issues;
    sum.entries += lived.entries.length;
  }
  const reports = deaths.map(checkReport);
  const figures = {
    ...{ days: HOUSES * DAYS, ...sum, deaths: deaths.length, reported: reports.filter(Boolean).length },
    latestStaleAfterHours: Math.max(...deaths.map(({ staleAfterMs }) => staleAfterMs / HOUR_MS)).toFixed(1),
    seconds: ((performance.now() - began) / 1000).toFixed(1),
  };
  await annotate(JSON.stringify(figures));

  expect(sum.patrols).toBeGreaterThan(5000);
  expect(sum.issues).toBe(0);
  expect(sum.needless / sum.patrols).toBeLessThan(0.01);
  expect(sum.starts / sum.patrols).toBeLessThan(0.03);
  expect(deaths).toHaveLength(HOUSES * DEATHS_A_HOUSE);
});

function climate(): Weather[] {
  return Array.from({ length: HOUSES }, (_, house) => {
    const rate = 0.02 + (0.98 * house) / (HOUSES - 1);
    const every = (MIXES[house % MIXES.length] ?? []).map((hours) => hours * HOUR_MS);
    return {
      ...{ seed: house + 1, startMs: Date.parse('2026-01-01T00:00:00Z'), days: DAYS, flakes: 0.01 },
      ...{ cycleRate: rate, watchdogRate: rate, every },
    };
  });
}

/**
 * A death is reported in time when, from the moment the house is stale (due + margin), the first look of the watchdog
 * starts a cycle and the second starts another; the third opens the one issue. One that GitHub refuses to start is
 * reported by the first look. Before that moment nothing happens.
 */
function checkReport({ cause, patrols, triesBefore, staleAfterMs }: Death & { cause: Cause }): boolean {
  const where = JSON.stringify({ cause, patrols, triesBefore });
  const fresh = patrols.filter(({ isStale }) => !isStale);
  const stale = patrols.filter(({ isStale }) => isStale);
  const idle = { isStale: false, starts: 0, hasOpenedIssue: false, failed: false };
  expect(fresh, where).toEqual(fresh.map(() => idle));
  expect(stale.length, where).toBeGreaterThanOrEqual(4);
  const reporter = cause === 'refused' ? 0 : Math.max(0, 2 - triesBefore);
  const expected = stale.map((_, index) => ({
    ...{ isStale: true, hasOpenedIssue: index === reporter },
    ...{ starts: cause === 'refused' ? 0 : 1, failed: cause === 'refused' },
  }));
  expect(stale, where).toEqual(expected);
  // The next wake is at most a day away, an idle run plans one within a day, and the margin is capped.
  expect(staleAfterMs, where).toBeLessThanOrEqual((24 + 26) * HOUR_MS);
  return true;
}

test('where only the schedule is dead, the watchdog keeps the agent going, and opens no issue', async () => {
  const loop = watchdogLoop();
  const weather = { seed: 7, startMs: Date.parse('2026-01-01T00:00:00Z'), days: 30, flakes: 0, every: [24 * HOUR_MS] };
  const { entries, issues, starts } = await liveThrough(
    { ...weather, cycleRate: 0, watchdogRate: 1 },
    await temporaryFolder(),
    loop,
  );
  expect(issues).toBe(0);
  expect(entries.length).toBeGreaterThanOrEqual(28);
  expect(starts).toBe(entries.length);
  const delays = entries.slice(1).map(({ atMs }, index) => atMs - (entries[index]?.wakeMs ?? 0));
  // The least margin, two hours to the next look, an hour and a half by which that may be late, and the start itself.
  expect(Math.max(...delays)).toBeLessThan(6 * HOUR_MS);
});

test('the script as a whole asks and does what its functions do', async () => {
  const loop = watchdogLoop();
  const weather = { seed: 11, startMs: Date.parse('2026-01-01T00:00:00Z'), days: 20, flakes: 0 };
  const deeds: string[] = [];
  const onMoment: Weather['onMoment'] = async ({ house: { folder }, site, atMs }) => {
    // As it is now, and as it would be after two and a half days without a cycle.
    for (const nowMs of [atMs, atMs + 60 * HOUR_MS]) {
      const asked = await requestsOf(site, nowMs, (answer) => loop.watch(folder, nowMs, answer));
      expect(await requestsOf(site, nowMs, (answer) => runScript(folder, nowMs, answer))).toEqual(asked);
      deeds.push(...asked.filter((request) => !request.startsWith('GET')));
    }
  };
  const every = [6, 24, 168].map((hours) => hours * HOUR_MS);
  const rates = { cycleRate: 0.4, watchdogRate: 0.4 };
  await liveThrough({ ...weather, ...rates, every, moments: 15, onMoment }, await temporaryFolder(), loop);
  expect(deeds.length).toBeGreaterThan(10);
});

/** What one look at a copy of the site asks for. */
async function requestsOf(site: Site, nowMs: number, look: (answer: Answer) => Promise<boolean>): Promise<string[]> {
  const asked: string[] = [];
  const answer = answerAt(copySite(site, { onStart: () => {} }), nowMs);
  const failed = await look((request) => {
    asked.push(`${request.method} ${request.path} ${request.body}`);
    return answer(request);
  });
  expect(failed).toBe(false);
  return asked;
}

/** One run of the script, by curl; says whether it failed. */
async function runScript(folder: string, nowMs: number, answer: Answer): Promise<boolean> {
  const url = await localServer((request, response, body) => {
    const path = (request.url ?? '').replace('/repos/octo/house/', '');
    const { status, reply } = answer({ method: request.method ?? '', path, body });
    response.writeHead(status).end(status === 204 ? '' : reply);
  });
  // A person has just committed: nothing needs to be kept from falling asleep.
  const git = `echo '${Math.floor(nowMs / 1000)} ada@example.com'`;
  const lab = await watchdogLab('curl', nowMs, { git });
  const run = await lab.run('watchdog.sh', folder, watchdogEnvironment('curl', url.replace(/\/$/, '')));
  expect(run.stderr).toBe('');
  return run.exitCode !== 0;
}
