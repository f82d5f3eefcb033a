import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';

/** A post for social networks as a file that people can read, edit and review: front matter, and the text as the body. */

export const NETWORKS = ['bluesky', 'mastodon'] as const;
export type Network = (typeof NETWORKS)[number];

export interface QueuedPost {
  id: string;
  /** What is posted; `url` is put behind it when it does not hold it already. */
  text: string;
  /** Where it goes; every network of the house where the file does not say. */
  networks: Network[];
  /** The first day on which it may go out: `2026-03-05`. */
  notBefore?: string;
  url?: string;
  /** What it is about: a path of the repository, or `tag:v1.2.0`. */
  source?: string;
  /** What it answers: `at://did/app.bsky.feed.post/key`, or `mastodon:` and the id of the post on the house's server. */
  replyTo?: string;
  /** For whoever reviews it; never posted. */
  note?: string;
  /** When it was queued. */
  queued?: string;
  /** Addresses, by the networks that have it. */
  posted: Partial<Record<Network, string>>;
  /** When the last network got it. */
  postedAt?: string;
  /** Why a network would not take it: it is not tried there again until somebody deletes the line. */
  refused?: Partial<Record<Network, string>>;
}

/** What is wrong with a file, in the words of a finding. */
export interface QueueProblem {
  file: string;
  found: string;
  expected: string;
}

export const POST_ID = /^[a-z0-9][a-z0-9-]{0,79}$/;
const POST_ID_FORM = 'at most 80 lower case letters, digits and hyphens, then .md';
const TEXT_LIMIT = 5000;

const Day = z.string('a day such as 2026-03-05').regex(/^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])$/, 'a day: 2026-03-05');
const Line = z.string('a text on one line').trim().min(1, 'a text').max(500, 'at most 500 characters');
const NetworkName = z.enum(NETWORKS, `one of ${NETWORKS.join(', ')}`);
const REPLY_FORM = 'at://did/app.bsky.feed.post/key, or mastodon: and an id';
const REPLY_TO = /^(at:\/\/did:[a-z]+:[\w.:%-]+\/app\.bsky\.feed\.post\/[\w.~:-]+|mastodon:[\w-]{1,64})$/;

const FrontMatter = z.strictObject({
  networks: z
    .array(NetworkName, `a list: [${NETWORKS.join(', ')}]`)
    .min(1, 'at least one network')
    .optional(),
  not_before: Day.optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'an address that starts with https://' })
    .max(500)
    .optional(),
  source: Line.optional(),
  reply_to: z.string(REPLY_FORM).regex(REPLY_TO, REPLY_FORM).max(300).optional(),
  note: Line.optional(),
  queued: Line.optional(),
  posted: z.partialRecord(NetworkName, Line, 'addresses by network').optional(),
  posted_at: Line.optional(),
  refused: z.partialRecord(NetworkName, Line, 'reasons by network').optional(),
});

/** Reads the text of `<id>.md`; the first thing that is wrong with it where it is no post. */
export function parseQueueFile(file: string, text: string): { post: QueuedPost } | { problem: QueueProblem } {
  const wrong = (found: string, expected: string) => ({ problem: { file, found, expected } });
  const id = /([^/]*)\.md$/.exec(file)?.[1] ?? '';
  if (!POST_ID.test(id)) return wrong('its name', POST_ID_FORM);
  const { yaml, body } = partsOf(text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'));
  if (yaml === undefined) return wrong('front matter without an end', 'a line `---` below it');
  if (body.trim() === '') return wrong('no text', 'the text of the post below the front matter');
  if (body.length > TEXT_LIMIT) return wrong(`${body.length} characters`, `at most ${TEXT_LIMIT}`);
  const read = readYaml(yaml);
  if ('broken' in read) return wrong(`front matter that does not parse (${read.broken})`, 'YAML, `key: value`');
  const front = FrontMatter.safeParse(read.value);
  if (!front.success) return wrong(...misfit(front.error.issues[0], read.value));
  return { post: toPost(id, body, front.data) };
}

/** The file of a post; parseQueueFile reads the same post from it. */
export function printQueueFile(post: QueuedPost): string {
  const { networks, notBefore, url, source, replyTo, note, queued, posted, postedAt, refused = {} } = post;
  const front = Object.entries({
    networks: networks.length === NETWORKS.length || replyTo !== undefined ? undefined : networks,
    not_before: notBefore,
    url,
    source,
    reply_to: replyTo,
    note,
    queued,
    posted: Object.keys(posted).length === 0 ? undefined : posted,
    posted_at: postedAt,
    refused: Object.keys(refused).length === 0 ? undefined : refused,
  }).filter(([, value]) => value !== undefined);
  // Without line width a long address stays on its line, where people look for it.
  const yaml = front.length === 0 ? '' : stringify(Object.fromEntries(front), { lineWidth: 0 });
  return `---\n${yaml}---\n${post.text.trim()}\n`;
}

function toPost(id: string, body: string, front: z.infer<typeof FrontMatter>): QueuedPost {
  const {
    networks = NETWORKS,
    not_before,
    url,
    source,
    reply_to,
    note,
    queued,
    posted = {},
    posted_at,
    refused,
  } = front;
  return {
    id,
    text: body.trim(),
    // An answer goes to where the question is.
    networks: reply_to === undefined ? NETWORKS.filter((each) => networks.includes(each)) : [networkOf(reply_to)],
    ...(not_before === undefined ? {} : { notBefore: not_before }),
    ...(url === undefined ? {} : { url }),
    ...(source === undefined ? {} : { source }),
    ...(reply_to === undefined ? {} : { replyTo: reply_to }),
    ...(note === undefined ? {} : { note }),
    ...(queued === undefined ? {} : { queued }),
    posted,
    ...(posted_at === undefined ? {} : { postedAt: posted_at }),
    ...(refused === undefined ? {} : { refused }),
  };
}

/** Where the post is that is answered. */
export const networkOf = (replyTo: string): Network => (replyTo.startsWith('at://') ? 'bluesky' : 'mastodon');

/** `yaml` is undefined where its end is missing: it would be posted along with the text. */
function partsOf(text: string): { yaml: string | undefined; body: string } {
  if (!/^---[ \t]*(\n|$)/.test(text)) return { yaml: '', body: text };
  const [whole, yaml = '', body = ''] = /^---[ \t]*\n(?:([\s\S]*?)\n)??---[ \t]*(?:\n([\s\S]*))?$/.exec(text) ?? [];
  return { yaml: whole === undefined ? undefined : yaml, body };
}

function readYaml(yaml: string): { value: Record<string, unknown> } | { broken: string } {
  const document = parseDocument(yaml, { prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error) return { broken: error.message.split('\n')[0] ?? '' };
  try {
    // Nothing unfolds: what is written is what there is.
    const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { broken: 'no keys' };
    return { value: value as Record<string, unknown> };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

function misfit(
  issue: z.core.$ZodIssue | undefined,
  value: Record<string, unknown>,
): [found: string, expected: string] {
  if (!issue) return ['front matter', 'other front matter'];
  if (issue.code === 'unrecognized_keys')
    return [`the key ${issue.keys[0]}`, `only ${Object.keys(FrontMatter.shape).join(', ')}`];
  const key = String(issue.path[0]);
  const shown = JSON.stringify(Object.hasOwn(value, key) ? value[key] : undefined) ?? 'nothing';
  return [`${key}: ${shown.slice(0, 100)}`, issue.message];
}
