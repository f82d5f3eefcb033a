import { createHash } from 'node:crypto';
import type { AtpAgent } from '@atproto/api';
import type { ScriptContext } from '../../../src/script.ts';
import { postedText } from './post-length.ts';
import type { QueuedPost } from './queue-file.ts';
import {
  ANSWER_TIMEOUT_MS,
  atLogin,
  byTime,
  type Mention,
  PAGES,
  type Said,
  type SocialAccount,
  troubleOf,
} from './social-account.ts';

/** Where the account is: `service` is its own server or Bluesky's entrance. */
export interface BlueskyLogin {
  service: string;
  /** `ada.example` or a DID. */
  handle: string;
  /** An app password, never that of the account. */
  password: string;
  /** Of the posts, such as `en`. */
  language: string;
}

const POST = 'app.bsky.feed.post';
const PAGE_SIZE = 100;

/** Logs in. The library and its lexicons take most of a second to load, so that nobody does who has nothing to do. */
export async function openBluesky(
  context: ScriptContext,
  { service, handle, password, language }: BlueskyLogin,
): Promise<Said<SocialAccount & { service: string }>> {
  const { AtpAgent, RichText } = await import('@atproto/api');
  // In the child the global fetch is context.fetch.
  const patient: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  const agent = new AtpAgent({ service, fetch: patient });
  const login = await asked(() => agent.login({ identifier: handle, password }));
  if ('trouble' in login) return { trouble: atLogin(login.trouble) };
  const did = login.value.data.did;
  const facetsOf = async (text: string) => {
    const rich = new RichText({ text });
    await rich.detectFacets(agent);
    const bytes = Buffer.from(text);
    // A name such as README.md is no address, though the library knows a country for it.
    return (rich.facets ?? []).filter(({ index, features }) =>
      features.every(
        (each) => !('uri' in each) || /^https?:/.test(bytes.toString('utf8', index.byteStart, index.byteEnd)),
      ),
    );
  };
  const session = { agent, did, language, facetsOf, now: context.clock.now() };
  return {
    value: {
      service: agent.dispatchUrl.href,
      find: (posts) => findPosts(session, posts),
      send: (post) => sendPost(session, post),
      mentions: (since) => readMentions(session, since),
      close: () => agent.logout(),
    },
  };
}

interface Session {
  agent: AtpAgent;
  did: string;
  language: string;
  facetsOf(text: string): Promise<object[]>;
  now: Date;
}

async function findPosts({ agent, did }: Session, posts: readonly QueuedPost[]): Promise<Said<Map<string, string>>> {
  const there = new Map<string, string>();
  for (const { id } of posts) {
    const rkey = recordKey(id);
    const found = await asked(() => agent.com.atproto.repo.getRecord({ repo: did, collection: POST, rkey }));
    if ('value' in found) there.set(id, addressOf(did, rkey));
    else if (!found.isAbsent) return found;
  }
  return { value: there };
}

/** The key is the post's own and must be free: of two runs at once one makes the record. */
async function sendPost(session: Session, post: QueuedPost): Promise<Said<string>> {
  const { agent, did, language, now } = session;
  const text = postedText(post);
  const reply = post.replyTo === undefined ? undefined : await replyRefs(agent, post.replyTo);
  if (reply && 'trouble' in reply) return reply;
  const rkey = recordKey(post.id);
  const sent = await asked(async () => {
    const facets = await session.facetsOf(text);
    return agent.com.atproto.repo.putRecord({
      repo: did,
      collection: POST,
      rkey,
      swapRecord: null,
      record: {
        $type: POST,
        text,
        createdAt: now.toISOString(),
        langs: [language],
        ...(facets.length > 0 ? { facets } : {}),
        ...(reply ? { reply: reply.value } : {}),
      },
    });
  });
  return 'value' in sent || sent.isTaken ? { value: addressOf(did, rkey) } : sent;
}

/** A thread is its first post; every answer names it and the one it answers. */
async function replyRefs(agent: AtpAgent, uri: string): Promise<Said<object>> {
  const answer = await asked(() => agent.getPosts({ uris: [uri] }));
  if ('trouble' in answer) return answer;
  const [parent] = answer.value.data.posts;
  if (!parent) return { trouble: { kind: 'rejected', reason: 'the post that it answers is gone' } };
  const ref = { uri: parent.uri, cid: parent.cid };
  const { reply } = parent.record as { reply?: { root?: unknown } };
  return { value: { root: reply?.root ?? ref, parent: ref } };
}

async function readMentions({ agent, did }: Session, since: Date): Promise<Said<Mention[]>> {
  const mentions: Mention[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const answer = await asked(() =>
      agent.listNotifications({ reasons: ['mention', 'reply'], limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) }),
    );
    if ('trouble' in answer) return answer;
    const { notifications, cursor: next } = answer.value.data;
    const fresh = notifications.filter(({ indexedAt }) => Date.parse(indexedAt) >= since.getTime());
    for (const { uri, author, record, indexedAt, reason } of fresh) {
      if (author.did === did || !['mention', 'reply'].includes(reason) || !uri.includes(`/${POST}/`)) continue;
      const url = addressOf(author.did, uri.split('/').at(-1) ?? '');
      const text = typeof record.text === 'string' ? record.text : '';
      mentions.push({ network: 'bluesky', id: uri, url, author: author.handle, text, at: indexedAt });
    }
    cursor = next;
    if (cursor === undefined || fresh.length < notifications.length) break;
  }
  const answered = await answeredPosts(agent, did);
  if ('trouble' in answered) return answered;
  return { value: mentions.filter(({ id }) => !answered.value.has(id)).sort(byTime) };
}

/** What the account's last posts answer: people answer by hand, too. */
async function answeredPosts(agent: AtpAgent, did: string): Promise<Said<Set<string>>> {
  const answer = await asked(() =>
    agent.com.atproto.repo.listRecords({ repo: did, collection: POST, limit: PAGE_SIZE }),
  );
  if ('trouble' in answer) return answer;
  const parents = answer.value.data.records.map(({ value }) => {
    const { reply } = value as { reply?: { parent?: { uri?: string } } };
    return reply?.parent?.uri ?? '';
  });
  return { value: new Set(parents) };
}

type Asked<T> = { value: T } | { trouble: ReturnType<typeof troubleOf>; isAbsent: boolean; isTaken: boolean };

/** The library throws one kind of error for everything; the name in it is the protocol's. */
async function asked<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    const { status, error: name } = error as { status?: number; error?: string };
    // Below 100 are the library's own: no answer, or one that fits no lexicon.
    const http = typeof status === 'number' && status >= 100 ? status : 0;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      trouble: troubleOf(http, http === 0 ? reason : `${http} ${name ?? ''}: ${reason}`),
      isAbsent: name === 'RecordNotFound' || /^could not locate record/i.test(reason),
      isTaken: name === 'InvalidSwap',
    };
  }
}

/** What people open. The DID stays when the handle changes. */
const addressOf = (did: string, rkey: string): string => `https://bsky.app/profile/${did}/post/${rkey}`;

const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';
/** Keys begin with a time, and lists go by them: ours are in 2020 and 2021, behind what people post. */
const FIRST_MICROSECOND = 1_577_836_800_000_000n;
const SPAN_MICROSECONDS = 63_072_000_000_000n;
const CLOCK_BITS = 10n;

/**
 * The record key of a post, the same for the same id: a TID (a time and the number of a clock) made of its hash. A second
 * attempt finds the record of the first, or fails to make another.
 */
export function recordKey(id: string): string {
  const hash = createHash('sha256').update(`steward post ${id}`).digest();
  const time = FIRST_MICROSECOND + (hash.readBigUInt64BE(0) % SPAN_MICROSECONDS);
  let bits = (time << CLOCK_BITS) | (hash.readBigUInt64BE(8) & ((1n << CLOCK_BITS) - 1n));
  let key = '';
  for (let place = 0; place < 13; place++) {
    key = `${ALPHABET[Number(bits & 31n)]}${key}`;
    bits >>= 5n;
  }
  return key;
}
