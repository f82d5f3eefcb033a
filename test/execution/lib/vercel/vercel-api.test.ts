import { describe, expect, it } from 'vitest';
import { askVercel, type VercelRequest } from '../../../../execution/lib/vercel/vercel-api.ts';
import type { ScriptContext } from '../../../../src/script.ts';

const TOKEN = 'token-of-a-test';
const ACCESS = { api: 'https://api.example', token: TOKEN };

type Answer = Response | Error;

/** Asks where one answer after the other is given, the last one ever after. */
async function ask(answers: Answer[], request: VercelRequest = { path: '/v6/deployments' }, team?: string) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: string | URL, init: RequestInit = {}) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ url: `${url}`, init });
    if (answer instanceof Response) return answer.clone();
    throw answer;
  };
  const context = { fetch } as Partial<ScriptContext> as ScriptContext;
  return { answer: await askVercel(context, { ...ACCESS, team }, request), requests };
}

const failing = (status: number, error: object, headers: Record<string, string> = {}) =>
  Response.json({ error }, { status, headers });
const soon = { 'retry-after': '0' };

describe('askVercel', () => {
  it('sends the token to the one address, and follows no redirect', async () => {
    const { answer, requests } = await ask(
      [Response.json({ deployments: [] })],
      {
        path: '/v6/deployments',
        query: { app: 'a b', 'meta-steward': 'k&l' },
      },
      'team_1',
    );
    expect(answer).toEqual({ kind: 'answer', json: { deployments: [] } });
    expect(requests[0]?.url).toBe('https://api.example/v6/deployments?app=a+b&meta-steward=k%26l&teamId=team_1');
    expect(requests[0]?.init).toMatchObject({ method: 'GET', redirect: 'manual' });
    expect(new Headers(requests[0]?.init.headers).get('authorization')).toBe(`Bearer ${TOKEN}`);
    const away = new Response('', { status: 302, headers: { location: 'https://evil.example/' } });
    expect((await ask([away])).answer).toMatchObject({ kind: 'refused', status: 302 });
  });

  it.each([
    ['busy', failing(503, { code: 'x', message: 'down' }, soon), 2],
    ['busy', failing(429, { code: 'rate_limited', message: 'slow' }, soon), 2],
    ['busy', failing(429, { code: 'rate_limited', message: 'slow' }, { 'retry-after': '3600' }), 1],
    ['busy', new Error('fetch failed: ECONNRESET'), 2],
    ['refused', new Error('10.0.0.1 is a private address; a script may not fetch it'), 1],
    ['refused', failing(403, { code: 'forbidden', message: 'Not authorized' }), 1],
    ['refused', new Response('<html>', { status: 200 }), 1],
    ['refused', new Response('nonsense', { status: 404 }), 1],
    ['limited', failing(402, { code: 'api-deployments-free-per-day', message: 'more than 100' }), 1],
    ['limited', failing(429, { code: 'too_many', message: '', limit: { reset: 1e300 } }), 1],
    ['missing', failing(400, { code: 'missing_files', missing: ['a'] }), 1],
    ['missing', failing(400, { code: 'missing_files', missing: 'nonsense' }), 1],
  ] as const)('says `%s` for %o', async (kind, given, times) => {
    const { answer, requests } = await ask([given]);
    expect(answer.kind).toBe(kind);
    expect(requests).toHaveLength(times);
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
  });

  it('takes the second answer where the first one passes, but never sends a deployment twice', async () => {
    expect((await ask([failing(500, {}), Response.json({})])).answer.kind).toBe('answer');
    const file = { path: '/v2/files', file: { bytes: new Uint8Array([1, 255]), sha1: 'f' } };
    const upload = await ask([failing(502, {}), new Response('')], file);
    expect(upload.answer.kind).toBe('answer');
    expect(new Headers(upload.requests[1]?.init.headers).get('x-vercel-digest')).toBe('f');
    const deploy = await ask([failing(502, {}), Response.json({})], { path: '/v13/deployments', json: { name: 'x' } });
    expect(deploy).toMatchObject({ answer: { kind: 'busy' }, requests: [{ init: { method: 'POST' } }] });
  });

  it('says until when the limit holds', async () => {
    const limit = { reset: Date.UTC(2026, 2, 2, 12) };
    const { answer } = await ask([failing(402, { code: 'api-deployments-free-per-day', message: 'm', limit })]);
    expect(answer).toMatchObject({
      reason:
        'Vercel takes no more deployments (api-deployments-free-per-day: m); try again after 2026-03-02 12:00 UTC at the latest',
    });
  });
});
