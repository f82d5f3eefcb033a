import { afterEach, describe, expect, test } from 'vitest';
import {
  ANTHROPIC_KEY,
  clientAt,
  decision,
  FLASH,
  GEMINI_KEY,
  HAIKU,
  HAIKU_FIRST,
  prompt,
} from '../support/model-client.ts';
import { startVendorServer, type VendorScript, type VendorServer, vendorFixture } from '../support/vendor-server.ts';

/** The client with both real SDKs, on real sockets. */

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(scripts: { gemini?: VendorScript; anthropic?: VendorScript }): Promise<VendorServer> {
  const server = await startVendorServer(scripts);
  open.push(server);
  return server;
}

describe('what goes out', () => {
  test('to Gemini: the schema natively, the system apart, the limit, the key in a header only', async () => {
    const server = await serve({ gemini: [{ json: decision }] });
    await clientAt(server.url).generate();
    const [request] = server.requests;
    expect(request?.path).toBe(`/v1beta/models/${FLASH}:generateContent`);
    expect(request?.json).toMatchObject({
      systemInstruction: { parts: [{ text: prompt.system }] },
      contents: [{ role: 'user', parts: [{ text: prompt.user }] }],
      generationConfig: {
        maxOutputTokens: 4096,
        responseMimeType: 'application/json',
        responseSchema: { type: 'object', required: ['option', 'inputs', 'reason', 'lessons'] },
      },
    });
    expect(request?.headers['x-goog-api-key']).toBe(GEMINI_KEY);
    expect(request?.path + String(request?.body)).not.toContain(GEMINI_KEY);
  });

  test('to Anthropic: the schema natively, no forced tool, the system apart, the limit, the key in a header only', async () => {
    const server = await serve({ anthropic: [{ json: decision }] });
    await clientAt(server.url, { yaml: HAIKU_FIRST }).generate();
    const [request] = server.requests;
    expect(request?.path).toBe('/v1/messages');
    expect(request?.json).toEqual({
      model: HAIKU,
      max_tokens: 4096,
      system: prompt.system,
      messages: [{ role: 'user', content: prompt.user }],
      output_config: { format: { type: 'json_schema', schema: prompt.schema } },
      thinking: { type: 'disabled' },
    });
    expect(request?.headers.authorization).toBe(`Bearer ${ANTHROPIC_KEY}`);
    expect(request?.path + String(request?.body)).not.toContain(ANTHROPIC_KEY);
  });
});

describe('what is booked', () => {
  test.each([
    // (1200 x $0.10 + 60 x $0.40) / 1 000 000
    ['gemini-answer', '', FLASH, 0.000_144],
    // (1104 x $0.75 + 4096 x $0.075 + (61 + 340) x $3.75) / 1 000 000
    ['gemini-cached-and-thinking', 'routes: {ceo_analysis: [pro]}', 'gemini-3.8-flash', 0.002_638_95],
    // (1300 x $0.10 + 70 x $0.50) / 1 000 000
    ['anthropic-answer', HAIKU_FIRST, HAIKU, 0.000_165],
    // (104 x $0.10 + 5000 x $0.01 + (70 + 340) x $0.50) / 1 000 000
    ['anthropic-cached-and-thinking', HAIKU_FIRST, HAIKU, 0.000_265_4],
  ])('%s, to the last digit', async (name, yaml, model, cost) => {
    const reply = await vendorFixture(name);
    const server = await serve({ gemini: [reply], anthropic: [reply] });
    const answer = await clientAt(server.url, { yaml }).generate();
    expect(answer).toMatchObject({ text: expect.stringContaining('tidy_notes') });
    expect(answer.calls).toMatchObject([{ model_asked: model, model, outcome: 'ok', cost }]);
  });
});

/** Fault -> outcomes at the first vendor, in order; the waits in milliseconds; what the first vendor bills in dollars. */
type Fault = [fixture: string, outcomes: string[], waits: number[], billed: number];

const GEMINI_FAULTS: Fault[] = [
  ['gemini-rate-limit', ['rate_limit', 'rate_limit', 'rate_limit'], [17_750, 17_750], 0],
  ['gemini-daily-quota', ['rate_limit'], [], 0],
  ['gemini-overload', ['overload', 'overload', 'overload'], [750, 1500], 0],
  ['gemini-server-error', ['server', 'server', 'server'], [750, 1500], 0],
  ['gemini-key-invalid', ['auth'], [], 0],
  ['gemini-model-unknown', ['bad_request'], [], 0],
  ['gemini-max-tokens', ['truncated'], [], 0.001_758_4],
  ['gemini-safety', ['content'], [], 0.000_12],
  ['gemini-recitation', ['content'], [], 0.000_144],
  ['gemini-prompt-blocked', ['content'], [], 0.000_12],
  ['gemini-empty', ['empty'], [], 0.000_12],
  ['gemini-prose', ['schema', 'schema'], [], 0.000_288],
  ['gemini-extra-keys', ['schema', 'schema'], [], 0.000_288],
];

const ANTHROPIC_FAULTS: Fault[] = [
  ['anthropic-rate-limit', ['rate_limit', 'rate_limit', 'rate_limit'], [12_250, 12_250], 0],
  ['anthropic-overload', ['overload', 'overload', 'overload'], [750, 1500], 0],
  ['anthropic-server-error', ['server', 'server', 'server'], [750, 1500], 0],
  ['anthropic-key-invalid', ['auth'], [], 0],
  ['anthropic-bad-request', ['bad_request'], [], 0],
  ['anthropic-max-tokens', ['truncated'], [], 0.002_178],
  ['anthropic-refusal', ['content'], [], 0.000_132],
  ['anthropic-empty', ['empty'], [], 0.000_131_5],
  ['anthropic-prose', ['schema', 'schema'], [], 0.000_33],
  ['anthropic-extra-keys', ['schema', 'schema'], [], 0.000_33],
];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('when one vendor fails the other answers, and the record says so', () => {
  test.each(GEMINI_FAULTS)('%s', async (name, outcomes, waits, billed) => {
    const server = await serve({
      gemini: [await vendorFixture(name)],
      anthropic: [await vendorFixture('anthropic-answer')],
    });
    const { generate, sleeps } = clientAt(server.url);
    const answer = await generate();
    expect(answer).toMatchObject({ text: expect.stringContaining('tidy_notes') });
    expect(answer.calls.map((call) => call.outcome)).toEqual([...outcomes, 'ok']);
    expect(answer.calls.at(-1)).toMatchObject({ model_asked: HAIKU, model: HAIKU, cost: 0.000_165 });
    expect(sum(answer.calls.slice(0, -1).map((call) => call.cost))).toBeCloseTo(billed, 10);
    expect(sleeps).toEqual(waits);
    expect(server.requests.map((request) => request.vendor)).toEqual([...outcomes.map(() => 'gemini'), 'anthropic']);
  });

  test.each(ANTHROPIC_FAULTS)('%s', async (name, outcomes, waits, billed) => {
    const server = await serve({
      anthropic: [await vendorFixture(name)],
      gemini: [await vendorFixture('gemini-answer')],
    });
    const { generate, sleeps } = clientAt(server.url, { yaml: HAIKU_FIRST });
    const answer = await generate();
    expect(answer.calls.map((call) => call.outcome)).toEqual([...outcomes, 'ok']);
    expect(answer.calls.at(-1)).toMatchObject({ model_asked: FLASH, model: FLASH, cost: 0.000_144 });
    expect(sum(answer.calls.slice(0, -1).map((call) => call.cost))).toBeCloseTo(billed, 10);
    expect(sleeps).toEqual(waits);
    expect(server.requests.map((request) => request.vendor)).toEqual([...outcomes.map(() => 'anthropic'), 'gemini']);
  });

  test.each([
    ['an answer without counted tokens', 'unmetered', ['empty']],
    ['JSON that ends in the middle', 'cut-off', ['server', 'server', 'server']],
  ])('%s counts as its reservation', async (_, fault, outcomes) => {
    for (const [yaml, vendor] of [
      ['', 'gemini'],
      [HAIKU_FIRST, 'anthropic'],
    ] as const) {
      const reply = await vendorFixture(`${vendor}-${fault}`);
      const good = { json: decision };
      const server = await serve(
        vendor === 'gemini' ? { gemini: [reply], anthropic: [good] } : { anthropic: [reply], gemini: [good] },
      );
      const { calls } = await clientAt(server.url, { yaml }).generate();
      expect(calls.map((call) => call.outcome)).toEqual([...outcomes, 'ok']);
      expect(calls.slice(0, -1).every((call) => call.tokens_out === 4096 && call.cost > 0)).toBe(true);
    }
  });

  test.each([
    ['never comes', { status: 200, body: {}, delayMs: Number.POSITIVE_INFINITY }, ['timeout']],
    ['breaks off', { status: 200, body: 'x'.repeat(100_000), isBroken: true }, ['network', 'network', 'network']],
  ])('an answer that %s counts as its reservation', async (_, reply, outcomes) => {
    for (const yaml of ['', HAIKU_FIRST]) {
      const server = await serve({
        [yaml === '' ? 'gemini' : 'anthropic']: [reply],
        [yaml === '' ? 'anthropic' : 'gemini']: [{ json: decision }],
      });
      const { calls } = await clientAt(server.url, { yaml, callTimeoutMs: 400 }).generate();
      expect(calls.map((call) => call.outcome)).toEqual([...outcomes, 'ok']);
      expect(calls[0]?.tokens_out).toBe(4096);
    }
  });

  test('a vendor that is not there costs nothing; when none is there, the reason names both', async () => {
    const { generate } = clientAt('http://127.0.0.1:9');
    const answer = await generate();
    expect(answer).toMatchObject({
      unavailable: expect.stringMatching(
        /^gemini-2.5-flash-lite: network after 3 .*; claude-haiku-5-5: network after 3 /,
      ),
    });
    expect(answer.calls.map((call) => call.cost)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test('the correction round repairs a wrong answer at the same model', async () => {
  const server = await serve({ gemini: [await vendorFixture('gemini-prose'), { json: decision }] });
  const answer = await clientAt(server.url).generate();
  expect(answer.calls.map((call) => [call.model, call.outcome])).toEqual([
    [FLASH, 'schema'],
    [FLASH, 'ok'],
  ]);
  expect(server.requests[1]?.body).toContain('The answer is not JSON.');
  expect(server.requests[1]?.json).toMatchObject({ contents: [{ role: 'user' }] });
});

test('a model that the vendor chose itself is recorded and booked as that model', async () => {
  const server = await serve({ gemini: [{ json: decision, model: 'gemini-3.5-flash-lite' }] });
  const answer = await clientAt(server.url).generate();
  expect(answer.calls).toMatchObject([
    { model_asked: FLASH, model: 'gemini-3.5-flash-lite', cost: (1000 * 0.3 + 50 * 2.5) / 1e6 },
  ]);
});

test('a vendor that echoes the key in its error does not get it into a reason', async () => {
  const echo = { status: 400, body: { error: { message: `bad key ${GEMINI_KEY} or ${ANTHROPIC_KEY}` } } };
  const server = await serve({ gemini: [echo], anthropic: [echo] });
  const answer = await clientAt(server.url).generate();
  expect(answer).toMatchObject({ unavailable: expect.stringContaining('bad key ***') });
  expect(JSON.stringify(answer)).not.toMatch(/Zx81|Qw42/);
});
