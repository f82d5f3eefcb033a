import { expect, it } from 'vitest';
import { openBluesky, recordKey } from '../../../../execution/lib/social/bluesky.ts';
import { contextOf, queued, socialHouse } from '../../../support/social/social-house.ts';

it('the key of a record is a TID of the past, the same for the same post', () => {
  const keys = Array.from({ length: 300 }, (_, index) => recordKey(`post-${index}`));
  expect(new Set(keys).size).toBe(300);
  for (const key of keys) expect(key).toMatch(/^3[ghijk][234567abcdefghijklmnopqrstuvwxyz]{11}$/);
  expect(recordKey('post-1')).toBe(keys[1]);
});

it('reads mentions page by page back to the day, without those answered by hand', async () => {
  const house = await socialHouse({});
  const server = house.bluesky;
  const hour = (index: number) => new Date(Date.UTC(2026, 2, 1, 10) - index * 60_000).toISOString();
  const uris = Array.from({ length: 130 }, (_, index) =>
    server.mention({
      from: `n${index}.example`,
      text: `Question ${index}`,
      at: hour(index),
      reason: index % 2 ? 'reply' : 'mention',
    }),
  );
  server.mention({ from: server.handle, text: 'Myself', at: hour(1) });
  server.mention({ from: 'ancient.example', text: 'Long ago', at: '2025-01-01T00:00:00.000Z' });
  server.records.set('3kzzzzzzzzzzz', { text: 'Yes', reply: { parent: { uri: uris[3] } } });
  const login = { service: server.url, handle: server.handle, password: server.password, language: 'en' };
  const opened = await openBluesky(contextOf(house.repo), login);
  if ('trouble' in opened) throw new Error(opened.trouble.reason);
  const read = await opened.value.mentions(new Date('2026-02-27T00:00:00Z'));
  const mentions = 'value' in read ? read.value : [];
  expect(mentions).toHaveLength(129);
  expect(mentions[0]).toMatchObject({
    network: 'bluesky',
    id: uris[129],
    author: 'n129.example',
    text: 'Question 129',
  });
  expect(mentions.map(({ id }) => id)).not.toContain(uris[3]);
});

it('makes links of addresses only, not of names that end like one', async () => {
  const house = await socialHouse({
    news: queued('See README.md and example.com, or https://example.org/a?b=c. @nobody.example'),
  });
  await house.send('bluesky');
  const record = house.bluesky.records.get(recordKey('news')) as { facets: { features: object[] }[] };
  const links = record.facets.flatMap(({ features }) => features).filter((each) => 'uri' in each);
  expect(links).toMatchObject([{ uri: 'https://example.org/a?b=c' }]);
});
