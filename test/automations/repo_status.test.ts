import { expect, onTestFinished, test } from 'vitest';
import { agentFixture } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const PAGE = 'knowledge/reports/status.md';
const DIRECTIVE = 'directives/repo_status.md';
const CI = 'on: push\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }\n';
const tree = async () => ({ ...(await productTree(['repo_status'])), 'README.md': '# House\n' });

test('without a GitHub and without a model the page is made from git, and verified', async () => {
  const agent = await agentFixture(await tree());
  const { entry } = await agent.cycle();
  expect(entry).toMatchObject({ decision: 'repo_status', result: 'success', verification: 'verified' });
  expect(entry.steps).toMatchObject([{ output: { changed: true, github: 'none' } }]);
  expect(await agent.git('show', `HEAD:${PAGE}`)).not.toContain('from GitHub');
  expect(await agent.cycle()).toMatchObject({ idle: true });
});

test('on GitHub the page shows what waits and what fails, and a second run changes nothing', async () => {
  const house = await houseOnGitHub({ ...(await tree()), '.github/workflows/ci.yml': CI });
  const { act } = house.github;
  act.openIssue('octo', { title: 'A bug' });
  await act.branch('octo', 'feature', { 'a.ts': '1' });
  await act.openPull('octo', { title: 'A feature', head: 'feature', base: 'main' });
  act.finishRun(await act.startRun('ci.yml', { event: 'push' }), 'failure');
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', metrics: { cost: 0 } });
  expect(entry.criteria.map(({ holds }) => holds)).toEqual([true, true]);
  expect(entry.steps).toMatchObject([
    { output: { github: 'read', open_pulls: 1, open_issues: 1, failing_workflows: 1 } },
  ]);
  const page = await house.agent.git('show', `HEAD:${PAGE}`);
  expect(page).toMatch(/A feature \|\n[\s\S]*A bug \|\n[\s\S]*`ci.yml` \| \*\*failing\*\* since/);
  const task = act.openIssue('octo', { title: 'Task', body: taskBody('repo_status'), labels: ['steward:task'] });
  const again = await house.cycle();
  expect(again.entry).toMatchObject({ occurrence: `task:${task}`, result: 'success', verification: 'verified' });
  expect(house.github.state.issues.filter(({ labels }) => labels.includes('steward'))).toEqual([]);
});

test('with a model and --prose the page has a paragraph, paid for on the step', async () => {
  const server = await startVendorServer({
    gemini: [{ json: { paragraph: 'All is calm.' }, usage: { in: 1000, out: 50 } }],
  });
  onTestFinished(() => server.close());
  const prose = { from: '- execution/repo_status.ts', to: '- execution/repo_status.ts --prose' };
  const house = await houseOnGitHub(changedIn(await tree(), DIRECTIVE, prose));
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  const { entry } = await house.cycle([], environment);
  // 1000 x $0.10 + 50 x $0.40 per million
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', steps: [{ cost: 0.00012 }] });
  expect(await house.agent.git('show', `HEAD:${PAGE}`)).toContain('> All is calm. (gemini-2.5-flash-lite)');
  house.github.act.openIssue('octo', { title: 'Task', body: taskBody('repo_status'), labels: ['steward:task'] });
  const again = await house.cycle([], environment);
  // The task is an open issue, and the page says so.
  expect(again.entry).toMatchObject({ result: 'success', steps: [{ output: { changed: true } }] });
  expect(server.requests).toHaveLength(2);
});
