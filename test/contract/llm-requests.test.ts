import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createAnthropic, toAnthropicSchema } from '../../src/llm/anthropic.ts';
import { createGemini } from '../../src/llm/gemini.ts';
import type { VendorRequest } from '../../src/llm/vendor.ts';
import { startVendorServer, type VendorKind } from '../support/vendor-server.ts';

/** What each model is sent, on the wire: a parameter that a model refuses would cost its answer. */

const request = { system: 'You write.', user: 'A line.', maxOutputTokens: 4096, thinking: false };

async function sent(vendor: VendorKind, model: string, more: Partial<VendorRequest> = {}) {
  const server = await startVendorServer({ [vendor]: [{ text: 'a line' }] });
  onTestFinished(() => server.close());
  const create = vendor === 'gemini' ? createGemini : createAnthropic;
  const signal = AbortSignal.timeout(5000);
  const result = await create({ key: 'key-0123456789', baseUrl: server.url }).ask({
    ...request,
    model,
    signal,
    ...more,
  });
  expect(result).toMatchObject({ answer: { text: 'a line' } });
  return server.requests[0]?.json as Record<string, unknown>;
}

test.each([
  ['gemini-2.5-flash-lite', { thinkingBudget: 0 }, { thinkingBudget: -1 }, 0.4],
  ['gemini-2.5-pro', { thinkingBudget: 128 }, { thinkingBudget: -1 }, 0.4],
  ['gemini-3.1-flash-lite', { thinkingLevel: 'minimal' }, { thinkingLevel: 'medium' }, undefined],
  ['gemini-3.8-flash', { thinkingLevel: 'low' }, { thinkingLevel: 'medium' }, undefined],
  ['gemini-3.1-pro-preview', { thinkingLevel: 'low' }, { thinkingLevel: 'high' }, undefined],
  ['a-model-of-mine', undefined, undefined, undefined],
])('%s: thinking and temperature as it takes them', async (model, off, on, temperature) => {
  const config = async (thinking: boolean) =>
    (await sent('gemini', model, { thinking, temperature: 0.4 })).generationConfig as Record<string, unknown>;
  expect(await config(false)).toEqual(given({ maxOutputTokens: 4096, temperature, thinkingConfig: off }));
  expect(await config(true)).toEqual(given({ maxOutputTokens: 4096, temperature, thinkingConfig: on }));
});

const ADAPTIVE = { type: 'adaptive' };
const LOW = { effort: 'low' };

test.each<[string, object | undefined, object | undefined, object | undefined, number | undefined]>([
  ['claude-haiku-4-5-20251001', undefined, undefined, { type: 'enabled', budget_tokens: 2048 }, 0.4],
  ['claude-opus-4-6', undefined, undefined, ADAPTIVE, 0.4],
  ['claude-opus-4-8', undefined, undefined, ADAPTIVE, undefined],
  ['claude-haiku-5-5', { type: 'disabled' }, undefined, ADAPTIVE, undefined],
  ['claude-opus-5', { type: 'disabled' }, undefined, ADAPTIVE, undefined],
  ['claude-opus-5-5', undefined, LOW, ADAPTIVE, undefined],
  ['claude-sonnet-5-5', undefined, LOW, ADAPTIVE, undefined],
  ['a-model-of-mine', undefined, undefined, undefined, undefined],
])('%s: thinking and temperature as it takes them', async (model, off, effort, on, temperature) => {
  const pick = async (thinking: boolean) => {
    const body = await sent('anthropic', model, { thinking, temperature: 0.4 });
    return given({ thinking: body.thinking, output_config: body.output_config, temperature: body.temperature });
  };
  expect(await pick(false)).toEqual(given({ thinking: off, output_config: effort, temperature }));
  // A model that thinks takes no temperature.
  expect(await pick(true)).toEqual(given({ thinking: on, output_config: undefined, temperature: undefined }));
});

test('a short answer leaves no room for a budget of thought', async () => {
  const body = await sent('anthropic', 'claude-haiku-4-5', { thinking: true, maxOutputTokens: 1024 });
  expect(body).not.toHaveProperty('thinking');
});

test('Claude takes temperatures up to one', async () => {
  expect(await sent('anthropic', 'claude-opus-4-6', { temperature: 1.7 })).toMatchObject({ temperature: 1 });
});

test('Claude gets every object closed and no constraint that it refuses; names that look like one stay', () => {
  const schema = z.toJSONSchema(
    z.object({
      title: z.string().min(3).max(60).describe('the title'),
      pattern: z.array(z.object({ maximum: z.int().min(1).max(5) })).max(3),
      mood: z.enum(['calm', 'glad']).default('calm'),
      note: z.string().nullable(),
    }),
  );
  expect(toAnthropicSchema(schema)).toEqual({
    type: 'object',
    properties: {
      title: { type: 'string', description: 'the title' },
      pattern: {
        type: 'array',
        items: {
          type: 'object',
          properties: { maximum: { type: 'integer' } },
          required: ['maximum'],
          additionalProperties: false,
        },
      },
      mood: { type: 'string', enum: ['calm', 'glad'] },
      note: { type: ['string', 'null'] },
    },
    required: ['title', 'pattern', 'mood', 'note'],
    additionalProperties: false,
  });
});

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
