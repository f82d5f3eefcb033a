import { createHash } from 'node:crypto';
import { parseFeed } from 'feedsmith';
import { visibleLine, webAddress } from '../outside-text.ts';
import { DAY_MS } from '../time-words.ts';
import { feedProblem } from './feed-guard.ts';
import { htmlWords } from './plain-html.ts';

/** One item of a feed, as text: no HTML, nothing hidden, cut to length. */
export interface FeedItem {
  /** The same for the same item in the same feed. */
  id: string;
  title: string;
  link: string | null;
  /** When it was published, where the feed says so in a way that can be. */
  at: string | null;
  abstract: string;
}

/** Items that are looked at of one feed, in its own order: the newest come first in most. */
const MOST_ITEMS = 100;
const EARLIEST = Date.UTC(1990, 0, 1);

/** What a feed holds, be it RSS, Atom, RDF or JSON. Never throws, whatever the text is. */
export function readFeed(text: string, url: string, now: Date): { items: FeedItem[] } | { problem: string } {
  const problem = feedProblem(text);
  if (problem !== undefined) return { problem };
  const raw = rawItems(text);
  if (!raw) return { problem: 'it is no feed: neither RSS, Atom, RDF nor JSON Feed' };
  const items = new Map<string, FeedItem>();
  for (const each of raw) {
    const item = toItem(each, url, now);
    if (item && !items.has(item.id)) items.set(item.id, item);
  }
  return { items: [...items.values()] };
}

interface RawItem {
  id?: string | undefined;
  title?: string | undefined;
  link?: string | undefined;
  date?: unknown;
  text?: string | undefined;
}

function rawItems(text: string): RawItem[] | undefined {
  try {
    const parsed = parsedFeed(text);
    if (parsed.format === 'atom') return (parsed.feed.entries ?? []).slice(0, MOST_ITEMS).map(ofAtom);
    if (parsed.format === 'json') return (parsed.feed.items ?? []).slice(0, MOST_ITEMS).map(ofJson);
    if (parsed.format === 'rdf') return (parsed.feed.items ?? []).slice(0, MOST_ITEMS).map(ofRdf);
    return (parsed.feed.items ?? []).slice(0, MOST_ITEMS).map(ofRss);
  } catch {
    return undefined;
  }
}

const parsedFeed = (text: string) => parseFeed(text, { maxItems: MOST_ITEMS });
type Parsed = ReturnType<typeof parsedFeed>;
type FeedOf<Format extends Parsed['format']> = Extract<Parsed, { format: Format }>['feed'];
type ItemOf<Format extends 'json' | 'rdf' | 'rss'> = NonNullable<FeedOf<Format>['items']>[number];
type Entry = NonNullable<FeedOf<'atom'>['entries']>[number];

const ofAtom = ({ id, title, links, published, updated, summary, content }: Entry): RawItem => ({
  id,
  title: title?.value,
  link: (links?.find(({ rel = 'alternate' }) => rel === 'alternate') ?? links?.[0])?.href,
  date: published ?? updated,
  text: summary?.value ?? content?.value,
});

const ofJson = (item: ItemOf<'json'>): RawItem => ({
  id: item.id,
  title: item.title,
  link: item.url ?? item.external_url,
  date: item.date_published ?? item.date_modified,
  text: item.summary ?? item.content_text ?? item.content_html,
});

const ofRdf = ({ title, link, description, dc }: ItemOf<'rdf'>): RawItem => ({
  title,
  link,
  date: dc?.dates?.[0],
  text: description,
});

const ofRss = ({ guid, title, link, pubDate, description, content, dc }: ItemOf<'rss'>): RawItem => ({
  id: guid?.value,
  title,
  link: link ?? (guid?.isPermaLink === false ? undefined : guid?.value),
  date: pubDate ?? dc?.dates?.[0],
  text: description ?? content?.encoded,
});

function toItem({ id, title, link, date, text }: RawItem, url: string, now: Date): FeedItem | undefined {
  const address = webAddress(asText(link), url) ?? null;
  const abstract = visibleLine(htmlWords(asText(text)), 300);
  const named = visibleLine(htmlWords(asText(title), 2000), 160) || visibleLine(abstract, 80);
  if (named === '') return undefined;
  const name = asText(id) || address || named;
  return { id: idOf(`${url}\n${name}`), title: named, link: address, at: timeOf(date, now), abstract };
}

/** Types are promises of a parser; a feed may break them. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Null where it is no time, or one that can not be. A little ahead of the clock is now. */
function timeOf(date: unknown, now: Date): string | null {
  const time = Date.parse(asText(date));
  if (!(time > EARLIEST) || time > now.getTime() + 2 * DAY_MS) return null;
  return new Date(Math.min(time, now.getTime())).toISOString();
}
