import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { entry, genesis, sealAll } from '../support/ledger-samples.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/weekly.md';
const CHART = 'knowledge/reports/weekly.svg';
const WEEK = '2026-02-16';

const page = (claims: string, more = '') => `# Week of ${WEEK} to 2026-02-22\n\n${claims}\n${more}`;
const chart = (commits: number, runs: number) =>
  `<svg><desc>Commits: 9, ${commits}. Runs: 9, ${runs}, of which good: 9, 1.</desc></svg>\n`;
const GOOD = { [PAGE]: page('**1 commit** by **1 author**; **2 runs** of the agent'), [CHART]: chart(1, 2) };

describe('check_weekly_digest', () => {
  it('counts commits and runs of the week again, for the page and for the chart', async () => {
    const lines = sealAll([
      genesis,
      entry(),
      entry({ result: 'failure' }),
      entry({ result: 'skipped' }),
      entry({ resolves: 'r' }),
    ]);
    const repo = await gitFixture({
      'README.md': 'x',
      'ledger/2026/02/22.jsonl': `${lines.map(({ line }) => line).join('\n')}\n{"torn`,
    });
    await repo.commit({ at: '2026-02-22T23:59:59Z', files: { 'a.ts': '1' } });
    await repo.commit({ at: '2026-02-23T00:00:00Z', files: { 'a.ts': '2' } });
    await repo.commit({ at: '2026-02-23T00:00:00Z', files: GOOD });
    const look = async (input: object = { week: WEEK }) =>
      outputOf(
        await runScript({ script: 'check_weekly_digest', workspace: repo.path, spawn: ['git'], input: { ...input } }),
      );
    expect(await look()).toEqual({ ok: true, reason: `1 commit and 2 runs in the week of ${WEEK}` });
    // TEST_NOW is a Sunday: the last full week is the one before.
    expect(await look({})).toMatchObject({ ok: true });
    expect(await look({ week: '2026-02-02' })).toEqual({
      ok: true,
      reason: `the week of 2026-02-02 has no commits; ${PAGE} is of an older one`,
    });
    expect(await look({ week: '2026-02-23' })).toEqual({
      ok: false,
      reason: `${PAGE} is not about the week of 2026-02-23, which has 1 commit`,
    });
    for (const [files, reason] of [
      [{ [CHART]: chart(1, 3) }, `${CHART} shows 1 and 3 for that week`],
      [
        { [PAGE]: page('**2 commits**; **2 runs** of the agent') },
        `${PAGE} does not say 1 commit of the week of ${WEEK}`,
      ],
      [{ [PAGE]: page('**1 commit**; **3 runs** of the agent') }, `${PAGE} does not say 2 runs of the week of ${WEEK}`],
      [{ [CHART]: null }, `${CHART} does not exist`],
      [{ [PAGE]: null }, `${PAGE} does not exist`],
    ] as const) {
      await repo.write({ ...GOOD, ...files });
      expect(await look()).toEqual({ ok: false, reason });
    }
  });

  it('looks up whether that was merged which the page says was', async () => {
    const stage = await scriptOnGitHub({ script: 'check_weekly_digest', forge: ['issues.get'] });
    await stage.github.act.branch('octo', 'feature', { 'a.ts': '1' });
    const number = await stage.github.act.openPull('octo', { title: 'Feature', head: 'feature', base: 'main' });
    const more = `\n| [#${number}](https://github.example/pull/1) | octo | Feature |\n`;
    await stage.repo.write({ [PAGE]: page('**No commits**; **no runs** of the agent', more), [CHART]: chart(0, 0) });
    const look = async () => outputOf(await stage.run({ week: WEEK }, { spawn: ['git'] }));
    expect(await look()).toEqual({ ok: false, reason: `${PAGE} says that #1 was merged, and it is open` });
    await stage.github.act.mergePull('octo', number);
    expect(await look()).toMatchObject({ ok: true });
  });
});
