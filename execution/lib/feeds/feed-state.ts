import { z } from 'zod';
import { webAddress } from '../outside-text.ts';
import type { OwnerFileForm } from '../owner-file.ts';

export const FEED_STATE = 'knowledge/state/feed_digest.json';

/** A feed that is read. */
export interface Feed {
  url: string;
  /** What its items are listed under; without it the host. */
  name: string;
}

const URL_FORM = 'the address of a feed such as https://example.com/feed.xml';
const NAME_FORM = 'a name of 1 to 40 characters';
const KEYWORDS_FORM = 'a list of at most 30 words, such as [typescript, "supply chain"]';
const Detailed = z
  .strictObject({
    url: z.string(URL_FORM).transform((text, context) => {
      const url = webAddress(text);
      if (url !== undefined) return url;
      context.addIssue(URL_FORM);
      return z.NEVER;
    }),
    name: z.string(NAME_FORM).trim().min(1, NAME_FORM).max(40, NAME_FORM).optional(),
  })
  .transform(({ url, name }) => ({ url, name: name ?? new URL(url).host.replace(/^www\./, '') }));

/** knowledge/feeds.yml */
export const FEEDS_FILE: OwnerFileForm<Feed, { keywords: string[] }> = {
  path: 'knowledge/feeds.yml',
  list: 'feeds',
  entry: z.preprocess((value) => (typeof value === 'string' ? { url: value } : value), Detailed),
  settings: z.strictObject({
    keywords: z
      .array(z.string(KEYWORDS_FORM).trim().min(1, KEYWORDS_FORM).max(60, KEYWORDS_FORM), KEYWORDS_FORM)
      .max(30, KEYWORDS_FORM)
      .default([]),
  }),
  most: 20,
};

const KnownFeed = z.object({
  /** Of the newest answer that was read, for the next question. */
  etag: z.string().max(300).optional(),
  modified: z.string().max(100).optional(),
  /** Runs in a row in which it could not be read; not counted further than the page needs. */
  failures: z.int().min(0),
  failing: z.object({ since: z.iso.datetime(), reason: z.string() }).optional(),
  /** Ids of items, newest first. */
  seen: z.array(z.string()),
});
export type KnownFeed = z.infer<typeof KnownFeed>;

export const Digest = z.object({
  at: z.iso.datetime(),
  /** By a model; null where the list must do. `picks` are places in `items`, from 0. */
  summary: z
    .object({ text: z.string(), model: z.string(), picks: z.array(z.object({ item: z.int(), why: z.string() })) })
    .nullable(),
  items: z.array(
    z.object({
      id: z.string(),
      feed: z.string(),
      title: z.string(),
      link: z.string().nullable(),
      at: z.iso.datetime().nullable(),
      abstract: z.string(),
      also: z.array(z.string()),
    }),
  ),
  more: z.int().min(0),
  is_told: z.boolean(),
});
export type Digest = z.infer<typeof Digest>;

export const FeedState = z.object({
  v: z.literal(1),
  feeds: z.record(z.string(), KnownFeed),
  digest: Digest.nullable(),
  /** Of digests that another followed before GitHub could be told; newest first, a few. */
  owed: Digest.shape.items.default([]),
});
export type FeedState = z.infer<typeof FeedState>;

const KEPT_IDS = 300;

/** The feed after an answer: everything in it has been seen. Headers of an answer without news are not kept. */
export function afterAnswer(before: KnownFeed | undefined, ids: readonly string[], headers: Headers): KnownFeed {
  const known = new Set(before?.seen);
  const fresh = ids.filter((id) => !known.has(id));
  if (before && fresh.length === 0 && before.failures === 0) return before;
  const [etag, modified] = [headers.get('etag') ?? '', headers.get('last-modified') ?? ''];
  return {
    ...(etag !== '' && etag.length <= 300 ? { etag } : {}),
    ...(modified !== '' && modified.length <= 100 ? { modified } : {}),
    failures: 0,
    seen: [...new Set([...ids, ...(before?.seen ?? [])])].slice(0, KEPT_IDS),
  };
}

/** The feed after a run in which it could not be read. */
export function afterFailure(
  before: KnownFeed | undefined,
  { reason, at, most }: { reason: string; at: string; most: number },
): KnownFeed {
  const { failures = 0, seen = [], failing, ...rest } = before ?? {};
  return { ...rest, seen, failures: Math.min(failures + 1, most), failing: failing ?? { since: at, reason } };
}
