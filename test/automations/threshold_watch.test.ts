import { expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';
import { productTree } from '../support/product-tree.ts';

test('a number that leaves its limits gets an issue and a history, and the issue is closed when it is back', async () => {
  let value = 11;
  const url = await localServer((_, response) => void response.end(JSON.stringify({ queue: { jobs: value } })));
  const watches = [{ name: 'jobs', url, json: '/queue/jobs', above: 10 }];
  const house = await houseOnGitHub({
    ...LOCAL_NETWORK,
    ...(await productTree(['threshold_watch'])),
    'knowledge/watches.yml': JSON.stringify({ watches }),
  });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'threshold_watch',
    result: 'success',
    verification: 'verified',
    steps: [{ output: { read: 1, outside: 1, crossed: 1, untold: 0 } }],
  });
  expect(entry.metrics.calls).toEqual([]);
  const { issues } = house.github.state;
  expect(issues).toMatchObject([{ state: 'open', title: 'jobs is above 10' }]);
  expect(await house.agent.git('show', 'HEAD:knowledge/metrics/jobs.csv')).toMatch(/^time,value\n[\dT:.Z-]+,11$/);
  value = 3;
  house.github.act.openIssue('octo', { title: 'Task', body: taskBody('threshold_watch'), labels: ['steward:task'] });
  expect((await house.cycle()).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { outside: 0, crossed: 1 } }],
  });
  expect(issues[0]).toMatchObject({ state: 'closed', title: 'jobs was above 10' });
  expect(await house.agent.git('show', 'HEAD:knowledge/reports/thresholds.md')).toContain(
    'None is outside its limits.',
  );
});
