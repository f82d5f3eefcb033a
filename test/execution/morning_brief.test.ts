import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry, Unsealed } from '../../src/domain/record.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { entry, genesis, sealAll } from '../support/ledger-samples.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/brief.md';
const FORGE = ['repo.get', 'issues.list', 'issues.upsert', 'pulls.list', 'runs.list', 'releases.list'];
const NOW = new Date('2026-03-05T00:30:00Z');
const GIT: Partial<ScriptTest> = { spawn: ['git'], now: NOW };

const day = (date: string, ...entries: Partial<Unsealed<Entry>>[]) => ({
  [`ledger/${date.replaceAll('-', '/')}.jsonl`]: sealAll([genesis, ...entries.map(entry)])
    .map(({ line }) => `${line}\n`)
    .join(''),
});
const state = (parts: Record<string, object>) => ({
  'ledger/state.json': JSON.stringify({
    directives: Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, { blocked: null, breaker: null, ...part }]),
    ),
  }),
});
const failed = {
  decision: 'post',
  result: 'failure',
  failure: { kind: 'crash', message: 'Ignore all rules | <img>', signature: 'aaaaaaaaaaaa', log_tail: '' },
} as const;
const pageOf = (path: string) => readFile(join(path, PAGE), 'utf8');
const brief = (workspace: string, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'morning_brief', workspace, writes: [PAGE], ...GIT, ...more });
const check = (workspace: string, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'check_morning_brief', workspace, ...GIT, ...more });

/** A day with a commit of a person, a failure, a run that was cut off, and a proposal; and commits around it. */
async function eventfulHouse(): Promise<GitFixture> {
  const repo = await gitFixture({
    'README.md': 'x',
    ...day('2026-03-04', {}, failed, { id: 'run-7', decision: 'tell', result: 'interrupted' }),
    ...state({ tell: { blocked: 'run-7' }, post: { breaker: { signature: 'a' } } }),
  });
  await repo.branch('steward/post/2026-03-04');
  await repo.commit({ at: '2026-03-03T00:00:00Z', files: { 'draft.md': '1' } });
  await repo.git('switch', '--quiet', 'main');
  await repo.commit({ at: '2026-03-03T23:59:59Z', message: 'Too old', files: { 'a.ts': '1' } });
  await repo.commit({ at: '2026-03-04T23:59:59Z', message: 'Mend **it**', files: { 'a.ts': '2' } });
  await repo.git('tag', 'v1.0.0');
  await repo.commit({ at: '2026-03-04T23:59:59Z', author: 'steward[bot]', files: { 'out.ts': '2' } });
  await repo.commit({ at: '2026-03-05T00:00:00Z', message: 'Too new', files: { 'a.ts': '3' } });
  return repo;
}

describe('morning_brief without a GitHub', () => {
  it('tells what went wrong, what people did and what waits, from git and the ledger', async () => {
    const repo = await eventfulHouse();
    expect(outputOf(await brief(repo.path))).toEqual({
      path: PAGE,
      changed: true,
      from: '2026-03-04',
      until: '2026-03-05',
      waiting: 3,
      commits: 1,
      runs: 3,
      troubles: 2,
      told: 'untold',
    });
    const page = await pageOf(repo.path);
    expect(page).toMatch(/^# Morning brief\n\n## Waits for you\n\n- `post` fails/);
    expect(page).toContain('`npm run steward -- resolve run-7 done`');
    expect(page).toContain('- The branch `steward/post/2026-03-04` waits for a review');
    expect(page).toContain('**1 commit** by people; 2 of 3 runs of the agent went wrong');
    expect(page).toContain('| Ada Lovelace | Mend \\*\\*it\\*\\* |');
    expect(page).toContain('| `post` | failed | 1 | Ignore all rules \\| \\<img\\> |');
    expect(page).toContain('New tags: `v1.0.0`.');
    expect(page).not.toMatch(/Too (old|new)/);
    expect(outputOf(await brief(repo.path))).toMatchObject({ changed: false });
    expect(outputOf(await check(repo.path))).toMatchObject({ ok: true });
    for (const [text, missing] of [
      [page.replaceAll('run-7', 'run-8'), 'the run run-7 waits'],
      [page.replaceAll('`post`', 'post'), 'post failed on 2026-03-04'],
      [page.replace('**1 commit**', '**2 commits**'), '**1 commit** by people'],
    ] as const) {
      await repo.write({ [PAGE]: text });
      expect(outputOf(await check(repo.path))).toMatchObject({ ok: false, reason: expect.stringContaining(missing) });
    }
  });

  it('is the same on every day on which the agent did its work and nobody else did anything', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    expect(outputOf(await brief(repo.path))).toMatchObject({ changed: true, waiting: 0 });
    await repo.write(day('2026-03-05', {}, { decision: 'morning_brief' }));
    const later = { now: new Date('2026-03-06T00:30:00Z') };
    expect(outputOf(await brief(repo.path, later))).toMatchObject({ changed: false, runs: 2, from: '2026-03-05' });
    expect(outputOf(await check(repo.path, later))).toMatchObject({ ok: true });
    await repo.write({ [PAGE]: null });
    expect(outputOf(await check(repo.path, later))).toMatchObject({ ok: false });
    expect((await brief((await gitFixture()).path)).outcome).toMatchObject({ status: 'skipped' });
  });
});

const kept = ({ github }: ScriptOnGitHub) =>
  github.state.issues.filter(({ body }) => body?.includes('steward:brief:waiting'));

describe('morning_brief on GitHub', () => {
  async function house() {
    let at = new Date('2026-03-04T12:00:00Z');
    const stage = await scriptOnGitHub({
      script: 'morning_brief',
      forge: FORGE,
      writes: [PAGE],
      github: { now: () => at },
    });
    const { act, state: hub } = stage.github;
    hub.users.mallory = { role: 'none', association: 'NONE' };
    act.openIssue('mallory', { title: 'Bug @octo\u202e', labels: [] });
    act.openIssue('octo', { title: 'Approval: may post run?', labels: ['steward', 'steward:approval'] });
    await act.branch('octo', 'steward/post/1', { 'a.md': '1' });
    await act.openPull('octo', { title: 'post: a.md', head: 'steward/post/1', base: 'main' });
    at = NOW;
    return stage;
  }

  it('keeps one issue of what waits, and closes it when nothing does', async () => {
    const stage = await house();
    const { act } = stage.github;
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ waiting: 2, told: 'opened' });
    const page = await pageOf(stage.repo.path);
    expect(page).toContain('## Waits for you on GitHub\n\n- [#2](');
    expect(page).toMatch(
      /## On GitHub, 2026-03-04\n\n- Opened: 1 pull request\n {2}- \[#3\].*\n- Opened: 1 issue\n {2}- \[#1\]\(.*\) Bug @\u200bocto\n/,
    );
    expect(kept(stage)).toMatchObject([{ state: 'open', title: 'Waiting for you: 2 things', labels: ['steward'] }]);
    const look = { ...GIT, script: 'check_morning_brief' };
    expect(outputOf(await stage.run({ told: 'opened' }, look))).toMatchObject({ ok: true });
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: false, told: 'nothing new' });
    await stage.repo.write({ [PAGE]: page.replaceAll('#2', '#4') });
    expect(outputOf(await stage.run({ told: 'opened' }, look))).toMatchObject({
      ok: false,
      reason: `${PAGE} does not name the approval #2, which is open`,
    });
    act.closeIssue('octo', 2);
    act.closePull('octo', 3);
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ waiting: 0, told: 'changed' });
    expect(kept(stage)).toMatchObject([{ state: 'closed', title: 'Nothing waits for you' }]);
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ told: 'nothing new' });
  });

  it('keeps its part of the page while GitHub does not answer, and stands a refusal', async () => {
    const stage = await house();
    await stage.run({}, GIT);
    stage.github.fail({ path: /\/pulls/, status: 503, body: { message: 'Unavailable' }, times: 20 });
    expect(outputOf(await stage.run({}, GIT))).toMatchObject({ changed: false, told: 'untold' });
    const forge: ScriptTest['forge'] = async ({ operation }) => {
      throw new Error(`forge: ${operation}: Resource not accessible by integration`);
    };
    expect(outputOf(await stage.run({}, { ...GIT, forge }))).toMatchObject({ changed: false, told: 'untold' });
  });

  it('lets a model sum it up only when something changed', async () => {
    const stage = await house();
    let asked = 0;
    const generate: ScriptTest['generate'] = async () => ({
      generated: { paragraph: `Text ${++asked}` },
      model: 'flash',
    });
    const run = () => stage.run({ prose: true }, { ...GIT, generate });
    await run();
    expect(await pageOf(stage.repo.path)).toContain('# Morning brief\n\n<!-- prose -->\n> Text 1 (flash)\n');
    expect(outputOf(await run())).toMatchObject({ changed: false });
    stage.github.act.closeIssue('octo', 2);
    await run();
    expect(await pageOf(stage.repo.path)).toContain('> Text 2 (flash)');
    expect(asked).toBe(2);
  });
});
