import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { genesis, sealAll } from '../support/ledger-samples.ts';
import { callRecord, lease, spentEntry } from '../support/money-samples.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/cost.md';
const FORGE = ['repo.get', 'runs.list', 'issues.list', 'issues.upsert'];
const NOON = new Date('2026-03-11T12:00:00Z');

function ledgerTree(records: readonly UnsealedRecord[]): Record<string, string> {
  const sealed = sealAll([{ ...genesis, timestamp: '2026-02-20T00:00:00.000Z' }, ...records]);
  return Object.fromEntries(
    [...Map.groupBy(sealed, ({ path }) => path)].map(([path, lines]) => [
      path,
      lines.map(({ line }) => `${line}\n`).join(''),
    ]),
  );
}

const spent = (day: string, cost: number, decision = 'post') =>
  spentEntry({ cost, calls: [callRecord({ cost })] }, { timestamp: `2026-${day}T08:00:00.000Z`, decision });
const pageOf = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');
const check = (workspace: string, input = {}, now = NOON) =>
  runScript({ script: 'check_cost_report', workspace, input, now });

async function onGithub(records: readonly UnsealedRecord[], isPrivate = true): Promise<ScriptOnGitHub> {
  const stage = await scriptOnGitHub({
    script: 'cost_report',
    forge: FORGE,
    writes: [PAGE],
    tree: ledgerTree(records),
    github: {
      tree: {
        'README.md': 'x',
        '.github/workflows/ci.yml': 'on: push\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }\n',
      },
    },
  });
  stage.github.state.repository.isPrivate = isPrivate;
  return stage;
}

async function runOf({ github }: ScriptOnGitHub, createdAt: string, minutes: number): Promise<void> {
  const id = await github.act.startRun('ci.yml', { createdAt });
  github.act.finishRun(id, 'success');
  const run = github.state.runs.find((each) => each.id === id);
  if (run) run.updatedAt = new Date(Date.parse(createdAt) + minutes * 60_000 - 30_000).toISOString();
}

const kept = ({ github }: ScriptOnGitHub) =>
  github.state.issues.filter(({ body }) => body?.includes('steward:cost:budget'));

describe('the page', () => {
  it('without a GitHub adds the month up against the caps of the config', async () => {
    const records = [
      spent('02-27', 5),
      lease({ id: 'l0', amount: 1, timestamp: '2026-02-28T23:59:00.000Z' }),
      spentEntry(
        { cost: 0.5, calls: [callRecord({ cost: 0.5 })] },
        { timestamp: '2026-03-01T00:01:00.000Z', leases: [{ id: 'l0', spent: 0.5 }] },
      ),
      spent('03-02', 0.25),
      spent('03-10', 0.5, 'tell'),
      lease({ id: 'l1', amount: 0.125, timestamp: '2026-03-11T07:00:00.000Z' }),
    ];
    const tree = { ...ledgerTree(records), '.github/steward.yml': 'budget: {day: 1, month: 4}\n' };
    const repo = await gitFixture(tree);
    const run = (now = NOON) => runScript({ script: 'cost_report', workspace: repo.path, writes: [PAGE], now });
    expect(outputOf(await run())).toEqual({
      path: PAGE,
      changed: true,
      day: '2026-03-11',
      spent: 0.875,
      // 0.75 before today, 0.125 today, then 20 days of a seventh of 0.5.
      expected: 2.30357143,
      warned: [],
      told: 'untold',
    });
    const page = await pageOf(repo);
    expect(page).toContain('# Costs of March 2026\n');
    expect(page).toContain('Models cost **$0.8750** of $4.00 (21 %) this month, and about $2.30 when it ends');
    expect(page).toContain('| `tell` | $0.5000 |\n| `post` | $0.2500 |\n| (not settled) | $0.1250 |');
    expect(page).toContain('STEWARD_BUDGET_USD_PER_DAY goes before');
    expect(outputOf(await run())).toMatchObject({ changed: false });
    expect(outputOf(await check(repo.path, { day: '2026-03-11' }))).toMatchObject({ ok: true });
    await repo.write({ [PAGE]: page.replace('$0.8750', '$0.8751') });
    expect(outputOf(await check(repo.path))).toEqual({
      ok: false,
      reason: `${PAGE} does not say **$0.8750**, which the ledger adds up to`,
    });
  });

  it('of a copy that has spent nothing is the same every day of the month', async () => {
    const repo = await gitFixture({
      'README.md': 'x',
      '.github/steward.yml': 'budget: [',
      'ledger/2026/03/02.jsonl': '{"torn',
    });
    const run = (now: string) =>
      runScript({ script: 'cost_report', workspace: repo.path, writes: [PAGE], now: new Date(now) });
    expect(outputOf(await run('2026-03-01T00:00:00Z'))).toMatchObject({ changed: true, spent: 0, expected: 0 });
    expect(await pageOf(repo)).toContain('can not be read**: the caps shown are the defaults');
    expect(outputOf(await run('2026-03-31T23:59:00Z'))).toMatchObject({ changed: false });
    expect(outputOf(await check(repo.path, {}, new Date('2026-03-31T23:59:00Z')))).toMatchObject({ ok: true });
    expect(outputOf(await check(repo.path, {}, new Date('2026-04-01T00:01:00Z')))).toMatchObject({ ok: false });
    expect(outputOf(await run('2026-04-01T00:00:00Z'))).toMatchObject({ changed: true });
  });
});

describe('on GitHub', () => {
  it('one issue tells of a crossing once, stays closed for who read it, and is closed by a new month', async () => {
    const stage = await onGithub([spent('03-05', 8.5)], false);
    const run = (now: string) => stage.run({}, { now: new Date(now) });
    expect(outputOf(await run('2026-03-11T00:10:00Z'))).toMatchObject({ told: 'opened', warned: ['month'] });
    expect(await pageOf(stage.repo)).toContain('does not bill the minutes of a public repository');
    const [issue] = kept(stage);
    expect(issue).toMatchObject({ state: 'open', title: "Budget of March 2026: the month's cap" });
    expect(issue?.body).toContain(`${stage.github.url}/octo/house/blob/main/${PAGE}`);
    expect(issue?.body).not.toContain('8.5');
    const asIs = { day: '2026-03-11', told: 'opened' };
    const look = (input: object) =>
      stage.run({ ...input }, { script: 'check_cost_report', now: new Date('2026-03-11T00:20:00Z') });
    expect(outputOf(await look(asIs))).toMatchObject({ ok: true, reason: expect.stringContaining('the issue agrees') });
    expect(outputOf(await run('2026-03-12T00:10:00Z'))).toMatchObject({ told: 'nothing new' });
    stage.github.act.closeIssue('octo', issue?.number ?? 0);
    expect(outputOf(await run('2026-03-13T00:10:00Z'))).toMatchObject({ told: 'nothing new' });
    expect(kept(stage)).toMatchObject([{ state: 'closed' }]);
    stage.github.act.reopenIssue('octo', issue?.number ?? 0);
    expect(outputOf(await run('2026-04-01T00:10:00Z'))).toMatchObject({ told: 'changed', warned: [] });
    expect(kept(stage)).toMatchObject([{ state: 'closed', title: 'Budget: no cap is near' }]);
    expect(outputOf(await run('2026-04-02T00:10:00Z'))).toMatchObject({ told: 'nothing new', changed: false });
    stage.github.act.reopenIssue('octo', issue?.number ?? 0);
    const april = { script: 'check_cost_report', now: new Date('2026-04-02T00:20:00Z') };
    expect(outputOf(await stage.run({ told: 'nothing new' }, april))).toMatchObject({ ok: false });
  });

  it('a private repository sees its minutes, and keeps them while GitHub does not answer', async () => {
    const stage = await onGithub([]);
    await runOf(stage, '2026-02-28T23:00:00Z', 500);
    await runOf(stage, '2026-03-02T09:00:00Z', 11);
    await runOf(stage, '2026-03-03T09:00:00Z', 11);
    await stage.github.act.startRun('ci.yml', { createdAt: '2026-03-11T11:00:00Z' });
    const run = (minutes: number) => stage.run({ minutes }, { now: NOON });
    expect(outputOf(await run(2000))).toMatchObject({ minutes: 22, warned: [], told: 'nothing new' });
    const page = await pageOf(stage.repo);
    // 2 minutes a day, and 20 days to come.
    expect(page).toContain('**22 of 2000 minutes** this month, and about 62 when it ends');
    expect(page).toContain('| `ci.yml` | 22 |');
    const unavailable = { path: /\/actions\/runs/, status: 502, body: { message: 'Bad gateway' }, times: 20 };
    stage.github.fail(unavailable);
    expect(outputOf(await run(2000))).toMatchObject({ changed: false, told: 'untold' });
  });

  it('minutes that will not last are told of, and a token that may not see them is no failure', async () => {
    const stage = await onGithub([]);
    await runOf(stage, '2026-03-02T09:00:00Z', 22);
    expect(outputOf(await stage.run({ minutes: 60 }, { now: NOON }))).toMatchObject({
      warned: ['minutes'],
      told: 'opened',
    });
    expect(kept(stage)).toMatchObject([{ title: 'Budget of March 2026: Actions minutes' }]);
    stage.github.fail({
      path: /\/actions\/runs/,
      status: 403,
      body: { message: 'Resource not accessible' },
      times: 20,
    });
    expect(outputOf(await stage.run({ minutes: 60 }, { now: NOON }))).toMatchObject({ warned: [] });
    expect(await pageOf(stage.repo)).not.toContain('Actions minutes');
  });
});
