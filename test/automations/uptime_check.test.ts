import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { agentFixture, LOCAL_NETWORK } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';
import { productTree } from '../support/product-tree.ts';

const PAGE = 'knowledge/reports/uptime.md';

test('a site that fails gets an issue and a page, and both say so when it is back', async () => {
  let status = 404;
  const url = await localServer((_, response) => void response.writeHead(status).end());
  const house = await houseOnGitHub({
    ...LOCAL_NETWORK,
    ...(await productTree(['uptime_check'])),
    'knowledge/uptime.yml': `failures: 1\nsites: [${url}]\n`,
  });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'uptime_check',
    result: 'success',
    verification: 'verified',
    steps: [{ output: { watched: 1, down: 1, opened: 1, untold: 0 } }],
  });
  expect(entry.metrics.calls).toEqual([]);
  const { issues } = house.github.state;
  expect(issues).toMatchObject([{ state: 'open', title: expect.stringContaining('is down') }]);
  expect(await house.agent.git('show', `HEAD:${PAGE}`)).toContain('**1 of 1 address** is down.');
  status = 200;
  house.github.act.openIssue('octo', { title: 'Task', body: taskBody('uptime_check'), labels: ['steward:task'] });
  expect((await house.cycle()).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { down: 0, ended: 1 } }],
  });
  expect(issues[0]).toMatchObject({ state: 'closed', title: expect.stringContaining('was down for') });
  expect(await readFile(`${house.agent.path}/${PAGE}`, 'utf8')).toContain('## Last incidents');
});

test('without GitHub the page is the result, and a private address is told there', async () => {
  const agent = await agentFixture({
    ...(await productTree(['uptime_check'])),
    'knowledge/uptime.yml': 'sites: [http://10.0.0.1/]\n',
  });
  const { entry } = await agent.cycle();
  expect(entry).toMatchObject({
    result: 'success',
    verification: 'verified',
    steps: [{ output: { problems: 1 } }],
  });
  expect(await agent.git('show', `HEAD:${PAGE}`)).toMatch(/## To mend in knowledge\/uptime\.yml\n\n.*private address/);
});
