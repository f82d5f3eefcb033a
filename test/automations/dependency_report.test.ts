import { expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../support/agent-fixture.ts';
import { answeringServer } from '../support/answering-server.ts';
import { houseOnGitHub } from '../support/house-on-github.ts';
import { metadata } from '../support/npm-registry.ts';
import { productTree } from '../support/product-tree.ts';

const lock = (bad: string) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { bad: '^1.0.0', late: '^1.0.0' } },
      'node_modules/bad': { version: bad },
      'node_modules/late': { version: '1.0.0' },
    },
  });

test('dependency_report: page and issue, until the lock file has the way out', async () => {
  const advisory = {
    id: 1,
    url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
    title: 'Command Injection',
    severity: 'high',
    vulnerable_versions: '<1.0.4',
  };
  const server = await answeringServer(({ method, path }) => {
    if (method !== 'POST') return metadata(path === '/late' ? '2.0.0' : '1.0.4');
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ bad: [advisory] }) };
  });
  const house = await houseOnGitHub({
    ...(await productTree(['dependency_report'])),
    ...LOCAL_NETWORK,
    'README.md': '# House\n',
    '.npmrc': `registry=${server.url}\n`,
    'package.json': JSON.stringify({ dependencies: { bad: '^1.0.0', late: '^1.0.0' } }),
    'package-lock.json': lock('1.0.3'),
  });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'dependency_report',
    result: 'success',
    verification: 'verified',
    steps: [{ output: { outdated: 2, major: 1, vulnerable: 1 } }],
  });
  const page = await house.agent.git('show', 'HEAD:knowledge/reports/dependencies.md');
  expect(page).toContain('| `bad` | `1.0.3` | high |');
  const { issues } = house.github.state;
  expect(issues).toMatchObject([{ title: 'Vulnerable or deprecated dependencies', state: 'open' }]);
  expect(issues[0]?.body).toContain('`npm update bad` (fixed in `1.0.4`)');
  expect(await house.cycle()).toMatchObject({ idle: true });

  await house.github.act.pushFile('ada', 'package-lock.json', lock('1.0.4'));
  await house.agent.git('pull', '--quiet', '--rebase');
  const again = await house.cycle(['--directive', 'dependency_report']);
  expect(again.entry).toMatchObject({ verification: 'verified', steps: [{ output: { vulnerable: 0 } }] });
  expect(issues).toMatchObject([{ state: 'closed' }]);
});
