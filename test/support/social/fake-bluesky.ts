import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { localServer } from '../local-server.ts';
import { type Outage, Outages, type Seen, sendJson } from './outages.ts';

/**
 * A server of the AT protocol with one account, as far as the lexicons say: sessions by app password, records under
 * their keys with compare-and-swap, notifications, and other people's posts.
 */
export interface FakeBluesky {
  url: string;
  handle: string;
  did: string;
  password: string;
  /** Posts of the account by record key. */
  records: Map<string, Record<string, unknown>>;
  /** Posts of others by address. */
  others: Map<string, Record<string, unknown>>;
  requests: Seen[];
  fail(outage: Partial<Outage> & Pick<Outage, 'path' | 'answer'>): void;
  heal(): void;
  /** Somebody mentions the account, or replies to it; gives the post's address. */
  mention(mention: { from: string; text: string; at: string; reason?: string }): string;
}

interface Notification {
  uri: string;
  from: string;
  reason: string;
  at: string;
}

const COLLECTION = 'app.bsky.feed.post';
/** Both have the form that the real ones have. */
const SESSION = 'eyJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6ImFjY2VzcyJ9.c2lnbmF0dXJlLWFjY2Vzcw';
const REFRESH = 'eyJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6InJlZnJlc2gifQ.c2lnbmF0dXJlLXJlZnJlc2g';
export const didOf = (handle: string): string =>
  `did:plc:${createHash('sha256')
    .update(handle)
    .digest('hex')
    .replace(/[0189]/g, 'a')
    .slice(0, 24)}`;

export async function startBluesky(handle = 'house.example'): Promise<FakeBluesky> {
  const outages = new Outages();
  const notifications: Notification[] = [];
  const server: FakeBluesky = {
    url: '',
    handle,
    did: didOf(handle),
    password: 'abcd-efgh-ijkl-mnop',
    records: new Map(),
    others: new Map(),
    requests: [],
    fail: (outage) => outages.add(outage),
    heal: () => outages.clear(),
    mention({ from, text, at, reason = 'mention' }) {
      const uri = `at://${didOf(from)}/${COLLECTION}/3mention${notifications.length}aaaa`;
      server.others.set(uri, { $type: COLLECTION, text, createdAt: at });
      notifications.push({ uri, from, reason, at });
      return uri;
    },
  };
  server.url = await localServer((request, response, body) => {
    const path = request.url ?? '';
    server.requests.push({ method: request.method ?? '', path, headers: request.headers, body });
    const outage = outages.take(request);
    if (typeof outage === 'object') {
      const { status, headers, body: sent = { error: 'Outage', message: 'out of order' }, type } = outage;
      if (type === undefined) return sendJson(response, status, sent, headers);
      response.writeHead(status, { 'content-type': type, ...headers }).end(String(sent));
      return;
    }
    const answer = answerOf({ server, notifications }, request, body);
    if (outage === 'cut') response.destroy();
    if (outage !== undefined) return;
    answer(response);
  });
  return server;
}

type Answer = (response: ServerResponse) => void;
const ok =
  (body: unknown): Answer =>
  (response) =>
    sendJson(response, 200, body);
const no =
  (status: number, error: string, message: string): Answer =>
  (response) =>
    sendJson(response, status, { error, message });

interface World {
  server: FakeBluesky;
  notifications: Notification[];
}

function answerOf(world: World, request: IncomingMessage, body: string): Answer {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const method = pathname.replace('/xrpc/', '');
  const { server } = world;
  if (method === 'com.atproto.server.createSession') return login(server, JSON.parse(body));
  if (method === 'com.atproto.repo.getRecord') return getRecord(server, searchParams);
  if (method === 'com.atproto.identity.resolveHandle') return ok({ did: didOf(searchParams.get('handle') ?? '') });
  const token = request.headers.authorization?.replace(/^Bearer /, '');
  if (method === 'com.atproto.server.deleteSession')
    return token === REFRESH ? ok({}) : no(401, 'InvalidToken', 'Token is not a refresh token');
  if (token !== SESSION) return no(401, 'AuthMissing', 'Authentication Required');
  if (method === 'com.atproto.repo.putRecord') return putRecord(server, JSON.parse(body));
  if (method === 'com.atproto.repo.listRecords') return listRecords(server);
  if (method === 'app.bsky.feed.getPosts') return getPosts(server, searchParams.getAll('uris'));
  if (method === 'app.bsky.notification.listNotifications') return listNotifications(world, searchParams);
  return no(501, 'MethodNotImplemented', method);
}

function login(server: FakeBluesky, sent: { identifier?: string; password?: string }): Answer {
  const { handle, did } = server;
  if (sent.identifier !== handle || sent.password !== server.password)
    return no(401, 'AuthenticationRequired', 'Invalid identifier or password');
  return ok({ did, handle, accessJwt: SESSION, refreshJwt: REFRESH, email: 'owner@house.example', active: true });
}

function getRecord(server: FakeBluesky, query: URLSearchParams): Answer {
  const rkey = query.get('rkey') ?? '';
  const isOwn = [server.did, server.handle].includes(query.get('repo') ?? '');
  const value = isOwn && query.get('collection') === COLLECTION ? server.records.get(rkey) : undefined;
  if (!value) return no(400, 'RecordNotFound', `Could not locate record: at://${query.get('repo')}/${rkey}`);
  return ok({ uri: `at://${server.did}/${COLLECTION}/${rkey}`, cid: cidOf(value), value });
}

function putRecord(
  server: FakeBluesky,
  sent: { repo: string; collection: string; rkey: string; record: Record<string, unknown>; swapRecord?: string | null },
): Answer {
  if (![server.did, server.handle].includes(sent.repo)) return no(400, 'InvalidRequest', 'Could not find repo');
  if (!/^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/.test(sent.rkey))
    return no(400, 'InvalidRequest', 'Invalid record key: not a TID');
  const { text } = sent.record;
  if (typeof text !== 'string' || Buffer.byteLength(text) > 3000 || graphemes(text) > 300)
    return no(
      400,
      'InvalidRequest',
      'Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes',
    );
  const before = server.records.get(sent.rkey);
  if (sent.swapRecord !== undefined && sent.swapRecord !== (before ? cidOf(before) : null))
    return no(400, 'InvalidSwap', 'Record was at another CID');
  server.records.set(sent.rkey, sent.record);
  return ok({ uri: `at://${server.did}/${COLLECTION}/${sent.rkey}`, cid: cidOf(sent.record) });
}

function listRecords({ records, did }: FakeBluesky): Answer {
  const keys = [...records.keys()].sort().reverse();
  return ok({
    records: keys.map((rkey) => {
      const value = records.get(rkey) ?? {};
      return { uri: `at://${did}/${COLLECTION}/${rkey}`, cid: cidOf(value), value };
    }),
  });
}

function getPosts(server: FakeBluesky, uris: readonly string[]): Answer {
  const posts = uris.flatMap((uri) => {
    const record = server.others.get(uri);
    const did = uri.split('/')[2] ?? '';
    const view = {
      uri,
      cid: cidOf(record),
      author: { did, handle: 'somebody.example' },
      indexedAt: '2026-03-01T00:00:00.000Z',
    };
    return record ? [{ ...view, record }] : [];
  });
  return ok({ posts });
}

function listNotifications({ server, notifications }: World, query: URLSearchParams): Answer {
  const reasons = query.getAll('reasons');
  const start = Number(query.get('cursor') ?? 0);
  const size = Number(query.get('limit') ?? 50);
  const all = notifications
    .filter(({ reason }) => reasons.length === 0 || reasons.includes(reason))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  const page = all.slice(start, start + size).map(({ uri, from, reason, at }) => {
    const record = server.others.get(uri) ?? {};
    return {
      uri,
      cid: cidOf(record),
      author: { did: didOf(from), handle: from },
      reason,
      record,
      isRead: false,
      indexedAt: at,
    };
  });
  return ok({ notifications: page, ...(start + size < all.length ? { cursor: String(start + size) } : {}) });
}

const graphemes = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;

/** A content id as the protocol has them: version 1, DAG-CBOR, SHA-256, in base 32. */
function cidOf(value: unknown): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest();
  const bytes = Buffer.concat([Buffer.from([1, 0x71, 0x12, 0x20]), digest]);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return `b${groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')}`;
}
