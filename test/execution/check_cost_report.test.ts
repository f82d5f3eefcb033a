import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { genesis, sealAll } from '../support/ledger-samples.ts';
import { lease, spentEntry } from '../support/money-samples.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/cost.md';
const page = (amount: string, warned = '') =>
  `# Costs of March 2026\n\n<!-- warned: ${warned} of 2026-03 -->\n\nModels cost **${amount}** of $10.00\n`;

describe('check_cost_report', () => {
  it('adds up entries and open leases, less what the month before had set aside', async () => {
    const lines = sealAll([
      genesis,
      spentEntry({ cost: 0.5 }, { timestamp: '2026-03-01T00:01:00.000Z', leases: [{ id: 'l0', spent: 0.125 }] }),
      lease({ id: 'l1', amount: 1, timestamp: '2026-03-01T01:00:00.000Z' }),
      spentEntry({ cost: 0.25 }, { timestamp: '2026-03-01T01:01:00.000Z', leases: [{ id: 'l1', spent: 0.25 }] }),
      lease({ id: 'l2', amount: 2, timestamp: '2026-03-01T02:00:00.000Z' }),
      // Of a run that is still at work.
      lease({ id: 'l3', amount: 4, timestamp: '2026-03-01T11:30:00.000Z' }),
    ]).map(({ line }) => line);
    const repo = await gitFixture({
      'ledger/2026/02/28.jsonl': lines.join('\n'),
      'ledger/2026/03/01.jsonl': `${lines.join('\n')}\n{"torn`,
      [PAGE]: page('$2.6250'),
    });
    const look = async (input = {}) =>
      outputOf(await runScript({ script: 'check_cost_report', workspace: repo.path, input }));
    expect(await look()).toEqual({ ok: true, reason: '**$2.6250** is what the ledger adds up to' });
    expect(await look({ day: '2026-04-01' })).toEqual({ ok: false, reason: `${PAGE} is not about April 2026` });
    await repo.write({ [PAGE]: page('$2.6251') });
    expect(await look()).toEqual({
      ok: false,
      reason: `${PAGE} does not say **$2.6250**, which the ledger adds up to`,
    });
    await repo.write({ [PAGE]: null });
    expect(await look()).toEqual({ ok: false, reason: `${PAGE} does not exist` });
  });

  it('wants an issue where the page warns, and none that is open where it does not', async () => {
    const tree = { [PAGE]: page('$0.0000', 'month') };
    const stage = await scriptOnGitHub({ script: 'check_cost_report', forge: ['issues.list'], tree });
    const look = async () => outputOf(await stage.run({ told: 'nothing new' }));
    expect(await look()).toEqual({ ok: false, reason: `${PAGE} warns, and no issue says so` });
    const body = 'Text\n\n<!-- steward:cost:budget -->\n';
    const number = stage.github.act.openIssue('octo', { title: 'Budget', body, labels: ['steward'] });
    expect(await look()).toMatchObject({ ok: true, reason: expect.stringContaining('the issue agrees') });
    await stage.repo.write({ [PAGE]: page('$0.0000') });
    expect(await look()).toEqual({ ok: false, reason: `${PAGE} does not warn, and an issue is open that does` });
    stage.github.act.closeIssue('octo', number);
    expect(await look()).toMatchObject({ ok: true });
  });
});
