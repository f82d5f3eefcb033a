import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GitHub } from './github/start-github.ts';
import { localServer } from './local-server.ts';
import type { Chances } from './thirty-days-chances.ts';

/** Of all requests, and of all runs. */
const SHARE = 0.05;
/** A month has few writes: with 5 % hardly one would be hit. */
const SHARE_OF_WRITES = 0.15;

/** A GitHub that is out for whole runs, and in the others answers some requests badly. */
export function shakeGithub({ fail }: GitHub, chances: Chances): { begin(): void } {
  let isOut = false;
  const when = (test: (path: string) => boolean): RegExp => Object.assign(/^/, { test });
  const html = '<html><body><h1>Whoa there!</h1></body></html>';
  const badAnswers = [
    { name: 'broken', status: 502, headers: { 'content-type': 'text/html' }, body: html },
    { name: 'limit', status: 429, headers: { 'retry-after': '7' }, body: { message: 'too many requests' } },
    // The answer is lost after the request had its effect.
    { name: 'lost', status: 504, isAfterEffect: true },
  ] as const;
  fail({ path: when(() => isOut), status: 503, body: { message: 'Unicorn' }, times: Number.POSITIVE_INFINITY });
  for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])
    for (const { name, ...answer } of badAnswers) {
      const share = (method === 'GET' ? SHARE : SHARE_OF_WRITES) / badAnswers.length;
      const path = when((path) => chances.happens(`github ${name} ${method} ${path}`, share));
      fail({ method, path, times: Number.POSITIVE_INFINITY, ...answer });
    }
  return {
    begin() {
      isOut = chances.happens('github is out', SHARE);
    },
  };
}

const SPELLS = ['reset', '503', 'slow', 'truncated', '429'] as const;
type Spell = (typeof SPELLS)[number];

/** Longer than any world's scripts wait. */
const SLOW_MS = 1500;

/** A web server with moods: single bad answers, and runs in which one path gets nothing else. */
export interface ShakyWeb {
  /** With a slash at the end. */
  url: string;
  begin(): void;
}

export async function shakyWeb(
  chances: Chances,
  answer: (path: string, request: { method: string; body: string }) => { status?: number; type?: string; body: string },
): Promise<ShakyWeb> {
  const spells = new Map<string, Spell | undefined>();
  const before = new Set<string>();
  const spellOf = (path: string): Spell | undefined => {
    if (!spells.has(path)) {
      // Two runs on end are no passing fault any more.
      const hasOne = !before.has(path) && chances.happens(`web spell ${path}`, SHARE);
      spells.set(path, hasOne ? chances.pick(`web kind ${path}`, SPELLS) : undefined);
    }
    return spells.get(path);
  };
  const url = await localServer((request, response, body) => {
    const path = request.url ?? '/';
    const { method = 'GET' } = request;
    const single = chances.happens(`web ${method} ${path}`, SHARE)
      ? chances.pick(`web how ${method} ${path}`, SPELLS)
      : undefined;
    const spell = spellOf(path) ?? single;
    const said = answer(path, { method, body });
    if (spell) misbehave(spell, response, said.body);
    else response.writeHead(said.status ?? 200, { 'content-type': said.type ?? 'text/html' }).end(said.body);
  });
  return {
    url,
    begin() {
      before.clear();
      for (const [path, spell] of spells) if (spell) before.add(path);
      spells.clear();
    },
  };
}

function misbehave(spell: Spell, response: ServerResponse<IncomingMessage>, body: string): void {
  if (spell === 'reset') response.destroy();
  else if (spell === '503') response.writeHead(503).end('busy');
  else if (spell === '429') response.writeHead(429, { 'retry-after': '0' }).end('slow down');
  else if (spell === 'slow') setTimeout(() => response.destroy(), SLOW_MS).unref();
  else {
    response.writeHead(200, { 'content-length': String(body.length + 100) });
    response.write(body.slice(0, body.length / 2));
    setTimeout(() => response.destroy(), 5);
  }
}
