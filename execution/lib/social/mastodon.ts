import { createHash } from 'node:crypto';
import type { mastodon } from 'masto';
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
import { saysTheSame, statusText } from './status-text.ts';

export interface MastodonLogin {
  /** The server: `https://social.example`. */
  url: string;
  token: string;
  visibility: 'public' | 'unlisted';
  language: string;
  /** Addresses that are known to be of other posts. */
  taken: ReadonlySet<string>;
}

type Status = mastodon.v1.Status;

const PAGE_SIZE = 40;
const DAY_MS = 24 * 3_600_000;
/** An attempt that nobody noted is younger. */
const LOOK_BACK_MS = 14 * DAY_MS;
const MARGIN_MS = 3_600_000;

/** Asks whose token it is, which tells at once whether it is one. */
export async function openMastodon(context: ScriptContext, login: MastodonLogin): Promise<Said<SocialAccount>> {
  const { createRestAPIClient } = await import('masto');
  const { url, token } = login;
  // It takes the global fetch, which in the child is context.fetch.
  const client = createRestAPIClient({ url, accessToken: token, timeout: ANSWER_TIMEOUT_MS });
  const account = await asked(() => client.v1.accounts.verifyCredentials());
  if ('trouble' in account) return { trouble: atLogin(account.trouble) };
  const session = { client, login, accountId: account.value.id, now: context.clock.now() };
  return {
    value: {
      find: (posts) => findPosts(session, posts),
      send: (post) => sendPost(session, post),
      mentions: (since) => readMentions(session, since),
      close: async () => {},
    },
  };
}

interface Session {
  client: mastodon.rest.Client;
  login: MastodonLogin;
  accountId: string;
  now: Date;
}

/**
 * Looks through the account's own statuses: the server forgets an Idempotency-Key after an hour. What they do not show has
 * not been posted; where there are too many to look through, nothing is said, and nothing is posted.
 */
async function findPosts(session: Session, posts: readonly QueuedPost[]): Promise<Said<Map<string, string>>> {
  const { login, now } = session;
  const there = new Map<string, string>();
  if (posts.length === 0) return { value: there };
  const since = Math.min(...posts.map((post) => lookFrom(post, now)));
  const own = await ownStatuses(session, since);
  if ('trouble' in own) return own;
  const free = own.value.filter(({ url, uri }) => !login.taken.has(url ?? uri));
  for (const post of posts) {
    const index = free.findIndex((status) => isStatusOf(status, post, lookFrom(post, now)));
    const [status] = index < 0 ? [] : free.splice(index, 1);
    if (status) there.set(post.id, status.url ?? status.uri);
  }
  return { value: there };
}

function isStatusOf(status: Status, post: QueuedPost, from: number): boolean {
  if (Date.parse(status.createdAt) < from) return false;
  const answers = post.replyTo === undefined ? null : idOf(post.replyTo);
  return (status.inReplyToId ?? null) === answers && saysTheSame(status.content, postedText(post));
}

/** It can not have been posted before it was queued. */
function lookFrom({ queued }: QueuedPost, now: Date): number {
  const at = queued === undefined ? Number.NaN : Date.parse(queued) - MARGIN_MS;
  // Somebody wrote a time to come: nothing would be found from there on.
  const isKnown = at <= now.getTime();
  return Math.max(isKnown ? at : 0, now.getTime() - LOOK_BACK_MS);
}

/** Newest first, back to `since`. */
async function ownStatuses({ client, accountId }: Session, since: number): Promise<Said<Status[]>> {
  const found: Status[] = [];
  const list = () => client.v1.accounts.$select(accountId).statuses.list({ limit: PAGE_SIZE, excludeReblogs: true });
  const pages = list()[Symbol.asyncIterator]();
  for (let page = 0; page < PAGES; page++) {
    const answer = await asked(() => pages.next());
    if ('trouble' in answer) return answer;
    const statuses = answer.value.done ? [] : answer.value.value;
    found.push(...statuses);
    const last = statuses.at(-1);
    if (!last || Date.parse(last.createdAt) < since) return { value: found };
  }
  const reason = `the account has over ${PAGES * PAGE_SIZE} new statuses: what was posted already can not be told`;
  return { trouble: { kind: 'busy', reason } };
}

/** The key is the post's own: a second try within an hour gets the status of the first. */
async function sendPost({ client, login }: Session, post: QueuedPost): Promise<Said<string>> {
  const { visibility, language } = login;
  const key = createHash('sha256').update(`steward post ${post.id}`).digest('hex');
  const sent = await asked(() =>
    client.v1.statuses.create(
      {
        status: postedText(post),
        visibility,
        language,
        ...(post.replyTo === undefined ? {} : { inReplyToId: idOf(post.replyTo) }),
      },
      { requestInit: { headers: { 'Idempotency-Key': key } } },
    ),
  );
  return 'trouble' in sent ? sent : { value: sent.value.url ?? sent.value.uri };
}

async function readMentions(session: Session, since: Date): Promise<Said<Mention[]>> {
  const { client, login, accountId } = session;
  const host = new URL(login.url).host;
  const mentions: Mention[] = [];
  const pages = client.v1.notifications.list({ types: ['mention'], limit: PAGE_SIZE })[Symbol.asyncIterator]();
  for (let page = 0; page < PAGES; page++) {
    const answer = await asked(() => pages.next());
    if ('trouble' in answer) return answer;
    const notifications = answer.value.done ? [] : answer.value.value;
    const fresh = notifications.filter(({ createdAt }) => Date.parse(createdAt) >= since.getTime());
    for (const { status, createdAt, account } of fresh) {
      if (!status || account.id === accountId || !['public', 'unlisted'].includes(status.visibility)) continue;
      const author = account.acct.includes('@') ? account.acct : `${account.acct}@${host}`;
      const [id, text] = [`mastodon:${status.id}`, statusText(status.content)];
      mentions.push({ network: 'mastodon', id, url: status.url ?? '', author, text, at: createdAt });
    }
    if (notifications.length === 0 || fresh.length < notifications.length) break;
  }
  const own = mentions.length === 0 ? { value: [] } : await ownStatuses(session, since.getTime());
  if ('trouble' in own) return own;
  const answered = new Set(own.value.map(({ inReplyToId }) => `mastodon:${inReplyToId}`));
  return { value: mentions.filter(({ id }) => !answered.has(id)).sort(byTime) };
}

const idOf = (replyTo: string): string => replyTo.replace(/^mastodon:/, '');

async function asked<T>(ask: () => PromiseLike<T>): Promise<Said<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    const reason = error instanceof Error ? error.message : String(error);
    const status = typeof statusCode === 'number' ? statusCode : 0;
    return { trouble: troubleOf(status, status === 0 ? reason : `${status}: ${reason}`) };
  }
}
