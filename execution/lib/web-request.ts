import { setTimeout as sleep } from 'node:timers/promises';
import type { ScriptContext } from '../../src/script.ts';

/** What is asked of an address. */
export interface WebRequest {
  url: string;
  /** Default: GET. */
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long one answer may take; default 15 s. */
  timeoutMs?: number;
  /** Longer answers are refused; default 2 MiB. */
  maxBytes?: number;
  /** Media types that make sense, such as `application/json`; default: any. An answer that names none is taken. */
  types?: readonly string[];
  /** Whether the same may be asked twice: not of a POST that has no key of its own. Default: for GET and HEAD. */
  isRepeatable?: boolean;
}

/**
 * What came of it. `busy` may pass by itself (no network, a timeout, 408, 429, 5xx): skip, and say nothing to people.
 * `refused` stays until somebody acts: any other 4xx, a private address, a redirect loop, an answer too long or of
 * another type. `status` is 0 where there was no answer.
 */
export type WebAnswer =
  | { kind: 'answer'; status: number; url: string; text: string; headers: Headers }
  | { kind: 'busy'; status: number; reason: string }
  | { kind: 'refused'; status: number; reason: string };

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 2 * 1024 * 1024;
/** Who asks for a longer pause gets it from the next run. */
const LONGEST_PAUSE_MS = 5000;
const PAUSE_MS = 500;

/** Asks once, and a second time where the first answer may pass by itself and its Retry-After is short. Never throws. */
export async function askWeb(context: ScriptContext, request: WebRequest): Promise<WebAnswer> {
  const first = await askOnce(context, request);
  const { method = 'GET', isRepeatable = ['GET', 'HEAD'].includes(method) } = request;
  if (first.answer.kind !== 'busy' || !isRepeatable || first.pauseMs > LONGEST_PAUSE_MS) return first.answer;
  await sleep(first.pauseMs);
  return (await askOnce(context, request)).answer;
}

interface Attempt {
  answer: WebAnswer;
  pauseMs: number;
}

async function askOnce(context: ScriptContext, request: WebRequest): Promise<Attempt> {
  const { url, method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS } = request;
  try {
    const response = await context.fetch(url, {
      method,
      headers: { 'user-agent': 'steward', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    return await judge(context, response, request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { answer: { kind: isFinal(reason) ? 'refused' : 'busy', status: 0, reason }, pauseMs: PAUSE_MS };
  }
}

async function judge(context: ScriptContext, response: Response, request: WebRequest): Promise<Attempt> {
  const { status, headers } = response;
  if (status === 408 || status === 429 || status >= 500) {
    const pauseMs = retryAfterMs(headers.get('retry-after'), context.clock.now());
    return { answer: { kind: 'busy', status, reason: `it answers ${status}` }, pauseMs };
  }
  const refused = (reason: string): Attempt => ({ answer: { kind: 'refused', status, reason }, pauseMs: 0 });
  if (status >= 400) return refused(`it answers ${status}`);
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const { types = [], maxBytes = MAX_BYTES } = request;
  if (types.length > 0 && type !== '' && !types.includes(type))
    return refused(`it answers with ${type.slice(0, 60)} where ${types.join(' or ')} is expected`);
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength > maxBytes) return refused(`the answer is over ${maxBytes} bytes`);
  const text = decoded(bytes, headers.get('content-type') ?? '');
  return { answer: { kind: 'answer', status, url: response.url || request.url, text, headers }, pauseMs: 0 };
}

/** By the header, else by what an XML document says of itself, else UTF-8: also where the name is of no encoding. */
function decoded(bytes: ArrayBuffer, contentType: string): string {
  const start = new TextDecoder('latin1').decode(bytes.slice(0, 200));
  const declared = /^\s*<\?xml[^>]{0,100}encoding=["']([\w-]+)/.exec(start)?.[1];
  const label = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? declared ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Seconds or a date; without either a short pause. */
function retryAfterMs(value: string | null, now: Date): number {
  if (value === null) return PAUSE_MS;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isFinite(ms) ? Math.max(ms, 0) : PAUSE_MS;
}

/** What no second try mends: the agent's own refusals, and redirects that do not end. */
const isFinal = (reason: string): boolean =>
  /^the answer is over|may not fetch|may fetch|redirect count exceeded|Invalid URL|parse URL|bad port/i.test(reason);
