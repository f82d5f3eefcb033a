import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { boundedMap } from './lib/bounded-map.ts';
import { type FeedItem, readFeed } from './lib/feeds/feed-items.ts';
import { digestIssue, FEED_PAGE, feedsPage, PATIENCE } from './lib/feeds/feed-page.ts';
import { type RankedItem, rankItems } from './lib/feeds/feed-ranking.ts';
import {
  afterAnswer,
  afterFailure,
  type Digest,
  FEED_STATE,
  FEEDS_FILE,
  type Feed,
  FeedState,
  type KnownFeed,
} from './lib/feeds/feed-state.ts';
import { summarise } from './lib/feeds/feed-summary.ts';
import { readOwnerFile } from './lib/owner-file.ts';
import { writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { readState, writeState } from './lib/state-file.ts';
import { askWeb } from './lib/web-request.ts';

const AT_ONCE = 4;
const MOST_OWED = 30;
const NOTHING = `there is no ${FEEDS_FILE.path}: write \`feeds:\` and a line such as \`- https://example.com/feed.xml\` into it`;

const input = z.strictObject({
  days: z.int().min(1).max(60).default(7).describe('Older items are no news'),
  per_feed: z.int().min(1).max(20).default(3).describe('How many items one feed may have in a digest'),
  most: z.int().min(1).max(30).default(15).describe('How many items a digest lists'),
  timeout_ms: z.int().min(100).max(30_000).default(15_000).describe('How long one answer may take'),
});
type Input = z.infer<typeof input>;

/** Code chooses and orders the items; a model, where there is one, says a few sentences about them and nothing more. */
export default defineScript({
  summary:
    'Reads the feeds of knowledge/feeds.yml and writes one digest of what is new, as a page and a rolling issue.',
  input,
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    feeds: z.int(),
    failing: z.int(),
    new_items: z.int(),
    listed: z.int(),
    by: z.string(),
    problems: z.int(),
    untold: z.int(),
  }),
  async run(context, input) {
    const file = await readOwnerFile(context, FEEDS_FILE);
    if (!file) return context.skip(NOTHING);
    const before = (await readState(context, FEED_STATE, FeedState)) ?? { v: 1, feeds: {}, digest: null, owed: [] };
    const feeds = [...new Map(file.entries.map((feed) => [feed.url, feed])).values()];
    const answers = await boundedMap(feeds, AT_ONCE, (feed) => ask(context, feed, before.feeds[feed.url], input));
    if (feeds.length > 0 && answers.every((answer) => 'problem' in answer && answer.isSilent))
      return context.skip('no feed can be reached');
    const fresh = answers.flatMap((answer) => ('fresh' in answer ? answer.fresh : []));
    const made = await makeDigest(context, fresh, { ...input, keywords: file.settings.keywords });
    const digest = made ?? before.digest;
    const known = Object.fromEntries(answers.map(({ url, known }) => [url, known]));
    // A slip in the file must not make all of a feed new again.
    const kept = file.problems.length > 0 ? before.feeds : {};
    const owed = made ? owedAfter(before) : before.owed;
    const state: FeedState = { v: 1, feeds: { ...kept, ...known }, digest, owed };
    await tell(context, state, feeds);
    const changed = await write(context, state, { feeds, problems: file.problems });
    return {
      path: FEED_PAGE,
      changed,
      feeds: feeds.length,
      failing: answers.filter(({ known }) => known.failures > PATIENCE).length,
      new_items: fresh.length,
      listed: made?.items.length ?? 0,
      by: made ? (made.summary?.model ?? 'code') : 'nothing new',
      problems: file.problems.length,
      untold: digest && !digest.is_told ? 1 : 0,
    };
  },
});

/** Undefined where nothing is worth listing. */
async function makeDigest(
  context: ScriptContext,
  fresh: readonly RankedItem[],
  { keywords, days, per_feed, most }: Input & { keywords: readonly string[] },
): Promise<Digest | undefined> {
  const now = context.clock.now();
  const { chosen, more } = rankItems(fresh, { keywords, now, days, perFeed: per_feed, most });
  if (chosen.length === 0) return undefined;
  const summary = await summarise(context, chosen, keywords);
  return { at: now.toISOString(), summary, items: chosen, more, is_told: false };
}

/** What GitHub was never told goes into the issue with what is new; the page has had it. */
const owedAfter = ({ digest, owed }: FeedState): Digest['items'] =>
  digest && !digest.is_told ? [...digest.items, ...owed].slice(0, MOST_OWED) : owed;

async function tell(context: ScriptContext, state: FeedState, feeds: readonly Feed[]): Promise<void> {
  const { digest, owed } = state;
  if (!digest || digest.is_told) return;
  const whole = { ...digest, items: [...digest.items, ...owed] };
  if ('untold' in (await tellIssue(context, digestIssue(whole, feeds)))) return;
  digest.is_told = true;
  state.owed = [];
}

type Answer = { url: string; known: KnownFeed } & ({ fresh: RankedItem[] } | { problem: string; isSilent: boolean });

/** Asks for what is newer than the last answer, and gives the items that were not seen before. */
async function ask(
  context: ScriptContext,
  { url }: Feed,
  known: KnownFeed | undefined,
  { timeout_ms }: Input,
): Promise<Answer> {
  const answer = await askWeb(context, {
    url,
    timeoutMs: timeout_ms,
    headers: {
      accept: 'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
      ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
      ...(known?.modified === undefined ? {} : { 'if-modified-since': known.modified }),
    },
  });
  if (answer.kind === 'answer' && answer.status === 304)
    return { url, known: afterAnswer(known, [], answer.headers), fresh: [] };
  const read = answer.kind === 'answer' ? readFeed(answer.text, url, context.clock.now()) : { problem: answer.reason };
  if ('problem' in read || answer.kind !== 'answer') {
    const reason = 'problem' in read ? read.problem : 'it does not answer';
    context.log(`${url}: ${reason}`);
    const at = context.clock.now().toISOString();
    const isSilent = answer.kind === 'busy' && answer.status === 0;
    return { url, known: afterFailure(known, { reason, at, most: PATIENCE + 1 }), problem: reason, isSilent };
  }
  const seen = new Set(known?.seen);
  const isFresh = ({ id }: FeedItem) => !seen.has(id);
  return {
    url,
    known: afterAnswer(
      known,
      read.items.map(({ id }) => id),
      answer.headers,
    ),
    fresh: read.items.filter(isFresh).map((item) => ({ ...item, feed: url, also: [] })),
  };
}

async function write(
  context: ScriptContext,
  state: FeedState,
  { feeds, problems }: { feeds: readonly Feed[]; problems: readonly string[] },
): Promise<boolean> {
  const footer = `Kept by the directive feed_digest; what is read stands in ${FEEDS_FILE.path}.`;
  const written = [
    await writeState(context, FEED_STATE, FeedState, state),
    await writeReport(context, { path: FEED_PAGE, body: feedsPage({ state, feeds, problems }), footer }),
  ];
  return written.includes(true);
}
