import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitFixture, temporaryFolder } from '../support/git-fixture.ts';
import { entry, genesis } from '../support/ledger-samples.ts';
import { whereIs } from '../support/shell-lab.ts';
import { ledgerTree, watchdogEnvironment, watchdogLab } from '../support/watchdog-lab.ts';
import { BOT, LAST, STALE, START, WAKE, type WatchedHouse, WORKFLOWS, watchedHouse } from '../support/watched-house.ts';

/** What stands in the watchdog's way: workflows that are off, GitHub's refusals and failures, what others write. */
const FRESH = '2026-03-05T00:41:00Z';
const THREE_LOOKS = [STALE, '2026-03-05T04:41:00Z', '2026-03-05T06:41:00Z'];
const AGENT = 'steward[bot] <steward[bot]@users.noreply.github.com>';
const ENABLE = (name: string) => `PUT /actions/workflows/${name}.yml/enable`;
const path = (name: string) => `.github/workflows/${name}.yml`;

describe('a workflow that is off', () => {
  test.each(['disabled_inactivity', 'disabled_fork'] as const)(
    'by GitHub is switched on again: %s',
    async (condition) => {
      const house = await watchedHouse();
      for (const name of ['cycle', 'consolidate', 'watchdog']) house.state.workflows[path(name)] = condition;
      const run = await house.look(FRESH);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(run.stdout).toContain('cycle.yml: enabled, since GitHub had switched it off');
      expect(house.deeds()).toEqual([ENABLE('cycle'), ENABLE('consolidate'), ENABLE('watchdog')]);
      await house.look('2026-03-05T01:41:00Z');
      expect(house.deeds()).toHaveLength(3);
    },
  );

  test('by a person stays off, and is no outage', async () => {
    const house = await watchedHouse();
    house.state.workflows[path('cycle')] = 'disabled_manually';
    const run = await house.look(STALE);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('a person has switched cycle.yml off');
    house.state.workflows[path('cycle')] = 'active';
    house.state.workflows[path('consolidate')] = 'disabled_manually';
    await house.look(STALE);
    expect(house.deeds()).toEqual([START]);
  });

  test('and stays so in spite of the watchdog makes it red, and does not keep it from its look', async () => {
    const house = await watchedHouse();
    house.state.workflows[path('consolidate')] = 'disabled_inactivity';
    house.fail({ method: 'PUT', path: /enable$/, status: 403 });
    const run = await house.look(STALE);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('::error::watchdog: consolidate.yml: could not be enabled (HTTP 403)');
    expect(house.deeds()).toEqual([ENABLE('consolidate'), START]);
  });

  test('or not there is passed over', async () => {
    const { [path('consolidate')]: _, ...tree } = WORKFLOWS;
    const house = await watchedHouse({ github: { tree } });
    const run = await house.look(FRESH);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('consolidate.yml: not here');
  });
});

describe('before GitHub switches off what nobody works on', () => {
  const all = [ENABLE('cycle'), ENABLE('consolidate'), ENABLE('watchdog')];

  test.each([
    ['a person committed 44 days ago', '2026-01-20T03:00:00Z', []],
    ['the last person committed 46 days ago', '2026-01-18T00:00:00Z', all],
  ])('%s: %j', async (_, at, deeds) => {
    const house = await watchedHouse();
    await house.checkout.git('checkout', '--quiet', '--orphan', 'other');
    await house.checkout.commit({ at });
    await house.checkout.commit({ at: '2026-03-04T23:00:00Z', author: AGENT });
    expect(await house.look(FRESH)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds()).toEqual(deeds);
  });

  test('a clone that shows only the agent does not say: it is enabled to be sure', async () => {
    const house = await watchedHouse();
    await house.checkout.commit({ at: '2026-03-04T23:00:00Z', author: AGENT });
    const shallow = await house.checkout.clone({ depth: 1 });
    const lab = await watchdogLab('curl', Date.parse(FRESH));
    const token = house.token({ login: BOT, permissions: { actions: 'write', issues: 'write' } });
    await lab.run('watchdog.sh', shallow.path, { ...watchdogEnvironment('curl', house.apiUrl), GH_TOKEN: token });
    expect(house.deeds()).toEqual(all);
  });
});

describe('GitHub refuses to start a cycle', () => {
  const refused = async (house: WatchedHouse, status: number, environment: Record<string, string> = {}) => {
    const first = await house.look(STALE, environment);
    expect(first.exitCode).toBe(1);
    expect(first.stdout).toContain(`::error::watchdog: GitHub refuses to start one (HTTP ${status})`);
    expect(house.state.issues).toHaveLength(1);
    expect(house.state.issues[0]?.body).toContain(`hours. GitHub refuses to start one (HTTP ${status})`);
    expect((await house.look('2026-03-05T04:41:00Z', environment)).exitCode).toBe(1);
    expect(house.state.issues).toHaveLength(1);
    expect(house.state.dispatches).toEqual([]);
  };

  test('there is no such workflow: said at once, in one issue and in red', async () => {
    const { [path('cycle')]: _, ...tree } = WORKFLOWS;
    const house = await watchedHouse({ github: { tree } });
    // Runs of a workflow that is gone are not to be had either.
    house.fail({
      method: 'GET',
      path: /cycle\.yml\/runs$/,
      status: 200,
      body: { total_count: 0, workflow_runs: [] },
      times: 9,
    });
    await refused(house, 404);
  });

  test('it can not be started by hand', async () => {
    const house = await watchedHouse({ github: { tree: { ...WORKFLOWS, [path('cycle')]: 'on: push\njobs: {}\n' } } });
    await refused(house, 422);
  });

  test('there is no such branch, whatever its name', async () => {
    await refused(await watchedHouse(), 422, { STEWARD_BRANCH: 'a"b\\c&$(touch pwned)' });
  });

  test('for now: red, but no issue', async () => {
    const house = await watchedHouse();
    house.fail({ method: 'POST', path: /dispatches$/, status: 502, body: '<html>"total_count": 5</html>' });
    const run = await house.look(STALE);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('::error::watchdog: a cycle could not be started now (HTTP 502)');
    expect(house.state.issues).toEqual([]);
    expect((await house.look('2026-03-05T04:41:00Z')).exitCode).toBe(0);
    expect(house.state.dispatches).toHaveLength(1);
  });
});

describe('GitHub fails', () => {
  test('once: it is asked again', async () => {
    const house = await watchedHouse();
    house.fail({ method: 'GET', path: /cycle\.yml$/, status: 502, body: 'Bad Gateway' });
    expect(await house.look(STALE)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds()).toEqual([START]);
  });

  test.each([
    ['what has run', /runs$/, STALE, 'GitHub does not tell of runs (HTTP 503)'],
    ['its issues', /issues$/, FRESH, 'GitHub does not deal with issues (HTTP 503)'],
    ['how a workflow stands', /watchdog\.yml$/, FRESH, 'watchdog.yml: GitHub does not say how it stands (HTTP 503)'],
  ])('to say %s: red', async (_, pattern, at, words) => {
    const house = await watchedHouse();
    house.fail({ method: 'GET', path: pattern, status: 503, times: 2 });
    const run = await house.look(at);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(`::error::watchdog: ${words}`);
    expect(house.deeds()).toEqual([]);
  });

  test('to give a number: what comes in its place is not reckoned with', async () => {
    const house = await watchedHouse();
    house.fail({ method: 'GET', path: /runs$/, status: 200, body: { total_count: 'a[$(touch pwned)]' }, times: 3 });
    expect(await house.look(STALE)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds()).toEqual([START]);
    expect(await house.checkout.git('status', '--porcelain')).toBe('');
  });

  test('to take the issue: red, and the next look opens it', async () => {
    const house = await watchedHouse();
    house.fail({ method: 'POST', path: /issues$/, status: 500 });
    const looks = [];
    for (const at of THREE_LOOKS) looks.push((await house.look(at)).exitCode);
    expect(looks).toEqual([0, 0, 1]);
    expect((await house.look('2026-03-05T08:41:00Z')).exitCode).toBe(0);
    expect(house.state.issues).toHaveLength(1);
    expect(house.state.dispatches).toHaveLength(4);
  });

  test.each(['gh', 'curl'] as const)('altogether: red, by %s', async (transport) => {
    const checkout = await gitFixture(ledgerTree([genesis, entry({ timestamp: LAST, next_wake: WAKE })]));
    const lab = await watchdogLab(transport, Date.parse(STALE));
    const run = await lab.run('watchdog.sh', checkout.path, watchdogEnvironment(transport, 'http://127.0.0.1:1'));
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('(HTTP 000)');
    expect(run.stdout).not.toContain('started');
  });
});

describe('a repository without issues', () => {
  test('has only the red run to tell of a death', async () => {
    const house = await watchedHouse({ github: { hasIssues: false } });
    const looks = [];
    for (const at of THREE_LOOKS) looks.push(await house.look(at));
    expect(looks.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1]);
    expect(looks[2]?.stdout).toContain('::warning::watchdog: Steward does not run, and this repository has no issues');
    expect(house.state.dispatches).toHaveLength(3);
  });

  test('is no trouble while cycles come, even where the list is gone too', async () => {
    const house = await watchedHouse({ github: { hasIssues: false } });
    house.fail({ method: 'GET', path: /issues$/, status: 410 });
    expect(await house.look(FRESH)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('no more than twelve cycles are started in a day', async () => {
  const house = await watchedHouse();
  for (let run = 0; run < 12; run++)
    await house.ranCycle('workflow_dispatch', `2026-03-05T0${3 + (run % 3)}:00:00Z`, 'failure');
  const run = await house.look('2026-03-05T06:41:00Z');
  expect(run.stdout).toContain('enough were started today');
  expect(house.deeds()).toEqual(['POST /labels', 'POST /issues']);
  await house.look('2026-03-06T06:41:00Z');
  expect(house.deeds()).toEqual(['POST /labels', 'POST /issues', START]);
});

test('an API that is not the one of github.com is asked by curl, even where gh is there', async () => {
  const house = await watchedHouse({ programs: { gh: 'echo "gh knows github.com" >&2; exit 1' } });
  expect(await house.look(STALE)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(house.deeds()).toEqual([START]);
});

test('the token stands in no command line', async () => {
  const log = join(await temporaryFolder(), 'log');
  const curl = `printf '%s\\n' "$*" >>'${log}'; exec ${await whereIs('curl')} "$@"`;
  const house = await watchedHouse({ programs: { curl } });
  expect(await house.look(STALE)).toMatchObject({ exitCode: 0 });
  const calls = await readFile(log, 'utf8');
  expect(calls.split('\n').length).toBeGreaterThan(5);
  expect(calls).not.toMatch(/Bearer|gh[sp]_/);
});

test.each([
  { GITHUB_REPOSITORY: '' },
  { GITHUB_REPOSITORY: 'octo/house/../other' },
  { GITHUB_REPOSITORY: 'octo' },
  { STEWARD_BRANCH: '' },
])('nothing is asked of GitHub without knowing where: %j', async (environment) => {
  const house = await watchedHouse();
  const run = await house.look(STALE, environment);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('::error::');
  expect(house.requests).toEqual([]);
});
