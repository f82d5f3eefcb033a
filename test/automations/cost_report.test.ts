import { expect, onTestFinished, test } from 'vitest';
import { agentFixture } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const PAGE = 'knowledge/reports/cost.md';

/** Decides for repo_status, and sums its page up. */
async function model(): Promise<Record<string, string>> {
  const server = await startVendorServer({
    gemini: ({ body }) => {
      const slot = /repo_status@\d{4}-\d\d-\d\dT00:00Z/.exec(body)?.[0];
      const answer = body.includes('paragraph')
        ? { paragraph: 'Calm.' }
        : { option: slot, inputs: [], reason: 'due', lessons: [] };
      return { json: answer, usage: { in: 2000, out: 100 } };
    },
  });
  onTestFinished(() => server.close());
  return { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
}

test('without a GitHub and without a model the page says that nothing was spent', async () => {
  const agent = await agentFixture({ ...(await productTree(['cost_report'])), 'README.md': '# House\n' });
  const { entry } = await agent.cycle();
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', metrics: { cost: 0 } });
  expect(entry.steps).toMatchObject([{ output: { spent: 0, expected: 0, warned: [], told: 'untold' } }]);
  expect(await agent.git('show', `HEAD:${PAGE}`)).toContain('Models cost **$0.0000** of $10.00 (0 %) this month');
  expect(await agent.cycle()).toMatchObject({ idle: true });
});

test('on GitHub the amounts are those of the budget, and one issue tells when the cap is near', async () => {
  const environment = await model();
  const product = await productTree(['repo_status', 'cost_report']);
  const prose = { from: '- execution/repo_status.ts', to: '- execution/repo_status.ts --prose' };
  const house = await houseOnGitHub({
    ...changedIn(product, 'directives/repo_status.md', prose),
    'README.md': '# House\n',
  });
  const first = await house.cycle([], environment);
  expect(first.entry).toMatchObject({ decision: 'repo_status', decided_by: 'model', metrics: { cost: 0.00048 } });
  const { entry } = await house.cycle([], environment);
  expect(entry).toMatchObject({ decision: 'cost_report', result: 'success', verification: 'verified' });
  expect(entry.steps).toMatchObject([{ output: { spent: 0.00048, warned: [], told: 'nothing new' } }]);
  const { stdout } = await house.steward(['cost', '--json']);
  expect(JSON.parse(stdout).total.cost).toBe(0.00048);
  const page = await house.agent.git('show', `HEAD:${PAGE}`);
  expect(page).toContain('| `repo_status` | $0.0005 |');
  expect(page).toContain('GitHub does not bill the minutes of a public repository.');

  await house.github.act.pushFile('octo', '.github/steward.yml', 'budget: { month: 0.0005 }\n');
  await house.agent.git('pull', '--quiet', '--rebase');
  const ask = () =>
    house.github.act.openIssue('octo', { title: 'Task', body: taskBody('cost_report'), labels: ['steward:task'] });
  const kept = () => house.github.state.issues.filter(({ body }) => body?.includes('<!-- steward:cost:budget -->'));
  ask();
  expect((await house.cycle()).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { warned: ['month'], told: 'opened' } }],
  });
  expect(kept()).toMatchObject([{ state: 'open', title: expect.stringContaining("the month's cap") }]);
  ask();
  expect((await house.cycle()).entry).toMatchObject({ steps: [{ output: { changed: false, told: 'nothing new' } }] });
  expect(kept()).toHaveLength(1);
});
