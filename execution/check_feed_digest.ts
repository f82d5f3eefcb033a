import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { readFeed } from './lib/feeds/feed-items.ts';
import { FEED_MARKER, FEED_PAGE, feedsPage } from './lib/feeds/feed-page.ts';
import { type Digest, FEED_STATE, FEEDS_FILE, FeedState } from './lib/feeds/feed-state.ts';
import { readKeptIssues } from './lib/kept-issues.ts';
import { counted } from './lib/markdown-text.ts';
import { readOwnerFile } from './lib/owner-file.ts';
import { readReportBody } from './lib/report-file.ts';
import { readState } from './lib/state-file.ts';
import { momentOf } from './lib/time-words.ts';
import { askWeb } from './lib/web-request.ts';

/**
 * Whether the page is the digest and nothing else, and the digest is true: the feed of its first item is asked once more,
 * and must have it. One feed, since all would be as many requests again.
 */
export default defineScript({
  summary: 'Checks that the page about feeds is the digest that was made, and that its first item is in its feed.',
  input: z.strictObject({
    file: z.string().default(FEED_PAGE).describe('The page to check'),
    listed: z.int().min(0).default(1).describe('Items that this run put into the digest; 0: it is an old one'),
    untold: z.int().min(0).default(0).describe('1 where GitHub could not be told: then its issue is not looked for'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, listed, untold }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const state = await readState(context, FEED_STATE, FeedState);
    if (!state) return { ok: false, reason: `${FEED_STATE} can not be read` };
    const { entries: feeds = [], problems = [] } = (await readOwnerFile(context, FEEDS_FILE)) ?? {};
    const distinct = [...new Map(feeds.map((feed) => [feed.url, feed])).values()];
    if (page.trim() !== feedsPage({ state, feeds: distinct, problems }).trim())
      return { ok: false, reason: `${file} is not the digest in ${FEED_STATE}` };
    const { digest } = state;
    if (!digest || listed === 0) return { ok: true, reason: `${file} says what is known; nothing is new` };
    const problem =
      (await missingItem(context, digest)) ?? (untold > 0 ? undefined : await missingIssue(context, digest));
    if (problem !== undefined) return { ok: false, reason: problem };
    return {
      ok: true,
      reason: `${file} lists ${counted(digest.items.length, 'item')}, the first of which is in its feed`,
    };
  },
});

/** Undefined where the item is there, and where its feed does not answer now. */
async function missingItem(context: ScriptContext, { items }: Digest): Promise<string | undefined> {
  const [first] = items;
  if (!first) return 'the digest has no item';
  const answer = await askWeb(context, { url: first.feed });
  if (answer.kind !== 'answer') return undefined;
  const read = readFeed(answer.text, first.feed, context.clock.now());
  if ('problem' in read || read.items.some(({ id }) => id === first.id)) return undefined;
  return `the item “${first.title.slice(0, 80)}” is not in ${first.feed}`;
}

async function missingIssue(context: ScriptContext, digest: Digest): Promise<string | undefined> {
  const issues = await readKeptIssues(context, FEED_MARKER);
  if ('unavailable' in issues) return undefined;
  const issue = issues.byMarker.get(FEED_MARKER);
  return issue?.body.includes(`as of ${momentOf(digest.at)}`) ? undefined : 'no issue on GitHub has this digest';
}
