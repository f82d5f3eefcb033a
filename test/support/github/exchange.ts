import { createHash } from 'node:crypto';
import type { Token, Tokens } from './auth.ts';
import type { Fault, Faults } from './faults.ts';
import { isObject, type Json, type JsonObject } from './json-schema.ts';
import { checkBody, checkParameters, checkResponse } from './openapi-check.ts';
import type { RateLimit } from './rate-limit.ts';
import { failure, type Reply, replyOf } from './reply.ts';
import { admit, type MatchedRoute } from './route.ts';
import type { Store } from './store.ts';

/** A request as it came in. */
export interface Incoming {
  method: string;
  /** Without `/api/v3`, still encoded. */
  path: string;
  query: Record<string, string>;
  text: string;
  headers: Readonly<Record<string, string | undefined>>;
}

/** A request with what came of it. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  body: Json | undefined;
  status: number;
  /** Whose token it was. */
  login: string | undefined;
  at: Date;
  ifNoneMatch?: string;
}

export interface ExchangeParts {
  store: Store;
  tokens: Tokens;
  faults: Faults;
  rateLimit: RateLimit;
  match(method: string, path: string): MatchedRoute | undefined;
  /** What broke GitHub's description, in words. */
  violations: string[];
}

type Sender = Token & { value: string };

/** One request of the REST API, from its first check to its answer. */
export async function answer(incoming: Incoming, parts: ExchangeParts): Promise<Reply> {
  const { method, path, headers } = incoming;
  const { tokens, faults, rateLimit } = parts;
  await faults.hold(method, path);
  const matched = parts.match(method, path);
  const wrong = matched ? checkRequest(incoming, matched) : ['the fake has no such operation'];
  parts.violations.push(...wrong.map((each) => `request ${method} ${path}: ${each}`));
  if (!matched) return failure(404, 'Not Found');
  if (wrong.length > 0) return failure(500, `The request breaks GitHub's description: ${wrong.join('; ')}`);
  const fault = faults.take(method, path);
  if (fault && !fault.isAfterEffect) return faultReply(fault);
  const sender = tokens.find(headers.authorization);
  if (!sender) return failure(401, 'Bad credentials');
  const isFree = path === '/rate_limit';
  const limited = isFree ? undefined : rateLimit.spend(sender.value);
  const reply = limited ?? withTag(await handle(incoming, matched, { parts, sender }), incoming);
  if (reply.status === 304 && !isFree) rateLimit.refund(sender.value);
  if (fault) return faultReply(fault);
  return { ...reply, headers: { ...rateLimit.headers(sender.value), ...reply.headers } };
}

/** A body, when there is one, is JSON; anything else is a violation and comes back as text. */
export function parseBody(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const faultReply = ({ status, headers = {}, body }: Fault): Reply => ({
  status,
  headers,
  ...(typeof body === 'string'
    ? { text: body }
    : { body: body ?? failure(status, 'Injected by the test').body ?? null }),
});

async function handle(
  incoming: Incoming,
  matched: MatchedRoute,
  { parts, sender }: { parts: ExchangeParts; sender: Sender },
): Promise<Reply> {
  const reply = await perform(incoming, matched, { store: parts.store, sender });
  const isChecked = reply.status < 300 && reply.text === undefined;
  const wrong = isChecked ? checkResponse(matched, reply.status, onTheWire(reply.body)) : [];
  parts.violations.push(...wrong.map((each) => `response ${incoming.method} ${incoming.path}: ${each}`));
  return reply;
}

/** What a client reads: without the properties that are undefined. */
const onTheWire = (body: Json | undefined): Json | undefined =>
  body === undefined ? undefined : JSON.parse(JSON.stringify(body));

function checkRequest({ query, text, headers }: Incoming, matched: MatchedRoute): string[] {
  const body = parseBody(text);
  const used = [...Object.keys(query), ...(isObject(body) ? Object.keys(body) : [])];
  const missing = used.filter((name) => matched.route.unsupported?.includes(name));
  const media = mediaOf(headers.accept);
  const isServed = media === 'json' || matched.route.media?.includes(media) === true;
  return [
    ...checkParameters(matched, matched.params, query),
    ...checkBody(matched, body),
    ...missing.map((name) => `${name}: the fake does not know what it does`),
    ...(isServed ? [] : [`the media type ${media}: the fake does not write it`]),
  ];
}

/** `application/vnd.github.raw+json` asks for `raw`. */
const mediaOf = (accept = '') =>
  /vnd\.github\.(?:v3\.)?(raw|html|text|full|object|diff|patch|sha)/.exec(accept)?.[1] ?? 'json';

async function perform(
  { query, text, headers }: Incoming,
  matched: MatchedRoute,
  { store, sender }: { store: Store; sender: Sender },
): Promise<Reply> {
  const given = parseBody(text);
  const body: JsonObject = isObject(given) ? given : {};
  try {
    admit(matched, { store, token: sender });
    const { params, route } = matched;
    return await route.handle({ store, token: sender, params, query, body, media: mediaOf(headers.accept) });
  } catch (error) {
    const reply = replyOf(error);
    if (!reply) throw error;
    return reply;
  }
}

/** Every successful read has a tag; who has the same one already gets nothing. */
function withTag(reply: Reply, { method, headers }: Incoming): Reply {
  if (method !== 'GET' || reply.status !== 200) return reply;
  const content = reply.text ?? JSON.stringify(reply.body);
  const etag = `W/"${createHash('sha256').update(content).digest('hex')}"`;
  const isKnown = headers['if-none-match'] === etag;
  return isKnown ? { status: 304, headers: { etag } } : { ...reply, headers: { ...reply.headers, etag } };
}
