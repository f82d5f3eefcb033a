import { setTimeout as sleep } from 'node:timers/promises';
import type { ScriptContext } from '../../../src/script.ts';
import { boundedMap } from '../bounded-map.ts';
import { readHtml } from '../html-page.ts';
import type { Politeness } from '../web-links.ts';
import { type Hop, isPermanent, type Move, nextAddress, pageProblem, readMove } from './moved-address.ts';

const MOST_HOPS = 5;
/** A title and a form stand early in a page. */
const READ_LENGTH = 300_000;

/** Asks for each address where its page has gone; given without fragments, each once, one host at a time politely. */
export async function findMoves(
  context: ScriptContext,
  urls: readonly string[],
  { hosts, pauseMs, timeoutMs }: Politeness,
): Promise<Map<string, Move>> {
  const byHost = Map.groupBy(new Set(urls), (url) => new URL(url).host);
  const found = await boundedMap([...byHost.values()], hosts, async (ofOneHost) => {
    const moves: [string, Move][] = [];
    for (const url of ofOneHost) {
      if (moves.length > 0) await sleep(pauseMs);
      moves.push([url, await findMove(context, url, timeoutMs)]);
    }
    return moves;
  });
  return new Map(found.flat());
}

/** Most addresses are where they were: only one that says otherwise is followed, hop by hop, as a reader would. */
async function findMove(context: ScriptContext, url: string, timeoutMs: number): Promise<Move> {
  const head = await ask(context, { url, method: 'HEAD' }, timeoutMs);
  if ('unclear' in head) return head;
  if (!isPermanent(head)) return readMove([head]);
  const hops: (Hop & { body: string })[] = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    if (hops.length > MOST_HOPS) return { unclear: `is redirected more than ${MOST_HOPS} times` };
    const hop = await ask(context, { url: next, method: 'GET' }, timeoutMs);
    if ('unclear' in hop) return hop;
    hops.push(hop);
    next = isPermanent(hop) ? nextAddress(hop) : undefined;
  }
  const move = readMove(hops);
  if ('unclear' in move) return move;
  const page = readPage(hops.at(-1)?.body ?? '');
  const problem = page ? pageProblem(page) : 'leads to a page that is nested too deep to be read';
  return problem ? { unclear: problem } : move;
}

async function ask(
  context: ScriptContext,
  { url, method }: { url: string; method: 'HEAD' | 'GET' },
  timeoutMs: number,
): Promise<(Hop & { body: string }) | { unclear: string }> {
  try {
    const headers = { accept: 'text/html, */*;q=0.8', 'user-agent': 'steward-fix-links' };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await context.fetch(url, { method, headers, redirect: 'manual', signal });
    const isPage = /\bhtml\b/.test(response.headers.get('content-type') ?? '');
    const body = isPage ? (await response.text()).slice(0, READ_LENGTH) : '';
    return { url, status: response.status, location: response.headers.get('location'), body };
  } catch (error) {
    return { unclear: error instanceof Error ? error.message : String(error) };
  }
}

/** Undefined where it is no page for readers. */
function readPage(html: string): { title: string; hasPasswordField: boolean } | undefined {
  const page = readHtml(html);
  if (!page) return undefined;
  return {
    title: page.querySelector('title')?.textContent.trim() ?? '',
    hasPasswordField: page.querySelector('input[type=password]') !== null,
  };
}
