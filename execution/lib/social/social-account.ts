import type { Network, QueuedPost } from './queue-file.ts';

/**
 * Why a network did not do what it was asked. `busy` may pass by itself: what is left stays in the queue. `denied`: it does
 * not let the account in, until somebody acts. `rejected`: it will not take this one post as it is.
 */
export interface Trouble {
  kind: 'busy' | 'denied' | 'rejected';
  reason: string;
}

export type Said<T> = { value: T } | { trouble: Trouble };

/** What somebody wrote to the account; `text` is theirs, and hostile until shown otherwise. */
export interface Mention {
  network: Network;
  /** For `reply_to`: `at://…` or `mastodon:…`. */
  id: string;
  /** Its page; empty where it has none that could be opened. */
  url: string;
  /** `ada.example` or `ada@social.example`, without `@` in front. */
  author: string;
  text: string;
  at: string;
}

/** An account on a network, logged in. */
export interface SocialAccount {
  /** Addresses, by id, of those posts that the account has; the others it provably has not. */
  find(posts: readonly QueuedPost[]): Promise<Said<ReadonlyMap<string, string>>>;
  /** Posts, and gives the address. Call after find: a post that is there is not made again. */
  send(post: QueuedPost): Promise<Said<string>>;
  /** Mentions and replies by others since then, oldest first, without those the account has answered. */
  mentions(since: Date): Promise<Said<Mention[]>>;
  /** Ends the session. Never fails. */
  close(): Promise<void>;
}

/** How long one answer may take. */
export const ANSWER_TIMEOUT_MS = 15_000;
/** Pages of a list that are read at most. */
export const PAGES = 5;

/** @param status of the answer; 0 where there was none */
export function troubleOf(status: number, reason: string): Trouble {
  const told = reason.replace(/\s+/g, ' ').slice(0, 200);
  if (status === 401 || status === 403 || FORBIDDEN.test(reason)) return { kind: 'denied', reason: told };
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) return { kind: 'rejected', reason: told };
  return { kind: 'busy', reason: status === 429 ? `it wants a pause (${told})` : told };
}

/** The agent's own refusals, and redirects that do not end: no second try mends them. */
const FORBIDDEN = /may not fetch|may fetch|redirect count exceeded|Invalid URL/i;

/** What was said before a session began: whatever is wrong then is wrong with the account. */
export const atLogin = ({ kind, reason }: Trouble): Trouble => ({
  kind: kind === 'rejected' ? 'denied' : kind,
  reason,
});

/** By time, and where that is the same in an order that does not change. */
export const byTime = (a: Mention, b: Mention): number => {
  const [left, right] = [`${a.at} ${a.id}`, `${b.at} ${b.id}`];
  return left < right ? -1 : left > right ? 1 : 0;
};
