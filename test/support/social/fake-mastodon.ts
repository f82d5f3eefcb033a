import type { IncomingMessage, ServerResponse } from 'node:http';
import { localServer } from '../local-server.ts';
import { type Outage, Outages, type Seen, sendJson } from './outages.ts';

/**
 * A Mastodon server with one account: tokens, statuses as HTML, pages by Link header, Idempotency-Keys that are
 * remembered until `forgetKeys`, and notifications.
 */
export interface FakeMastodon {
  url: string;
  token: string;
  /** Newest first. */
  statuses: FakeStatus[];
  requests: Seen[];
  /** The server's time. */
  now: string;
  fail(outage: Partial<Outage> & Pick<Outage, 'path' | 'answer'>): void;
  heal(): void;
  /** An hour has passed. */
  forgetKeys(): void;
  /** A status of the account, by hand. */
  post(text: string, at: string, inReplyToId?: string): FakeStatus;
  /** Somebody mentions the account; gives the status' id. */
  mention(mention: { from: string; text: string; at: string; visibility?: string }): string;
}

export interface FakeStatus {
  id: string;
  text: string;
  at: string;
  inReplyToId: string | null;
  visibility: string;
}

interface World {
  server: FakeMastodon;
  keys: Map<string, FakeStatus>;
  notifications: { id: string; from: string; html: string; at: string; visibility: string }[];
  nextId: number;
}

export async function startMastodon(): Promise<FakeMastodon> {
  const outages = new Outages();
  const world: World = { server: {} as FakeMastodon, keys: new Map(), notifications: [], nextId: 1000 };
  const server: FakeMastodon = {
    url: '',
    token: 'token-of-the-account-0123',
    statuses: [],
    requests: [],
    now: '2026-03-01T12:00:00.000Z',
    fail: (outage) => outages.add(outage),
    heal: () => outages.clear(),
    forgetKeys: () => world.keys.clear(),
    post: (text, at, inReplyToId) =>
      addStatus(world, { text, at, inReplyToId: inReplyToId ?? null, visibility: 'public' }),
    mention({ from, text, at, visibility = 'public' }) {
      const id = String(world.nextId++);
      world.notifications.push({ id, from, html: htmlOf(text), at, visibility });
      return id;
    },
  };
  world.server = server;
  server.url = (
    await localServer((request, response, body) => {
      server.requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      const outage = outages.take(request);
      if (typeof outage === 'object') {
        const { status, headers, body: sent = { error: 'out of order' }, type } = outage;
        if (type === undefined) return sendJson(response, status, sent, headers);
        response.writeHead(status, { 'content-type': type, ...headers }).end(String(sent));
        return;
      }
      const answer = answerOf(world, request, body);
      if (outage === 'cut') response.destroy();
      if (outage !== undefined) return;
      answer(response);
    })
  ).replace(/\/$/, '');
  return server;
}

type Answer = (response: ServerResponse) => void;
const ok =
  (body: unknown, headers: object = {}): Answer =>
  (response) =>
    sendJson(response, 200, body, headers);
const no =
  (status: number, error: string): Answer =>
  (response) =>
    sendJson(response, status, { error });

function answerOf(world: World, request: IncomingMessage, body: string): Answer {
  const { server } = world;
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const one = /^\/api\/v1\/statuses\/(\w+)$/.exec(pathname)?.[1];
  if (one !== undefined) {
    const status = server.statuses.find(({ id }) => id === one);
    return status ? ok(statusOf(server, status)) : no(404, 'Record not found');
  }
  if (request.headers.authorization !== `Bearer ${server.token}`) return no(401, 'The access token is invalid');
  if (pathname === '/api/v1/accounts/verify_credentials') return ok({ id: '7', username: 'house', acct: 'house' });
  if (pathname === '/api/v1/accounts/7/statuses') return listStatuses(server, searchParams);
  if (pathname === '/api/v1/notifications') return listNotifications(world, searchParams);
  if (pathname === '/api/v1/statuses' && request.method === 'POST') return create(world, request, JSON.parse(body));
  return no(404, 'Record not found');
}

function create(
  world: World,
  request: IncomingMessage,
  sent: { status?: string; in_reply_to_id?: string; visibility?: string },
): Answer {
  const { server, keys, notifications } = world;
  const key = String(request.headers['idempotency-key'] ?? '');
  const before = keys.get(key);
  if (key !== '' && before) return ok(statusOf(server, before));
  const text = sent.status ?? '';
  if (text.trim() === '') return no(422, 'Validation failed: Text can’t be blank');
  const counted = [...new Intl.Segmenter('en').segment(text.replace(/https?:\/\/\S+/g, 'x'.repeat(23)))].length;
  if (counted > 500) return no(422, 'Validation failed: Text limit of 500 exceeded');
  const target = sent.in_reply_to_id ?? null;
  if (target !== null && ![...server.statuses, ...notifications].some(({ id }) => id === target))
    return no(422, 'Record not found');
  const { visibility = 'public' } = sent;
  const status = addStatus(world, { text, at: server.now, inReplyToId: target, visibility });
  if (key !== '') keys.set(key, status);
  return ok(statusOf(server, status));
}

function addStatus(world: World, status: Omit<FakeStatus, 'id'>): FakeStatus {
  const added = { ...status, id: String(world.nextId++) };
  world.server.statuses.unshift(added);
  return added;
}

/** Newest first, with a link to the next page while there is one. */
function listStatuses(server: FakeMastodon, query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 20);
  const below = query.get('max_id');
  const start = below === null ? 0 : server.statuses.findIndex(({ id }) => id === below) + 1;
  const page = server.statuses.slice(start, start + limit);
  const last = page.at(-1);
  const next = `${server.url}/api/v1/accounts/7/statuses?limit=${limit}&max_id=${last?.id}`;
  const hasMore = start + limit < server.statuses.length;
  return ok(
    page.map((status) => statusOf(server, status)),
    last && hasMore ? { link: `<${next}>; rel="next"` } : {},
  );
}

function listNotifications({ server, notifications }: World, query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 40);
  const newest = [...notifications].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit);
  return ok(
    newest.map(({ id, from, html, at, visibility }) => {
      const account = { id: `id-${from}`, acct: from, username: from.split('@')[0] };
      const status = { id, content: html, created_at: at, visibility, url: `${server.url}/@${from}/${id}`, account };
      return { id: `n${id}`, type: 'mention', created_at: at, account, status };
    }),
  );
}

const statusOf = (server: FakeMastodon, { id, text, at, inReplyToId, visibility }: FakeStatus) => ({
  id,
  uri: `${server.url}/users/house/statuses/${id}`,
  url: `${server.url}/@house/${id}`,
  created_at: at,
  in_reply_to_id: inReplyToId,
  visibility,
  content: htmlOf(text),
  account: { id: '7', acct: 'house' },
});

/** As Mastodon renders a text: paragraphs, links whose ends are hidden, mentions without their server. */
function htmlOf(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const linked = escaped
    .replace(
      /https?:\/\/(\S{1,30})(\S*)/g,
      (whole, shown, rest) =>
        `<a href="${whole}" target="_blank"><span class="invisible">https://</span><span class="ellipsis">${shown}</span><span class="invisible">${rest}</span></a>`,
    )
    .replace(/(^|\s)@([\w.-]+)@([\w.-]+)/g, (_, before, name, host) => {
      return `${before}<span class="h-card"><a href="https://${host}/@${name}" class="u-url mention">@<span>${name}</span></a></span>`;
    });
  return `<p>${linked.replace(/\n\n+/g, '</p><p>').replace(/\n/g, '<br />')}</p>`;
}
