import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { cliEnvironment, stewardCli } from '../support/agent-fixture.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { type House, houseOnGitHub } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { startVercel } from '../support/vercel-server.ts';

const TOKEN = 'vercel-token-of-a-test-0123';
const ENVIRONMENT = { VERCEL_TOKEN: TOKEN };

/** The product's directive, with Vercel where the test has it. */
async function stage() {
  const vercel = await startVercel(TOKEN);
  const product = await productTree(['deploy_site']);
  const directive = 'directives/deploy_site.md';
  const near = changedIn(product, directive, { from: '--prod\n', to: `--prod --api ${vercel.url} --poll_ms 50\n` });
  const quick = changedIn(near, directive, { from: '{site_url}\n', to: '{site_url} --pause_s 0\n' });
  const eventsOnly = changedIn(quick, directive, { from: 'every: 1d\n', to: '' });
  const house = await houseOnGitHub({
    ...eventsOnly,
    'README.md': '# House\n',
    'site/index.html': '<h1>The house</h1>\n',
    '.github/steward.yml': `network: { allow: ["127.0.0.1"] }\nvars:\n  site_url: ${vercel.url}/live/\n  vercel_project: house\n`,
  });
  return { vercel, house };
}

/** A proposal of the agent with these files, merged by a person. */
async function merge({ github, agent }: House, name: string, files: Record<string, string>): Promise<number> {
  const head = `steward/publish_blog_post/${name}`;
  await github.act.branch('github-actions[bot]', head, files);
  const pull = await github.act.openPull('github-actions[bot]', { title: name, head, base: 'main' });
  await github.act.mergePull('octo', pull);
  await agent.git('pull', '--quiet');
  return pull;
}

test('what is merged is live, once, and the token is nowhere', async () => {
  const { vercel, house } = await stage();
  const pull = await merge(house, 'first', { 'site/blog/first': '<h1>First</h1>\n' });
  const { entry } = await house.cycle([], ENVIRONMENT);
  expect(entry).toMatchObject({
    occurrence: `event:deploy_site.pull-${pull}`,
    result: 'success',
    verification: 'verified',
    steps: [{ output: { id: 'dpl_1', state: 'READY', url: 'https://house.vercel.app', files: 2 } }],
  });
  const page = await fetch(`${vercel.url}/live/blog/first`);
  expect(await page.text()).toBe('<h1>First</h1>\n');
  expect(await house.cycle([], ENVIRONMENT)).toMatchObject({ idle: true });

  // A merge that changes nothing of the site.
  await merge(house, 'second', { 'docs/a.md': 'a\n' });
  expect((await house.cycle([], ENVIRONMENT)).entry).toMatchObject({
    result: 'skipped',
    reason: expect.stringContaining('nothing changed'),
  });
  expect(vercel.deployments).toHaveLength(1);
  const everything = await house.agent.git('log', '-p', '--format=%B');
  expect(everything).not.toContain(TOKEN);
});

test('the limit of the plan is skipped with the time, a failed build is refuted with the reason', async () => {
  const { vercel, house } = await stage();
  vercel.rules.limit = 0;
  await merge(house, 'first', { 'site/blog/first': '1\n' });
  expect((await house.cycle([], ENVIRONMENT)).entry).toMatchObject({
    result: 'skipped',
    reason: expect.stringContaining('try again after 2026-03-02 12:00 UTC'),
  });
  vercel.rules.limit = 100;
  vercel.rules.failsBuilds = true;
  await merge(house, 'second', { 'site/blog/second': '2\n' });
  const { entry } = await house.cycle([], ENVIRONMENT);
  expect(entry).toMatchObject({ result: 'success', verification: 'refuted', failure: { kind: 'refuted' } });
  expect(entry.failure?.message).toContain('dpl_1 is ERROR: Command "build" exited with 1');
});

test('a run that is killed while it waits is taken over: the deployment is found, and there is no second one', async () => {
  const { vercel, house } = await stage();
  vercel.rules.readyAfter = Number.POSITIVE_INFINITY;
  await merge(house, 'first', { 'site/blog/first': '1\n' });
  const env = cliEnvironment(await temporaryFolder(), { ...house.environment, ...ENVIRONMENT });
  const doomed = execa(process.execPath, [stewardCli, 'cycle'], {
    cwd: house.agent.path,
    env,
    extendEnv: false,
    reject: false,
    detached: true,
    stdin: 'ignore',
  });
  for (let waited = 0; waited < 3000 && vercel.deployments.length === 0; waited++) await sleep(20);
  expect(vercel.deployments).toHaveLength(1);
  process.kill(-(doomed.pid ?? 0), 'SIGKILL');
  expect((await doomed).signal).toBe('SIGKILL');

  vercel.rules.readyAfter = 1;
  const { entry } = await house.cycle([], ENVIRONMENT);
  expect(entry).toMatchObject({
    flow: 'recover',
    result: 'success',
    verification: 'verified',
    steps: [{ adopted: true, output: { id: 'dpl_1', state: 'READY', adopted: true } }],
  });
  expect(await house.cycle([], ENVIRONMENT)).toMatchObject({ idle: true });
  expect(vercel.deployments).toHaveLength(1);
});
