import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';

/** Where Vercel is, and who asks. */
export interface VercelAccess {
  /** Without a slash at the end. */
  api: string;
  token: string;
  /** Id of the team that has the project; without it, the token's own account. */
  team?: string | undefined;
}

/**
 * What Vercel says. `busy` may pass by itself (no network, 429, 5xx). `limited`: no more deployments for now. `refused`
 * stays until somebody acts; `missing` are digests of files that were not uploaded.
 */
export type VercelAnswer =
  | { kind: 'answer'; json: unknown }
  | { kind: 'busy'; reason: string }
  | { kind: 'limited'; reason: string }
  | { kind: 'missing'; digests: string[] }
  | { kind: 'refused'; status: number; reason: string };

const TIMEOUT_MS = 30_000;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** The form of Vercel's errors, as far as it is used. */
const Failure = z.object({
  error: z.object({
    code: z.string().catch(''),
    message: z.string().catch(''),
    missing: z.array(z.string()).catch([]),
    limit: z.object({ reset: z.number() }).optional().catch(undefined),
  }),
});

export interface VercelRequest {
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST. */
  json?: unknown;
  /** Sent as they are by POST, under their digest. */
  file?: { bytes: Uint8Array; sha1: string };
}

/** Asks once, and where the same may be asked twice, a second time. Never throws, and never says the token. */
export async function askVercel(
  context: ScriptContext,
  access: VercelAccess,
  request: VercelRequest,
): Promise<VercelAnswer> {
  const first = await askOnce(context, access, request);
  // A deployment has no key of its own at Vercel: after a lost answer it must be looked for, not made again.
  const isRepeatable = request.json === undefined;
  if (first.answer.kind !== 'busy' || !isRepeatable || first.pauseMs > LONGEST_PAUSE_MS) return first.answer;
  await sleep(first.pauseMs);
  return (await askOnce(context, access, request)).answer;
}

interface Attempt {
  answer: VercelAnswer;
  pauseMs: number;
}

async function askOnce(context: ScriptContext, access: VercelAccess, request: VercelRequest): Promise<Attempt> {
  const { headers, ...content } = contentOf(request);
  try {
    const response = await context.fetch(addressOf(access, request), {
      ...content,
      headers: { ...headers, authorization: `Bearer ${access.token}`, 'user-agent': 'steward' },
      // The token goes to this address and to no other.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await judge(response);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isFinal = /may not fetch|may fetch|Invalid URL/i.test(reason);
    return { answer: isFinal ? { kind: 'refused', status: 0, reason } : { kind: 'busy', reason }, pauseMs: PAUSE_MS };
  }
}

function addressOf({ api, team }: VercelAccess, { path, query = {} }: VercelRequest): string {
  const search = new URLSearchParams({ ...query, ...(team === undefined ? {} : { teamId: team }) }).toString();
  return `${api}${path}${search === '' ? '' : `?${search}`}`;
}

function contentOf({ json, file }: VercelRequest): {
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
} {
  if (file)
    return {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'x-vercel-digest': file.sha1 },
      body: new Uint8Array(file.bytes),
    };
  if (json === undefined) return { method: 'GET', headers: {} };
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

async function judge(response: Response): Promise<Attempt> {
  const { status, headers } = response;
  const json = readJson(await response.text());
  if (status >= 200 && status < 300 && json !== undefined) return { answer: { kind: 'answer', json }, pauseMs: 0 };
  const failure = Failure.safeParse(json).data?.error;
  if (failure?.code === 'missing_files') return { answer: { kind: 'missing', digests: failure.missing }, pauseMs: 0 };
  const said = failure ? `${failure.code}: ${failure.message}`.slice(0, 300) : 'no reason that can be read';
  if (status === 402 || (status === 429 && failure?.limit))
    return { answer: { kind: 'limited', reason: limitReason(said, failure?.limit?.reset) }, pauseMs: 0 };
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const pauseMs = Number.isFinite(seconds) ? seconds * 1000 : PAUSE_MS;
    return { answer: { kind: 'busy', reason: `Vercel answers ${status} (${said})` }, pauseMs };
  }
  return { answer: { kind: 'refused', status, reason: `Vercel answers ${status} (${said})` }, pauseMs: 0 };
}

/** Vercel gives the time in milliseconds; it counts the last 24 hours, so that it may be earlier than it says. */
function limitReason(said: string, reset: number | undefined): string {
  const isTime = reset !== undefined && Math.abs(reset) < 8.64e15;
  const when = isTime ? `after ${new Date(reset).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'in 24 hours';
  return `Vercel takes no more deployments (${said}); try again ${when} at the latest`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}
