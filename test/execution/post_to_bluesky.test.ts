import { expect, it } from 'vitest';
import { recordKey } from '../../execution/lib/social/bluesky.ts';
import { outputOf } from '../support/run-script.ts';
import { queued, socialHouse } from '../support/social/social-house.ts';

it('posts in a child, by the agent’s network alone, with links that can be followed', async () => {
  const house = await socialHouse({ news: queued('It is out', 'url: https://example.org/new\n') });
  house.bluesky.fail({ path: /putRecord/, answer: 'cut' });
  const broken = await house.toBluesky();
  expect(outputOf(broken)).toMatchObject({ posted: [], waiting: 1, is_denied: false });
  // The run after one that broke off looks first; that there is a Mastodon, too, keeps the file in the queue.
  expect(outputOf(await house.findOn('bluesky'))).toMatchObject({ found: 1 });
  const run = await house.toBluesky();
  const address = `https://bsky.app/profile/${house.bluesky.did}/post/${recordKey('news')}`;
  expect(outputOf(run)).toEqual({
    posted: [address],
    found: 1,
    waiting: 0,
    trouble: '',
    is_denied: false,
    service: house.bluesky.url,
  });
  expect(await house.names('queue')).toEqual(['news']);
  expect(await house.read('social/queue/news.md')).toContain(`bluesky: ${address}`);
  expect([...house.bluesky.records]).toMatchObject([
    [
      recordKey('news'),
      {
        $type: 'app.bsky.feed.post',
        text: 'It is out\n\nhttps://example.org/new',
        createdAt: '2026-03-01T12:00:00.000Z',
        langs: ['en'],
        facets: [{ index: { byteStart: 11, byteEnd: 34 }, features: [{ uri: 'https://example.org/new' }] }],
      },
    ],
  ]);
  // Every request went through the agent, which keeps it on the tape; the session is ended.
  const taped = [...broken.exchanges, ...run.exchanges].filter(({ kind }) => kind === 'fetch');
  const looked = house.bluesky.requests.length - taped.length;
  expect(looked).toBe(3);
  expect(house.bluesky.requests.at(-1)?.path).toContain('deleteSession');
});

it('does not go where the agent may not, and never says the password', async () => {
  const house = await socialHouse({ news: queued('News') });
  const run = await house.toBluesky({ service: 'http://169.254.169.254/' });
  expect(outputOf(run)).toMatchObject({ posted: [], is_denied: true });
  expect(JSON.stringify([run.outcome, run.exchanges])).not.toContain(house.bluesky.password);
  expect((await house.toBluesky({}, { secrets: {} })).outcome).toMatchObject({ status: 'skipped' });
});
