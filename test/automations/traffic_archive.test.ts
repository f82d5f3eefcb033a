import { expect, test } from 'vitest';
import { ALL_PERMISSIONS } from '../support/github/auth.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';

const FILE = 'knowledge/metrics/traffic.csv';
const daysAgo = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);

test('waits for a token that may, then keeps the days that GitHub would forget', async () => {
  const house = await houseOnGitHub({ ...(await productTree(['traffic_archive'])), 'README.md': '# House\n' });
  const { act, state, token } = house.github;
  state.traffic.views.push({ day: daysAgo(2), count: 12, uniques: 3 });
  state.traffic.referrers.push({ referrer: '=evil()', count: 2, uniques: 1 });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({ decision: 'traffic_archive', result: 'skipped' });
  expect(JSON.stringify(entry)).toContain('STEWARD_TOKEN');
  expect(await house.agent.git('ls-tree', '-r', '--name-only', 'HEAD', 'knowledge')).toBe('');

  const environment = { STEWARD_TOKEN: token({ login: 'steward-of-octo[bot]', permissions: ALL_PERMISSIONS }) };
  const ask = () =>
    act.openIssue('octo', { title: 'Task', body: taskBody('traffic_archive'), labels: ['steward:task'] });
  ask();
  const run = await house.cycle([], environment);
  expect(run.entry).toMatchObject({ result: 'success', verification: 'verified', steps: [{ output: { days: 13 } }] });
  expect(await house.agent.git('show', `HEAD:${FILE}`)).toContain(`\n${daysAgo(2)},12,3,0,0\n${daysAgo(1)},0,0,0,0`);
  expect(await house.agent.git('show', 'HEAD:knowledge/metrics/traffic-sources.csv')).toContain(`"'=evil()",2,1`);
  ask();
  expect((await house.cycle([], environment)).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { changed: false, sources_changed: false } }],
  });
});
