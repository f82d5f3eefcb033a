import { GoogleGenerativeAIError } from '@google/generative-ai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { answerSchema } from '../../../src/domain/decision.ts';
import { mapGeminiError, toGeminiSchema } from '../../../src/llm/gemini.ts';
import { readGeminiError, readGeminiReply } from '../../../src/llm/gemini-reply.ts';

const calm = new AbortController().signal;

describe('the schema in Gemini words', () => {
  test('keeps the closed lists of a decision and drops what Gemini does not know', () => {
    const unsupported: string[] = [];
    const schema = toGeminiSchema(answerSchema([], ['L1']), unsupported);
    expect(unsupported).toEqual([]);
    expect(schema).toMatchObject({
      type: 'object',
      required: ['option', 'inputs', 'reason', 'lessons'],
      properties: {
        option: { type: 'string' },
        inputs: { type: 'array', items: { type: 'object', required: ['name', 'value'] } },
        lessons: { type: 'array', items: { type: 'string', format: 'enum', enum: ['L1'] } },
      },
    });
    expect(JSON.stringify(schema)).not.toContain('additionalProperties');
  });

  test('says null with a flag and a constant as a list of one', () => {
    expect(toGeminiSchema({ anyOf: [{ type: 'integer' }, { type: 'null' }] }, [])).toEqual({
      type: 'integer',
      nullable: true,
    });
    expect(toGeminiSchema({ type: ['string', 'null'], minLength: 2 }, [])).toEqual({ type: 'string', nullable: true });
    expect(toGeminiSchema({ type: 'string', const: 'a', description: 'the letter' }, [])).toEqual({
      type: 'string',
      format: 'enum',
      enum: ['a'],
      description: 'the letter',
    });
  });

  test.each([
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'anyOf'],
    [{ type: 'object', properties: {} }, 'an object without properties'],
    [{ type: 'array', items: { $ref: '#/x' } }, '$ref'],
    [{ type: ['string', 'number'] }, 'type string or number'],
  ])('names what it can not say: %j', (schema, expected) => {
    const unsupported: string[] = [];
    toGeminiSchema(schema, unsupported);
    expect(unsupported).toEqual([expected]);
  });
});

describe('a Gemini reply', () => {
  test('that is no response at all may have been billed', () => {
    expect(readGeminiReply({ candidates: 'none' }, 'm')).toMatchObject({
      failure: { kind: 'server', used: 'unknown' },
    });
  });

  test('names the asked model when the response does not say which answered', () => {
    const response = {
      candidates: [{ content: { parts: [{ text: '{}' }] } }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2 },
    };
    expect(readGeminiReply(response, 'asked')).toEqual({
      answer: { text: '{}', usage: { in: 10, cachedIn: 0, out: 2, thinking: 0 }, model: 'asked' },
    });
  });

  test.each(['SAFETY', 'PROHIBITED_CONTENT', 'SPII', 'OTHER', 'A_WORD_OF_NEXT_YEAR'])(
    'that ended with %s is not used',
    (finishReason) => {
      const response = { candidates: [{ content: { parts: [{ text: 'half a text' }] }, finishReason }] };
      expect(readGeminiReply(response, 'm')).toMatchObject({
        failure: { kind: 'content', message: expect.stringContaining(finishReason) },
      });
    },
  );
});

describe('a Gemini error', () => {
  test.each([
    [401, 'auth', false],
    [403, 'auth', false],
    [400, 'bad_request', false],
    [404, 'bad_request', false],
    [429, 'rate_limit', true],
    [500, 'server', true],
    [503, 'overload', true],
    [504, 'server', true],
  ])('with status %i is %s, retryable: %s, and costs nothing', (status, kind, isRetryable) => {
    expect(readGeminiError(status, 'm', undefined)).toEqual({
      failure: { kind, message: 'm', isRetryable, used: 'nothing' },
    });
  });

  test('survives details of any shape', () => {
    expect(readGeminiError(429, 'm', 'soon')).toMatchObject({ failure: { kind: 'rate_limit', isRetryable: true } });
    expect(readGeminiError(429, 'm', [{ retryDelay: 'in a while' }])).not.toHaveProperty('failure.retryAfterMs');
  });

  test('before any response is free; one in the middle of it may be billed', () => {
    const before = mapGeminiError(new GoogleGenerativeAIError('fetch failed'), calm);
    expect(before).toMatchObject({ failure: { kind: 'network', isRetryable: true, used: 'nothing' } });
    const amidst = mapGeminiError(new TypeError('terminated'), calm);
    expect(amidst).toMatchObject({ failure: { kind: 'network', isRetryable: true, used: 'unknown' } });
  });

  test('after the time is over is a timeout, whatever the SDK calls it', () => {
    expect(mapGeminiError(new TypeError('terminated'), AbortSignal.abort())).toMatchObject({
      failure: { kind: 'timeout', isRetryable: false, used: 'unknown' },
    });
  });
});

test('a schema made from zod is said in Gemini words or refused by name, never a crash', () => {
  const leaf = fc.constantFrom(
    z.string().min(2).max(9),
    z.int().min(1).max(5),
    z.number(),
    z.boolean(),
    z.enum(['a', 'b']),
    z.literal('x'),
    z.string().nullable(),
    z.array(z.string()).max(3),
    z.array(z.object({ inner: z.int() })),
    z.record(z.string(), z.int()),
    z.union([z.string(), z.int()]),
    z.tuple([z.string(), z.int()]),
    z.null(),
    z.any(),
  );
  const word = /type|object without properties|anyOf|with|\{/;
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), leaf, { minKeys: 1, maxKeys: 6 }), (shape) => {
      const unsupported: string[] = [];
      const schema = toGeminiSchema(z.toJSONSchema(z.object(shape)), unsupported);
      expect(schema).toMatchObject({ type: 'object', required: Object.keys(shape) });
      for (const name of unsupported) expect(name).toMatch(word);
      expect(JSON.stringify(schema)).not.toMatch(/"(minLength|additionalProperties|prefixItems|\$schema)"/);
    }),
  );
});
