import { describe, expect, it } from 'vitest';
import { askWeb, type WebRequest } from '../../../execution/lib/web-request.ts';
import type { ScriptContext } from '../../../src/script.ts';
import { BAD_ANSWERS, badAddress, badWeb } from '../../support/bad-web.ts';
import { gitFixture } from '../../support/git-fixture.ts';
import { outputOf, runScript } from '../../support/run-script.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const OF_ASKING = `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { askWeb } from './lib/web-request.ts';
export default defineScript({
  summary: 'Asks.',
  input: z.object({ urls: z.array(z.string()) }),
  output: z.object({ kinds: z.array(z.string()) }),
  async run(context, { urls }) {
    const kinds = [];
    for (const url of urls) {
      const answer = await askWeb(context, { url, types: ['application/json', 'text/html', 'application/octet-stream'] });
      kinds.push([answer.kind, answer.status, 'reason' in answer ? answer.reason : answer.text.slice(0, 20)].join(' '));
    }
    return { kinds };
  },
});
`;

/** Asks with one answer after the other, the last one ever after; gives the number of requests, too. */
async function ask(answers: readonly (Response | Error | (() => Response))[], request: Partial<WebRequest> = {}) {
  const requests: RequestInit[] = [];
  const fetch = async (_: string | URL, init: RequestInit = {}) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(init);
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? answer() : (answer as Response).clone();
  };
  const context = { fetch, clock: { now: () => NOW } } as Partial<ScriptContext> as ScriptContext;
  return { answer: await askWeb(context, { url: 'https://x.example/', ...request }), requests };
}

const status = (code: number, headers: Record<string, string> = { 'retry-after': '0' }) =>
  new Response('', { status: code, headers });

describe('the bad answers of a real server', () => {
  it('are told apart: what may pass by itself, and what stays', async () => {
    const web = await badWeb();
    const repo = await gitFixture({ 'execution/ask.ts': OF_ASKING });
    const paths = [...BAD_ANSWERS.busy, ...BAD_ANSWERS.refused, ...BAD_ANSWERS.nonsense];
    const urls = [...paths.map((path) => badAddress(web, path)), 'http://127.0.0.1:9/', 'no address'];
    const { kinds } = outputOf(await runScript({ script: 'ask', workspace: repo.path, input: { urls } }));
    const kindOf = Object.fromEntries(
      [...paths, 'bad port', 'no address'].map((path, index) => [path, (kinds as string[])[index] ?? '']),
    );
    for (const path of BAD_ANSWERS.busy) expect(kindOf[path], path).toMatch(/^busy /);
    for (const path of BAD_ANSWERS.refused) expect(kindOf[path], path).toMatch(/^refused /);
    for (const path of BAD_ANSWERS.nonsense) expect(kindOf[path], path).toMatch(/^answer 200 /);
    expect(kindOf).toMatchObject({
      '/503': 'busy 503 it answers 503',
      '/404': 'refused 404 it answers 404',
      '/huge': expect.stringMatching(/^refused 0 the answer is over/),
      '/loop': expect.stringContaining('redirect count exceeded'),
      '/to-metadata': expect.stringContaining('169.254.169.254 is a private address'),
      'bad port': expect.stringMatching(/^refused 0 .*bad port/),
      'no address': expect.stringMatching(/^refused 0 /),
    });
  });
});

describe('a second question', () => {
  it('is asked where the first answer may pass by itself, and no third', async () => {
    expect(await ask([status(503), new Response('fine')])).toMatchObject({
      answer: { kind: 'answer', text: 'fine' },
      requests: { length: 2 },
    });
    expect(await ask([status(429)])).toMatchObject({ answer: { kind: 'busy', status: 429 }, requests: { length: 2 } });
    expect(await ask([new Error('fetch failed: ECONNRESET'), status(404)])).toMatchObject({
      answer: { kind: 'refused' },
      requests: { length: 2 },
    });
  });

  it('is not asked where nothing would be gained, or something done twice', async () => {
    expect((await ask([status(404)])).requests).toHaveLength(1);
    expect(
      (await ask([new Error('fetch failed: 10.0.0.1 is a private address; a script may not fetch it')])).requests,
    ).toHaveLength(1);
    expect((await ask([status(503)], { method: 'POST', body: 'x' })).requests).toHaveLength(1);
    expect((await ask([status(503)], { method: 'POST', body: 'x', isRepeatable: true })).requests).toHaveLength(2);
  });

  it('waits as long as it is told to, and not longer than makes sense', async () => {
    expect((await ask([status(503, { 'retry-after': '6' })])).requests).toHaveLength(1);
    expect((await ask([status(503, { 'retry-after': 'Sun, 01 Mar 2026 13:00:00 GMT' })])).requests).toHaveLength(1);
    expect((await ask([status(503, { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' })])).requests).toHaveLength(2);
    expect((await ask([status(503, { 'retry-after': 'soon' })])).requests).toHaveLength(2);
  });
});

describe('an answer', () => {
  it('of another type or too long is refused', async () => {
    const html = new Response('<p>', { headers: { 'content-type': 'Text/HTML; charset=utf-8' } });
    const types = ['application/json'];
    expect((await ask([html], { types })).answer).toMatchObject({
      kind: 'refused',
      status: 200,
      reason: 'it answers with text/html where application/json is expected',
    });
    expect((await ask([html], { types: ['text/html'] })).answer).toMatchObject({ kind: 'answer', text: '<p>' });
    expect((await ask([new Response(new Uint8Array([123, 125]))], { types })).answer).toMatchObject({
      kind: 'answer',
      text: '{}',
    });
    expect((await ask([new Response('12345')], { maxBytes: 4 })).answer).toMatchObject({
      kind: 'refused',
      reason: 'the answer is over 4 bytes',
    });
    expect((await ask([new Response('1234')], { maxBytes: 4 })).answer).toMatchObject({ kind: 'answer' });
  });

  it('is read in its own encoding', async () => {
    const latin = (text: string, type?: string) =>
      ask([new Response(Buffer.from(text, 'latin1'), type === undefined ? {} : { headers: { 'content-type': type } })]);
    expect((await latin('é', 'text/html; charset=ISO-8859-1')).answer).toMatchObject({ text: 'é' });
    expect((await latin('<?xml version="1.0" encoding="iso-8859-1"?>é')).answer).toMatchObject({
      text: expect.stringMatching(/é$/),
    });
    expect((await latin('x', 'text/html; charset=no-such-thing')).answer).toMatchObject({ text: 'x' });
    expect((await latin('é')).answer).toMatchObject({ text: '\ufffd' });
  });

  it('of an unchanged page is one without text', async () => {
    expect((await ask([() => new Response(null, { status: 304 })])).answer).toMatchObject({
      kind: 'answer',
      status: 304,
      text: '',
    });
  });
});

it('says who asks, and what it was told to say', async () => {
  const { requests } = await ask([new Response('')], {
    method: 'PUT',
    body: 'b',
    headers: { accept: 'x/y', 'user-agent': 'mine' },
  });
  expect(requests[0]).toMatchObject({ method: 'PUT', body: 'b', headers: { accept: 'x/y', 'user-agent': 'mine' } });
  expect((await ask([new Response('')])).requests[0]).toMatchObject({
    method: 'GET',
    headers: { 'user-agent': 'steward' },
  });
});
