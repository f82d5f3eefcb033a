import { describe, expect, it } from 'vitest';
import { rawLab, type ScriptLab, scriptLab } from '../support/script-lab.ts';

/** What a script is given, and what of it may come out again. */

describe('the environment', () => {
  it('holds what was granted and nothing else', async () => {
    const lab = await scriptLab('return process.env;');
    expect(await lab.value()).toEqual({});
    const granted = await (await scriptLab('return Object.keys(process.env);')).value({ secrets: { SITE: 'example' } });
    expect(granted).toEqual(['SITE']);
  });

  it('gives granted secrets to the script', async () => {
    const lab = await scriptLab(
      'return context.secrets.DEPLOY_TOKEN?.length === 16 && Object.isFrozen(context.secrets);',
    );
    expect(await lab.value({ secrets: { DEPLOY_TOKEN: 'sixteen letters!' } })).toBe(true);
  });
});

/** The value is that of a secret whose name does not say so: what is granted is secret whatever it is called. */
describe('a granted secret', () => {
  const SITE = 'correct-horse-battery';
  const secrets = { SITE };
  const leaks = (lab: ScriptLab) => lab.run({ secrets, spawn: ['git'] }).then((run) => JSON.stringify(run));

  it.each([
    ['the message', 'throw new Error(context.secrets.SITE);'],
    ['what is printed', "console.log('a' + context.secrets.SITE); console.error(context.secrets.SITE); throw 1;"],
    ['what is printed as base64', "console.log(btoa('user:' + context.secrets.SITE)); throw 1;"],
    ['the stack', 'const error = new Error(); error.stack = context.secrets.SITE; throw error;'],
    ['the output', 'return { [context.secrets.SITE]: [context.secrets.SITE] };'],
    ['an exchange with git', 'await context.git([context.secrets.SITE]).catch(() => {}); return 1;'],
    ['an exchange that failed', "await fetch('http://127.0.0.1:1/' + context.secrets.SITE).catch(() => {}); return 1;"],
    ['a cut', "console.log('x'.repeat(1e5) + context.secrets.SITE + 'y'.repeat(4090)); throw 1;"],
    ['many cuts', "for (let i = 0; i < 9e3; i++) console.log(context.secrets.SITE + '-'.repeat(i % 7)); throw 1;"],
  ])('in %s: masked', async (_, body) => {
    const text = await leaks(await scriptLab(body));
    for (let length = SITE.length; length >= 10; length--) expect(text).not.toContain(SITE.slice(-length));
    expect(text).not.toContain(btoa(SITE).slice(2, 12));
    expect(text).toMatch(/\*\*\*|yyyy|value"":1/);
  });

  it('as the reason of a skip: masked', async () => {
    expect((await (await rawSkip()).run({ secrets })).outcome).toEqual({ status: 'skipped', reason: 'no ***' });
  });
});

const rawSkip = () =>
  rawLab(`import { z } from 'zod';
    import { defineScript } from '../src/script.ts';
    export default defineScript({ summary: 's', input: z.object({}), output: z.object({ words: z.int() }),
      async run(context) { return context.skip('no ' + context.secrets.SITE); } });`);

describe('code made at run time', () => {
  it.each([
    ['eval', 'return (0, eval)("1 + 1");'],
    ['a function of text', 'return new Function("return 1 + 1")();'],
    ['vm', "return (await import('node:vm')).runInNewContext('1 + 1');"],
  ])('%s: runs, inside the same walls', async (_, body) => {
    expect(await (await scriptLab(body)).value()).toBe(2);
  });

  it('of another realm meets them', async () => {
    const body = `const vm = await import('node:vm');
      return vm.runInNewContext("get('node:fs').readFileSync('/etc/passwd')", { get: process.getBuiltinModule });`;
    expect((await (await scriptLab(body)).fail()).message).toContain('Access denied: FileSystemRead /etc/passwd');
  });
});
