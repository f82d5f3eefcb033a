import { counted, paragraphs } from '../markdown-text.ts';
import { outsideLink, quoted } from '../outside-text.ts';
import { momentOf } from '../time-words.ts';
import { type Digest, FEEDS_FILE, type Feed, type FeedState } from './feed-state.ts';

export const FEED_PAGE = 'knowledge/reports/feeds.md';
export const FEED_MARKER = 'feeds:digest';
/** A feed is named as failing when it failed in more runs than this. */
export const PATIENCE = 3;

export interface FeedFacts {
  state: FeedState;
  feeds: readonly Feed[];
  /** Of the file, as Markdown. */
  problems: readonly string[];
}

/** The body of the page: the last digest, and what is wrong. It is made of the state alone. */
export function feedsPage(facts: FeedFacts): string {
  const { digest } = facts.state;
  const news = digest ? digestText(digest, facts.feeds) : 'No feed has had anything new yet.';
  return `${paragraphs('# Feeds', news, failingFeeds(facts), toMend(facts))}\n`;
}

/** The digest as Markdown, for the page and for the issue. */
export function digestText(digest: Digest, feeds: readonly Feed[]): string {
  const { items, summary, more } = digest;
  const picks = (summary?.picks ?? []).map(({ item, why }) => `- **${item + 1}.** ${quoted(why, 160)}`);
  const list = items.map((item, index) => `${index + 1}. ${itemText(item, feeds)}`);
  const rest = more === 0 ? '' : `and ${more} more, less recent or less to the point`;
  return paragraphs(
    digestHeadline(digest),
    summary ? quoted(summary.text, 900) : '',
    picks.join('\n'),
    list.join('\n'),
    rest,
    summary
      ? `<sub>The summary was written by ${quoted(summary.model, 60)} from the titles and abstracts below it.</sub>`
      : '',
  );
}

const digestHeadline = ({ at, items, more }: Digest): string =>
  `**${counted(items.length + more, 'new item')}**, as of ${momentOf(at)}.`;

function itemText(item: Digest['items'][number], feeds: readonly Feed[]): string {
  const title = quoted(item.title, 160);
  const names = [item.feed, ...item.also].map((url) =>
    quoted(feeds.find((feed) => feed.url === url)?.name ?? hostOf(url), 40),
  );
  const [own, ...also] = names;
  const source = [own, item.at?.slice(0, 10), also.length > 0 ? `also in ${also.join(', ')}` : '']
    .filter((part) => part)
    .join(', ');
  const abstract = item.abstract === '' || item.abstract === item.title ? '' : `: ${quoted(item.abstract, 300)}`;
  return `${item.link === null ? title : outsideLink(title, item.link)} (${source})${abstract}`;
}

function failingFeeds({ state, feeds }: FeedFacts): string {
  const lines = feeds.flatMap(({ url, name }) => {
    const known = state.feeds[url];
    if (!known?.failing || known.failures <= PATIENCE) return [];
    return [
      `- ${outsideLink(quoted(name, 40), url)}, since ${momentOf(known.failing.since)}: ${quoted(known.failing.reason, 200)}`,
    ];
  });
  return lines.length === 0 ? '' : paragraphs('## Feeds that can not be read', lines.join('\n'));
}

const toMend = ({ problems }: FeedFacts): string =>
  problems.length === 0
    ? ''
    : paragraphs(`## To mend in ${FEEDS_FILE.path}`, problems.map((problem) => `- ${problem}`).join('\n'));

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** GitHub takes 65,536 characters. */
const LONGEST_ISSUE = 60_000;

/** Where the digest is longer than an issue may be, its abstracts are left out, and then its last items. */
export function digestIssue(digest: Digest, feeds: readonly Feed[]): { marker: string; title: string; body: string } {
  const { items, more, at } = digest;
  const bare = items.map((item) => ({ ...item, abstract: '', also: [] }));
  const shorter = [bare, bare.slice(0, 15), bare.slice(0, 5)].map((kept) => ({
    ...digest,
    items: kept,
    more: more + items.length - kept.length,
  }));
  const texts = [digest, ...shorter].map((each) => digestText(each, feeds));
  return {
    marker: FEED_MARKER,
    title: `Feeds: ${counted(items.length + more, 'new item')} on ${at.slice(0, 10)}`,
    body: texts.find((text) => text.length <= LONGEST_ISSUE) ?? texts.at(-1) ?? '',
  };
}
