import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { entry, genesis, sealAll } from '../support/ledger-samples.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/brief.md';
const day = (date: string, ...entries: Parameters<typeof entry>[0][]) => ({
  [`ledger/2026/02/${date}.jsonl`]: sealAll([genesis, ...entries.map(entry)])
    .map(({ line }) => `${line}\n`)
    .join(''),
});

describe('check_morning_brief', () => {
  it('misses nothing that failed, waits or was committed, whatever the folded state says', async () => {
    const repo = await gitFixture({
      'README.md': 'x',
      'ledger/state.json': '{',
      ...day('10', { id: 'run-7', decision: 'tell', result: 'interrupted' }, { id: 'run-8', result: 'interrupted' }),
      ...day('20', { resolves: 'run-8' }, { decision: 'old', result: 'failure' }),
      ...day('28', { decision: 'post', result: 'failure' }, { decision: 'fine' }),
    });
    await repo.commit({ at: '2026-02-28T00:00:00Z', files: { 'a.ts': '1' } });
    await repo.commit({ at: '2026-02-28T23:59:59Z', author: 'steward[bot]', files: { 'a.ts': '2' } });
    await repo.commit({ at: '2026-03-01T00:00:00Z', files: { 'a.ts': '3' } });
    const good = '# Morning brief\n\n`run-7` waits. **1 commit** by people. `post` failed.\n';
    const look = async (text: string | null, input = {}) => {
      await repo.write({ [PAGE]: text });
      return outputOf(await runScript({ script: 'check_morning_brief', workspace: repo.path, spawn: ['git'], input }));
    };
    expect(await look(good)).toEqual({
      ok: true,
      reason: '1 commit by people, and nothing is missing that went wrong or waits',
    });
    expect(await look(null)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    for (const [text, reason] of [
      [good.replace('run-7', 'run-9'), 'does not say that the run run-7 waits to be settled'],
      [good.replace('`post`', 'post'), 'does not say that post failed on 2026-02-28'],
      [good.replace('1 commit', '2 commits'), 'does not say **1 commit** by people, which git counts'],
    ] as const)
      expect(await look(text)).toEqual({ ok: false, reason: `${PAGE} ${reason}` });
    expect(await look(good, { from: '2026-02-20' })).toEqual({
      ok: false,
      reason: `${PAGE} does not say that old failed on 2026-02-20`,
    });
  });

  it('wants each approval that is open, and was there when the brief was written', async () => {
    const tree = { [PAGE]: '# Morning brief\n' };
    const stage = await scriptOnGitHub({ script: 'check_morning_brief', forge: ['issues.list'], tree });
    const labels = ['steward', 'steward:approval'];
    stage.github.act.openIssue('octo', { title: 'Released', labels: [...labels, 'steward:approved'] });
    stage.github.act.openIssue('octo', { title: 'May it run?', labels });
    const look = async (told: string, minute: number) => {
      const now = new Date(Date.UTC(2026, 2, 1, 12, minute));
      return outputOf(await stage.run({ told }, { spawn: ['git'], now }));
    };
    expect(await look('changed', 9)).toMatchObject({ ok: true });
    expect(await look('untold', 30)).toMatchObject({ ok: true });
    expect(await look('changed', 30)).toEqual({
      ok: false,
      reason: `${PAGE} does not name the approval #2, which is open`,
    });
    await stage.repo.write({ [PAGE]: '# Morning brief\n\n- [#2](https://github.example/2)\n' });
    expect(await look('changed', 30)).toMatchObject({ ok: true });
  });
});
