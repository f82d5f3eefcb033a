import type { Network } from './queue-file.ts';

/** Where anybody can ask for the post as JSON; undefined where the address is none of the network. */
export function publicAddress(network: Network, service: string, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  if (network === 'mastodon') {
    // `/@house/1234`, and for a status that has no page yet `/users/house/statuses/1234`.
    const id = /^\/(?:@[\w.-]+|users\/[\w.-]+\/statuses)\/([\w-]+)$/.exec(pathname)?.[1];
    return id === undefined || origin !== new URL(service).origin ? undefined : `${origin}/api/v1/statuses/${id}`;
  }
  const [, did, rkey] = /^\/profile\/(did:[\w:.%-]+)\/post\/([\w.~:-]+)$/.exec(pathname) ?? [];
  if (origin !== 'https://bsky.app' || did === undefined || rkey === undefined) return undefined;
  const asked = new URLSearchParams({ repo: did, collection: 'app.bsky.feed.post', rkey });
  return `${service.replace(/\/*$/, '')}/xrpc/com.atproto.repo.getRecord?${asked}`;
}
