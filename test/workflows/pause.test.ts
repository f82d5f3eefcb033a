import { describe, expect, test } from 'vitest';
import { stepNames } from '../support/workflows/act-log.ts';
import { button, tick } from '../support/workflows/happenings.ts';
import { edited, houseWithWorkflows, smallTree } from '../support/workflows/house-with-workflows.ts';

const PASSED = `          STEWARD_PAUSED: \${{ vars.STEWARD_PAUSED }}\n`;
const UNSEEN = 'the workflow does not pass STEWARD_PAUSED, so the switch could not be seen';
const TURNED_AWAY = ['checkout', 'gate', 'post checkout'];
const WORDS = '::error::holiday until May';

describe('a paused repository', () => {
  test('runs no cycle, not even by hand, and says why; watchdog and audit rest as well', async () => {
    const house = await houseWithWorkflows(smallTree());
    const vars = { STEWARD_PAUSED: WORDS };
    for (const happening of [tick(), button({ directive: 'count' })]) {
      const run = await house.run('cycle.yml', happening, { vars });
      expect(run.conclusion).toBe('success');
      expect(stepNames(run)).toEqual(TURNED_AWAY);
      expect(run.step('gate').outputs).toEqual({ run: 'false', reason: `paused: ${WORDS}` });
      expect(run.summary).toBe(`No cycle ran: paused: ${WORDS}\n`);
      expect(run.annotations).toEqual([]);
    }
    const watchdog = await house.run('watchdog.yml', tick('7 */2 * * *'), { vars });
    expect(watchdog.conclusion).toBe('success');
    expect(watchdog.step('watch').log).toBe(`watchdog: paused: ${WORDS}\n`);
    const audit = await house.run('consolidate.yml', tick('41 3 * * *'), { vars });
    expect(audit.conclusion).toBe('success');
    expect(stepNames(audit)).toEqual(TURNED_AWAY);
    expect(await house.subjects()).toEqual([]);
    expect(house.github.requests).toEqual([]);
  });

  test('goes on when the variable says false', async () => {
    const house = await houseWithWorkflows(smallTree());
    const run = await house.run('watchdog.yml', tick('7 */2 * * *'), { vars: { STEWARD_PAUSED: 'false' } });
    expect(run.conclusion).toBe('success');
    expect(run.step('watch').log).not.toContain('paused');
    expect(house.github.requests).not.toEqual([]);
  });
});

describe('a workflow that does not pass the switch on counts as paused', () => {
  test.each([
    ['cycle.yml', tick(), 'gate'],
    ['consolidate.yml', tick('41 3 * * *'), 'gate'],
    ['watchdog.yml', tick('7 */2 * * *'), 'watch'],
  ])('%s', async (file, happening, step) => {
    const house = await houseWithWorkflows({ ...smallTree(), ...edited(file, PASSED, '') });
    const run = await house.run(file, happening);
    expect(run.conclusion).toBe('success');
    expect(run.step(step).log).toContain(`paused: ${UNSEEN}`);
    expect(stepNames(run)).not.toContain('install');
    expect(await house.subjects()).toEqual([]);
    expect(house.github.requests).toEqual([]);
  });

  test('cycle.yml, when only the gate can see it', async () => {
    const budget = '          STEWARD_BUDGET_USD_PER_DAY';
    const house = await houseWithWorkflows({ ...smallTree(), ...edited('cycle.yml', PASSED + budget, budget) });
    const run = await house.run('cycle.yml', tick());
    expect(run.step('gate').outputs.run).toBe('true');
    expect(run.conclusion).toBe('success');
    expect(run.step('cycle').log).toContain(`paused: ${UNSEEN}`);
    expect(run.summary).toContain('## Nothing to do');
    expect(await house.subjects()).toEqual([]);
    expect(house.github.requests).toEqual([]);
  });
});
