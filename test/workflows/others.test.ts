import { describe, expect, test } from 'vitest';
import { stepNames } from '../support/workflows/act-log.ts';
import { button, push, tick } from '../support/workflows/happenings.ts';
import { houseWithWorkflows, smallTree } from '../support/workflows/house-with-workflows.ts';

describe('consolidate.yml', () => {
  const nightly = tick('41 3 * * *');

  test('finds the books of a house in order, and an edited line in them', async () => {
    const house = await houseWithWorkflows(smallTree());
    await (await house.clone()).cycle([], { GITHUB_REPOSITORY: 'octo/house' });
    const good = await house.run('consolidate.yml', nightly);
    expect(good.conclusion).toBe('success');
    expect(stepNames(good)).toEqual(['checkout', 'gate', 'install', 'audit the books', 'post checkout']);
    expect(good.step('audit the books').log).toContain('2 ledger records, 1 tapes: all is well');

    const files = await house.git('ls-tree', '-r', '--name-only', 'main', 'ledger/');
    const day = /^ledger\/\d.*$/m.exec(files)?.[0] ?? '';
    const lines = await house.git('show', `main:${day}`);
    await house.github.act.pushFile(
      'octo',
      day,
      `${lines.replace('"repository":"octo/house"', '"repository":"octo/home"')}\n`,
    );
    const bad = await house.run('consolidate.yml', nightly);
    expect(bad.conclusion).toBe('failure');
    expect(bad.step('audit the books').log).toContain(`${day}:2:`);
    expect(bad.step('audit the books').log).toContain('A committed line was edited, lost or reordered');
    expect(house.github.requests).toEqual([]);
  });
});

describe('ci.yml', () => {
  const CI = '.github/workflows/ci.yml';
  const project = (test: string) => ({
    'package.json': JSON.stringify({ name: 'house', version: '1.0.0', scripts: { test } }),
    'package-lock.json': JSON.stringify({
      name: 'house',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'house', version: '1.0.0' } },
    }),
  });

  test.each([
    ['node -e 0', 'success'],
    ['node -e "process.exit(3)"', 'failure'],
  ])('tests the commit that was pushed: `%s` is a %s', async (command, conclusion) => {
    const house = await houseWithWorkflows({ ...project(command), [CI]: smallTree()[CI] ?? '' });
    const sha = await house.git('rev-parse', 'main');
    await house.github.act.pushFiles('octo', project(conclusion === 'success' ? 'false' : 'true'));
    const run = await house.run('ci.yml', push(sha), { sha });
    expect(run.conclusion).toBe(conclusion);
    expect(stepNames(run)).toEqual(['checkout', 'install', 'test', 'post checkout']);
  });
});

describe('doctor.yml', () => {
  const CYCLE = '.github/workflows/cycle.yml';

  test('says what is wrong and changes nothing; with fix it mends what its token may mend', async () => {
    const house = await houseWithWorkflows(smallTree());
    const { state } = house.github;
    state.workflows[CYCLE] = 'disabled_inactivity';
    const look = await house.run('doctor.yml', button({ fix: 'false' }));
    expect(look.conclusion).toBe('failure');
    expect(look.summary).toContain('cycle.yml was switched off by GitHub');
    expect(look.annotations.join('\n')).toMatch(/^error: cycle\.yml was switched off by GitHub/m);
    expect(house.github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(state.workflows[CYCLE]).toBe('disabled_inactivity');

    const mend = await house.run('doctor.yml', button({ fix: 'true' }));
    expect(mend.conclusion).toBe('success');
    expect(mend.summary).not.toContain('switched off');
    expect(mend.annotations.filter((each) => each.startsWith('error'))).toEqual([]);
    expect(state.workflows[CYCLE]).toBe('active');
    expect(state.labels.map(({ name }) => name)).toContain('steward:task');
    expect(await house.subjects()).toEqual([]);
  });
});
