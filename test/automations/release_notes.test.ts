import { expect, onTestFinished, test } from 'vitest';
import { type House, houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

/** A house that was released once, and where a feature was merged since. */
async function releasedHouse(): Promise<House & { pull: number }> {
  const house = await houseOnGitHub({ ...(await productTree(['release_notes'])), 'README.md': '# House\n' });
  const { act } = house.github;
  await house.agent.git('tag', 'v1.0.0');
  await house.agent.git('push', '--quiet', 'origin', 'v1.0.0');
  await act.branch('ada', 'window', { 'window.md': 'A window\n' });
  const pull = await act.openPull('ada', { title: 'feat: a window', head: 'window', base: 'main' });
  await act.mergePull('octo', pull, 'squash');
  await house.agent.git('pull', '--quiet', '--rebase');
  return { ...house, pull };
}

test('without a model: the draft is on GitHub, follows the branch, and is a person’s once published', async () => {
  const house = await releasedHouse();
  const { act, state } = house.github;
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({ decision: 'release_notes', result: 'success', verification: 'verified' });
  expect(state.releases).toMatchObject([{ tag: 'v1.1.0', isDraft: true }]);
  expect(state.releases[0]?.body).toContain(`- a window ([#${house.pull}](`);
  // The agent's own commits are no news for anybody.
  expect(state.releases[0]?.body).not.toContain('cycle');
  expect(await house.cycle()).toMatchObject({ idle: true });
  const ask = () => act.openIssue('octo', { title: 'Task', body: taskBody('release_notes'), labels: ['steward:task'] });
  ask();
  expect((await house.cycle()).entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { state: 'same' } }],
  });
  await act.editRelease(state.releases[0]?.id ?? 0, { isDraft: false });
  await house.agent.git('fetch', '--quiet', '--tags', 'origin');
  ask();
  expect((await house.cycle()).entry).toMatchObject({ result: 'skipped' });
  expect(state.releases).toHaveLength(1);
});

test('with a model: it writes the first sentence', async () => {
  const server = await startVendorServer({ gemini: () => ({ json: { sentence: 'The house has a window now.' } }) });
  onTestFinished(() => server.close());
  const house = await releasedHouse();
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  const { entry } = await house.cycle([], environment);
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', metrics: { calls: [{ step: 1 }] } });
  expect(house.github.state.releases[0]?.body).toMatch(/^The house has a window now\./);
  expect(server.requests).toHaveLength(1);
});
