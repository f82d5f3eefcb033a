import { describe, expect, test } from 'vitest';
import { taskBody } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';
import { stepNames } from '../support/workflows/act-log.ts';
import { button, dispatch, type Happening, issueEvent, pullClosed, runEnded } from '../support/workflows/happenings.ts';
import {
  edited,
  houseWithWorkflows,
  smallTree,
  type WorkflowHouse,
} from '../support/workflows/house-with-workflows.ts';

const issue = ({ github }: WorkflowHouse, number: number) => github.state.issues.find((each) => each.number === number);
const writes = ({ github }: WorkflowHouse) => github.requests.filter(({ method }) => method !== 'GET');
const fileTask = ({ github }: WorkflowHouse, login: string, inputs: string) =>
  github.act.openIssue(login, { title: 'Task: count', body: taskBody('count', inputs), labels: ['steward:task'] });
const BOT = 'github-actions[bot]';
const labeled = (number: number, login = 'octo') => issueEvent('labeled', { number, login }, 'steward:task');

describe('the button', () => {
  test('runs a directive with its inputs; as a dry run it shows the same and changes nothing', async () => {
    const house = await houseWithWorkflows(smallTree());
    const word = `it's "$HOME" \`id\` \${{ github.token }}`;
    const inputs = { directive: 'count', params: JSON.stringify({ word }) };
    const before = await house.git('rev-parse', 'main');
    const dry = await house.run('cycle.yml', button({ ...inputs, dry_run: 'true' }));
    expect(dry.conclusion).toBe('success');
    expect(dry.summary).toContain('Dry run: nothing was changed.');
    expect(dry.step('cycle').outputs).toEqual({ idle: 'true' });
    expect(await house.git('rev-parse', 'main')).toBe(before);
    expect(writes(house)).toEqual([]);

    const run = await house.run('cycle.yml', button({ ...inputs, dry_run: 'false' }));
    expect(run.conclusion).toBe('success');
    expect(run.step('gate').outputs.reason).toBe('asked for by workflow_dispatch');
    expect(run.step('cycle').outputs).toMatchObject({
      directive: 'count',
      result: 'success',
      verification: 'verified',
    });
    expect((await house.records()).at(-1)).toMatchObject({
      trigger: 'workflow_dispatch',
      decided_by: 'person',
      params: { word },
    });
    expect(await house.git('show', 'main:out/count.txt')).toBe(`${word} 1`);
  });

  test('with inputs that are no JSON turns the run red, and says so on its page', async () => {
    const house = await houseWithWorkflows(smallTree());
    const run = await house.run('cycle.yml', button({ directive: 'count', params: '{"word":', dry_run: 'false' }));
    expect(run.conclusion).toBe('failure');
    expect(run.summary).toContain('## EVENT_INVALID');
    expect(run.annotations).toEqual([expect.stringContaining('`params` is no JSON object')]);
    expect(await house.subjects()).toEqual([]);
  });
});

test('a program outside asks by repository_dispatch, and gets a pull request where the directive says so', async () => {
  const pings: string[] = [];
  const address = await localServer((received, response) => {
    pings.push(`${received.method} ${received.url}`);
    response.end();
  });
  const house = await houseWithWorkflows(smallTree('on: [dispatch]\ndeliver: pull-request'));
  house.github.state.settings.mayActionsCreatePulls = true;
  const run = await house.run('cycle.yml', dispatch({ directive: 'count', params: { word: 'pages' } }), {
    vars: { STEWARD_BUDGET_USD_PER_DAY: '0.07', STEWARD_PAUSED: 'false' },
    secrets: { STEWARD_PING_URL: `${address}beat` },
  });
  expect(run.conclusion).toBe('success');
  expect((await house.records()).slice(1)).toMatchObject([
    { trigger: 'repository_dispatch', decision: 'count', params: { word: 'pages' }, result: 'success' },
  ]);
  const [proposal] = house.github.state.issues;
  expect(proposal).toMatchObject({ login: BOT, state: 'open', pull: { base: 'main' } });
  expect(await house.git('show', `${proposal?.pull?.head}:out/count.txt`)).toBe('pages 1');
  expect(await house.subjects()).toEqual([expect.stringMatching(/^cycle 1: count -> success/)]);
  // What the repository's settings say reaches the agent.
  expect(run.summary).toMatch(/^\| today \| \$0 \| \$0\.07(00)? \|$/m);
  expect(pings).toEqual(['GET /beat']);
});

describe('a task', () => {
  test('of the owner is done, answered with a link to the commit, and closed; a stranger’s is left alone', async () => {
    const house = await houseWithWorkflows(smallTree('on: [task]'));
    house.github.state.users.mallory = { role: 'none', association: 'NONE' };
    const foreign = fileTask(house, 'mallory', 'word: mine');
    const number = fileTask(house, 'octo', 'word: hello');
    const run = await house.run('cycle.yml', labeled(number));
    expect(run.conclusion).toBe('success');
    expect(run.step('gate').outputs.reason).toBe('an issue was labeled steward:task');
    expect((await house.records()).slice(1)).toMatchObject([
      { trigger: 'issues', occurrence: `task:${number}`, params: { word: 'hello' }, result: 'success' },
    ]);
    expect(await house.git('show', 'main:out/count.txt')).toBe('hello 1');
    expect(issue(house, number)).toMatchObject({ state: 'closed', stateReason: 'completed' });
    const link = `${house.github.url}/octo/house/commit/${await house.git('rev-parse', 'main')}`;
    expect(issue(house, number)?.comments).toMatchObject([{ login: BOT, body: expect.stringContaining(link) }]);
    expect(run.step('cycle').log).toMatch(/task 1 is from mallory .*left alone/);
    expect(issue(house, foreign)).toMatchObject({ state: 'open', comments: [] });
    expect(writes(house).map(({ method, path, login, status }) => `${login}: ${method} ${path} ${status}`)).toEqual([
      `${BOT}: POST /repos/octo/house/issues/${number}/comments 201`,
      `${BOT}: PATCH /repos/octo/house/issues/${number} 200`,
      // The first cycle makes the labels that are missing, and starts the watchdog, which has not run yet.
      ...Array.from({ length: 5 }, () => `${BOT}: POST /repos/octo/house/labels 201`),
      `${BOT}: POST /repos/octo/house/actions/workflows/watchdog.yml/dispatches 204`,
    ]);
  });

  test('is done but not answered where the file does not grant issues: write, and the log says so', async () => {
    const readOnly = edited('cycle.yml', 'issues: write', 'issues: read');
    const house = await houseWithWorkflows({ ...smallTree('on: [task]'), ...readOnly });
    const number = fileTask(house, 'octo', 'word: hello');
    const run = await house.run('cycle.yml', labeled(number));
    expect(run.step('cycle').log).toContain('the token needs `issues: write`');
    expect(issue(house, number)).toMatchObject({ state: 'open', comments: [] });
  });
});

describe('what nobody asked for', () => {
  const opened = issueEvent('opened', { number: 1, login: 'ada' });
  const proposal = { merged: true, repository: 'octo/house', branch: 'steward/count/1' };
  const failed = (event: string) => runEnded({ conclusion: 'failure', event });
  const skipped: [what: string, happening: Happening][] = [
    ['a label of somebody else’s', issueEvent('labeled', { number: 1, login: 'ada' }, 'bug')],
    ['an issue that is opened again and is no task', issueEvent('reopened', { number: 1, login: 'ada' })],
    ['a run that went well', runEnded({ conclusion: 'success', event: 'push' })],
    ['a failed run of a pull request', failed('pull_request')],
    ['a pull request that was closed', pullClosed({ ...proposal, merged: false })],
    ['a merge of a branch of people', pullClosed({ ...proposal, branch: 'feature' })],
    ['a merge from a fork', pullClosed({ ...proposal, repository: 'mallory/house' })],
  ];
  const turnedAway: [what: string, happening: Happening][] = [
    ['an issue', opened],
    ['a failed run', failed('push')],
    ['a merged proposal', pullClosed(proposal)],
  ];

  test('starts no job, or one that installs nothing, commits nothing and asks GitHub nothing', async () => {
    const house = await houseWithWorkflows(smallTree());
    for (const [what, happening] of skipped) {
      const { conclusion, steps } = await house.run('cycle.yml', happening);
      expect.soft([what, conclusion, steps]).toEqual([what, 'skipped', []]);
    }
    for (const [what, happening] of turnedAway) {
      const run = await house.run('cycle.yml', happening);
      expect
        .soft([what, run.conclusion, stepNames(run)])
        .toEqual([what, 'success', ['checkout', 'gate', 'post checkout']]);
      expect.soft(run.summary).toContain('No cycle ran: no directive listens for');
    }
    expect(await house.subjects()).toEqual([]);
    expect(house.github.requests).toEqual([]);
  });

  test('is no event of the file at all', async () => {
    const house = await houseWithWorkflows(smallTree());
    const closed = { ...opened, payload: { ...opened.payload, action: 'closed' } };
    await expect(house.run('cycle.yml', closed)).rejects.toThrow('cycle.yml does not ask for issues closed');
    await expect(house.run('watchdog.yml', opened)).rejects.toThrow('watchdog.yml does not ask for issues');
  });
});
