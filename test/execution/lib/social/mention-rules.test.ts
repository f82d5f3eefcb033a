import { describe, expect, it } from 'vitest';
import { notAnswered, sortMentions } from '../../../../execution/lib/social/mention-rules.ts';
import type { Mention } from '../../../../execution/lib/social/social-account.ts';

const mention = (text: string, more: Partial<Mention> = {}): Mention => ({
  network: 'bluesky',
  id: `at://did:plc:a/app.bsky.feed.post/${text.length}`,
  url: '',
  author: 'ada.example',
  text,
  at: '2026-03-01T10:00:00Z',
  ...more,
});

describe('a mention that nobody answers', () => {
  it.each([
    ['@house 👍', 'no words'],
    ['@house https://a.b/only-a-link', 'no words'],
    ['Nice! Follow me back', 'follow-bait'],
    ['Great project, DM me for SEO services', 'follow-bait'],
    ['F\u200bollow me back', 'follow-bait'],
    ['Ｆｏｌｌｏｗ ｍｅ, all of you', 'follow-bait'],
    ['Airdrop for early users', 'follow-bait'],
    ['See https://a.b/1 and https://a.b/2', 'links'],
    ['@a.example @b.example @c.example @d.example @house hello all', 'crowd'],
    ['You absolute Turnip', 'blocked word'],
  ])('%s', (text, reason) => {
    expect(notAnswered(mention(text), ['turnip'])).toBe(reason);
  });

  it.each([
    'How do I switch it on?',
    '@house Wie geht das?',
    '@house どうやって使いますか',
    'I followed the guide, see https://a.b/log: what is wrong?',
  ])('is not this: %s', (text) => expect(notAnswered(mention(text), ['turnip'])).toBeUndefined());
});

it('so many of one author are answered, the newest mentions first, and what was left out is counted', () => {
  const by = (author: string, hour: number) =>
    mention(`Question ${hour}`, { author, at: `2026-03-01T1${hour}:00:00Z`, id: `${author} ${hour}` });
  const all = [by('ada', 0), by('bob', 1), by('ADA', 2), by('ada', 3), mention('f4f please')];
  const { open, left } = sortMentions(all, { blocked: [], perAuthor: 2 });
  expect(open.map(({ id }) => id)).toEqual(['ADA 2', 'bob 1', 'ada 0']);
  expect(left).toEqual({ 'many by one author': 1, 'follow-bait': 1 });
});
