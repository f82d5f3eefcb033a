import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { gitFixture } from '../support/git-fixture.ts';
import { entry, genesis, sealAll } from '../support/ledger-samples.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/weekly.md';
const CHART = 'knowledge/reports/weekly.svg';
const WRITES = [PAGE, CHART];
const FORGE = ['repo.get', 'issues.list', 'issues.get', 'issues.upsert', 'pulls.list', 'runs.list'];
const MONDAY = new Date('2026-03-09T00:20:00Z');
const GIT: Partial<ScriptTest> = { spawn: ['git'], now: MONDAY };

const day = (date: string, ...records: UnsealedRecord[]) => ({
  [`ledger/${date.replaceAll('-', '/')}.jsonl`]: sealAll([genesis, ...records])
    .map(({ line }) => `${line}\n`)
    .join(''),
});
const text = (path: string, file: string) => readFile(join(path, file), 'utf8');
const digest = (workspace: string, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'weekly_digest', workspace, writes: WRITES, ...GIT, ...more });
const check = (workspace: string, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'check_weekly_digest', workspace, ...GIT, input: { week: '2026-03-02' }, ...more });

describe('weekly_digest without a GitHub', () => {
  it('shows the last full week of git and the ledger, once, and stays through a quiet week', async () => {
    const repo = await gitFixture({
      'README.md': 'x',
      ...day('2026-03-04', entry(), entry({ result: 'failure' })),
    });
    await repo.commit({ at: '2026-03-01T23:59:59Z', files: { 'a.ts': '0' } });
    await repo.commit({ at: '2026-03-02T00:00:00Z', files: { 'a.ts': '1' } });
    await repo.commit({ at: '2026-03-08T23:59:59Z', author: '<b>Grace', files: { 'a.ts': '2' } });
    await repo.commit({ at: '2026-03-08T23:59:59Z', author: 'steward[bot]', files: { 'ledger/x': '2' } });
    await repo.commit({ at: '2026-03-09T00:00:00Z', files: { 'a.ts': '3' } });
    expect(outputOf(await digest(repo.path))).toEqual({
      path: PAGE,
      chart: CHART,
      changed: true,
      week: '2026-03-02',
      quiet: false,
      commits: 2,
      runs: 2,
      told: 'untold',
    });
    const page = await text(repo.path, PAGE);
    expect(page).toContain('**2 commits** by **2 authors**; **2 runs** of the agent, 50 % of them good');
    expect(page).toContain('![Commits, runs and costs of the last 12 weeks](weekly.svg)');
    expect(outputOf(await digest(repo.path, { now: new Date('2026-03-15T23:00:00Z') }))).toMatchObject({
      changed: false,
    });
    expect(outputOf(await check(repo.path))).toEqual({
      ok: true,
      reason: '2 commits and 2 runs in the week of 2026-03-02',
    });
    const later = { now: new Date('2026-03-23T00:00:00Z') };
    expect(outputOf(await digest(repo.path, later))).toMatchObject({ quiet: true, changed: false, week: '2026-03-16' });
    expect(outputOf(await check(repo.path, { ...later, input: {} }))).toMatchObject({ ok: true });
    expect(outputOf(await check(repo.path, { input: { week: '2026-03-09' } }))).toMatchObject({ ok: false });
    const chart = await text(repo.path, CHART);
    await repo.write({ [CHART]: chart.replace(', 2.', ', 3.') });
    expect(outputOf(await check(repo.path))).toMatchObject({ ok: false, reason: expect.stringContaining(CHART) });
    await repo.write({ [CHART]: null });
    expect(outputOf(await check(repo.path))).toEqual({ ok: false, reason: `${CHART} does not exist` });
  });

  it('says once that there was nothing, and skips a repository without a commit', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    expect(outputOf(await digest(repo.path))).toMatchObject({ quiet: true, changed: true });
    expect(await text(repo.path, PAGE)).toContain('**No commits**; **no runs** of the agent');
    const later = { now: new Date('2026-03-16T00:00:00Z') };
    expect(outputOf(await digest(repo.path, later))).toMatchObject({ quiet: true, changed: false });
    expect((await digest((await gitFixture()).path)).outcome).toMatchObject({ status: 'skipped' });
  });
});

const kept = ({ github }: ScriptOnGitHub) =>
  github.state.issues.filter(({ body }) => body?.includes('steward:digest:weekly'));

describe('weekly_digest on GitHub', () => {
  async function busyWeek() {
    let now = new Date('2026-03-04T12:00:00Z');
    const github = { now: () => now };
    const stage = await scriptOnGitHub({ script: 'weekly_digest', forge: FORGE, writes: WRITES, github });
    const { act } = stage.github;
    stage.github.state.users.mallory = { role: 'none', association: 'NONE' };
    await act.branch('octo', 'feature', { 'a.ts': '1' });
    const number = await act.openPull('octo', {
      title: '<script>alert(1)</script> @octo closes #2',
      head: 'feature',
      base: 'main',
    });
    act.closeIssue('octo', act.openIssue('mallory', { title: 'Bug' }));
    act.openIssue('octo', { title: 'Kept', labels: ['steward'] });
    await act.mergePull('octo', number);
    now = MONDAY;
    return stage;
  }

  it('tells the week in one issue with the chart by its full address, and no second time', async () => {
    const stage = await busyWeek();
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ quiet: false, merged: 1, told: 'opened' });
    const page = await text(stage.repo.path, PAGE);
    expect(page).toContain('**1 pull request** merged, 1 opened; **1 issue** opened, 1 closed.');
    expect(page).toContain('\\<script\\>alert(1)\\</script\\>');
    const [issue] = kept(stage);
    expect(issue?.title).toBe('Weekly digest: week of 2026-03-02');
    const blob = `${stage.github.url}/octo/house/blob/main`;
    expect(issue?.body).toContain(`](${blob}/${CHART}?raw=true&week=2026-03-02)`);
    expect(issue?.body).toContain('@\u200bocto closes \\#\u200b2');
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: false, told: 'nothing new' });
    expect(outputOf(await stage.run({}, { ...GIT, script: 'check_weekly_digest' }))).toMatchObject({ ok: true });
    const quiet = { ...GIT, now: new Date('2026-03-30T00:00:00Z') };
    expect(outputOf(await stage.run({}, quiet))).toMatchObject({ quiet: true, changed: false, told: 'untold' });
    expect(kept(stage)).toHaveLength(1);
  });

  it('tells the issue that a run before could not', async () => {
    const stage = await busyWeek();
    stage.github.fail({ method: 'POST', path: /\/issues$/, status: 403, body: { message: 'Resource not accessible' } });
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: true, told: 'untold' });
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: false, told: 'opened' });
    expect(kept(stage)).toHaveLength(1);
  });

  it('keeps its part of the page while GitHub does not answer', async () => {
    const stage = await busyWeek();
    await stage.repo.commit({ at: '2026-03-05T00:00:00Z', files: { 'b.ts': '1' } });
    await stage.run({}, GIT);
    stage.github.fail({ path: /\/pulls/, status: 500, body: { message: 'Server error' }, times: 20 });
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: false, told: 'untold' });
    expect(await text(stage.repo.path, PAGE)).toContain('## On GitHub');
  });
});
