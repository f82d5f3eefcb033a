import { describe, expect, test } from 'vitest';
import { entry, genesis } from '../support/ledger-samples.ts';
import { ledgerTree, watchdogEnvironment, watchdogLab } from '../support/watchdog-lab.ts';
import { BOT, lastEntry, STALE, START, watchedHouse } from '../support/watched-house.ts';

/**
 * watchdog.sh as a process, with a PATH that holds bash, git, and curl or gh: no Node, no jq. GitHub is the fake one,
 * which holds every exchange against GitHub's own description.
 */
describe.each([
  { name: 'by gh', transport: 'gh' as const, isPretty: false },
  { name: 'by curl', transport: 'curl' as const, isPretty: false },
  { name: 'by gh, JSON over many lines', transport: 'gh' as const, isPretty: true },
  { name: 'by curl, JSON over many lines', transport: 'curl' as const, isPretty: true },
])('from death to recovery, $name', (way) => {
  test('two starts, one issue, and its end', async () => {
    const house = await watchedHouse(way);
    // No delay is known: the margin is two hours.
    const fresh = await house.look('2026-03-05T02:00:00Z');
    expect(fresh).toMatchObject({ exitCode: 0, stderr: '' });
    expect(fresh.stdout).toBe('watchdog: cycles come: the next is due by 2026-03-05T00:00:00Z');
    expect(house.deeds()).toEqual([]);

    const first = await house.look(STALE);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toContain('started a cycle');
    expect(house.state.dispatches).toMatchObject([
      { target: '.github/workflows/cycle.yml', ref: 'main', inputs: {}, login: BOT },
    ]);
    await house.look('2026-03-05T04:41:00Z');
    expect(house.deeds()).toEqual([START, START]);

    expect(await house.look('2026-03-05T06:41:00Z')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds().slice(2)).toEqual(['POST /labels', 'POST /issues', START]);
    const [issue] = house.state.issues;
    const title = 'Steward has not run since 2026-03-04T14:30:00Z';
    expect(issue).toMatchObject({ title, labels: ['steward:watchdog'], login: BOT });
    expect(
      issue?.body,
    ).toBe(`A cycle was due by 2026-03-05T00:00:00Z, and a late schedule was given 2 hours. It was started by hand 2 times, and nothing came of it.

Where to look first:
- [The runs of cycle.yml](${house.url}/octo/house/actions/workflows/cycle.yml): a red one says why in its log (does \`npm ci\` fail?). None at all: are Actions on?
- \`npm run steward -- doctor\` in a clone.
- Not at the budget: without money the agent goes on without a model.

A cycle is started every two hours until one is recorded; then this issue is closed. \`STEWARD_PAUSED\`, a repository
variable, stops all of it.

<!-- steward:watchdog -->`);

    expect((await house.look('2026-03-05T08:41:00Z')).stdout).toContain('issue #1 is open');
    expect(house.deeds().slice(5)).toEqual([START]);
    expect(issue?.comments).toEqual([]);

    const back = entry({ id: 'e2', timestamp: '2026-03-05T09:00:00.000Z', next_wake: '2026-03-06T00:00:00.000Z' });
    await house.checkout.write(ledgerTree([genesis, lastEntry, back]));
    expect((await house.look('2026-03-05T10:41:00Z')).stdout).toContain('closed issue #1');
    expect(issue).toMatchObject({ state: 'closed', stateReason: 'completed' });
    expect(issue?.comments).toMatchObject([{ body: 'Cycles are back. The next is due by 2026-03-06T00:00:00Z.' }]);
    await house.look('2026-03-05T12:41:00Z');
    expect(house.deeds().slice(6)).toEqual(['PATCH /issues/1', 'POST /issues/1/comments']);
  });
});

describe('the pause switch', () => {
  test.each(['on holiday', 'true', 'FALSE', '0'])('makes it silent: %s', async (value) => {
    const house = await watchedHouse();
    const run = await house.look(STALE, { STEWARD_PAUSED: value });
    expect(run).toMatchObject({ exitCode: 0, stderr: '', stdout: `watchdog: paused: ${value}` });
    expect(house.requests).toEqual([]);
  });

  test('that cannot be seen counts as thrown', async () => {
    const house = await watchedHouse();
    const { STEWARD_PAUSED: _, ...environment } = watchdogEnvironment('curl', house.apiUrl);
    const run = await (await watchdogLab('curl', Date.parse(STALE))).run(
      'watchdog.sh',
      house.checkout.path,
      environment,
    );
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('the switch could not be seen');
    expect(house.requests).toEqual([]);
  });

  test('that says false leaves it at work', async () => {
    const house = await watchedHouse();
    await house.look(STALE, { STEWARD_PAUSED: 'false' });
    expect(house.deeds()).toEqual([START]);
  });
});

describe('an agent that has nothing to do records nothing', () => {
  test.each([
    ['schedule', '2026-03-05T00:00:00Z', 'success', []],
    ['workflow_dispatch', '2026-03-05T01:17:00Z', 'success', []],
    ['schedule', '2026-03-05T01:17:00Z', 'failure', [START]],
    // Before the wake the gate is shut, and a run that goes well shows nothing.
    ['schedule', '2026-03-04T23:59:59Z', 'success', [START]],
    // For other events the gate does not ask for the wake.
    ['issues', '2026-03-05T01:17:00Z', 'success', [START]],
  ] as const)('%s at %s, %s: %j', async (event, at, conclusion, deeds) => {
    const house = await watchedHouse();
    await house.ranCycle(event, at, conclusion);
    expect(await house.look(STALE)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds()).toEqual(deeds);
  });

  test('and is stale a day and the margin after the last run that went well', async () => {
    const house = await watchedHouse();
    await house.ranCycle('schedule', '2026-03-07T12:17:00Z', 'success');
    await house.ranCycle('schedule', '2026-03-05T12:17:00Z', 'success');
    await house.look('2026-03-08T14:17:00Z');
    expect(house.deeds()).toEqual([]);
    await house.look('2026-03-08T14:17:01Z');
    expect(house.deeds()).toEqual([START]);
  });

  test('and an issue of the watchdog ends with such a run', async () => {
    const house = await watchedHouse();
    for (const at of [STALE, '2026-03-05T04:41:00Z', '2026-03-05T06:41:00Z']) await house.look(at);
    await house.ranCycle('workflow_dispatch', '2026-03-05T06:42:00Z', 'success');
    await house.look('2026-03-05T08:41:00Z');
    expect(house.state.issues).toMatchObject([
      { state: 'closed', comments: [{ body: 'Cycles are back. The next is due by 2026-03-06T06:42:00Z.' }] },
    ]);
  });
});

describe('a cycle that was never recorded', () => {
  const tree = { 'README.md': '# New\n' };

  test("is nobody's fault in a repository of yesterday", async () => {
    const house = await watchedHouse({ tree });
    house.state.repository.createdAt = '2026-03-04T00:00:00Z';
    const run = await house.look('2026-03-05T02:00:00Z');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.deeds()).toEqual([]);
  });

  test('is started 26 hours after GitHub first saw the workflow, however young the last commit is', async () => {
    const house = await watchedHouse({ tree });
    // GitHub writes this time with an offset in places.
    house.state.repository.createdAt = '2026-03-04T01:00:00+01:00';
    await house.checkout.commit({ at: '2026-03-05T01:59:00Z' });
    for (const at of ['2026-03-05T02:00:01Z', '2026-03-05T04:41:00Z', '2026-03-05T06:41:00Z']) await house.look(at);
    expect(house.deeds()).toEqual([START, START, 'POST /labels', 'POST /issues', START]);
    expect(house.state.issues[0]?.title).toBe('Steward has not run yet');
  });

  test('is none where a run went well: there is no directive yet', async () => {
    const house = await watchedHouse({ tree });
    house.state.repository.createdAt = '2026-03-04T00:00:00Z';
    await house.ranCycle('schedule', '2026-03-04T09:00:00Z', 'success');
    await house.look('2026-03-05T02:41:00Z');
    expect(house.deeds()).toEqual([]);
  });
});

describe('what the ledger says', () => {
  /** Scheduled cycles, a day apart, each so many hours after its wake at midnight; the last waits for 2026-03-05. */
  const delayed = (hours: readonly number[]) =>
    hours.map((late, index) => {
      const midnight = Date.parse('2026-03-05T00:00:00Z') - (hours.length - index) * 86_400_000;
      return entry({
        ...{ id: `s${index}`, trigger: 'schedule' },
        timestamp: new Date(midnight + late * 3_600_000).toISOString(),
        next_wake: new Date(midnight + 86_400_000).toISOString(),
      });
    });

  test.each([
    // Cycles come five hours after the wake: three times as much is allowed.
    { hours: [5, 5, 5, 5], fresh: '2026-03-05T15:00:00Z', stale: '2026-03-05T15:00:01Z' },
    // The median, of what is known of a delay: the first has none.
    { hours: [9, 23, 1, 4, 2, 7], fresh: '2026-03-05T12:00:00Z', stale: '2026-03-05T12:00:01Z' },
    // One that came early was not late.
    { hours: [1, -6, 6, -6, 6], fresh: '2026-03-05T09:00:00Z', stale: '2026-03-05T09:00:01Z' },
    // Never more than 26 hours, or death would go unseen.
    { hours: [20, 20, 20, 20], fresh: '2026-03-06T02:00:00Z', stale: '2026-03-06T02:00:01Z' },
    { hours: [0.1, 0.1, 0.1], fresh: '2026-03-05T02:00:00Z', stale: '2026-03-05T02:00:01Z' },
  ])('of usual delays sets the margin: $hours hours', async ({ hours, fresh, stale }) => {
    const house = await watchedHouse({ tree: ledgerTree([genesis, ...delayed(hours)]) });
    await house.look(fresh);
    expect(house.deeds()).toEqual([]);
    await house.look(stale);
    expect(house.deeds()).toEqual([START]);
  });

  test('of starts by hand does not make the schedule late', async () => {
    const records = delayed([5, 5, 5, 5]).map((record) => ({ ...record, trigger: 'workflow_dispatch' }));
    const house = await watchedHouse({ tree: ledgerTree([genesis, ...records]) });
    await house.look('2026-03-05T02:00:01Z');
    expect(house.deeds()).toEqual([START]);
  });

  test.each([
    ['is missing', null],
    ['is cut off', '{\n "v": 2,\n "next_w'],
    [
      'was left by a merge',
      '<<<<<<<\n "next_wake": "2026-03-09T00:00:00.000Z",\n=======\n "next_wake": "2026-03-08T00:00:00.000Z",\n',
    ],
    ['comes from a wrong clock', ' "next_wake": "2029-03-09T00:00:00.000Z",\n'],
  ])('in its lines counts when the state %s', async (_, text) => {
    const house = await watchedHouse();
    await house.checkout.write({ 'ledger/state.json': text });
    await house.look('2026-03-05T02:00:00Z');
    expect(house.deeds()).toEqual([]);
    await house.look('2026-03-05T02:00:01Z');
    expect(house.deeds()).toEqual([START]);
  });
});
