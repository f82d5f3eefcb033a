import { expect, test } from 'vitest';
import { stepNames } from '../support/workflows/act-log.ts';
import { request, tick } from '../support/workflows/happenings.ts';
import { houseWithWorkflows, smallTree } from '../support/workflows/house-with-workflows.ts';

const HOUR_MS = 3_600_000;

test('an install that is broken for days is noticed, said once, and called off when it is mended', async () => {
  const { house, ...time } = await watchedHouse();
  const { act, state } = house.github;
  const { next_wake } = await firstCycle(house);
  const lock = await house.git('show', 'main:package-lock.json');
  const broken = await act.pushFile('octo', 'package-lock.json', lock.slice(0, lock.length / 2));

  time.pass(30);
  const red = await house.run('cycle.yml', tick(), time.now());
  expect(red.conclusion).toBe('failure');
  expect(stepNames(red)).toEqual(['checkout', 'gate', 'install', 'post checkout']);
  expect(red.step('gate').outputs.reason).toBe(`the next wake, ${next_wake.slice(0, 19)}Z, has come`);

  for (const said of ['started a cycle', 'started a cycle', 'opened an issue', 'issue #1 is open']) {
    const watch = await time.watch();
    expect(watch.conclusion).toBe('success');
    expect(watch.step('watch').log).toContain(`no cycle came, though one was due by ${next_wake.slice(0, 19)}Z`);
    expect(watch.step('watch').log).toContain(said);
    expect((await time.runQueued()).map(({ conclusion }) => conclusion)).toEqual(['failure']);
    time.pass(2);
  }
  expect(state.dispatches).toHaveLength(4);
  expect(state.dispatches[0]).toMatchObject({ login: 'github-actions[bot]', target: CYCLE, ref: 'main' });
  expect(state.issues).toMatchObject([{ number: 1, state: 'open', labels: ['steward:watchdog'] }]);
  expect(state.issues[0]?.title).toMatch(/^Steward has not run since /);
  expect(await house.git('rev-parse', 'main')).toBe(broken);

  await act.pushFile('octo', 'package-lock.json', lock);
  await time.watch();
  expect((await time.runQueued()).map(({ conclusion }) => conclusion)).toEqual(['success']);
  time.pass(2);
  const calm = await time.watch();
  expect(calm.step('watch').log).toMatch(/cycles come: .*\n.*closed issue #1/);
  expect(state.issues).toMatchObject([
    { state: 'closed', comments: [{ body: expect.stringContaining('Cycles are back') }] },
  ]);
  expect(state.dispatches).toHaveLength(5);
});

const CYCLE = '.github/workflows/cycle.yml';

/** A house whose GitHub and whose runners' shells are in a later hour; what is queued there waits to be run. */
async function watchedHouse() {
  let aheadMs = 0;
  const house = await houseWithWorkflows(smallTree(), () => new Date(Date.now() + aheadMs));
  const now = () => ({ aheadMs });
  return {
    house,
    now,
    pass(hours: number) {
      aheadMs += hours * HOUR_MS;
    },
    watch: () => house.run('watchdog.yml', tick('7 */2 * * *'), now()),
    async runQueued() {
      const queued = house.github.state.runs.filter(({ status, path }) => status === 'queued' && path === CYCLE);
      const runs = [];
      for (const { id } of queued) runs.push(await house.run('cycle.yml', request(), { ...now(), run: id }));
      return runs;
    },
  };
}

/** By the CLI in a clone, as it takes no install. */
async function firstCycle(house: Awaited<ReturnType<typeof houseWithWorkflows>>) {
  const { entry } = await (await house.clone()).cycle([], { GITHUB_REPOSITORY: 'octo/house' });
  return entry;
}
