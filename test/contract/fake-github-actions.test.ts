import { describe, expect, test } from 'vitest';
import { octokitFor, refusedWith } from '../support/github/octokit-client.ts';
import { type GitHubOptions, startGitHub } from '../support/github/start-github.ts';

/** Workflows, dispatches and runs of the fake GitHub. */

const here = { owner: 'octo', repo: 'house' };
const tree = {
  'README.md': '# House\n',
  '.github/workflows/cycle.yml': `name: cycle
on:
  schedule: [{ cron: '7 * * * *' }]
  workflow_dispatch:
    inputs:
      directive: { required: true }
      mode: { type: choice, options: [dry, wet], default: dry }
jobs: {}
`,
  '.github/workflows/ping.yml': 'on: { repository_dispatch: { types: [ping] } }\njobs: {}\n',
  '.github/workflows/ci.yml': 'name: ci\non: [push, pull_request]\njobs: {}\n',
};
const cycle = { ...here, workflow_id: 'cycle.yml' };

async function open(options: Partial<GitHubOptions> = {}) {
  const github = await startGitHub({ repository: 'octo/house', tree, ...options });
  return { github, octokit: octokitFor(github, { actions: 'write', contents: 'write' }) };
}

describe('workflows', () => {
  test('are the files of the default branch', async () => {
    const { github, octokit } = await open();
    const listed = async () => (await octokit.rest.actions.listRepoWorkflows(here)).data.workflows;
    expect((await listed()).map(({ name, path, state }) => [name, path.slice(18), state])).toEqual([
      ['ci', 'ci.yml', 'active'],
      ['cycle', 'cycle.yml', 'active'],
      ['.github/workflows/ping.yml', 'ping.yml', 'active'],
    ]);
    await github.act.pushFile('ada', '.github/workflows/new.yaml', 'on: push\njobs: {}\n');
    await github.act.pushFile('ada', '.github/workflows/ci.yml', null);
    expect((await listed()).map(({ path }) => path.slice(18))).toEqual(['cycle.yml', 'new.yaml', 'ping.yml']);
  });

  test('are found by file and by id, and switched on and off', async () => {
    const { github, octokit } = await open();
    github.state.workflows['.github/workflows/cycle.yml'] = 'disabled_inactivity';
    const { data } = await octokit.rest.actions.getWorkflow(cycle);
    expect(data.state).toBe('disabled_inactivity');
    await octokit.rest.actions.enableWorkflow({ ...here, workflow_id: data.id });
    expect((await octokit.rest.actions.getWorkflow({ ...here, workflow_id: data.id })).data.state).toBe('active');
    await octokit.rest.actions.disableWorkflow(cycle);
    expect((await octokit.rest.actions.getWorkflow(cycle)).data.state).toBe('disabled_manually');
    await expect(octokit.rest.actions.getWorkflow({ ...here, workflow_id: 'no.yml' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('with a schedule are off in a fork', async () => {
    const { octokit } = await open({ isFork: true });
    const { data } = await octokit.rest.actions.listRepoWorkflows(here);
    expect(data.workflows.map(({ state }) => state)).toEqual(['active', 'disabled_fork', 'active']);
  });
});

describe('a dispatch', () => {
  const dispatch = { ...cycle, ref: 'main', inputs: { directive: 'check_links' } };

  test('queues a run in the name of the token', async () => {
    const { github, octokit } = await open({ now: () => new Date('2026-01-01T12:00:00Z') });
    expect((await octokit.rest.actions.createWorkflowDispatch(dispatch)).status).toBe(204);
    expect(github.state.dispatches).toEqual([
      {
        kind: 'workflow',
        target: '.github/workflows/cycle.yml',
        login: 'github-actions[bot]',
        ref: 'main',
        at: '2026-01-01T12:00:00Z',
        inputs: { directive: 'check_links' },
      },
    ]);
    const { data } = await octokit.rest.actions.listWorkflowRuns(cycle);
    expect(data.workflow_runs).toMatchObject([
      {
        event: 'workflow_dispatch',
        status: 'queued',
        conclusion: null,
        head_branch: 'main',
        actor: { login: 'github-actions[bot]' },
      },
    ]);
  });

  test('tells the run when it is asked to', async () => {
    const { github, octokit } = await open();
    const { data, status } = await octokit.request(
      'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
      {
        ...dispatch,
        return_run_details: true,
      },
    );
    expect([status, data]).toMatchObject([200, { workflow_run_id: github.state.runs[0]?.id }]);
  });

  test.each([
    ['a workflow that is not there', 404, 'Not Found', { workflow_id: 'no.yml' }],
    [
      'a workflow that is not started so',
      422,
      "Workflow does not have 'workflow_dispatch' trigger",
      { workflow_id: 'ci.yml' },
    ],
    ['a branch that is not there', 422, 'No ref found for: gone', { ref: 'gone' }],
    [
      'an input that the file does not know',
      422,
      'Unexpected inputs provided: ["speed"]',
      { inputs: { directive: 'x', speed: '1' } },
    ],
    ['an input that is missing', 422, "Required input 'directive' not provided", { inputs: {} }],
    [
      'a choice that is none',
      422,
      "Provided value 'hot' for input 'mode' not in the list of allowed values",
      { inputs: { directive: 'x', mode: 'hot' } },
    ],
    [
      'an input that is no text',
      422,
      "Invalid value for input 'directive': not a string",
      { inputs: { directive: 1 } },
    ],
  ])('is refused for %s', async (_, status, message, change) => {
    const { github, octokit } = await open();
    await expect(octokit.rest.actions.createWorkflowDispatch({ ...dispatch, ...change })).rejects.toMatchObject(
      refusedWith(status, message),
    );
    expect([github.state.dispatches, github.state.runs]).toEqual([[], []]);
  });

  test('is refused where the workflow or Actions is off', async () => {
    const { github, octokit } = await open();
    github.state.settings.areActionsEnabled = false;
    await expect(octokit.rest.actions.createWorkflowDispatch(dispatch)).rejects.toMatchObject({ status: 422 });
    github.state.settings.areActionsEnabled = true;
    await octokit.rest.actions.disableWorkflow(cycle);
    await expect(octokit.rest.actions.createWorkflowDispatch(dispatch)).rejects.toMatchObject(
      refusedWith(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"),
    );
  });

  test('of the repository starts the workflows that wait for it', async () => {
    const { github, octokit } = await open();
    await octokit.rest.repos.createDispatchEvent({ ...here, event_type: 'pong', client_payload: {} });
    await octokit.rest.repos.createDispatchEvent({ ...here, event_type: 'ping', client_payload: { from: 'cron' } });
    expect(github.state.dispatches.map(({ target, inputs }) => [target, inputs])).toEqual([
      ['pong', {}],
      ['ping', { from: 'cron' }],
    ]);
    expect(github.state.runs.map(({ path, event }) => [path, event])).toEqual([
      ['.github/workflows/ping.yml', 'repository_dispatch'],
    ]);
  });
});

describe('runs', () => {
  async function four() {
    const opened = await open();
    const { act } = opened.github;
    const at = (createdAt: string, more: object = {}) => act.startRun('cycle.yml', { createdAt, ...more });
    const ids = [
      await at('2026-01-01T10:00:00Z'),
      await at('2026-01-02T10:00:00Z', { event: 'workflow_dispatch', actor: 'ada' }),
      await act.startRun('ci.yml', { createdAt: '2026-01-02T23:59:59Z', event: 'push' }),
      await at('2026-01-03T10:00:00Z'),
    ];
    act.finishRun(ids[0] ?? 0, 'success');
    act.finishRun(ids[1] ?? 0, 'failure', [{ name: 'run', steps: [{ name: 'npm ci', conclusion: 'failure' }] }]);
    return { ...opened, ids };
  }

  test.each([
    ['nothing', {}, [3, 2, 1, 0]],
    ['event', { event: 'schedule' }, [3, 0]],
    ['actor', { actor: 'ada' }, [1]],
    ['branch', { branch: 'other' }, []],
    ['status', { status: 'queued' }, [3, 2]],
    ['conclusion', { status: 'failure' }, [1]],
    ['a day', { created: '2026-01-02' }, [2, 1]],
    ['a day and later', { created: '>=2026-01-02' }, [3, 2, 1]],
    ['later than a day', { created: '>2026-01-02' }, [3]],
    ['a time and later', { created: '>=2026-01-02T10:00:00Z' }, [3, 2, 1]],
    ['before a time', { created: '<2026-01-02T10:00:00Z' }, [0]],
    ['up to a time', { created: '<=2026-01-02T10:00:00Z' }, [1, 0]],
    ['a range', { created: '2026-01-01..2026-01-02' }, [2, 1, 0]],
    ['an open range', { created: '2026-01-02T12:00:00Z..*' }, [3, 2]],
  ] as const)('are listed by %s', async (_, filter, expected) => {
    const { octokit, ids } = await four();
    const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...here, ...filter });
    expect(data.workflow_runs.map(({ id }) => ids.indexOf(id))).toEqual(expected);
    expect(data.total_count).toBe(expected.length);
  });

  test('are not listed by a time that is none', async () => {
    const { octokit } = await open();
    const wrong = { ...here, created: '>=yesterday' };
    await expect(octokit.rest.actions.listWorkflowRunsForRepo(wrong)).rejects.toMatchObject({ status: 422 });
  });

  test('are listed by workflow, in pages', async () => {
    const { octokit, ids } = await four();
    const { data, headers } = await octokit.rest.actions.listWorkflowRuns({ ...cycle, per_page: 2 });
    expect([data.total_count, data.workflow_runs.map(({ id }) => ids.indexOf(id))]).toEqual([3, [3, 1]]);
    expect(headers.link).toContain('/actions/workflows/cycle.yml/runs?per_page=2&page=2>; rel="next"');
  });

  test('tell their jobs and steps', async () => {
    const { octokit, ids } = await four();
    const run = { ...here, run_id: ids[1] ?? 0 };
    expect((await octokit.rest.actions.getWorkflowRun(run)).data).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
    });
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun(run);
    expect(data.jobs).toMatchObject([
      { name: 'run', conclusion: 'failure', steps: [{ number: 1, name: 'npm ci', conclusion: 'failure' }] },
    ]);
    await expect(octokit.rest.actions.getWorkflowRun({ ...here, run_id: 1 })).rejects.toMatchObject({ status: 404 });
  });
});
