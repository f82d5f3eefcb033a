import { setTimeout as sleep } from 'node:timers/promises';
import type { ScriptContext } from '../../src/script.ts';
import { boundedMap } from './bounded-map.ts';

export interface Politeness {
  /** Hosts that are asked at the same time; each is asked one thing at a time. */
  hosts: number;
  /** Between two requests to one host. */
  pauseMs: number;
  timeoutMs: number;
}

/**
 * `broken`: the page is gone, or its host is. `unknown`: the answer depends on who asks or when (a login, a rate limit,
 * a server in trouble), so it is no reason to bother anyone.
 */
export type WebVerdict = { kind: 'fine' } | { kind: 'broken'; reason: string } | { kind: 'unknown'; reason: string };

const GONE = [404, 410];
/** Answers to HEAD that say something about HEAD and nothing about the page. */
const HEADLESS = [400, 403, 404, 405, 406, 410, 500, 501, 503];
const NO_SUCH_HOST = /ENOTFOUND|ECONNREFUSED|CERT_|_CERT|SELF_SIGNED|ERR_TLS/;

/** Asks for each address once and politely. Addresses are given without fragment. */
export async function checkWebLinks(
  context: ScriptContext,
  urls: readonly string[],
  politeness: Politeness,
): Promise<Map<string, WebVerdict>> {
  const byHost = Map.groupBy(new Set(urls), hostOf);
  const answers = await boundedMap([...byHost.values()], politeness.hosts, (ofOneHost) =>
    checkOneHost(context, ofOneHost, politeness),
  );
  const verdicts = new Map(answers.flat());
  return wasOffline([...verdicts.values()]) ? new Map([...verdicts].map(([url]) => [url, OFFLINE])) : verdicts;
}

const OFFLINE: WebVerdict = { kind: 'unknown', reason: 'no host could be reached' };

/** When nobody at all answers, it is the own network that is down. */
function wasOffline(verdicts: readonly WebVerdict[]): boolean {
  return verdicts.every((verdict) => verdict.kind !== 'fine' && !/^answers \d/.test(verdict.reason));
}

async function checkOneHost(
  context: ScriptContext,
  urls: readonly string[],
  { pauseMs, timeoutMs }: Politeness,
): Promise<[string, WebVerdict][]> {
  const verdicts: [string, WebVerdict][] = [];
  for (const url of urls) {
    if (verdicts.length > 0) await sleep(pauseMs);
    const head = await ask(context, url, { method: 'HEAD', timeoutMs });
    if (typeof head === 'number' && HEADLESS.includes(head)) {
      await sleep(pauseMs);
      verdicts.push([url, judge(await ask(context, url, { method: 'GET', timeoutMs }))]);
    } else verdicts.push([url, judge(head)]);
  }
  return verdicts;
}

/** The status, or why there is none. A few bytes would do, and servers that can say no to the rest may. */
async function ask(
  context: ScriptContext,
  url: string,
  { method, timeoutMs }: { method: 'HEAD' | 'GET'; timeoutMs: number },
): Promise<number | string> {
  const headers = {
    accept: '*/*',
    'user-agent': 'steward-check-links',
    ...(method === 'GET' ? { range: 'bytes=0-1023' } : {}),
  };
  try {
    return (await context.fetch(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) })).status;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Whoever sends that much has the page.
    return reason.startsWith('the answer is over') ? 200 : reason;
  }
}

function judge(answer: number | string): WebVerdict {
  if (typeof answer === 'string') {
    return { kind: NO_SUCH_HOST.test(answer) ? 'broken' : 'unknown', reason: answer };
  }
  if (answer < 400 || answer === 416) return { kind: 'fine' };
  return { kind: GONE.includes(answer) ? 'broken' : 'unknown', reason: `answers ${answer}` };
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
