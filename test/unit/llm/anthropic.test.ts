import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { mapAnthropicError, readAnthropicReply, toAnthropicSchema } from '../../../src/llm/anthropic.ts';

const calm = new AbortController().signal;
const fail = (status: number, headers: Record<string, string> = {}, type = 'api_error') =>
  mapAnthropicError(
    APIError.generate(status, { type: 'error', error: { type, message: 'm' } }, 'm', new Headers(headers)),
    calm,
  );

describe('an Anthropic reply', () => {
  const message = {
    model: 'claude-haiku-5-5',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: '{"a":' },
      { type: 'text', text: '1}' },
    ],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: 104,
      cache_creation_input_tokens: 300,
      cache_read_input_tokens: 5000,
      output_tokens: 410,
      output_tokens_details: { thinking_tokens: 340 },
    },
  };

  test('joins the text, and counts cached tokens in and thinking apart', () => {
    expect(readAnthropicReply(message)).toEqual({
      answer: {
        text: '{"a":1}',
        usage: { in: 5404, cachedIn: 5000, cacheWritten: 300, out: 70, thinking: 340 },
        model: 'claude-haiku-5-5',
      },
    });
  });

  test.each([
    ['refusal', 'content'],
    ['max_tokens', 'truncated'],
    ['model_context_window_exceeded', 'truncated'],
  ])('that stopped with %s is %s, and what it used is kept', (stop_reason, kind) => {
    expect(readAnthropicReply({ ...message, stop_reason })).toMatchObject({
      failure: { kind, isRetryable: false, used: { in: 5404, thinking: 340 } },
    });
  });

  test('that is no message at all may have been billed', () => {
    expect(readAnthropicReply('<html>')).toMatchObject({ failure: { kind: 'server', used: 'unknown' } });
  });
});

describe('an Anthropic error', () => {
  test.each([
    [400, 'bad_request', false],
    [401, 'auth', false],
    [402, 'auth', false],
    [403, 'auth', false],
    [404, 'bad_request', false],
    [413, 'bad_request', false],
    [429, 'rate_limit', true],
    [500, 'server', true],
    [503, 'overload', true],
    [529, 'overload', true],
  ])('with status %i is %s, retryable: %s, and costs nothing', (status, kind, isRetryable) => {
    expect(fail(status)).toMatchObject({ failure: { kind, isRetryable, used: 'nothing' } });
  });

  test('takes the wait from Retry-After in seconds, and leaves a date to the backoff', () => {
    expect(fail(429, { 'retry-after': '1.5' })).toMatchObject({ failure: { retryAfterMs: 1500 } });
    expect(fail(429, { 'retry-after': 'Sun, 22 Nov 2026 10:00:00 GMT' })).not.toHaveProperty('failure.retryAfterMs');
    expect(fail(429)).not.toHaveProperty('failure.retryAfterMs');
  });

  test('an overload is known by its type, whatever status carries it', () => {
    expect(fail(500, {}, 'overloaded_error')).toMatchObject({ failure: { kind: 'overload' } });
  });

  test('of the connection names its cause', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') });
    expect(mapAnthropicError(new APIConnectionError({ cause }), calm)).toMatchObject({
      failure: { kind: 'network', message: 'connect ECONNREFUSED 127.0.0.1:9', used: 'nothing' },
    });
  });

  test('in the middle of a response may be billed', () => {
    expect(mapAnthropicError(new TypeError('terminated'), calm)).toMatchObject({
      failure: { kind: 'network', used: 'unknown' },
    });
    expect(mapAnthropicError(new SyntaxError('end of JSON'), calm)).toMatchObject({
      failure: { kind: 'server', used: 'unknown' },
    });
  });
});

test('the schema goes to Anthropic as it is, without the name of its draft', () => {
  expect(toAnthropicSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })).toEqual({
    type: 'object',
  });
});
