import { describe, expect, it } from 'vitest';
import { rawLab, scriptLab } from '../support/script-lab.ts';

/** From the file to `run`: loading, describing, fitting the input, looking for an effect. */

const script = (members: string, top = '') => `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
${top}
export default defineScript({ summary: 'Says what it got.', ${members} });
`;
const echo = (input: string) =>
  rawLab(
    script(`input: z.object({ ${input} }), output: z.object({ value: z.unknown() }),
    async run(_, input) { return { value: input }; }`),
  );

describe('a script that can not be loaded', () => {
  it.each([
    ['a mistake in the syntax', 'export default {;', 'crash', /SyntaxError.*execution\/fixture\.ts:1/],
    ['an enum', 'enum Colour { Red }\nexport default {};', 'crash', /enum is not supported.*execution\/fixture\.ts:1/],
    ['no default export', 'export const run = 1;', 'crash', /no `export default defineScript/],
    ['a default export of another kind', 'export default { run() {} };', 'crash', /no `export default defineScript/],
    ['an error at its top', "throw new Error('at the top');", 'crash', /at the top/],
    ['a promise at its top that never ends', 'await new Promise(() => {});', 'output', /without a result/],
    ['an end at its top', 'process.exit(0);', 'output', /without a result/],
    [
      'a package nobody has',
      "import 'no-such-package';",
      'crash',
      /'no-such-package' imported from execution\/fixture/,
    ],
    ['a file that is not there', "import './gone.ts';", 'crash', /Cannot find module 'execution\/gone\.ts'/],
    ['a file outside', "import '/etc/hostname';", 'crash', /Access denied: FileSystemRead \/etc\/hostname/],
  ])('%s', async (_, text, kind, message) => {
    const lab = await rawLab(text);
    const run = await lab.fail();
    expect(run).toMatchObject({ kind, message: expect.stringMatching(message) });
    const described = await lab.runner.describe('execution/fixture.ts');
    expect(described).toMatchObject({ failure: { message: run.message, signature: run.signature } });
  });

  it('a script that is missing', async () => {
    const lab = await scriptLab('return 1;');
    const failure = await lab.fail({ script: 'execution/gone.ts' });
    expect(failure).toMatchObject({ kind: 'crash', script: 'execution/gone.ts' });
    expect(failure.message).toContain("Cannot find module 'execution/gone.ts'");
  });
});

describe('a workspace that is not the agent’s own', () => {
  it('needs no src/ and no node_modules/', async () => {
    expect(await (await scriptLab('return 1;')).value()).toBe(1);
  });

  it('gets the agent’s script API even when it has another', async () => {
    const lab = await scriptLab('return 1;');
    await lab.write('src/script.ts', "throw new Error('not the API of this agent');");
    expect(await lab.value()).toBe(1);
  });

  it('shares modules between scripts', async () => {
    const lab = await rawLab(
      script('input: z.object({}), output: z.object({ value: z.int() }), run', "import { run } from './lib/run.ts';"),
    );
    await lab.write(
      'execution/lib/run.ts',
      'export const run = async (): Promise<{ value: number }> => ({ value: 7 });',
    );
    expect(await lab.value()).toBe(7);
  });
});

describe('describe', () => {
  it('gives the summary, the schemas and whether the script can look for its effect', async () => {
    const lab = await rawLab(
      script(`input: z.object({ words: z.int().default(3), page: z.url() }),
      output: z.object({ when: z.date() }), async run() { return { when: new Date() }; }, async find() { return { absent: true }; }`),
    );
    expect(await lab.runner.describe('execution/fixture.ts')).toMatchObject({
      description: {
        summary: 'Says what it got.',
        input: { required: ['page'], properties: { words: { type: 'integer', default: 3 } } },
        output: { properties: { when: {} } },
        hasFind: true,
      },
    });
  });
});

describe('the input', () => {
  it.each([
    [
      'texts of flags',
      'count: z.number(), isDry: z.boolean(), tags: z.array(z.string())',
      { count: '5', 'is-dry': 'true', tags: 'a, b' },
      { count: 5, isDry: true, tags: ['a', 'b'] },
    ],
    ['a list as JSON', 'ids: z.array(z.int())', { ids: '[1, 2]' }, { ids: [1, 2] }],
    ['an object as JSON', 'at: z.object({ x: z.int() })', { at: '{"x":1}' }, { at: { x: 1 } }],
    [
      'values as they are',
      'count: z.int(), tags: z.array(z.string())',
      { count: 5, tags: ['a,b'] },
      { count: 5, tags: ['a,b'] },
    ],
    ['a default', 'count: z.int().default(3)', {}, { count: 3 }],
    ['a text that looks like a number', 'topic: z.string()', { topic: '42' }, { topic: '42' }],
  ])('fits %s', async (_, fields, input, expected) => {
    expect(await (await echo(fields)).value({ input })).toEqual(expected);
  });

  it.each([
    ['a wrong type', 'count: z.int()', { count: 'many' }, 'count'],
    ['nothing', 'topic: z.string()', {}, 'topic'],
    ['a wrong value deep inside', 'at: z.object({ x: z.int() })', { at: { x: 'no' } }, 'at.x'],
  ])('names the field that has %s', async (_, fields, input, field) => {
    const failure = await (await echo(fields)).fail({ input });
    expect(failure.kind).toBe('input');
    expect(failure.message).toContain(`at ${field}`);
  });
});

describe('find', () => {
  const finding = (find: string) =>
    rawLab(
      script(`input: z.object({}), output: z.object({ id: z.int() }),
      async run() { throw new Error('it acted'); }, ${find}`),
    );
  const absent = { status: 'absent' };

  it.each([
    [
      'found',
      'async find(context) { return { found: { id: context.key.length } }; }',
      { status: 'ok', output: { id: 7 } },
    ],
    ['absent', 'async find() { return { absent: true as const }; }', absent],
    ['unknown', "async find() { return { unknown: 'no search' }; }", { status: 'unknown', reason: 'no search' }],
    ['no answer', 'async find() { return undefined as never; }', { status: 'unknown', reason: 'find gave no answer' }],
    ['half an answer', 'async find() { return { absent: 1 } as never; }', { status: 'unknown' }],
    [
      'a find of another shape',
      "async find() { return { found: { id: 'x' } } as never; }",
      { failure: { kind: 'output' } },
    ],
    [
      'a throw',
      "async find() { throw new Error('no access'); }",
      { failure: { kind: 'crash', message: 'Error: no access' } },
    ],
    ['silence', 'find: () => new Promise(() => {})', { failure: { kind: 'output' } }],
  ])('%s', async (_, find, outcome) => {
    const run = await (await finding(find)).find();
    expect(run.outcome).toMatchObject(outcome);
    expect(run.hasFind).toBe(true);
  });

  it('of a script that has none never acts', async () => {
    const run = await (await finding('')).find();
    expect(run).toMatchObject({ outcome: { status: 'unknown', reason: 'the script has no find()' }, hasFind: false });
  });

  it('is known of a script whose run failed', async () => {
    const run = await (await finding('async find() { return { absent: true as const }; }')).run();
    expect(run).toMatchObject({ outcome: { status: 'failed' }, hasFind: true });
  });

  it('is known of a script that was killed at its timeout', async () => {
    const endless = `input: z.object({}), output: z.object({}),
      async run() { for (;;); }, async find() { return { absent: true as const }; }`;
    const run = await (await rawLab(script(endless))).run({ timeoutMs: 1000 });
    expect(run).toMatchObject({ outcome: { failure: { kind: 'timeout' } }, hasFind: true });
  });
});
