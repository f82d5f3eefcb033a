import { expect, test } from 'vitest';
import { agentFixture } from '../support/agent-fixture.ts';
import { houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';

const PAGE = 'knowledge/reports/weekly.md';
const CHART = 'knowledge/reports/weekly.svg';
const DAY_MS = 86_400_000;

/** The Monday of the week that ended last, and a time in it. */
function lastWeek(): { monday: string; inside: string } {
  const now = Date.now();
  const today = new Date(now - (now % DAY_MS));
  const monday = new Date(today.getTime() - (((today.getUTCDay() + 6) % 7) + 7) * DAY_MS);
  return {
    monday: monday.toISOString().slice(0, 10),
    inside: new Date(monday.getTime() + 2.5 * DAY_MS).toISOString(),
  };
}

test('without a GitHub the week is a page and a chart, and both are verified', async () => {
  const { monday, inside } = lastWeek();
  const agent = await agentFixture({ ...(await productTree(['weekly_digest'])), 'README.md': '# House\n' });
  await agent.commit({ at: inside, message: 'Work', files: { 'a.ts': '1' } });
  const { entry } = await agent.cycle();
  expect(entry).toMatchObject({ result: 'success', verification: 'verified', metrics: { cost: 0 } });
  expect(entry.steps).toMatchObject([{ output: { week: monday, commits: 1, quiet: false, told: 'untold' } }]);
  expect(await agent.git('show', `HEAD:${PAGE}`)).toContain(`# Week of ${monday} to `);
  expect(await agent.git('show', `HEAD:${CHART}`)).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
  expect(await agent.cycle()).toMatchObject({ idle: true });
});

test('on GitHub one rolling issue tells the week, and a second run in the week nothing', async () => {
  const { monday, inside } = lastWeek();
  const house = await houseOnGitHub({ ...(await productTree(['weekly_digest'])), 'README.md': '# House\n' });
  const { act, state } = house.github;
  await act.branch('octo', 'feature', { 'a.ts': '1' });
  const number = await act.openPull('octo', { title: 'A feature @octo', head: 'feature', base: 'main' });
  await act.mergePull('octo', number);
  const merged = state.issues.find((each) => each.number === number);
  if (merged?.pull) {
    merged.createdAt = inside;
    merged.pull.mergedAt = inside;
  }
  await house.agent.git('pull', '--quiet');
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({ result: 'success', verification: 'verified' });
  expect(entry.steps).toMatchObject([{ output: { week: monday, merged: 1, told: 'opened' } }]);
  const kept = () => state.issues.filter(({ body }) => body?.includes('<!-- steward:digest:weekly -->'));
  expect(kept()).toMatchObject([{ title: `Weekly digest: week of ${monday}`, state: 'open' }]);
  expect(kept()[0]?.body).toContain(`${house.github.url}/octo/house/blob/main/${CHART}?raw=true`);
  expect(await house.agent.git('show', `HEAD:${PAGE}`)).toContain('A feature @\u200bocto |');

  act.openIssue('octo', { title: 'Task', body: taskBody('weekly_digest'), labels: ['steward:task'] });
  const before = house.github.requests.length;
  const again = await house.cycle();
  expect(again.entry).toMatchObject({
    verification: 'verified',
    steps: [{ output: { changed: false, told: 'nothing new' } }],
  });
  const writes = house.github.requests.slice(before).filter(({ method }) => method !== 'GET');
  expect(writes.every(({ path }) => !path.includes(`/issues/${kept()[0]?.number}`))).toBe(true);
  expect(kept()).toHaveLength(1);
});
