import { expect, it } from 'vitest';
import { outputOf } from '../support/run-script.ts';
import { queued, socialHouse } from '../support/social/social-house.ts';

it('posts in a child, by the agent’s network alone', async () => {
  const house = await socialHouse({
    news: queued('It is out', 'url: https://example.org/new\nnetworks: [mastodon]\n'),
  });
  house.mastodon.fail({ path: /statuses$/, method: 'POST', answer: 'cut' });
  const broken = await house.toMastodon();
  expect(outputOf(broken)).toMatchObject({ posted: [], waiting: 1, is_denied: false });
  house.mastodon.forgetKeys();
  expect(outputOf(await house.findOn('mastodon'))).toMatchObject({ found: 1 });
  const run = await house.toMastodon();
  expect(outputOf(run)).toMatchObject({ found: 1, waiting: 0, trouble: '', service: house.mastodon.url });
  expect(house.mastodon.statuses).toMatchObject([
    { text: 'It is out\n\nhttps://example.org/new', visibility: 'public' },
  ]);
  const [post] = house.mastodon.requests.filter(({ method }) => method === 'POST');
  expect(post?.headers['idempotency-key']).toMatch(/^[0-9a-f]{64}$/);
  expect(await house.names('posted')).toEqual(['news']);
  // Two runs and a look made them: each asks whose token it is and looks through the statuses; one posts.
  expect([broken, run].map(({ exchanges }) => exchanges.filter(({ kind }) => kind === 'fetch').length)).toEqual([3, 2]);
  expect(house.mastodon.requests).toHaveLength(7);
});

it('does not go where the agent may not, and never says the token', async () => {
  const house = await socialHouse({ news: queued('News') });
  const run = await house.toMastodon({ url: 'http://169.254.169.254/' });
  expect(outputOf(run)).toMatchObject({ posted: [], is_denied: true });
  expect(JSON.stringify([run.outcome, run.exchanges])).not.toContain(house.mastodon.token);
  expect((await house.toMastodon({}, { secrets: {} })).outcome).toMatchObject({ status: 'skipped' });
});
