import type { FetchAnswer } from '../domain/script-protocol.ts';

/** The largest answer that is passed on to a script. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

export interface FetchParams {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  redirect: 'follow' | 'manual' | 'error';
}

/** Makes one request for a script. */
export type ScriptFetch = (params: FetchParams, signal: AbortSignal) => Promise<FetchAnswer>;

/**
 * Makes one request for a script by the given fetch. A larger answer than the limit is an error, not a cut text that
 * parses by luck.
 */
export async function fetchWith(fetchIt: typeof fetch, params: FetchParams, signal: AbortSignal): Promise<FetchAnswer> {
  const { protocol } = new URL(params.url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`${protocol} is no address a script may fetch`);
  const body = params.body === null ? {} : { body: Buffer.from(params.body, 'base64') };
  const response = await fetchIt(params.url, {
    method: params.method,
    headers: params.headers,
    redirect: params.redirect,
    signal,
    ...body,
  });
  const { status, statusText, url, headers } = response;
  const bytes = await readLimited(response);
  // The body is passed on decoded: its old length and encoding would be lies.
  const kept = [...headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  return { status, statusText, url, headers: Object.fromEntries(kept), body: bytes.toString('base64') };
}

/** Without a look at where an address leads: for tests of what happens after that. */
export const fetchForScript: ScriptFetch = (params, signal) => fetchWith(fetch, params, signal);

async function readLimited(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) throw new Error(`the answer is over ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
