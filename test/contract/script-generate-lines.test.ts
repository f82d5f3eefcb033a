import { describe, expect, test } from 'vitest';
import { rawLab, scriptLab } from '../support/script-lab.ts';
import { scriptedModel } from '../support/scripted-model.ts';

/** Scripts that write to the line to the agent themselves, past context.generate and its checks. */
describe('a line that asks for a text', () => {
  test('by a script that is only described: answered that no model is asked', async () => {
    const lab = await rawLab(`import { Socket } from 'node:net';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
const line = new Socket({ fd: 3, readable: true, writable: true });
line.write('{"call":1,"method":"generate","params":{"task":"engagement","prompt":"x"}}\\n');
const summary = await new Promise((resolve) => line.once('data', (data) => resolve(String(data).trim())));
export default defineScript({
  summary, input: z.object({}), output: z.object({}),
  async run() { return {}; },
});
`);
    const summary = '{"call":1,"value":{"unavailable":"describing a script asks no model"}}';
    expect(await lab.runner.describe('execution/fixture.ts')).toMatchObject({ description: { summary } });
  });

  test.each([
    ['an unknown task', { call: 90, method: 'generate', params: { task: 'poetry', prompt: 'x' } }],
    ['no prompt', { call: 90, method: 'generate', params: { task: 'engagement' } }],
    ['a prompt that is none', { call: 90, method: 'generate', params: { task: 'engagement', prompt: [] } }],
    [
      'material that is none',
      { call: 90, method: 'generate', params: { task: 'engagement', prompt: 'x', material: 'x' } },
    ],
    [
      'a schema that is none',
      { call: 90, method: 'generate', params: { task: 'engagement', prompt: 'x', schema: 'x' } },
    ],
    [
      'a schema nobody can read',
      { call: 90, method: 'generate', params: { task: 'engagement', prompt: 'x', schema: { $ref: '#/a' } } },
    ],
    ['no params', { call: 90, method: 'generate' }],
    ['no number', { call: 'x', method: 'generate', params: { task: 'engagement', prompt: 'x' } }],
  ])('with %s: not asked, and the next call is served', async (_, line) => {
    const lab = await scriptLab(
      `fs.writeSync(3, ${JSON.stringify(JSON.stringify(line))} + '\\n');
      return context.generate({ task: 'engagement', prompt: 'proper' });`,
      { head: "import fs from 'node:fs';" },
    );
    const { asked, generate } = scriptedModel({ generated: 'y', model: 'm' });
    expect(await lab.value({ generate })).toEqual({ generated: 'y', model: 'm' });
    expect(asked).toEqual([{ task: 'engagement', prompt: 'proper' }]);
  });

  // One write takes it whole; a longer one may be cut in the middle, and would only wait for its end.
  test('with nesting that has no end: breaks the line, and only that', async () => {
    const lab = await scriptLab(
      `const schema = '{"a":'.repeat(5000) + '1' + '}'.repeat(5000);
      fs.writeSync(3, '{"call":90,"method":"generate","params":{"task":"engagement","prompt":"x","schema":' + schema + '}}\\n');
      return context.generate({ task: 'engagement', prompt: 'proper' });`,
      { head: "import fs from 'node:fs';" },
    );
    const { asked, generate } = scriptedModel({ generated: 'y', model: 'm' });
    expect((await lab.run({ generate })).outcome).toMatchObject({ status: 'failed', failure: { kind: 'crash' } });
    expect(asked).toEqual([]);
  });
});
