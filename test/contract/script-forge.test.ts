import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { GRANTABLE_OPERATIONS } from '../../src/domain/forge.ts';
import { Tape } from '../../src/domain/tape.ts';
import { forgeFor, NO_FORGE } from '../../src/flows/script-forge.ts';
import type { Forge } from '../../src/ports.ts';
import type { ForgeReply, ScriptContext } from '../../src/script.ts';
import { MemoryForge } from '../support/memory-forge.ts';
import { rawLab, scriptLab } from '../support/script-lab.ts';

/** context.forge on the real child, with the capability that a flow puts into the call. */

const grant = (forge: Forge | undefined, ...operations: string[]) => ({
  forge: forgeFor(forge, { operations, isLooking: false }),
});
/** The body of a script that tries something and returns what it was told. */
const told = (call: string) => `
      try { return await ${call}; } catch (error) { return { thrown: error.message }; }`;
const UPSERT = "context.forge.issues.upsert({ marker: 'links:broken', title: 'Broken links', body: 'Two.' })";

describe('what a script gets', () => {
  test('the operations that its directive lists, with their results', async () => {
    const lab = await scriptLab(`
      const first = await ${UPSERT};
      const again = await ${UPSERT};
      const open = await context.forge.issues.list({ labels: ['steward'] });
      return { first, again, titles: open.value.map(({ title }) => title) };`);
    const forge = new MemoryForge();
    expect(await lab.value(grant(forge, 'issues.upsert', 'issues.list'))).toEqual({
      first: { value: { number: 1, url: 'https://github.com/octo/house/issues/1', created: true, changed: true } },
      again: { value: { number: 1, url: 'https://github.com/octo/house/issues/1', created: false, changed: false } },
      titles: ['Broken links'],
    });
    expect(forge.issues[0]?.body).toBe('Two.\n\n<!-- steward:links:broken -->\n');
  });

  test('a method for each operation that can be granted, and for no other', async () => {
    const lab = await scriptLab(`
      return Object.entries(context.forge).flatMap(([group, calls]) => Object.keys(calls).map((name) => group + '.' + name));`);
    expect(await lab.value()).toEqual(GRANTABLE_OPERATIONS.toSorted(byGroup));
  });

  test('answers to calls made at once, each its own', async () => {
    const lab = await scriptLab(`
      const numbers = [3, 1, 2];
      const issues = await Promise.all(numbers.map((number) => context.forge.issues.get({ number })));
      return issues.map(({ value }) => value.title);`);
    const forge = new MemoryForge();
    for (const title of ['one', 'two', 'three']) forge.openIssue('ada', { title });
    expect(await lab.value(grant(forge, 'issues.get'))).toEqual(['three', 'one', 'two']);
  });

  test('is typed by the table', () => {
    const list = (context: ScriptContext) => context.forge.issues.list({});
    const get = (context: ScriptContext) => context.forge.issues.get;
    expectTypeOf(list).returns.resolves.toExtend<ForgeReply<{ number: number; title: string }[]>>();
    expectTypeOf(get).returns.parameter(0).toEqualTypeOf<{ number: number }>();
    expectTypeOf<ScriptContext['forge']>().not.toHaveProperty('settings');
    expectTypeOf<ScriptContext['forge']['workflows']>().not.toHaveProperty('enable');
  });
});

/** Methods stand in the order in which their groups first appear. */
function byGroup(a: string, b: string): number {
  const place = (name: string) => GRANTABLE_OPERATIONS.findIndex((each) => each.split('.')[0] === name.split('.')[0]);
  return place(a) - place(b);
}

describe('what it does not get', () => {
  test('what is not granted, and is told what the directive must say', async () => {
    const forge = new MemoryForge();
    const lab = await scriptLab(told(UPSERT));
    expect(await lab.value(grant(forge, 'issues.list'))).toEqual({
      thrown: 'forge: issues.upsert is not granted: the directive must say `forge: [issues.upsert]`',
    });
    expect(forge.calls).toEqual([]);
  });

  test('the agent’s own operations, however it asks for them', async () => {
    const forge = new MemoryForge();
    forge.workflows.push({ file: 'watchdog.yml', name: 'watchdog', state: 'disabled_manually' });
    // Past the API: a line as the child's own code writes it.
    const lab = await scriptLab(
      `
      const line = (operation, params) => JSON.stringify({ call: 77, method: 'forge', params: { operation, params } });
      writeSync(3, line('workflows.enable', { workflow: 'watchdog.yml' }) + '\\n');
      await context.forge.issues.list({});
      return [typeof context.forge.workflows.enable, typeof context.forge.settings, typeof context.forge.pulls.open];`,
      { head: "import { writeSync } from 'node:fs';" },
    );
    const all = grant(forge, 'workflows.enable', 'settings.set', ...GRANTABLE_OPERATIONS);
    const { outcome, exchanges } = await lab.run(all);
    expect(outcome).toMatchObject({ output: { value: ['undefined', 'undefined', 'undefined'] } });
    expect(exchanges).toMatchObject([
      { operation: 'workflows.enable', error: 'forge: there is no operation workflows.enable' },
      { operation: 'issues.list', answer: { value: [] } },
    ]);
    expect(forge.workflows[0]?.state).toBe('disabled_manually');
  });

  test('a way to write in find() and in a criterion; looking is allowed there', async () => {
    const lab = await rawLab(`import { z } from 'zod';
import { defineScript } from '../src/script.ts';
const look = async (context) => {
  const { value } = await context.forge.issues.list({});
  try { await ${UPSERT}; } catch (error) { return { seen: value.length, thrown: error.message }; }
};
export default defineScript({
  summary: 's', input: z.object({}), output: z.object({ value: z.unknown() }),
  async run(context) { return { value: await look(context) }; },
  async find(context) { return { found: { value: await look(context) } }; },
});
`);
    const forge = new MemoryForge();
    const looking = { forge: forgeFor(forge, { operations: ['issues.list', 'issues.upsert'], isLooking: true }) };
    const value = { seen: 0, thrown: 'forge: issues.upsert writes; find() and criteria only look' };
    expect((await lab.find(looking)).outcome).toMatchObject({ status: 'ok', output: { value } });
    expect(await lab.value(looking)).toEqual(value);
    expect(forge.issues).toEqual([]);
  });

  test('more than twenty writes in one run; it may still look', async () => {
    const lab = await scriptLab(`
      let written = 0;
      try { for (;;) { await ${UPSERT.replace("'Two.'", 'String(written)')}; written += 1; } }
      catch (error) { return { written, message: error.message, open: (await context.forge.issues.list({})).value.length }; }`);
    const forge = new MemoryForge();
    const { outcome, exchanges } = await lab.run(grant(forge, 'issues.upsert', 'issues.list'));
    const message = 'forge: at most 20 writing calls in one run of a script';
    expect(outcome).toMatchObject({ output: { value: { written: 20, message, open: 1 } } });
    expect(exchanges).toHaveLength(22);
    expect(exchanges.at(-2)).toMatchObject({ kind: 'forge', operation: 'issues.upsert', error: message });
  });

  test('a forge where there is none, nor an answer where GitHub gives none: both are no failure', async () => {
    const lab = await scriptLab('return context.forge.issues.list({});');
    const forge = new MemoryForge();
    expect(await lab.value(grant(undefined, 'issues.list'))).toEqual({ unavailable: NO_FORGE });
    forge.failures['issues.list'] = { kind: 'limited', message: 'too many requests: wait' };
    expect(await lab.value(grant(forge, 'issues.list'))).toEqual({ unavailable: 'too many requests: wait' });
    forge.failures['issues.list'] = { kind: 'unreachable', message: 'GitHub does not answer' };
    expect(await lab.value(grant(forge, 'issues.list'))).toEqual({ unavailable: 'GitHub does not answer' });
  });

  test('a refusal unseen: it fails with GitHub’s words', async () => {
    const lab = await scriptLab(`return ${UPSERT};`);
    const forge = new MemoryForge();
    const message = 'Resource not accessible by integration (the token needs `issues: write`)';
    forge.failures['issues.upsert'] = { kind: 'denied', message };
    expect(await lab.fail(grant(forge, 'issues.upsert'))).toMatchObject({
      kind: 'crash',
      message: expect.stringContaining(`forge: issues.upsert: ${message}`),
    });
  });

  test('params past the schema', async () => {
    const lab = await scriptLab(told("context.forge.issues.get({ number: 1, owner: 'somebody' })"));
    const forge = new MemoryForge();
    forge.openIssue('ada', {});
    expect(await lab.value(grant(forge, 'issues.get'))).toEqual({ thrown: expect.stringContaining('owner') });
  });

  test('a token: nothing but what is granted is in its environment', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'ghs_token-Zy99-never-seen');
    onTestFinished(() => void vi.unstubAllEnvs());
    const lab = await scriptLab('await context.forge.issues.list({}); return { ...process.env };');
    expect(await lab.value(grant(new MemoryForge(), 'issues.list'))).toEqual({});
  });
});

describe('what is left of it', () => {
  test('the exchange stands on the tape, and secrets leave neither with it nor with what is written', async () => {
    const lab = await scriptLab(
      `return context.forge.issues.upsert({ marker: 'm', title: 'about hunter2222', body: context.secrets.MY_TOKEN + ' aHVudGVyMjIyMg==' });`,
    );
    const forge = new MemoryForge();
    const { exchanges, outcome } = await lab.run({
      ...grant(forge, 'issues.upsert'),
      secrets: { MY_TOKEN: 'hunter2222' },
    });
    expect(outcome.status).toBe('ok');
    expect(forge.issues).toMatchObject([{ title: 'about ***', body: expect.stringMatching(/^\*\*\* \*\*\*/) }]);
    expect(exchanges).toEqual([
      {
        kind: 'forge',
        operation: 'issues.upsert',
        params: { marker: 'm', title: 'about ***', body: expect.stringMatching(/^\*\*\* \*\*\*/) },
        answer: { value: { number: 1, url: 'https://github.com/octo/house/issues/1', created: true, changed: true } },
      },
    ]);
    expect(JSON.stringify([exchanges, forge.calls])).not.toMatch(/hunter2222|aHVudGVyMjIyM/);
    const tape = { v: 1, script: 's', mode: 'run', input: {}, key: 'k', clock: '2026-03-01T12:00:00Z', commit: 'c' };
    expect(Tape.parse({ ...tape, exchanges, replayable: true }).exchanges).toEqual(exchanges);
  });

  test('a refusal stands on it, too, and answers are masked', async () => {
    const lab = await scriptLab(`
      await context.forge.issues.list({});
      ${told(UPSERT)}`);
    const forge = new MemoryForge();
    forge.openIssue('ada', { title: 'leaked hunter2222' });
    const { exchanges } = await lab.run({ ...grant(forge, 'issues.list'), secrets: { MY_TOKEN: 'hunter2222' } });
    expect(exchanges).toMatchObject([
      { kind: 'forge', operation: 'issues.list', answer: { value: [{ title: 'leaked ***' }] } },
      { kind: 'forge', operation: 'issues.upsert', error: expect.stringContaining('is not granted') },
    ]);
  });
});
