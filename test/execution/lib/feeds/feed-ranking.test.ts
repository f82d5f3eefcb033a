import { describe, expect, it } from 'vitest';
import { type RankedItem, type Ranking, rankItems } from '../../../../execution/lib/feeds/feed-ranking.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const item = (title: string, more: Partial<RankedItem> = {}): RankedItem => ({
  id: title,
  title,
  link: `https://x.example/${encodeURIComponent(title)}`,
  at: '2026-03-01T00:00:00.000Z',
  abstract: '',
  feed: 'https://a.example/feed',
  also: [],
  ...more,
});
const rank = (items: readonly RankedItem[], more: Partial<Ranking> = {}) => {
  const { chosen, more: rest } = rankItems(items, { keywords: [], now: NOW, days: 7, perFeed: 10, most: 10, ...more });
  return { titles: chosen.map(({ title }) => title), rest, chosen };
};

describe('the order of items', () => {
  it('is by age, and by keywords before it', () => {
    const items = [
      item('old', { at: '2026-02-24T00:00:00.000Z' }),
      item('new'),
      item('About Rust, old', { at: '2026-02-23T00:00:00.000Z' }),
      item('trust', { abstract: 'rust-like' }),
      item('gone', { at: '2026-02-01T00:00:00.000Z' }),
    ];
    expect(rank(items, { keywords: ['RUST'] }).titles).toEqual(['About Rust, old', 'trust', 'new', 'old']);
    expect(rank([...items].reverse(), { keywords: ['RUST'] }).titles).toEqual([
      'About Rust, old',
      'trust',
      'new',
      'old',
    ]);
    expect(rank([item('C++ (now)')], { keywords: ['c++', '(', '[a'] }).titles).toEqual(['C++ (now)']);
  });

  it('leaves no feed more than its share', () => {
    const loud = Array.from({ length: 8 }, (_, index) => item(`loud ${index}`));
    const quiet = item('quiet', { feed: 'https://b.example/feed', at: '2026-02-26T00:00:00.000Z' });
    expect(rank([...loud, quiet], { perFeed: 2 })).toMatchObject({
      titles: [expect.stringMatching('loud'), expect.stringMatching('loud'), 'quiet'],
      rest: 6,
    });
    expect(rank([...loud, quiet], { most: 3 })).toMatchObject({ rest: 6 });
  });
});

describe('the same news in several feeds', () => {
  const b = 'https://b.example/feed';
  it.each([
    [
      'with the same link',
      item('One title'),
      item('Another', { feed: b, link: 'https://www.x.example/One%20title/?utm_source=b#top' }),
    ],
    [
      'with nearly the same title',
      item('Node.js 24.3 fixes a bug in streams'),
      item('node.js 24.3 fixes a bug in Streams!', { feed: b }),
    ],
  ])('%s is one item', (_, first, second) => {
    const { chosen, rest } = rank([first, second]);
    expect([chosen.length, rest]).toEqual([1, 0]);
    expect(new Set([chosen[0]?.feed, ...(chosen[0]?.also ?? [])])).toEqual(new Set([first.feed, b]));
  });

  it('is told apart from short titles that are the same by chance', () => {
    expect(
      rank([item('Release notes', { id: '1', link: null }), item('Release notes', { id: '2', link: null, feed: b })])
        .titles,
    ).toHaveLength(2);
  });
});
