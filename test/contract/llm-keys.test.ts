import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/domain/config.ts';
import { createRedactor } from '../../src/domain/redaction.ts';
import { ModelClient } from '../../src/llm/client.ts';
import { checkKeys } from '../../src/llm/key-check.ts';
import { openVendor } from '../../src/llm/vendors.ts';
import { closedAddress } from '../support/answering-server.ts';
import { localServer } from '../support/local-server.ts';
import { manualClock } from '../support/manual-clock.ts';
import { ANTHROPIC_KEY, GEMINI_KEY } from '../support/model-client.ts';
import { vendorFixture } from '../support/vendor-server.ts';

/** Both vendors' lists of models, on real sockets. */

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const LIST = { status: 200, body: { models: [], data: [], has_more: false, first_id: null, last_id: null } };

async function vendors(reply: Reply | 'silence') {
  const requests: { path: string; headers: Record<string, unknown> }[] = [];
  const url = await localServer((request, response) => {
    requests.push({ path: `${request.method} ${request.url}`, headers: request.headers });
    if (reply === 'silence') return;
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  });
  return { url, requests };
}

const both = (url: string, keys = { gemini: GEMINI_KEY, anthropic: ANTHROPIC_KEY }) => ({
  gemini: { key: keys.gemini, baseUrl: url },
  anthropic: { key: keys.anthropic, baseUrl: url },
});
const means = { open: openVendor, redact: createRedactor([]) };
const check = (url: string) => checkKeys(both(url), means);

describe('a key', () => {
  test('that is accepted costs one request for the list of models, and travels in a header only', async () => {
    const { url, requests } = await vendors(LIST);
    const { config } = parseConfig('');
    if (!config) throw new Error('the config of this test is wrong');
    const client = new ModelClient({ config, access: both(url), redact: (text) => text, clock: manualClock() });
    expect(await client.checkKeys()).toEqual([
      { keyName: 'GEMINI_API_KEY', status: 'accepted', detail: '' },
      { keyName: 'ANTHROPIC_API_KEY', status: 'accepted', detail: '' },
    ]);
    expect(requests.map(({ path }) => path).sort()).toEqual([
      'GET /v1/models?limit=1',
      'GET /v1beta/models?pageSize=1',
    ]);
    const [gemini, anthropic] = requests.toSorted((a, b) => b.path.length - a.path.length);
    expect(gemini?.headers['x-goog-api-key']).toBe(GEMINI_KEY);
    expect(anthropic?.headers.authorization).toBe(`Bearer ${ANTHROPIC_KEY}`);
    expect(anthropic?.headers['anthropic-version']).toEqual(expect.any(String));
  });

  test('that is not there is not asked about', async () => {
    const { url, requests } = await vendors(LIST);
    expect(await checkKeys({ gemini: { key: ' \n', baseUrl: url }, anthropic: {} }, means)).toEqual([]);
    expect(requests).toEqual([]);
  });

  test.each([
    ['gemini-key-invalid', 0, 'API key not valid'],
    ['anthropic-key-invalid', 1, 'invalid x-api-key'],
  ])('that the vendor refuses: %s', async (fixture, index, words) => {
    const { url } = await vendors(await vendorFixture(fixture));
    const checks = await check(url);
    expect(checks[index]).toMatchObject({ status: 'refused', detail: expect.stringContaining(words) });
  });

  test.each([401, 403])('that is refused with HTTP %i, whatever the body', async (status) => {
    const { url } = await vendors({ status, body: 'no JSON at all' });
    expect((await check(url)).map((each) => each.status)).toEqual(['refused', 'refused']);
  });

  test.each([404, 429, 500, 503])('of which HTTP %i says nothing is unknown, after one request', async (status) => {
    const { url, requests } = await vendors({ status, body: { error: { message: 'not now' } } });
    expect(await check(url)).toMatchObject([
      { status: 'unknown', detail: expect.stringContaining('not now') },
      { status: 'unknown', detail: expect.stringContaining('not now') },
    ]);
    expect(requests).toHaveLength(2);
  });

  test('is unknown where nobody answers, or not in time', async () => {
    expect(await check(await closedAddress())).toMatchObject([
      { status: 'unknown', detail: expect.stringContaining('ECONNREFUSED') },
      { status: 'unknown', detail: expect.stringContaining('ECONNREFUSED') },
    ]);
    const { url } = await vendors('silence');
    expect(await checkKeys(both(url), { ...means, timeoutMs: 100 })).toMatchObject([
      { status: 'unknown', detail: 'no answer in time' },
      { status: 'unknown', detail: 'no answer in time' },
    ]);
  });

  test('of Gemini does not follow the vendor elsewhere', async () => {
    const elsewhere = await vendors(LIST);
    const { url } = await vendors({ status: 302, headers: { location: `${elsewhere.url}v1beta/models` }, body: {} });
    const checks = await checkKeys({ gemini: { key: GEMINI_KEY, baseUrl: url } }, means);
    expect(checks).toMatchObject([{ status: 'unknown' }]);
    expect(elsewhere.requests).toEqual([]);
  });

  test('is in no word of the answer, though the vendor repeats it', async () => {
    const body = { error: { message: `no such key: ${GEMINI_KEY}, ${ANTHROPIC_KEY}`, details: [] } };
    const { url } = await vendors({ status: 403, body });
    const checks = await check(url);
    expect(checks.map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(checks[0]?.detail).not.toContain(GEMINI_KEY);
    expect(checks[1]?.detail).not.toContain(ANTHROPIC_KEY);
  });

  test.each(['two words', 'line\nbreak', 'ключ'])('that no header can carry is refused unsent: %j', async (key) => {
    const { url, requests } = await vendors(LIST);
    const checks = await checkKeys(both(url, { gemini: key, anthropic: key }), means);
    expect(checks.map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(JSON.stringify(checks)).not.toContain(key);
    expect(requests).toEqual([]);
  });

  test('is trimmed as it is for a real call', async () => {
    const { url, requests } = await vendors(LIST);
    await checkKeys({ gemini: { key: `${GEMINI_KEY}\n`, baseUrl: url } }, means);
    expect(requests[0]?.headers['x-goog-api-key']).toBe(GEMINI_KEY);
  });
});
