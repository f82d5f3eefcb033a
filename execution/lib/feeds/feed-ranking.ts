import { DAY_MS } from '../time-words.ts';
import type { FeedItem } from './feed-items.ts';

/** An item with the feed it comes from; `also` names the feeds that had the same. */
export interface RankedItem extends FeedItem {
  feed: string;
  also: string[];
}

export interface Ranking {
  keywords: readonly string[];
  now: Date;
  /** Older items are no news. An item without a date is new the day it is first seen. */
  days: number;
  /** Items that one feed may have among the chosen. */
  perFeed: number;
  most: number;
}

const TITLE_WEIGHT = 3;
/** An item is worth half as much after so many days; a keyword in the title makes up for more. */
const HALF_LIFE_DAYS = 2;
const SAME_WORDS = 0.75;

/** The items worth showing, best first, and how many more there were. The same items in another order give the same. */
export function rankItems(items: readonly RankedItem[], ranking: Ranking): { chosen: RankedItem[]; more: number } {
  const { now, days, perFeed, most } = ranking;
  const fresh = items.filter(({ at }) => at === null || now.getTime() - Date.parse(at) <= days * DAY_MS);
  const scored = fresh.map((item) => ({ item, score: scoreOf(item, ranking) }));
  scored.sort((a, b) => b.score - a.score || compare(a.item, b.item));
  const single = withoutDoubles(scored.map(({ item }) => item));
  const counts = new Map<string, number>();
  const allowed = single.filter(({ feed }) => {
    counts.set(feed, (counts.get(feed) ?? 0) + 1);
    return (counts.get(feed) ?? 0) <= perFeed;
  });
  const chosen = allowed.slice(0, most);
  return { chosen, more: single.length - chosen.length };
}

function scoreOf(item: FeedItem, { keywords, now }: Ranking): number {
  const ageDays = item.at === null ? 1 : Math.max(0, now.getTime() - Date.parse(item.at)) / DAY_MS;
  const [title, abstract] = [item.title.toLowerCase(), item.abstract.toLowerCase()];
  const hits = keywords.map((keyword) => {
    const isIn = wordFinder(keyword);
    return (isIn(title) ? TITLE_WEIGHT : 0) + (isIn(abstract) ? 1 : 0);
  });
  return 2 ** (-ageDays / HALF_LIFE_DAYS) + hits.reduce((sum, hit) => sum + hit, 0);
}

/** Whole words: `ai` is not in `fair`. */
function wordFinder(keyword: string): (text: string) => boolean {
  const literal = keyword.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'u');
  return (text) => pattern.test(text);
}

const compare = (a: FeedItem, b: FeedItem): number =>
  (b.at ?? '').localeCompare(a.at ?? '', 'en') || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Of items that say the same, the first stays and names the feeds of the others. */
function withoutDoubles(items: readonly RankedItem[]): RankedItem[] {
  const kept: { item: RankedItem; words: Set<string>; link: string }[] = [];
  for (const item of items) {
    const words = wordsOf(item.title);
    const link = linkKey(item.link);
    const same = kept.find((other) => (link !== '' && other.link === link) || isSameTitle(other.words, words));
    if (!same) kept.push({ item: { ...item, also: [...item.also] }, words, link });
    else if (same.item.feed !== item.feed && !same.item.also.includes(item.feed)) same.item.also.push(item.feed);
  }
  return kept.map(({ item }) => item);
}

const wordsOf = (title: string): Set<string> => new Set(title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Short titles (`Release notes`) are the same by chance. */
function isSameTitle(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (Math.min(a.size, b.size) < 4) return false;
  const common = [...a].filter((word) => b.has(word)).length;
  return common / (a.size + b.size - common) >= SAME_WORDS;
}

/** The address without what only says where a reader came from. */
function linkKey(link: string | null): string {
  if (link === null) return '';
  const url = new URL(link);
  const names = [...url.searchParams.keys()].filter((name) => /^utm_|^(fbclid|gclid|ref|source)$/i.test(name));
  for (const name of names) url.searchParams.delete(name);
  return `${url.host.replace(/^www\./, '')}${url.pathname.replace(/\/$/, '')}${url.search}`;
}
