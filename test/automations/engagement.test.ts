import { expect, onTestFinished, test } from 'vitest';
import { replyId } from '../../execution/lib/social/drafted-before.ts';
import { type House, houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { changedIn, productTree } from '../support/product-tree.ts';
import { startBluesky } from '../support/social/fake-bluesky.ts';
import { startMastodon } from '../support/social/fake-mastodon.ts';
import { startVendorServer } from '../support/vendor-server.ts';

/** Both directives of the product, with Bluesky where the test has it, and a model for the answers if it says one. */
async function stage(reply?: (prompt: string) => object) {
  const [bluesky, mastodon] = [await startBluesky(), await startMastodon()];
  mastodon.now = new Date().toISOString();
  const service = { from: '--handle {bluesky_handle}', to: `--handle {bluesky_handle} --service ${bluesky.url}` };
  const product = await productTree(['engagement', 'social_posts']);
  const near = ['engagement', 'social_posts'].reduce(
    (tree, name) =>
      changedIn(changedIn(tree, `directives/${name}.md`, service), `directives/${name}.md`, EVERY[name] ?? service),
    product as Parameters<typeof changedIn>[0],
  );
  const vars = `  site_url: https://house.example\n  bluesky_handle: ${bluesky.handle}\n  mastodon_url: ${mastodon.url}\n`;
  const house = await houseOnGitHub({
    ...near,
    'README.md': '# House\n',
    '.github/steward.yml': `network: { allow: ["127.0.0.1"] }\nvars:\n${vars}`,
  });
  const server = await startVendorServer(
    reply ? { gemini: ({ body }) => ({ json: reply(body) }), anthropic: ({ body }) => ({ json: reply(body) }) } : {},
  );
  onTestFinished(() => server.close());
  const key = 'sk-test-0123456789abcdef';
  const model = {
    GEMINI_API_KEY: key,
    ANTHROPIC_API_KEY: key,
    GOOGLE_GEMINI_BASE_URL: server.url,
    ANTHROPIC_BASE_URL: server.url,
  };
  const environment = {
    BLUESKY_APP_PASSWORD: bluesky.password,
    MASTODON_TOKEN: mastodon.token,
    ...(reply ? model : {}),
  };
  return { house, bluesky, mastodon, server, cycle: (name: string) => cycleOf(house, name, environment) };
}

/** Only what a person asks for is done, so that a test says which of the two runs. */
const EVERY: Record<string, { from: string; to: string }> = {
  engagement: { from: 'every: 1d\n', to: '' },
  social_posts: { from: 'every: 6h\n', to: '' },
};

async function cycleOf(house: House, name: string, environment: Record<string, string>) {
  if (name !== '') {
    const body = taskBody(name);
    house.github.act.openIssue('octo', { title: 'Task', body, labels: ['steward:task'] });
  }
  return house.cycle([], environment);
}

const pullsOf = ({ github }: House) => github.state.issues.filter(({ pull }) => pull);

test('an approved answer is posted in its thread, a declined one is not drafted again', async () => {
  const at = await stage(() => ({ needs_answer: true, reply: 'Set enabled to true in its front matter.' }));
  const uri = at.bluesky.mention({ from: 'ada.example', text: 'How?', at: new Date().toISOString() });
  const { entry } = await at.cycle('engagement');
  expect(entry).toMatchObject({
    decision: 'engagement',
    result: 'success',
    verification: 'unverified',
    steps: [{ output: { drafted: [replyId(uri)], mentions: 1 } }],
  });
  expect(entry.metrics.cost).toBeGreaterThan(0);
  const [pull] = pullsOf(at.house);
  expect(pull?.body).toContain(`social/queue/${replyId(uri)}.md`);
  // Not yet approved: nothing goes out.
  expect((await at.cycle('social_posts')).entry).toMatchObject({ result: 'skipped' });
  expect([at.bluesky.records.size, at.server.requests.length]).toEqual([0, 1]);

  await at.house.github.act.mergePull('octo', pull?.number ?? 0);
  await at.house.agent.git('pull', '--quiet');
  const merged = await at.cycle('');
  expect(merged.entry).toMatchObject({ decision: 'engagement', verification: 'verified' });
  expect(merged.entry.criteria).toMatchObject([{ holds: true, reason: '1 approved' }]);
  expect((await at.cycle('social_posts')).entry).toMatchObject({ result: 'success', verification: 'verified' });
  expect([...at.bluesky.records.values()]).toMatchObject([
    { text: 'Set enabled to true in its front matter.', reply: { parent: { uri } } },
  ]);

  const id = at.mastodon.mention({ from: 'bob@far.example', text: 'And how?', at: new Date().toISOString() });
  const second = await at.cycle('engagement');
  expect(second.entry.steps).toMatchObject([{ output: { drafted: [replyId(`mastodon:${id}`)] } }]);
  at.house.github.act.closePull('octo', pullsOf(at.house).at(-1)?.number ?? 0);
  const third = await at.cycle('engagement');
  expect(third.entry).toMatchObject({ result: 'success', steps: [{ output: { drafted: [], open: 0 } }] });
  expect(at.server.requests).toHaveLength(2);
  expect(pullsOf(at.house)).toHaveLength(2);
  const everything = await at.house.agent.git('log', '--all', '-p', '--format=%B');
  expect(everything).not.toContain(at.bluesky.password);
  expect(everything).not.toContain(at.mastodon.token);
});

test('without a model an issue lists who waits, and no pull request is made', async () => {
  const at = await stage();
  at.mastodon.mention({ from: 'bob@far.example', text: 'How?', at: new Date().toISOString() });
  expect((await at.cycle('engagement')).entry).toMatchObject({
    result: 'skipped',
    reason: expect.stringContaining('1 mentions wait'),
  });
  const titles = at.house.github.state.issues.map(({ title }) => title);
  expect(titles).toContain('Mentions that wait for an answer');
  expect(pullsOf(at.house)).toEqual([]);
});
