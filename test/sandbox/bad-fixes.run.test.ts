import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HealHouse, healHouse, refusals } from '../support/heal-house.ts';
import { ANSWERS, hastyTree, mendedAnd, withLine } from '../support/price-fixes.ts';
import { MENDED_LINE } from '../support/price-house.ts';

/**
 * The same repairs, as if each had got around the checks of its text: what is left is the sandbox and what comes after it.
 * Scripts reach everything here by `process`, which the text would give away.
 */

const SECRET = 'heal-canary-5e1f';
let house: HealHouse;
let outside: string;
let server: Server;
let port = 0;
let visitors = 0;

beforeAll(async () => {
  process.env.HEAL_CANARY = SECRET;
  outside = await mkdtemp(join(tmpdir(), 'steward-outside-'));
  await writeFile(join(outside, 'secret.txt'), SECRET);
  server = createServer((visitor) => {
    visitors += 1;
    visitor.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = Number(Reflect.get(Object(server.address()), 'port'));
  house = await healHouse(
    (url) => ({
      ...hastyTree(url),
      'test/execution/other.test.ts': '// the tests of the house\n',
      '.github/workflows/cycle.yml': 'on: push\n',
      '.env': `KEY=${SECRET}\n`,
    }),
    ANSWERS,
  );
  // Not followed by git, but there in the checkout.
  await symlink(outside, join(house.path, 'away'));
});
afterAll(async () => {
  delete process.env.HEAL_CANARY;
  server.close();
  await rm(outside, { recursive: true, force: true });
  await house?.close();
});

/** A repair that tries each of these, and then fails with the list of what came of them. */
const trying = (tries: Readonly<Record<string, string>>): string =>
  mendedAnd(`const fs = process.getBuiltinModule('fs');
    const done: string[] = [];
    const attempt = async (name: string, act: () => unknown) => {
      const late = new Promise((resolve) => setTimeout(resolve, 300, 'nothing'));
      try {
        done.push(name + ': ' + JSON.stringify(await Promise.race([act(), late])));
      } catch {}
    };
${Object.entries(tries)
  .map(([name, code]) => `    await attempt(${JSON.stringify(name)}, async () => { ${code} });`)
  .join('\n')}
    throw new Error('done: ' + done.join(' | '));`);

/** What came of them; the list is empty when nothing did. */
async function outcomeOf(tries: Readonly<Record<string, string>>): Promise<string> {
  const { run, files } = await house.run(trying({ control: CONTROL, ...tries }));
  expect([...files.keys()]).toEqual(['site/price.txt']);
  if (run.outcome.status !== 'failed') throw new Error(`it did not end: ${JSON.stringify(run.outcome)}`);
  expect(JSON.stringify(run)).not.toContain(SECRET);
  return run.outcome.failure.message;
}

const CONTROL = "return fs.readFileSync(join(context.workspace, 'README.md')).length;";
/** Nothing but what a script may do anyway. */
const NOTHING = 'Error: done: control: 8';

it('a repair that only mends runs well without the checks of its text', async () => {
  expect((await house.run(mendedAnd(''))).run.outcome).toEqual({ status: 'ok', output: { cents: 345 } });
});

describe('in the sandbox a repair', () => {
  it('sees no variable of any process', async () => {
    const { run } = await house.run(mendedAnd('throw new Error(JSON.stringify(process.env));'));
    expect(run.outcome).toMatchObject({ failure: { message: 'Error: {}' } });
    expect(
      await outcomeOf({
        parent: "return fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8');",
        first: "return fs.readFileSync('/proc/1/environ', 'utf8');",
        us: `return fs.readFileSync('/proc/${process.pid}/environ', 'utf8');`,
      }),
    ).toBe(NOTHING);
  });

  it('reads nothing outside, by no path and no link', async () => {
    expect(
      await outcomeOf({
        passwords: "return fs.readFileSync('/etc/passwd', 'utf8');",
        home: "return fs.readdirSync('/root');",
        outside: `return fs.readFileSync('${outside}/secret.txt', 'utf8');`,
        house: `return fs.readFileSync('${house.path}/.env', 'utf8');`,
        env: "return fs.readFileSync(join(context.workspace, '.env'), 'utf8');",
        books: `return fs.readFileSync('${house.path}/.git/config', 'utf8');`,
        index: "return fs.readFileSync(join(context.workspace, '../index'));",
        link: `return fs.readFileSync('${house.path}/away/secret.txt', 'utf8');`,
        'new link': `fs.symlinkSync('${outside}', join(context.workspace, 'site/out')); return fs.readFileSync(join(context.workspace, 'site/out/secret.txt'), 'utf8');`,
        'hard link': `fs.linkSync('${outside}/secret.txt', join(context.workspace, 'site/out')); return 1;`,
        copy: `fs.cpSync('${outside}', join(context.workspace, 'site/out'), { recursive: true }); return 1;`,
      }),
    ).toBe(NOTHING);
  });

  it('opens no socket', async () => {
    const connected = 'return await new Promise((yes, no) => socket.once("connect", () => yes(1)).once("error", no));';
    const builtin = (name: string) => `process.getBuiltinModule('${name}')`;
    expect(
      await outcomeOf({
        net: `const socket = ${builtin('net')}.connect(${port}, '127.0.0.1'); ${connected}`,
        http: `const socket = ${builtin('http')}.get('http://127.0.0.1:${port}/'); ${connected}`,
        tls: `const socket = ${builtin('tls')}.connect(${port}, '127.0.0.1'); ${connected}`,
        listen: `await new Promise((yes, no) => ${builtin('net')}.createServer().once('error', no).listen(0, () => yes(1))); return 1;`,
        udp: `return await new Promise((yes) => ${builtin('dgram')}.createSocket('udp4').send('x', ${port}, '127.0.0.1', yes));`,
        dns: `return await ${builtin('dns')}.promises.lookup('example.org');`,
        websocket: `return await new Promise((yes, no) => { const ws = new WebSocket('ws://127.0.0.1:${port}/'); ws.onopen = () => yes(1); ws.onerror = no; });`,
        binding: "return (process as any).binding('tcp_wrap');",
        fetch: `return (await fetch('http://127.0.0.1:${port}/')).status;`,
      }),
    ).toMatch(/^Error: done: control: 8( \| websocket: "nothing")?$/);
    expect(visitors).toBe(0);
  });

  it('starts no program, and leaves none behind', async () => {
    const marker = `heal-left-${process.pid}`;
    const child = "process.getBuiltinModule('child_process')";
    const command = `['-c', 'sleep 60 # ${marker}']`;
    expect(
      await outcomeOf({
        spawn: `return ${child}.spawn('/bin/sh', ${command}, { detached: true, stdio: 'ignore' }).pid;`,
        sync: `return ${child}.spawnSync('/bin/sh', ${command}, { timeout: 100 }).pid;`,
        fork: `return ${child}.fork('${marker}').pid;`,
        exec: `return (process as any).execve('/bin/sh', ['sh', ...${command}]);`,
        worker: `return new (process.getBuiltinModule('worker_threads').Worker)('1', { eval: true, argv: ['${marker}'] }).threadId;`,
        binding: "return (process as any).binding('spawn_sync');",
      }),
    ).toBe(NOTHING);
    expect(await processesWith(marker)).toEqual([]);
  });

  it('writes, removes and moves nothing but what its directive lets it write', async () => {
    const before = await stat(join(house.path, 'README.md'));
    const inTree = (path: string) => `join(context.workspace, '${path}')`;
    expect(
      await outcomeOf({
        outside: `fs.writeFileSync('${outside}/mark', 'x'); return 1;`,
        tmp: "fs.writeFileSync('/tmp/mark', 'x'); return 1;",
        above: `fs.writeFileSync(${inTree('../mark')}, 'x'); return 1;`,
        readme: `fs.writeFileSync(${inTree('README.md')}, 'x'); return 1;`,
        tests: `fs.writeFileSync(${inTree('test/execution/other.test.ts')}, ''); return 1;`,
        'no tests': `fs.rmSync(${inTree('test')}, { recursive: true }); return 1;`,
        'moved tests': `fs.renameSync(${inTree('test')}, ${inTree('site/test')}); return 1;`,
        'new tests': `fs.writeFileSync(${inTree('test/execution/new.test.ts')}, ''); return 1;`,
        github: `fs.writeFileSync(${inTree('.github/workflows/cycle.yml')}, ''); return 1;`,
        itself: `fs.rmSync(${inTree('execution/keep_price.ts')}); return 1;`,
        directive: `fs.appendFileSync(${inTree('directives/keep_price.md')}, 'x'); return 1;`,
        ledger: `fs.rmSync(${inTree('ledger')}, { recursive: true }); return 1;`,
        request: "fs.writeFileSync(join(process.argv[2] ?? '', 'request.json'), '{}'); return 1;",
        house: `fs.writeFileSync('${house.path}/README.md', 'x'); return 1;`,
        mode: `fs.chmodSync(${inTree('README.md')}, 0o777); return 1;`,
        directory: "process.chdir('/'); return 1;",
      }),
    ).toMatch(/^Error: done: control: 8( \| directory: 1)?$/);
    expect((await readdir(outside)).sort()).toEqual(['secret.txt']);
    expect((await stat(join(house.path, 'README.md'))).mtimeMs).toBe(before.mtimeMs);
  });

  it.each([
    ['loops', 'while (true) {}'],
    ['waits', 'await new Promise((resolve) => setInterval(resolve, 2 ** 30));'],
    ['asks again and again', 'for (;;) await context.fetch(url);'],
  ])('that %s is ended when its time is up', async (_, code) => {
    const started = performance.now();
    const { run } = await house.run(mendedAnd(code));
    expect(run.outcome).toMatchObject({
      status: 'failed',
      failure: { kind: 'timeout', message: 'still running after 5 s' },
    });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it.each([
    [
      '2 GB on the heap',
      'const kept: string[] = []; for (let i = 0; i < 2048; i++) kept.push(String(i).repeat(2 ** 18));\n    context.log(String(new Set(kept).size));',
    ],
    ['2 GB beside the heap', 'Array.from({ length: 2048 }, () => Buffer.alloc(2 ** 20, 1));'],
    ['2 GB in one piece', 'new Uint8Array(new SharedArrayBuffer(2 ** 31)).fill(1);'],
  ])('that takes %s fails', async (_, code) => {
    const { run } = await house.run(mendedAnd(code));
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { kind: 'crash' } });
  });

  it('that forks itself without end starts nothing', async () => {
    const marker = `heal-fork-${process.pid}`;
    const code = `const { fork } = process.getBuiltinModule('child_process');
    let forked = 0;
    for (let i = 0; i < 1000; i++) try { fork('${marker}'); forked += 1; } catch {}
    throw new Error('forked ' + forked);`;
    expect((await house.run(mendedAnd(code))).run.outcome).toMatchObject({ failure: { message: 'Error: forked 0' } });
    expect(await processesWith(marker)).toEqual([]);
  });

  it('that prints 100 MB keeps nobody, and is refused for it', async () => {
    const result = await house.judgeRun(mendedAnd("for (let i = 0; i < 100; i++) context.log('x'.repeat(2 ** 20));"));
    expect(result.evidence).toEqual([{ check: 'mended', status: 'fail', detail: 'it prints 100 MB' }]);
  });
});

describe('a repair that ends by itself', () => {
  it.each([
    ['with code 0', 'process.exit(0);'],
    ['with another code', 'process.exit(3);'],
    ['by abort', 'process.abort();'],
    ['without waiting', 'await new Promise(() => {});'],
  ])('%s has given no result', async (_, code) => {
    const result = await house.judgeRun(mendedAnd(code));
    expect(refusals(result)).toEqual(['mended']);
  });

  it('that sets the exit code and fails has failed', async () => {
    const { run } = await house.run(mendedAnd("process.exitCode = 0; throw new Error('after all');"));
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { message: 'Error: after all' } });
  });
});

describe('a repair that writes its own response and leaves', () => {
  const forged = (cents: string, first = '') =>
    withLine(`    const fs = process.getBuiltinModule('fs');
    ${first}
    fs.writeFileSync(join(process.argv[2] ?? '', 'response.json'), JSON.stringify({ status: 'ok', output: { cents: ${cents} } }));
    process.exit(0);
${MENDED_LINE}`);
  const writing = "fs.writeFileSync(join(context.workspace, 'site/price.txt'), name + ': 345\\n');";

  it('is believed to have run: the sandbox can not tell', async () => {
    expect((await house.run(forged('345'))).run.outcome).toEqual({ status: 'ok', output: { cents: 345 } });
  });

  it('is refused by the effects, where the script has any', async () => {
    expect(refusals(await house.judgeRun(forged('345')))).toEqual(['effects']);
  });

  it('with the effects done, is refused by the good calls, where there are any', async () => {
    expect(refusals(await house.judgeRun(forged('345', writing)))).toEqual(['good calls']);
  });

  it('that does all else right is refused by its text alone, or by tests that know more', async () => {
    const honest = "': ' + Math.round(Number(price) * 100) + '\\n'";
    const forgery = forged(
      "typeof price === 'string' ? 345 : Math.round(price * 100)",
      writing.replace(/': .*'/, honest),
    );
    expect(refusals(await house.judgeRun(forgery))).toEqual([]);
    expect(refusals(await house.judge(forgery))).toEqual(expect.arrayContaining(['process-control', 'environment']));
  });
});

/** Ids of the processes on this machine with `marker` in their command line. */
async function processesWith(marker: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return ids.filter((_, index) => lines[index]?.includes(marker));
}
