import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { GenerateAnswer, GenerateRequest } from '../../src/domain/generation.ts';
import { Tape } from '../../src/domain/tape.ts';
import type { Task } from '../../src/domain/task.ts';
import type { Generated, GenerateTask, ScriptContext } from '../../src/script.ts';
import { rawLab, scriptLab } from '../support/script-lab.ts';
import { scriptedModel } from '../support/scripted-model.ts';

/** context.generate on the real child, up to the capability that a flow puts into the call. */

const SCHEMA = 'z.object({ title: z.string().min(3), tags: z.array(z.string()) })';

describe('what a script gets', () => {
  test('a text, with the model that wrote it', async () => {
    const lab = await scriptLab(
      "return context.generate({ task: 'social_posts', prompt: 'Say it.', material: { feed: 'news' } });",
    );
    const { asked, generate } = scriptedModel({ generated: 'It is out.', model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: 'It is out.', model: 'm' });
    expect(asked).toEqual([{ task: 'social_posts', prompt: 'Say it.', material: { feed: 'news' } }]);
  });

  test('an object that fits its schema, which travels as JSON Schema', async () => {
    const lab = await scriptLab(
      `return context.generate({ task: 'blog_generation', prompt: 'Draft.', schema: ${SCHEMA} });`,
    );
    const { asked, generate } = scriptedModel({ generated: { title: 'Dust', tags: ['a'] }, model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: { title: 'Dust', tags: ['a'] }, model: 'm' });
    expect(asked[0]?.schema).toEqual({
      type: 'object',
      properties: { title: { type: 'string', minLength: 3 }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['title', 'tags'],
      additionalProperties: false,
    });
  });

  test('the word that there is no model, to fall back on a template', async () => {
    const lab = await scriptLab(`
      const draft = await context.generate({ task: 'engagement', prompt: 'Reply.' });
      return 'generated' in draft ? draft.generated : 'Thank you! (' + draft.unavailable + ')';`);
    expect(await lab.value()).toBe('Thank you! (no model in this test)');
  });

  test('an answer that only zod can tell is wrong is no answer', async () => {
    const schema = "z.object({ slug: z.string().refine((text) => !text.includes(' '), 'no spaces') })";
    const lab = await scriptLab(
      `return context.generate({ task: 'blog_generation', prompt: 'x', schema: ${schema} });`,
    );
    const { generate } = scriptedModel({ generated: { slug: 'a b' }, model: 'm' });
    expect(await lab.value({ generate })).toEqual({ unavailable: expect.stringContaining('no spaces') });
  });

  test('an answer that is checked with patience, and no more than its schema says', async () => {
    const schema = 'z.object({ slug: z.string().regex(/^dust$/i).refine(async (text) => text.length === 4) })';
    const lab = await scriptLab(
      `return context.generate({ task: 'blog_generation', prompt: 'x', schema: ${schema} });`,
    );
    const { asked, generate } = scriptedModel({ generated: { slug: 'DUST' }, model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: { slug: 'DUST' }, model: 'm' });
    expect(asked[0]?.schema).toMatchObject({ properties: { slug: { type: 'string' } } });
  });

  test('several answers at once, each its own', async () => {
    const lab = await scriptLab(`
      const ask = (prompt) => context.generate({ task: 'social_posts', prompt });
      return Promise.all(['a', 'b', 'c'].map(ask));`);
    const asked: (() => void)[] = [];
    const generate = async ({ prompt }: GenerateRequest) => {
      // Nobody is answered before all have asked, and then the last is first.
      await new Promise<void>((resolve) => {
        asked.unshift(resolve);
        if (asked.length === 3) for (const answer of asked) answer();
      });
      return { generated: prompt.toUpperCase(), model: 'm' };
    };
    expect(await lab.value({ generate })).toMatchObject([{ generated: 'A' }, { generated: 'B' }, { generated: 'C' }]);
  });

  test('is typed: a text, or what the schema says', () => {
    const schema = z.object({ title: z.string() });
    const asText = (context: ScriptContext) => context.generate({ task: 'engagement', prompt: 'x' });
    const asObject = (context: ScriptContext) => context.generate({ task: 'engagement', prompt: 'x', schema });
    expectTypeOf(asText).returns.resolves.toEqualTypeOf<Generated<string>>();
    expectTypeOf(asObject).returns.resolves.toEqualTypeOf<Generated<{ title: string }>>();
    expectTypeOf<GenerateTask>().toEqualTypeOf<Task>();
  });
});

describe('what it does not get', () => {
  test.each([
    ["{ task: 'poetry', prompt: 'x' }", 'expected one of "ceo_analysis"|"blog_generation"|"social_posts"'],
    ["{ task: 'engagement', prompt: ' ' }", 'a prompt that says what is wanted'],
    ["{ task: 'engagement', prompt: 'x', material: { feed: 1 } }", 'params.material.feed'],
    ["{ task: 'engagement', prompt: 'x', schema: z.string() }", 'the schema must be a z.object'],
    ["{ task: 'engagement', prompt: 'x', schema: z.object({ on: z.date() }) }", 'the field on of the schema: Date'],
    [
      "{ task: 'engagement', prompt: 'x', schema: z.object({ a: z.string().meta({ if: {} }) }) }",
      'no answer can be held',
    ],
    ["{ task: 'engagement', prompt: 'x'.repeat(200001) }", 'prompt 200001, material 0, schema 0 bytes'],
    [
      "{ task: 'engagement', prompt: 'x', material: { feed: 'é'.repeat(1e5) } }",
      'prompt 1, material 200011, schema 0 bytes',
    ],
  ])('%s', async (request, message) => {
    const lab = await scriptLab(`return context.generate(${request});`);
    const { asked, generate } = scriptedModel({ generated: 'x', model: 'm' });
    expect((await lab.fail({ generate })).message).toContain(message);
    expect(asked).toEqual([]);
  });

  test('but 200 KB are sent', async () => {
    const lab = await scriptLab("return context.generate({ task: 'engagement', prompt: 'x'.repeat(200000) });");
    const { generate } = scriptedModel({ generated: 'y', model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: 'y', model: 'm' });
  });

  test('more than twenty texts in one run', async () => {
    const lab = await scriptLab(`
      const texts = [];
      try { for (;;) texts.push(await context.generate({ task: 'engagement', prompt: 'x' })); }
      catch (error) { return { count: texts.length, message: error.message }; }`);
    const { asked, generate } = scriptedModel({ generated: 'x', model: 'm' });
    const { outcome, exchanges } = await lab.run({ generate });
    const message = 'generate: at most 20 texts in one run of a script';
    expect(outcome).toMatchObject({ output: { value: { count: 20, message } } });
    expect(asked).toHaveLength(20);
    expect(exchanges).toHaveLength(21);
    expect(exchanges.at(-1)).toEqual({ kind: 'generate', task: 'engagement', prompt: 'x', error: message });
  });

  test('a key: nothing but what is granted is in its environment', async () => {
    const keys = {
      GEMINI_API_KEY: 'gemini-key-Zx81',
      ANTHROPIC_API_KEY: 'anthropic-key-Qw42',
      GITHUB_TOKEN: 'token-Zy99',
    };
    for (const [name, value] of Object.entries(keys)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const lab = await scriptLab(`
      await context.generate({ task: 'engagement', prompt: 'x' });
      return { ...process.env };`);
    const { generate } = scriptedModel({ generated: 'x', model: 'm' });
    expect(await lab.value({ generate, secrets: { MY_TOKEN: 'granted' } })).toEqual({ MY_TOKEN: '***' });
  });

  test('a model while it only looks for its effect', async () => {
    const lab = await rawLab(`import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 's', input: z.object({}), output: z.object({ value: z.unknown() }),
  async run() { return { value: 1 }; },
  async find(context) {
    return { found: { value: await context.generate({ task: 'engagement', prompt: 'x' }) } };
  },
});
`);
    const { asked, generate } = scriptedModel({ generated: 'x', model: 'm' });
    const { outcome } = await lab.find({ generate });
    expect(outcome).toMatchObject({ output: { value: { unavailable: 'find() asks no model' } } });
    expect(asked).toEqual([]);
  });
});

describe('what is left of it', () => {
  test('an exchange for the tape, secrets masked', async () => {
    const lab = await scriptLab(`
      const schema = z.object({ text: z.string().describe('not hunter2222') });
      const material = { 'of hunter2222': 'hunter2222 again' };
      return context.generate({ task: 'engagement', prompt: 'my hunter2222', material, schema });`);
    const { generate } = scriptedModel({ generated: { text: 'no hunter2222' }, model: 'm' });
    const { exchanges } = await lab.run({ generate, secrets: { MY_TOKEN: 'hunter2222' } });
    expect(exchanges).toEqual([
      {
        kind: 'generate',
        task: 'engagement',
        prompt: 'my ***',
        material: { 'of ***': '*** again' },
        schema: {
          type: 'object',
          properties: { text: { type: 'string', description: 'not ***' } },
          required: ['text'],
          additionalProperties: false,
        },
        answer: { generated: { text: 'no ***' }, model: 'm' },
      },
    ]);
    const tape = { v: 1, script: 's', mode: 'run', input: {}, key: 'k', clock: '2026-03-01T12:00:00Z', commit: 'c' };
    expect(Tape.parse({ ...tape, exchanges, replayable: true }).exchanges).toEqual(exchanges);
  });

  test.each([
    ['was killed for its time', 'return text;', 4000, { status: 'failed', failure: { kind: 'timeout' } }],
    ['did not wait for it', "return 'done';", 30_000, { status: 'ok', output: { value: 'done' } }],
  ])(
    'a call that outlives a script which %s is aborted, and waited for so that its cost can be booked',
    async (...of) => {
      const [, ending, timeoutMs, outcome] = of;
      const lab = await scriptLab(`
      const text = context.generate({ task: 'engagement', prompt: 'x' });
      ${ending}`);
      const seen: string[] = [];
      const generate = async (_: GenerateRequest, signal: AbortSignal): Promise<GenerateAnswer> => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        seen.push('aborted');
        await delay(30);
        seen.push('booked');
        return { unavailable: 'too late' };
      };
      const run = await lab.run({ generate, timeoutMs });
      expect(run.outcome).toMatchObject(outcome);
      expect(seen).toEqual(['aborted', 'booked']);
      expect(run.exchanges).toMatchObject([{ kind: 'generate', answer: { unavailable: 'too late' } }]);
    },
  );
});
