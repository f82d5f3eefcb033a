import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/status.md';
const CI = 'on: push\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }\n';
const OPERATIONS = ['repo.get', 'issues.list', 'issues.get', 'pulls.list', 'runs.list'];

async function stage(): Promise<ScriptOnGitHub & { page(): Promise<string> }> {
  const tree = { 'README.md': '# House\n', '.github/workflows/ci.yml': CI };
  const made = await scriptOnGitHub({ script: 'repo_status', forge: OPERATIONS, writes: [PAGE], github: { tree } });
  return { ...made, page: () => readFile(join(made.repo.path, PAGE), 'utf8') };
}

const git = (more: Partial<ScriptTest> = {}): Partial<ScriptTest> => ({ spawn: ['git'], ...more });

async function busyHouse() {
  const house = await stage();
  const { act, state } = house.github;
  state.users.mallory = { role: 'none', association: 'NONE' };
  act.openIssue('mallory', { title: '<img src=x> @octo closes #1 \u202e| **now**' });
  act.openIssue('octo', { title: 'Kept by the agent', labels: ['steward'] });
  await act.branch('octo', 'feature', { 'a.ts': '1' });
  await act.openPull('octo', { title: 'A feature', head: 'feature', base: 'main' });
  for (const conclusion of ['success', 'failure', 'failure'] as const)
    act.finishRun(await act.startRun('ci.yml', { event: 'push' }), conclusion);
  act.finishRun(await act.startRun('ci.yml', { event: 'pull_request' }), 'success');
  return house;
}

describe('repo_status on GitHub', () => {
  it('shows what waits and what fails, as text, and changes nothing the next day', async () => {
    const house = await busyHouse();
    expect(outputOf(await house.run({}, git()))).toMatchObject({
      github: 'read',
      open_pulls: 1,
      open_issues: 1,
      failing_workflows: 1,
    });
    const page = await house.page();
    expect(page).toContain(`| [#3](${house.github.url}/octo/house/pull/3) | 2026-03-01 | octo | A feature |`);
    expect(page).toContain('\\<img src=x\\> @\u200bocto closes \\#\u200b1 \\| \\*\\*now\\*\\* |');
    expect(page).not.toContain('Kept by the agent');
    expect(page).toMatch(/\| `ci.yml` \| \*\*failing\*\* since \[2026-03-01\]\(http.*\) \| 33 % \|/);
    house.github.act.finishRun(await house.github.act.startRun('ci.yml'), 'cancelled');
    const later = git({ now: new Date('2026-03-02T07:00:00Z') });
    expect(outputOf(await house.run({}, later))).toMatchObject({ changed: false });
    house.github.act.finishRun(await house.github.act.startRun('ci.yml'), 'success');
    expect(outputOf(await house.run({}, later))).toMatchObject({ changed: true, failing_workflows: 0 });
    expect(await house.page()).toContain('| `ci.yml` | green | 50 % |');
    const check = { script: 'check_status_github', workspace: house.repo.path };
    expect(outputOf(await house.run({ github: 'read' }, check))).toMatchObject({
      ok: true,
      reason: expect.stringMatching(/^2 of/),
    });
    const tomorrow = { ...check, now: new Date('2026-03-03T07:00:00Z') };
    house.github.act.closeIssue('octo', 1);
    expect(outputOf(await house.run({}, tomorrow))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('#1 as open'),
    });
  });

  it('keeps what it knew while GitHub does not answer, and leaves out what the token may not see', async () => {
    const house = await busyHouse();
    await house.run({}, git());
    const before = await house.page();
    house.github.fail({ path: /\/actions\/runs/, status: 503, body: { message: 'Unavailable' }, times: 20 });
    expect(outputOf(await house.run({}, git()))).toMatchObject({ changed: false, github: 'kept' });
    const withoutForge = { forge: async () => ({ unavailable: 'no forge' }) };
    expect(outputOf(await house.run({}, git(withoutForge)))).toMatchObject({ changed: false, github: 'kept' });
    expect(await house.page()).toBe(before);
  });

  it('goes on without a part that is refused', async () => {
    const house = await busyHouse();
    house.github.fail({
      path: /\/actions\/runs/,
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      times: 20,
    });
    const output = outputOf(await house.run({}, git()));
    expect(output).toMatchObject({ github: 'read', open_pulls: 1 });
    expect(output).not.toHaveProperty('failing_workflows');
    expect(await house.page()).not.toContain('Workflows');
    const wrong = await runScript({
      script: 'repo_status',
      workspace: house.repo.path,
      writes: [PAGE],
      spawn: ['git'],
      forge: async () => {
        throw new Error('forge: repo.get is not granted: the directive must say so');
      },
    });
    expect(wrong.outcome).toMatchObject({ failure: { message: expect.stringContaining('is not granted') } });
  });
});

describe('the paragraph of a model', () => {
  it('is asked for when facts changed, replaced, and left out without a model', async () => {
    const house = await busyHouse();
    const asked: unknown[] = [];
    const generate: ScriptTest['generate'] = async (request) => {
      asked.push(request);
      return { generated: { paragraph: `Text ${asked.length} <b> @octo\n# Title` }, model: 'flash' };
    };
    const run = (more = {}) => house.run({ prose: true }, git({ generate, ...more }));
    expect(outputOf(await run())).toMatchObject({ changed: true });
    expect(await house.page()).toMatch(
      /^# Repository status\n\n<!-- prose -->\n> Text 1 \\<b\\> @\u200bocto \\# Title \(flash\)\n/,
    );
    expect(outputOf(await run())).toMatchObject({ changed: false });
    expect(asked).toHaveLength(1);
    expect(asked).toMatchObject([{ task: 'ceo_analysis', material: { page: expect.stringContaining('A feature') } }]);
    house.github.act.closeIssue('octo', 1);
    expect(outputOf(await run())).toMatchObject({ changed: true });
    expect(await house.page()).toContain('> Text 2 ');
    expect(await house.page()).not.toContain('> Text 1 ');
    house.github.act.reopenIssue('octo', 1);
    expect(outputOf(await run({ generate: async () => ({ unavailable: 'no key' }) }))).toMatchObject({ changed: true });
    expect(await house.page()).not.toContain('prose');
  });
});
