import { expect, test } from 'vitest';
import { LOCAL_NETWORK } from '../support/agent-fixture.ts';
import { answeringServer } from '../support/answering-server.ts';
import { type House, houseOnGitHub } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';

const pullOf = (house: House) => house.github.state.issues.find((each) => each.pull);
const issues = (house: House) => house.github.state.issues.filter((each) => !each.pull);
const push = async (house: House, path: string, text: string) => {
  await house.github.act.pushFile('ada', path, text);
  await house.agent.git('pull', '--quiet', '--rebase');
};

test('check_links: one issue for what is broken, which closes by itself', async () => {
  const house = await houseOnGitHub({
    ...(await productTree(['check_links'])),
    'README.md': '# House\n\n[a](gone.md) [b](docs/b.md#nowhere)\n',
    'docs/b.md': '# B\n',
  });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'check_links',
    result: 'success',
    verification: 'verified',
    steps: [{ output: { broken_count: 2 } }],
  });
  expect(await house.agent.git('show', 'HEAD:knowledge/reports/links.md')).toContain('**2 broken links**');
  expect(issues(house)).toMatchObject([{ title: 'Broken links', state: 'open' }]);
  expect(issues(house)[0]?.body).toContain('`README.md:3`');
  expect(await house.cycle()).toMatchObject({ idle: true });

  await push(house, 'README.md', '# House\n');
  const again = await house.cycle(['--directive', 'check_links']);
  expect(again.entry).toMatchObject({ verification: 'verified', steps: [{ output: { broken_count: 0 } }] });
  expect(issues(house)).toMatchObject([{ state: 'closed' }]);
});

test('fix_links: a pull request with the new addresses, verified when it is merged, and then nothing more', async () => {
  const { url } = await answeringServer(({ path }) =>
    path === '/old' ? { status: 301, headers: { location: '/new' } } : { status: path === '/new' ? 200 : 404 },
  );
  const text = `# House\n\n[x](${url}/old#part) \`${url}/old\`\n`;
  const house = await houseOnGitHub({
    ...(await productTree(['fix_links'])),
    ...LOCAL_NETWORK,
    'README.md': text,
  });
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'fix_links',
    result: 'success',
    verification: 'unverified',
    steps: [{ output: { fixed_count: 1, pages: ['README.md'], to: [`${url}/new#part`] } }],
  });
  const pull = pullOf(house);
  expect(entry.proposal).toBe(pull?.pull?.head);
  expect(await house.agent.git('show', 'HEAD:README.md')).toBe(text.trim());
  expect(await house.cycle()).toMatchObject({ idle: true });

  await house.github.act.mergePull('octo', pull?.number ?? 0);
  await house.agent.git('pull', '--quiet', '--rebase');
  expect(await house.agent.git('show', 'HEAD:README.md')).toBe(text.trim().replace('/old#', '/new#'));
  const merged = await house.cycle();
  expect(merged.entry).toMatchObject({ decision: 'fix_links', result: 'success', verification: 'verified' });
  expect(await house.cycle()).toMatchObject({ idle: true });
});
