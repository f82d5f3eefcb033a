import { POST_LIMITS, postedText, postLength } from './post-length.ts';
import type { Network, QueuedPost } from './queue-file.ts';

/** Why the network can not have the post as it is, whatever the day; undefined where it can. */
export function obstacle(post: QueuedPost, network: Network): string | undefined {
  const refused = post.refused?.[network];
  if (refused !== undefined) return `${network} would not take it: ${refused}`;
  const length = postLength(postedText(post), network);
  if (length <= POST_LIMITS[network]) return undefined;
  return Number.isFinite(length)
    ? `${length} characters with its address; ${network} takes ${POST_LIMITS[network]}`
    : `more bytes than ${network} takes`;
}

/** Whether the post still has to go to the network. */
export const isMissing = (post: QueuedPost, network: Network): boolean =>
  post.networks.includes(network) && post.posted[network] === undefined;

/** Posts that may go to the network on that day, in the order they wait in. */
export function duePosts(posts: readonly QueuedPost[], network: Network, day: string): QueuedPost[] {
  return posts.filter(
    (post) => isMissing(post, network) && (post.notBefore ?? '') <= day && obstacle(post, network) === undefined,
  );
}

/** How many the network got on that day. */
export function sentOn(posts: readonly QueuedPost[], network: Network, day: string): number {
  return posts.filter(({ posted, postedAt }) => posted[network] !== undefined && postedAt?.startsWith(day)).length;
}
