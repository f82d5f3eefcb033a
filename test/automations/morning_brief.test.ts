import { expect, onTestFinished, test } from 'vitest';
import { agentFixture } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const PAGE = 'knowledge/reports/brief.md';
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();
const APPROVED = `---
every: 1d
approval: required
effects: repo
---
# Directive: careful
## Goal
Wait for a person.
## Tools
- execution/check_status_report.ts
`;
const tree = async () => ({ ...(await productTree(['morning_brief'])), 'README.md': '# House\n' });

test('without a GitHub and without a model the brief is made from git and the ledger', async () => {
  const agent = await agentFixture(await tree());
  await agent.commit({ at: YESTERDAY, message: 'Work of yesterday', files: { 'a.ts': '1' } });
  const { entry } = await agent.cycle();
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', metrics: { cost: 0 } });
  expect(entry.steps).toMatchObject([{ output: { commits: 1, waiting: 0, told: 'untold' } }]);
  expect(await agent.git('show', `HEAD:${PAGE}`)).toContain('| Ada Lovelace | Work of yesterday |');
  expect(await agent.cycle()).toMatchObject({ idle: true });
});

test('on GitHub what waits is one issue, which is closed when a person has done it', async () => {
  const house = await houseOnGitHub({ ...(await tree()), 'directives/careful.md': APPROVED });
  const { act, state } = house.github;
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({ decision: 'morning_brief', result: 'success', verification: 'verified' });
  expect(entry.steps).toMatchObject([{ output: { waiting: 1, told: 'opened' } }]);
  const marked = (marker: string) => state.issues.filter(({ body }) => body?.includes(`<!-- steward:${marker} -->`));
  const [approval] = marked('approval:careful');
  expect(marked('brief:waiting')).toMatchObject([{ state: 'open', title: 'Waiting for you: 1 thing' }]);
  expect(marked('brief:waiting')[0]?.body).toContain(`/issues/${approval?.number})`);
  expect(await house.agent.git('show', `HEAD:${PAGE}`)).toContain('a run waits to be released.');
  expect(await house.cycle()).toMatchObject({ idle: true });

  act.closeIssue('octo', approval?.number ?? 0);
  act.openIssue('octo', { title: 'Task', body: taskBody('morning_brief'), labels: ['steward:task'] });
  expect((await house.cycle()).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { waiting: 0, told: 'changed' } }],
  });
  expect(marked('brief:waiting')).toMatchObject([{ state: 'closed', title: 'Nothing waits for you' }]);
});

test('with a model and --prose the brief begins with a paragraph', async () => {
  const server = await startVendorServer({ gemini: [{ json: { paragraph: 'One commit, nothing waits.' } }] });
  onTestFinished(() => server.close());
  const prose = { from: '- execution/morning_brief.ts', to: '- execution/morning_brief.ts --prose' };
  const house = await houseOnGitHub(changedIn(await tree(), 'directives/morning_brief.md', prose));
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  const { entry } = await house.cycle([], environment);
  expect(entry).toMatchObject({ verification: 'verified', steps: [{ cost: 0.00012 }] });
  expect(await house.agent.git('show', `HEAD:${PAGE}`)).toContain(
    '> One commit, nothing waits. (gemini-2.5-flash-lite)',
  );
  house.github.act.openIssue('octo', { title: 'Task', body: taskBody('morning_brief'), labels: ['steward:task'] });
  expect((await house.cycle([], environment)).entry).toMatchObject({ steps: [{ output: { changed: false } }] });
  expect(server.requests).toHaveLength(1);
});
