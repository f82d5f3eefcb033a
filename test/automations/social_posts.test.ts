import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cliEnvironment, stewardCli } from '../support/agent-fixture.ts';
import { type Tree, temporaryFolder } from '../support/git-fixture.ts';
import { type House, houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { type FakeBluesky, startBluesky } from '../support/social/fake-bluesky.ts';
import { type FakeMastodon, startMastodon } from '../support/social/fake-mastodon.ts';
import { startVendorServer } from '../support/vendor-server.ts';

interface Stage {
  house: House;
  bluesky: FakeBluesky;
  mastodon: FakeMastodon;
  cycle(more?: Record<string, string>): ReturnType<House['cycle']>;
  /** As when the next slot is due: by a person's task. */
  again(more?: Record<string, string>): ReturnType<House['cycle']>;
  /** As again, but the process of the agent is killed when it is so far. */
  killedOnce(isSoFar: () => boolean): Promise<void>;
}

const today = () => new Date().toISOString().slice(0, 10);
const PAGE = () => `---\ntitle: Hello\ndescription: The first page.\ndate: ${today()}\n---\nText.\n`;

/** The product's directive, with Bluesky where the test has it. */
async function stage(tree: Tree = {}): Promise<Stage> {
  const [bluesky, mastodon] = [await startBluesky(), await startMastodon()];
  mastodon.now = new Date().toISOString();
  const product = await productTree(['social_posts']);
  const near = changedIn(product, 'directives/social_posts.md', {
    from: '--handle {bluesky_handle}',
    to: `--handle {bluesky_handle} --service ${bluesky.url}`,
  });
  const vars = `  site_url: https://house.example\n  bluesky_handle: ${bluesky.handle}\n  mastodon_url: ${mastodon.url}\n`;
  const house = await houseOnGitHub({
    ...near,
    'README.md': '# House\n',
    '.github/steward.yml': `network: { allow: ["127.0.0.1"] }\nvars:\n${vars}`,
    ...tree,
  });
  const secrets = { BLUESKY_APP_PASSWORD: bluesky.password, MASTODON_TOKEN: mastodon.token };
  const cycle: Stage['cycle'] = (more) => house.cycle([], { ...secrets, ...more });
  const ask = () =>
    house.github.act.openIssue('octo', { title: 'Task', body: taskBody('social_posts'), labels: ['steward:task'] });
  const again: Stage['again'] = (more) => {
    ask();
    return cycle(more);
  };
  const killedOnce = async (isSoFar: () => boolean) => {
    ask();
    const env = cliEnvironment(await temporaryFolder('steward-home-'), { ...house.environment, ...secrets });
    const run = execa(process.execPath, [stewardCli, 'cycle'], {
      cwd: house.agent.path,
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    });
    await vi.waitUntil(isSoFar, { timeout: 60_000, interval: 20 });
    run.kill('SIGKILL');
    await run;
  };
  return { house, bluesky, mastodon, cycle, again, killedOnce };
}

const show = ({ house }: Stage, path: string) => house.agent.git('show', `HEAD:${path}`);
const filesBelow = async ({ house }: Stage, folder: string) =>
  (await house.agent.git('ls-tree', '-r', '--name-only', 'HEAD', `${folder}/`)).split('\n').filter(Boolean);
const textsOn = ({ bluesky, mastodon }: Stage) => ({
  bluesky: [...bluesky.records.values()].map(({ text }) => String(text)).sort(),
  mastodon: mastodon.statuses.map(({ text }) => text).sort(),
});

test('without a model a new page is drafted and goes out with the next run, what a person queued at once, each once', async () => {
  const at = await stage({
    'site/posts/hello.md': PAGE(),
    'social/queue/by-hand.md': 'My own words.\n',
    'social/queue/broken.md': '---\nnetworks: [myspace]\n---\nx\n',
  });
  const { entry } = await at.cycle();
  expect(entry).toMatchObject({ decision: 'social_posts', result: 'success', verification: 'verified' });
  expect(entry.steps.map(({ output }) => output)).toMatchObject([
    { drafted: [{ id: 'blog-hello', by: 'template' }], due: 1, stuck: 1 },
    { posted: [expect.any(String)], waiting: 1, trouble: '' },
    { posted: [expect.any(String)], waiting: 1, trouble: '' },
  ]);
  expect(entry.criteria.map(({ reason }) => reason)).toEqual([
    '1 on bluesky, seen without a login',
    '1 on mastodon, seen without a login',
  ]);
  expect(textsOn(at)).toEqual({ bluesky: ['My own words.'], mastodon: ['My own words.'] });
  expect(await show(at, 'knowledge/reports/social.md')).toContain('`networks: ["myspace"]`');

  expect((await at.again()).entry).toMatchObject({ result: 'success', verification: 'verified' });
  const texts = ['Hello: The first page.\n\nhttps://house.example/blog/hello', 'My own words.'];
  expect(textsOn(at)).toEqual({ bluesky: texts, mastodon: texts });
  expect(await filesBelow(at, 'social')).toEqual([
    'social/posted/blog-hello.md',
    'social/posted/by-hand.md',
    'social/queue/broken.md',
  ]);

  expect((await at.again()).entry).toMatchObject({
    result: 'skipped',
    reason: expect.stringContaining('nothing is new, and nothing is due'),
  });
  expect(textsOn(at)).toEqual({ bluesky: texts, mastodon: texts });
  const everything = await at.house.agent.git('log', '-p', '--format=%B');
  // What the server handed out on the way: session tokens, and who owns the account.
  expect(everything).not.toMatch(/eyJ[\w-]{8,}\.[\w-]{8,}\.|owner@house\.example/);
  expect(everything).not.toContain(at.bluesky.password);
  expect(everything).not.toContain(at.mastodon.token);
});

test('a model writes the text, and a run that is killed between post and record never posts twice', async () => {
  const at = await stage({ 'site/posts/hello.md': PAGE() });
  const server = await startVendorServer({
    gemini: [{ json: { text: 'Our first page tells @everyone where we begin: https://evil.example' } }],
  });
  onTestFinished(() => server.close());
  const model = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  const { entry } = await at.cycle(model);
  expect(entry).toMatchObject({
    result: 'success',
    steps: [{ output: { drafted: [{ by: 'gemini-2.5-flash-lite' }] } }, {}, {}],
  });
  expect(entry.metrics.cost).toBeGreaterThan(0);
  expect(await filesBelow(at, 'social')).toEqual(['social/queue/blog-hello.md']);

  // Both networks have the post, and the agent dies before it hears of the second.
  at.mastodon.fail({ path: /statuses$/, method: 'POST', answer: 'hang' });
  await at.killedOnce(() => at.mastodon.statuses.length === 1);
  const text = 'Our first page tells everyone where we begin:\n\nhttps://house.example/blog/hello';
  expect(textsOn(at)).toEqual({ bluesky: [text], mastodon: [text] });

  at.mastodon.forgetKeys();
  const recovered = await at.cycle(model);
  expect(recovered.entry).toMatchObject({
    flow: 'recover',
    result: 'success',
    verification: 'verified',
    steps: [{}, { output: { posted: [expect.any(String)] } }, { adopted: true, output: { found: 1 } }],
  });
  // The files of the dead run are gone with it: what it posted is found again, and noted.
  expect((await at.again(model)).entry).toMatchObject({
    result: 'success',
    verification: 'verified',
    steps: [{}, { output: { found: 1, waiting: 0 } }, { output: { found: 1, waiting: 0 } }],
  });
  expect(textsOn(at)).toEqual({ bluesky: [text], mastodon: [text] });
  expect(await filesBelow(at, 'social')).toEqual(['social/posted/blog-hello.md']);
  expect(server.requests).toHaveLength(1);
});

test('a network that does not let the account in is told, and the other one gets its post once', async () => {
  const at = await stage({ 'social/queue/by-hand.md': 'My own words.\n' });
  const wrong = { BLUESKY_APP_PASSWORD: 'wrong-wrong-wrong' };
  const { entry } = await at.cycle(wrong);
  expect(entry).toMatchObject({ result: 'success', verification: 'refuted', failure: { kind: 'refuted' } });
  expect(entry.failure?.message).toContain('the account is not let in: bluesky: 401');
  expect((await at.again()).entry).toMatchObject({ result: 'success', verification: 'verified' });
  expect(textsOn(at)).toEqual({ bluesky: ['My own words.'], mastodon: ['My own words.'] });
  expect(await filesBelow(at, 'social')).toEqual(['social/posted/by-hand.md']);
});
