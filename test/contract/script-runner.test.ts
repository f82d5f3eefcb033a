import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LOG_TAIL_BYTES } from '../../src/adapters/script-process.ts';
import { RESPONSE_LIMIT_BYTES } from '../../src/adapters/script-runner.ts';
import { failureOf, labCall, rawLab, scriptLab } from '../support/script-lab.ts';

/** How a script may end, and what a person reads then. What it may reach is in script-walls and script-network. */

const never = 'await new Promise(() => {});';
const stuck = 'await new Promise((resolve) => setTimeout(resolve, 1e8));';

describe('a script that does not end', () => {
  const endless = {
    loops: 'while (true) {}',
    waits: stuck,
    'loops on its way out': "process.on('exit', () => { while (true) {} }); return 1;",
    'ignores that it should end': 'process.exit = () => {}; setInterval(() => {}, 1000); return 1;',
    'keeps the loop busy': 'const again = () => process.nextTick(again); again(); await new Promise(() => {});',
  };

  it('is ended at its timeout, whatever it does', async () => {
    const started = performance.now();
    const failures = Object.entries(endless).map(async ([how, body]) => {
      const lab = await scriptLab(`console.log('before');\n${body}`);
      const failure = await lab.fail({ timeoutMs: 2500 });
      expect(failure, how).toMatchObject({ kind: 'timeout', message: 'still running after 2.5 s' });
      expect(failure.log_tail, how).toContain('before');
    });
    await Promise.all(failures);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('has a timeout longer than a timer can count', async () => {
    const lab = await scriptLab('return 1;');
    expect(await lab.value({ timeoutMs: 2 ** 40 })).toBe(1);
  });

  it('ends when what it waits for can never come', async () => {
    const failure = await (await scriptLab(never)).fail();
    expect(failure.kind).toBe('output');
    expect(failure.message).toBe(
      'the script ended with code 0 without a result: it left early, or waits for something that never comes',
    );
  });
});

describe('a script that ends badly', () => {
  it.each([
    ['leaves early', 'process.exit(0);', 'output', 'ended with code 0 without a result: it left early'],
    ['leaves with a code', 'process.exit(3);', 'crash', 'ended with code 3 without a result'],
    ['leaves by the back door', 'process.reallyExit(0);', 'output', 'without a result'],
    ['aborts', 'process.abort();', 'crash', 'was killed by SIGABRT'],
    ['throws', "throw new RangeError('too far');", 'crash', 'RangeError: too far'],
    ['throws a text', "throw 'just words';", 'crash', 'just words'],
    ['throws nothing', 'throw undefined;', 'crash', 'undefined'],
    ['throws an object without a text', 'throw Object.create(null);', 'crash', '[Object: null prototype] {}'],
    ['throws an object', "throw { reason: 'why' };", 'crash', "{ reason: 'why' }"],
    ['leaves a promise alone', `Promise.reject(new Error('alone')); ${stuck}`, 'crash', 'Error: alone'],
    ['throws in a timer', `setTimeout(() => { throw new Error('later'); }, 10); ${stuck}`, 'crash', 'Error: later'],
    [
      'uses up its memory',
      'const kept = []; for (;;) kept.push(new Array(3e7).fill(1.5));',
      'crash',
      'more than 512 MB',
    ],
    ['tampers with JSON', "JSON.stringify = () => 'no'; return 1;", 'output', 'without a result'],
    ['tampers with lists', 'Array.prototype.map = undefined; return 1;', 'crash', 'is not a function'],
    ['gives what JSON can not hold', 'return 10n;', 'crash', 'BigInt'],
  ])('%s', async (_, body, kind, message) => {
    const failure = await (await scriptLab(body)).fail();
    expect(failure).toMatchObject({ kind, script: 'execution/fixture.ts' });
    expect(failure.message).toContain(message);
  });

  it('fails after it has answered: the answer stands', async () => {
    const late = "process.on('exit', () => { throw new Error('too late'); }); setTimeout(() => { throw 1; }, 0);";
    expect(await (await scriptLab(`${late} return 'done';`)).value()).toBe('done');
  });

  it.each([
    ['nothing', 'undefined', 'expected object'],
    ['a text', '\'{"words":1}\'', 'expected object'],
    ['a field of another type', "{ words: 'many' }", 'words'],
    ['no field', '{}', 'words'],
  ])('returns %s', async (_, result, named) => {
    const lab = await rawLab(`import { z } from 'zod';
      import { defineScript } from '../src/script.ts';
      export default defineScript({ summary: 's', input: z.object({}), output: z.object({ words: z.int() }),
        async run() { return (${result}) as never; } });`);
    const failure = await lab.fail();
    expect(failure.kind).toBe('output');
    expect(failure.message).toContain('the result does not fit the output schema');
    expect(failure.message).toContain(named);
  });

  it('returns more than a result may hold', async () => {
    const failure = await (await scriptLab(`return 'x'.repeat(${RESPONSE_LIMIT_BYTES});`)).fail();
    expect(failure).toMatchObject({ kind: 'output', message: `the result is over ${RESPONSE_LIMIT_BYTES} bytes` });
  });
});

/** Node's permissions let a script write the response: it is the script's own to give, and forging it gains nothing. */
describe('a script that forges the response', () => {
  const forge = (text: string) =>
    `const { writeFileSync } = await import('node:fs');
     writeFileSync(process.argv[2] + '/response.json', ${JSON.stringify(text)});
     process.reallyExit(0);`;

  it.each([
    ['nonsense', 'nonsense'],
    ['another status', '{"status":"verified","output":{}}'],
    ['too little', '{"status":"ok"}'],
  ])('with %s: is no result', async (_, text) => {
    expect((await (await scriptLab(forge(text))).fail()).kind).toBe('output');
  });

  it('with a result: is as good as returning it', async () => {
    const lab = await scriptLab(forge('{"status":"ok","output":{"value":"forged"}}'));
    expect((await lab.run()).outcome).toEqual({ status: 'ok', output: { value: 'forged' } });
  });

  it('with a folder in its place: is no result', async () => {
    const body = "(await import('node:fs')).mkdirSync(process.argv[2] + '/response.json'); process.reallyExit(0);";
    expect((await (await scriptLab(body)).fail()).kind).toBe('output');
  });

  it('as a description: is no run', async () => {
    const lab = await scriptLab(forge('{"status":"described","summary":"","input":{},"output":{}}'));
    expect(failureOf(await lab.run())).toMatchObject({ kind: 'output', message: 'no result' });
  });
});

describe('what a script prints', () => {
  it.each(['stdout', 'stderr'])('is cut to its end: 100 MB on %s', async (stream) => {
    const lab = await scriptLab(`
      for (let line = 0; line < 100; line++) process.${stream}.write(('€'.repeat(99) + '\\n').repeat(3500));
      process.${stream}.write('the end\\n');
      throw new Error('x');`);
    const started = performance.now();
    const failure = await lab.fail();
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(Buffer.byteLength(failure.log_tail)).toBeLessThanOrEqual(LOG_TAIL_BYTES);
    expect(failure.log_tail).toContain('the end\n');
    expect(failure.log_tail).not.toContain('\uFFFD');
  });

  it('is kept in its order, from print, log and error', async () => {
    const lab = await scriptLab(
      "console.log('one'); context.log('two'); console.error('three'); throw new Error('x');",
    );
    expect((await lab.fail()).log_tail).toMatch(/^(?=[\s\S]*one)(?=[\s\S]*two\nthree)/);
  });

  it('does not become the result', async () => {
    expect(await (await scriptLab('console.log(\'{"value":"printed"}\'); return 1;')).value()).toBe(1);
  });
});

describe('a script whose agent is killed', () => {
  it('ends too', async () => {
    const lab = await scriptLab(`const { appendFileSync } = await import('node:fs');
      setInterval(() => appendFileSync(context.workspace + '/out/beat', '.'), 20);
      ${stuck}`);
    const runner = new URL('../../src/adapters/script-runner.ts', import.meta.url).href;
    const call = { ...labCall(), writes: ['out/**'] };
    const program = `const { ChildScriptRunner } = await import('${runner}');
      const options = { workspace: '${lab.workspace}', nodePath: process.execPath, redact: (text) => text };
      const services = { fetch() {}, git() {}, redact: options.redact };
      const call = { ...${JSON.stringify(call)}, now: new Date() };
      await new ChildScriptRunner({ ...options, services }).run(call);`;
    const agent = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
    const beats = () =>
      stat(join(lab.workspace, 'out/beat')).then(
        ({ size }) => size,
        () => 0,
      );
    await expect.poll(beats, { timeout: 20_000 }).toBeGreaterThan(3);
    agent.kill('SIGKILL');
    await once(agent, 'close');
    await delay(300);
    const atEnd = await beats();
    await delay(300);
    expect(await beats()).toBe(atEnd);
  });
});

describe('a failure has one signature', () => {
  it.each([
    [
      'a throw',
      "throw new Error('no ' + context.workspace + ' at ' + new Date().toISOString() + ' in ' + process.pid);",
    ],
    ['a denied read', "(await import('node:fs')).readFileSync(context.workspace + '/.env');"],
    ['a denied write', "(await import('node:fs')).writeFileSync(context.workspace + '/new.txt', '');"],
    ['a timeout', 'while (true) {}'],
    ['an early end', 'process.exit(4);'],
    ['lost memory', 'const kept = []; for (;;) kept.push(new Array(3e7).fill(1.5));'],
    ['a refused connection', "await context.fetch('http://127.0.0.1:1/');"],
  ])('%s, in two workspaces', async (_, body) => {
    const timeoutMs = body.startsWith('while') ? 1000 : 30_000;
    const first = await (await scriptLab(body)).fail({ timeoutMs });
    const later = await (await scriptLab(`\n\n${body}`)).fail({ timeoutMs, now: new Date('2027-01-01T00:00:00Z') });
    expect(later.signature).toBe(first.signature);
    expect(first.signature).toMatch(/^[0-9a-f]{12}$/);
  });

  it('and another failure has another', async () => {
    const one = await (await scriptLab("throw new Error('one');")).fail();
    expect((await (await scriptLab("throw new Error('two');")).fail()).signature).not.toBe(one.signature);
  });
});
