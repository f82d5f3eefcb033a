import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { GenerateAnswer, GenerateRequest } from '../../src/domain/generation.ts';
import { Tape } from '../../src/domain/tape.ts';
import type { Generated, ScriptContext } from '../../src/script.ts';
import { scriptLab } from '../support/script-lab.ts';

/** context.generate on the real child, up to the capability that a flow puts into the call. */

const SCHEMA = 'z.object({ title: z.string().min(3), tags: z.array(z.string()) })';

/** A model that gives `answers` in order, and remembers what it was asked. */
function model(...answers: GenerateAnswer[]) {
  const asked: GenerateRequest[] = [];
  const generate = async (request: GenerateRequest): Promise<GenerateAnswer> => {
    asked.push(request);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { unavailable: 'nothing is scripted' };
  };
  return { asked, generate };
}

describe('what a script gets', () => {
  test('a text, with the model that wrote it', async () => {
    const lab = await scriptLab(
      "return context.generate({ task: 'social_posts', prompt: 'Say it.', material: { feed: 'news' } });",
    );
    const { asked, generate } = model({ generated: 'It is out.', model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: 'It is out.', model: 'm' });
    expect(asked).toEqual([{ task: 'social_posts', prompt: 'Say it.', material: { feed: 'news' } }]);
  });

  test('an object that fits its schema, which travels as JSON Schema', async () => {
    const lab = await scriptLab(
      `return context.generate({ task: 'blog_generation', prompt: 'Draft.', schema: ${SCHEMA} });`,
    );
    const { asked, generate } = model({ generated: { title: 'Dust', tags: ['a'] }, model: 'm' });
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
    const { generate } = model({ generated: { slug: 'a b' }, model: 'm' });
    expect(await lab.value({ generate })).toEqual({ unavailable: expect.stringContaining('no spaces') });
  });

  test('several answers at once, each its own', async () => {
    const lab = await scriptLab(`
      const ask = (prompt) => context.generate({ task: 'social_posts', prompt });
      return Promise.all(['a', 'b', 'c'].map(ask));`);
    const generate = async ({ prompt }: GenerateRequest) => {
      await delay(prompt === 'a' ? 40 : 1);
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
  });
});

describe('what it does not get', () => {
  test.each([
    ["{ task: 'poetry', prompt: 'x' }", 'the agent does not understand the call'],
    ["{ task: 'engagement', prompt: '' }", 'the agent does not understand the call'],
    ["{ task: 'engagement', prompt: 'x', schema: z.string() }", 'the schema must be a z.object'],
    ["{ task: 'engagement', prompt: 'x'.repeat(200001) }", 'at most 200000 are sent'],
  ])('%s', async (request, message) => {
    const lab = await scriptLab(`return context.generate(${request});`);
    const { asked, generate } = model({ generated: 'x', model: 'm' });
    expect((await lab.fail({ generate })).message).toContain(message);
    expect(asked).toEqual([]);
  });

  test('more than twenty texts in one run', async () => {
    const lab = await scriptLab(`
      const texts = [];
      try { for (;;) texts.push(await context.generate({ task: 'engagement', prompt: 'x' })); }
      catch (error) { return { count: texts.length, message: error.message }; }`);
    const { asked, generate } = model({ generated: 'x', model: 'm' });
    expect(await lab.value({ generate })).toEqual({ count: 20, message: expect.stringContaining('at most 20 texts') });
    expect(asked).toHaveLength(20);
  });

  test('a key: nothing but what is granted is in its environment', async () => {
    const lab = await scriptLab('return Object.keys(process.env);');
    expect(await lab.value({ secrets: { MY_TOKEN: 'hunter2222' } })).toEqual(['MY_TOKEN']);
  });

  test('a model while it only looks for its effect', async () => {
    const lab = await scriptLab('return 1;', { head: '' });
    await lab.write(
      'execution/fixture.ts',
      `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 's', input: z.object({}), output: z.object({ value: z.unknown() }),
  async run() { return { value: 1 }; },
  async find(context) {
    return { found: { value: await context.generate({ task: 'engagement', prompt: 'x' }) } };
  },
});
`,
    );
    const { asked, generate } = model({ generated: 'x', model: 'm' });
    const { outcome } = await lab.find({ generate });
    expect(outcome).toMatchObject({ output: { value: { unavailable: 'find() asks no model' } } });
    expect(asked).toEqual([]);
  });
});

describe('what is left of it', () => {
  test('an exchange for the tape, secrets masked', async () => {
    const lab = await scriptLab("return context.generate({ task: 'engagement', prompt: 'my hunter2222' });");
    const { generate } = model({ generated: 'no hunter2222', model: 'm' });
    const { exchanges } = await lab.run({ generate, secrets: { MY_TOKEN: 'hunter2222' } });
    expect(exchanges).toEqual([
      {
        kind: 'generate',
        request: { task: 'engagement', prompt: 'my ***' },
        answer: { generated: 'no ***', model: 'm' },
      },
    ]);
    const tape = { v: 1, script: 's', mode: 'run', input: {}, key: 'k', clock: '2026-03-01T12:00:00Z', commit: 'c' };
    expect(Tape.parse({ ...tape, exchanges, replayable: true }).exchanges).toEqual(exchanges);
  });

  test('a call that outlives its script is aborted, and waited for so that its cost can be booked', async () => {
    const lab = await scriptLab("return context.generate({ task: 'engagement', prompt: 'x' });");
    const seen: string[] = [];
    const generate = async (_: GenerateRequest, signal: AbortSignal): Promise<GenerateAnswer> => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      seen.push('aborted');
      await delay(30);
      seen.push('booked');
      return { unavailable: 'too late' };
    };
    expect(await lab.fail({ generate, timeoutMs: 1500 })).toMatchObject({ kind: 'timeout' });
    expect(seen).toEqual(['aborted', 'booked']);
  });
});
