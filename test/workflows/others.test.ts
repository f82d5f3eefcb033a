import { describe, expect, test } from 'vitest';
import { ledgerOn } from '../support/committed-ledger.ts';
import { entry } from '../support/ledger-samples.ts';
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
    expect(stepNames(good)).toEqual(['checkout', 'gate', 'install', 'audit the books', 'consolidate', 'post checkout']);
    expect(good.step('audit the books').log).toContain('2 ledger records, 1 tapes: all is well');
    expect(good.step('consolidate').log).toContain('Nothing to consolidate: every day before today');
    expect(house.github.requests).toEqual([]);

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

  test('makes lessons and pages of the day before, and proposes what was confirmed for its directive', async () => {
    const house = await houseWithWorkflows(smallTree());
    house.github.state.settings.mayActionsCreatePulls = true;
    const person = await house.clone();
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const hours = ['01', '02', '03', '04'];
    await ledgerOn(
      person,
      hours.map((hour) => failureOf(day, hour)),
      'octo/house',
    );
    const run = await house.run('consolidate.yml', nightly);
    expect(run.conclusion, run.step('consolidate').log).toBe('success');
    expect(run.summary).toContain(`## ${day}: +1 ~0 -0 lessons`);
    expect((await house.subjects())[0]).toBe(`consolidate ${day}: +1 ~0 -0 lessons`);
    expect(await house.git('show', `main:knowledge/daily/${day}.md`)).toContain('4 failed');
    expect(await house.git('show', 'main:knowledge/lessons.md')).toContain('proposed');
    const pulls = () =>
      house.github.state.issues.flatMap(({ state, pull }) => (pull ? [{ state, head: pull.head }] : []));
    expect(pulls()).toEqual([{ state: 'open', head: 'steward/_lesson/count' }]);
    expect(await house.git('diff', '--name-only', 'main...steward/_lesson/count')).toBe('directives/count.md');
    expect(await house.git('show', 'steward/_lesson/count:directives/count.md')).toMatch(
      /## Known Failure Modes\n- count fails/,
    );

    const again = await house.run('consolidate.yml', nightly);
    expect(again.conclusion).toBe('success');
    expect(again.summary).toContain('Nothing to consolidate');
    expect(pulls()).toHaveLength(1);
  });
});

const failureOf = (day: string, hour: string) =>
  entry({
    id: `${day.replaceAll('-', '')}t${hour}0000-0000000a`,
    timestamp: `${day}T${hour}:00:00.000Z`,
    occurrence: `count@${day}T${hour}:00Z`,
    decision: 'count',
    result: 'failure',
    verification: 'unverified',
    failure: { kind: 'crash', message: 'the shelf is empty', signature: 'aaaaaaaaaaaa', log_tail: '' },
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
