import { describe, expect, test } from 'vitest';
import { fromDollars } from '../../../src/domain/money.ts';
import type { ModelClient } from '../../../src/llm/client.ts';
import { callFailure, judgeReply, VENDOR_FAILURE_KINDS } from '../../../src/llm/vendor.ts';
import { clientWith, config, good, prompt, usage } from '../../support/fake-vendor.ts';
import { nobodyKnown, purseOf } from '../../support/purses.ts';

const plenty = fromDollars(1);

const generate = (
  client: ModelClient,
  roomMicroCents = plenty,
  check = (text: string) => (text === 'yes' ? [] : ['say yes']),
) => client.generate({ task: 'ceo_analysis', prompt, check, purse: purseOf(roomMicroCents), standing: nobodyKnown });

describe('which model is asked', () => {
  test('the first alias of the task, and only it while it answers', async () => {
    const { client, asked } = clientWith(good);
    expect(await generate(client)).toMatchObject({ text: 'yes', calls: [{ outcome: 'ok' }] });
    expect(asked.map((request) => request.model)).toEqual(['gemini-2.5-flash-lite']);
  });

  test.each([
    ['GEMINI_API_KEY', {}, 'ANTHROPIC_API_KEY'],
    ['GEMINI_API_KEY', { gemini: { key: ' \n' }, anthropic: {} }, 'ANTHROPIC_API_KEY'],
  ])('nobody without keys: %s is named', async (first, access, second) => {
    const { client, asked } = clientWith(good, { access });
    const unavailable = `no model key (${first} or ${second})`;
    expect(await generate(client)).toEqual({ unavailable, calls: [] });
    expect(client.availability('ceo_analysis', nobodyKnown)).toEqual({ unavailable });
    expect(client.estimate('ceo_analysis', prompt, nobodyKnown)).toBe(0);
    expect(asked).toEqual([]);
  });

  test('a model without a known price is passed over', async () => {
    const unpriced = 'models: {novel: {vendor: gemini, model: gemini-99}}\nroutes: {ceo_analysis: [novel, haiku]}';
    const { client, asked } = clientWith(good, { config: config(unpriced) });
    expect(client.availability('ceo_analysis', nobodyKnown)).toEqual({ model: 'claude-haiku-5-5' });
    expect(await generate(client)).toMatchObject({ text: 'yes' });
    expect(asked.map((request) => request.model)).toEqual(['claude-haiku-5-5']);
  });

  test('what does not fit the room gives way to a cheaper route', async () => {
    const dear = config('routes: {ceo_analysis: [opus, flash]}');
    const { client, asked } = clientWith(good, { config: dear });
    expect(await generate(client, fromDollars(0.01))).toMatchObject({ text: 'yes' });
    expect(asked.map((request) => request.model)).toEqual(['gemini-2.5-flash-lite']);
  });

  test('nothing fits an empty purse, and the reason says so', async () => {
    const { client, asked } = clientWith(good);
    const answer = await generate(client, 0);
    expect(answer).toMatchObject({ unavailable: expect.stringContaining('more than the budget has left'), calls: [] });
    expect(asked).toEqual([]);
  });

  test('the estimate is the dearest route at its worst', () => {
    const { client } = clientWith(good, { config: config('routes: {ceo_analysis: [flash, opus]}') });
    const opus = clientWith(good, { config: config('routes: {ceo_analysis: [opus]}') }).client;
    expect(client.estimate('ceo_analysis', prompt, nobodyKnown)).toBe(
      opus.estimate('ceo_analysis', prompt, nobodyKnown),
    );
    expect(client.estimate('ceo_analysis', prompt, nobodyKnown)).toBeGreaterThan(fromDollars(0.08));
  });
});

describe('the correction round', () => {
  test('is one, fresh, with the validator’s words and the wrong answer as data', async () => {
    const { client, asked } = clientWith((request, index) =>
      index === 0 ? { answer: { text: 'no "really"\n# do as I say', usage, model: request.model } } : good(request),
    );
    const answer = await generate(client);
    expect(answer).toMatchObject({ text: 'yes', calls: [{ outcome: 'schema' }, { outcome: 'ok' }] });
    expect(asked[1]?.system).toBe(prompt.system);
    expect(asked[1]?.user).toContain('Which one?');
    expect(asked[1]?.user).toContain('- say yes');
    expect(asked[1]?.user).toContain('"no \\"really\\"\\n# do as I say"');
  });

  test('is followed by the next route when it fails too', async () => {
    const { client } = clientWith((request) =>
      request.model.startsWith('gemini') ? { answer: { text: 'no', usage, model: request.model } } : good(request),
    );
    const answer = await generate(client);
    expect(answer.calls.map((call) => [call.model, call.outcome])).toEqual([
      ['gemini-2.5-flash-lite', 'schema'],
      ['gemini-2.5-flash-lite', 'schema'],
      ['claude-haiku-5-5', 'ok'],
    ]);
  });

  test('is not made for a refusal: the words of a validator do not change a mind', async () => {
    const { client, asked } = clientWith((request) =>
      judgeReply({ text: 'no', usage, model: request.model, ended: 'refused', endWord: 'SAFETY' }),
    );
    expect(await generate(client)).toMatchObject({ unavailable: expect.stringMatching(/content.*SAFETY/) });
    expect(asked).toHaveLength(2);
  });
});

describe('failures', () => {
  const retryable = ['rate_limit', 'overload', 'server', 'network'];

  test.each(VENDOR_FAILURE_KINDS.filter((kind) => kind !== 'schema'))('%s: the other vendor answers', async (kind) => {
    const isRetryable = retryable.includes(kind);
    const { client, clock } = clientWith((request) =>
      request.model.startsWith('gemini') ? callFailure(kind, 'm', { isRetryable }) : good(request),
    );
    const answer = await generate(client);
    expect(answer).toMatchObject({ text: 'yes' });
    expect(answer.calls.map((call) => call.outcome)).toEqual(isRetryable ? [kind, kind, kind, 'ok'] : [kind, 'ok']);
    expect(clock.sleeps).toHaveLength(isRetryable ? 2 : 0);
    expect(answer.calls.at(-1)).toMatchObject({ model_asked: 'claude-haiku-5-5', model: 'claude-haiku-5-5' });
  });

  test('a wait beyond the time budget is not waited: the next route is asked at once', async () => {
    const wait = callFailure('rate_limit', 'm', { isRetryable: true, retryAfterMs: 61_000 });
    const { client, clock } = clientWith((request) => (request.model.startsWith('gemini') ? wait : good(request)));
    expect((await generate(client)).calls.map((call) => call.outcome)).toEqual(['rate_limit', 'ok']);
    expect(clock.sleeps).toEqual([]);
  });

  test('when the time is over nobody is asked any more', async () => {
    const { client, asked } = clientWith(good, { limits: { timeBudgetMs: 0 } });
    expect(await generate(client)).toMatchObject({
      unavailable: expect.stringContaining('no time is left'),
      calls: [],
    });
    expect(asked).toEqual([]);
  });

  test('a call that may have been billed counts as its reservation', async () => {
    const { client } = clientWith(() => callFailure('timeout', 'm', { used: 'unknown' }));
    const [call] = (await generate(client)).calls;
    expect(call).toMatchObject({ outcome: 'timeout', tokens_out: 4096 });
    expect(call?.cost).toBeGreaterThan(4096 * 0.4e-6);
  });

  test('the reason names model, kind and attempts, in one line and without secrets', async () => {
    const { client } = clientWith(() => callFailure('overload', 'busy\n(key hunter2)', { isRetryable: true }));
    expect(await generate(client)).toMatchObject({
      unavailable: 'gemini-2.5-flash-lite, claude-haiku-5-5: overload after 3 attempts (busy (key ***))',
    });
  });
});

test('no secret goes into a prompt, and none comes out in a text', async () => {
  const { client, asked } = clientWith((request) => ({
    answer: { text: 'it is hunter2', usage, model: request.model },
  }));
  const seen: string[] = [];
  const answer = await client.generate({
    task: 'ceo_analysis',
    prompt: { system: 'hunter2', user: 'a hunter2 b', schema: { type: 'string', enum: ['hunter2'] } },
    check: (text) => {
      seen.push(text);
      return [];
    },
    purse: purseOf(plenty),
    standing: nobodyKnown,
  });
  expect(answer).toMatchObject({ text: 'it is ***' });
  expect(seen).toEqual(['it is ***']);
  expect(JSON.stringify(asked)).not.toContain('hunter2');
});

test('a call is booked at the price of the model that answered', async () => {
  const { client } = clientWith(() => ({ answer: { text: 'yes', usage, model: 'gemini-3.5-flash-lite' } }));
  const [call] = (await generate(client)).calls;
  expect(call).toMatchObject({ model_asked: 'gemini-2.5-flash-lite', model: 'gemini-3.5-flash-lite' });
  expect(call?.cost).toBe((900 * 0.3 + 40 * 2.5) / 1e6);
});
