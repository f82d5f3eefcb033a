import { describe, expect, it } from 'vitest';
import { recordKey } from '../../../../execution/lib/social/bluesky.ts';
import { NETWORKS } from '../../../../execution/lib/social/queue-file.ts';
import { queued, type SocialHouse, socialHouse } from '../../../support/social/social-house.ts';

/** Texts of the account's posts, oldest first where the network knows. */
const textsOn = ({ bluesky, mastodon }: SocialHouse, network: 'bluesky' | 'mastodon'): string[] =>
  network === 'bluesky'
    ? [...bluesky.records.values()].map(({ text }) => String(text))
    : mastodon.statuses.map(({ text }) => text).reverse();
/** Requests that would make a post. */
const writesOn = ({ bluesky, mastodon }: SocialHouse, network: 'bluesky' | 'mastodon'): number =>
  network === 'bluesky'
    ? bluesky.requests.filter(({ path }) => path.includes('putRecord')).length
    : mastodon.requests.filter(({ method }) => method === 'POST').length;
const WRITE = { bluesky: /putRecord/, mastodon: /statuses$/ };
const LOOK = { bluesky: /getRecord/, mastodon: /accounts\/7\/statuses/ };

describe.each(NETWORKS)('%s: what is due', (network) => {
  it('goes out oldest first, and its file moves with the address', async () => {
    const house = await socialHouse({
      'b-second': queued('The second', 'queued: 2026-02-28T12:00:00Z\n'),
      'c-first': queued('It is out', 'queued: 2026-02-27T12:00:00Z\nurl: https://example.org/new\n'),
      'd-later': queued('Not yet', 'not_before: 2026-03-02\n'),
      'e-there': queued('Elsewhere', `networks: [${network === 'bluesky' ? 'mastodon' : 'bluesky'}]\n`),
      'f-third': queued('The third', 'queued: 2026-02-28T13:00:00Z\n'),
    });
    const sent = await house.send(network);
    expect(sent).toMatchObject({ found: 0, waiting: 2, trouble: '', is_denied: false });
    expect(sent.posted).toHaveLength(2);
    expect(textsOn(house, network)).toEqual(['It is out\n\nhttps://example.org/new', 'The second']);
    expect(await house.names('queue')).toEqual(['d-later', 'e-there', 'f-third']);
    expect(await house.names('posted')).toEqual(['b-second', 'c-first']);
    expect(await house.read('social/posted/c-first.md')).toContain(`${network}: ${sent.posted[0]}`);
  });

  it('keeps to so many a day, and asks nobody when there is nothing to send', async () => {
    const house = await socialHouse({ one: queued('one'), two: queued('two'), three: queued('three') });
    expect(await house.send(network, { per_day: 2 })).toMatchObject({ waiting: 1 });
    const asked = house[network].requests.length;
    expect(await house.send(network, { per_day: 2 })).toMatchObject({ posted: [], waiting: 1 });
    expect(house[network].requests).toHaveLength(asked);
    expect(await house.send(network, { per_day: 2, now: new Date('2026-03-02T08:00:00Z') })).toMatchObject({
      waiting: 0,
    });
    expect(textsOn(house, network).sort()).toEqual(['one', 'three', 'two']);
  });

  it('leaves broken files where they are, and posts the others', async () => {
    const house = await socialHouse({ good: queued('Good'), broken: '---\nnetworks: [myspace]\n---\nx\n' });
    await house.send(network);
    expect(textsOn(house, network)).toEqual(['Good']);
    expect(await house.names('queue')).toEqual(['broken']);
  });

  it('does not include what is not committed: it would be gone with a run that dies', async () => {
    const house = await socialHouse({});
    await house.repo.write({ 'social/queue/draft.md': queued('A draft') });
    expect(await house.send(network)).toMatchObject({ posted: [], waiting: 1 });
    await house.repo.commit({ files: { 'social/queue/draft.md': queued('A draft') } });
    expect(await house.send(network)).toMatchObject({ posted: [expect.any(String)], waiting: 0 });
  });

  it('a second run at once does nothing', async () => {
    const house = await socialHouse({ news: queued('News') });
    await house.send(network);
    const writes = writesOn(house, network);
    expect(await house.send(network)).toMatchObject({ posted: [], found: 0, waiting: 0 });
    expect(writesOn(house, network)).toBe(writes);
  });
});

describe.each(NETWORKS)('%s: a run that broke off', (network) => {
  it('does not post again where somebody wrote a time to come into the file', async () => {
    const house = await socialHouse({ news: queued('News', 'queued: 2099-01-01T00:00:00Z\n') });
    house[network].fail({ path: WRITE[network], answer: 'cut' });
    expect(await house.send(network)).toMatchObject({ posted: [], waiting: 1 });
    house.mastodon.forgetKeys();
    expect(await house.send(network)).toMatchObject({ found: 1 });
    expect(textsOn(house, network)).toEqual(['News']);
  });

  it('after the post and before its file was moved does not post again', async () => {
    const house = await socialHouse({
      news: queued(
        'Caffè & "more" <b>now</b> 👩‍👩‍👧: it\'s out',
        'url: https://example.org/a-long-address/of/a/page\n',
      ),
    });
    house[network].fail({ path: WRITE[network], answer: 'cut' });
    expect(await house.send(network)).toMatchObject({ posted: [], waiting: 1, is_denied: false });
    expect(textsOn(house, network)).toHaveLength(1);
    // An hour later, say.
    house.mastodon.forgetKeys();
    const looked = await house.find(network);
    expect(looked).toMatchObject({ found: { found: 1, posted: [expect.any(String)] } });
    expect(await house.names('queue')).toEqual(['news']);
    const writes = writesOn(house, network);
    expect(await house.send(network)).toMatchObject({ found: 1, waiting: 0 });
    expect([writesOn(house, network), await house.names('posted')]).toEqual([writes, ['news']]);
  });

  it('before the post is proven to have done nothing; where nobody answers, nothing is proven', async () => {
    const house = await socialHouse({ news: queued('News') });
    expect(await house.find(network)).toEqual({ absent: true });
    house[network].fail({ path: LOOK[network], answer: { status: 502 }, times: 9 });
    expect(await house.find(network)).toMatchObject({ unknown: expect.stringContaining('502') });
    expect(await house.send(network)).toMatchObject({ posted: [], waiting: 1 });
    expect(writesOn(house, network)).toBe(0);
  });
});

describe.each(NETWORKS)('%s: a server that says no', (network) => {
  it.each([
    ['429', { status: 429, headers: { 'x-ratelimit-reset': '2026-03-01T12:05:00Z', 'retry-after': '60' } }],
    ['503', { status: 503, type: 'text/html', body: '<h1>maintenance</h1>' }],
    ['502 in plain text', { status: 502, type: 'text/plain', body: 'bad gateway' }],
    ['half a JSON', { status: 200, type: 'application/json', body: '{"id": "1", ' }],
  ])('for now (%s): what is left stays in the queue, and goes out once', async (_, answer) => {
    const house = await socialHouse({ a: queued('A'), b: queued('B') });
    house[network].fail({ path: WRITE[network], answer, times: 9 });
    const sent = await house.send(network);
    expect(sent).toMatchObject({ posted: [], waiting: 2, is_denied: false });
    expect(sent.trouble).toMatch(new RegExp(`^${network}: .`));
    house[network].heal();
    expect(await house.send(network)).toMatchObject({ waiting: 0, trouble: '' });
    expect(textsOn(house, network).sort()).toEqual(['A', 'B']);
  });

  it('to the password: that is told apart, and nothing is posted', async () => {
    const house = await socialHouse({ news: queued('News') });
    const sent = await house.send(network, { secret: 'wrong-wrong-wrong' });
    expect(sent).toMatchObject({ posted: [], waiting: 1, is_denied: true, trouble: expect.stringContaining('401') });
    expect(writesOn(house, network)).toBe(0);
  });

  it('to one post: the reason stands in its file, and the others go out', async () => {
    const gone = network === 'bluesky' ? 'at://did:plc:nobody/app.bsky.feed.post/3aaa' : 'mastodon:99';
    const house = await socialHouse({ a: queued('An answer', `reply_to: ${gone}\n`), b: queued('B') });
    expect(await house.send(network)).toMatchObject({ posted: [expect.any(String)], waiting: 1, is_denied: false });
    expect(textsOn(house, network)).toEqual(['B']);
    expect(await house.read('social/queue/a.md')).toMatch(new RegExp(`refused:\n  ${network}: \\S`));
    const asked = house[network].requests.length;
    await house.send(network);
    expect(house[network].requests).toHaveLength(asked);
  });
});

describe('Bluesky', () => {
  it('lets only one of two runs make the record', async () => {
    const house = await socialHouse({ news: queued('News') });
    // The look finds nothing, since the other run posts right after it.
    house.bluesky.fail({ path: /getRecord/, answer: { status: 400, body: { error: 'RecordNotFound' } } });
    house.bluesky.records.set(recordKey('news'), { text: 'News' });
    expect(await house.send('bluesky')).toMatchObject({ waiting: 0, trouble: '' });
    expect(house.bluesky.records.get(recordKey('news'))).toEqual({ text: 'News' });
  });

  it('has answers in their thread', async () => {
    const house = await socialHouse({});
    const uri = house.bluesky.mention({ from: 'ada.example', text: 'How?', at: '2026-03-01T10:00:00.000Z' });
    const root = { uri: 'at://did:plc:root/app.bsky.feed.post/3root', cid: 'bafyroot' };
    house.bluesky.others.set(uri, {
      text: 'How?',
      createdAt: '2026-03-01T10:00:00.000Z',
      reply: { root, parent: root },
    });
    await house.repo.commit({ files: { 'social/queue/reply-1.md': queued('Like this.', `reply_to: ${uri}\n`) } });
    await house.send('bluesky', { house: [...NETWORKS] });
    expect(house.bluesky.records.get(recordKey('reply-1'))).toMatchObject({ reply: { root, parent: { uri } } });
    expect(await house.names('posted')).toEqual(['reply-1']);
  });
});

describe('Mastodon', () => {
  it('has answers in their thread, each once', async () => {
    const house = await socialHouse({});
    const id = house.mastodon.mention({ from: 'ada@far.example', text: '@house How?', at: '2026-03-01T10:00:00Z' });
    await house.repo.commit({
      files: {
        'social/queue/reply-1.md': queued('@ada@far.example Like this.', `reply_to: mastodon:${id}\n`),
      },
    });
    house.mastodon.fail({ path: WRITE.mastodon, answer: 'cut' });
    await house.send('mastodon');
    house.mastodon.forgetKeys();
    expect(await house.send('mastodon')).toMatchObject({ found: 1 });
    expect(house.mastodon.statuses).toMatchObject([{ inReplyToId: id }]);
  });

  it('an old status, or one of another post, with the same words does not count', async () => {
    const house = await socialHouse({ 'today-1': queued('Good morning', 'queued: 2026-03-01T08:00:00Z\n') });
    house.mastodon.post('Good morning', '2026-02-20T08:00:00Z');
    await house.send('mastodon');
    expect(house.mastodon.statuses).toHaveLength(2);
    await house.repo.commit({
      files: { 'social/queue/today-2.md': queued('Good morning', 'queued: 2026-03-01T09:00:00Z\n') },
    });
    await house.send('mastodon');
    expect(house.mastodon.statuses).toHaveLength(3);
  });

  it('is looked through page by page, and not posted to where there is too much to look through', async () => {
    const house = await socialHouse({ news: queued('News', 'queued: 2026-03-01T08:00:00Z\n') });
    house.mastodon.post('News', '2026-03-01T08:30:00Z');
    for (let index = 0; index < 100; index++) house.mastodon.post(`Chatter ${index}`, '2026-03-01T09:00:00Z');
    expect(await house.send('mastodon')).toMatchObject({ found: 1 });
    await house.repo.commit({ files: { 'social/queue/more.md': queued('More', 'queued: 2026-03-01T08:00:00Z\n') } });
    for (let index = 0; index < 150; index++) house.mastodon.post(`Chatter ${index}`, '2026-03-01T09:00:00Z');
    const sent = await house.send('mastodon');
    expect(sent).toMatchObject({ posted: [], waiting: 1, trouble: expect.stringContaining('can not be told') });
  });
});
