import { access, link, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { scriptLab } from '../support/script-lab.ts';

/**
 * Scripts that reach for files, processes and the environment. Each case would leave a mark, and is asked for it.
 *
 * What Node 24 gives no way to close: a link a person committed inside a readable folder is followed wherever it leads
 * (only for reading: writable folders may hold none that wander); `.env` files below the root of the checkout can be
 * read; `realpath` tells whether a path exists; buffers outside V8's heap have no limit.
 */

const head = "import fs from 'node:fs';\nimport { join } from 'node:path';";
const fileLab = (body: string) => scriptLab(body, { head });
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('reading', () => {
  it.each([
    [
      '.env',
      "join(context.workspace, '.env')",
      'FileSystemRead .env: scripts read the files and folders of the checkout',
    ],
    ['.env.local', "join(context.workspace, '.env.local')", 'FileSystemRead .env.local'],
    ['.env, from the side', "join(context.workspace, 'site') + '/../.env'", '.env'],
    ['.env, as bytes', "Buffer.from(context.workspace + '/site/../.env')", '.env'],
    ['.git/config', "join(context.workspace, '.git/config')", 'FileSystemRead .git/config'],
    ['/etc/passwd', "'/etc/passwd'", 'FileSystemRead /etc/passwd'],
    ['the environment of the agent', "'/proc/' + process.ppid + '/environ'", 'Access denied: FileSystemRead /proc/'],
    ['its own environment', "'/proc/self/environ'", 'Access denied: FileSystemRead /proc/self/environ'],
  ])('%s: denied', async (_, path, message) => {
    const lab = await fileLab(`return fs.readFileSync(${path}, 'utf8');`);
    await lab.write('.env', 'KEY=from-a-file');
    await lab.write('.env.local', 'KEY=from-a-file');
    await lab.write('.git/config', '[user]');
    await lab.write('site/a.md', 'a');
    const failure = await lab.fail();
    expect(failure.kind).toBe('crash');
    expect(failure.message).toContain(message);
  });

  it.each([
    ['loadEnvFile', "process.loadEnvFile(join(context.workspace, '.env')); return process.env.KEY;"],
    ['a blob', "return (await fs.openAsBlob(join(context.workspace, '.env'))).text();"],
    ['a copy', "fs.cpSync(join(context.workspace, '.env'), join(context.workspace, 'out/copy'));"],
    ['a hard link', "fs.linkSync(join(context.workspace, '.env'), join(context.workspace, 'out/link'));"],
    ['a rename', "fs.renameSync(join(context.workspace, '.env'), join(context.workspace, 'out/moved'));"],
    ['a symbolic link', "fs.symlinkSync('../.env', join(context.workspace, 'out/link'));"],
    ['require', "(await import('node:module')).createRequire(import.meta.url)('../.env');"],
    ['a database', "new (await import('node:sqlite')).DatabaseSync(join(context.workspace, '.env'));"],
    ['a listing of the root', 'return fs.readdirSync(context.workspace);'],
  ])('by %s: denied', async (_, body) => {
    const lab = await fileLab(body);
    await lab.write('.env', 'KEY=from-a-file');
    const failure = await lab.fail({ writes: ['out/**'] });
    expect(failure.kind).toBe('crash');
    expect(failure.message + failure.log_tail).not.toContain('from-a-file');
    expect(await exists(join(lab.workspace, '.env'))).toBe(true);
  });

  it('the checkout: allowed', async () => {
    const lab = await fileLab("return fs.readFileSync(join(context.workspace, 'site/a.md'), 'utf8');");
    await lab.write('site/a.md', 'hello');
    expect(await lab.value()).toBe('hello');
  });
});

describe('writing', () => {
  const toTarget = (path: string) => `fs.writeFileSync(${path}, 'mark'); return 'written';`;

  it.each([
    ['an absolute path', toTarget('TARGET')],
    ['a path with ..', toTarget("join(context.workspace, 'out') + '/../mark.txt'")],
    ['a name that begins like the granted one', toTarget("join(context.workspace, 'outside.txt')")],
    ['the script itself', toTarget("join(context.workspace, 'execution/fixture.ts')")],
    ['a hard link', "fs.linkSync(join(context.workspace, 'execution/fixture.ts'), join(context.workspace, 'out/l'));"],
    ['a symbolic link', "fs.symlinkSync('/tmp', join(context.workspace, 'out/l')); return 1;"],
    ['a database', "new (await import('node:sqlite')).DatabaseSync(TARGET).exec('create table a (b)');"],
    [
      'flags of V8',
      "const v8 = await import('node:v8'); v8.setFlagsFromString('--redirect-code-traces-to=' + TARGET);",
    ],
    ['a heap snapshot', "(await import('node:v8')).writeHeapSnapshot(TARGET);"],
    ['a report', 'process.report.writeReport(TARGET);'],
    ['a socket that is a file', 'const pipe = new process.stdout._handle.constructor(1); pipe.bind(TARGET);'],
    ['a temporary folder', 'fs.mkdtempSync(TARGET);'],
    ['deleting the checkout', 'fs.rmSync(context.workspace, { recursive: true, force: true });'],
    ['deleting a file', "fs.rmSync(join(context.workspace, 'execution/fixture.ts'));"],
  ])('%s: denied', async (_, body) => {
    const outside = await temporaryFolder();
    const target = join(outside, 'mark.txt');
    const lab = await fileLab(`const TARGET = ${JSON.stringify(target)};\n${body}`);
    const before = await readFile(join(lab.workspace, 'execution/fixture.ts'), 'utf8');
    const failure = await lab.fail({ writes: ['out/**'] });
    expect(failure).toMatchObject({ kind: 'crash', message: expect.stringMatching(/scripts |restricted|permission/) });
    expect(await exists(target)).toBe(false);
    expect(await exists(join(lab.workspace, 'mark.txt'))).toBe(false);
    expect(await exists(join(lab.workspace, 'outside.txt'))).toBe(false);
    expect(await readFile(join(lab.workspace, 'execution/fixture.ts'), 'utf8')).toBe(before);
  });

  it('any file inside a granted folder: allowed; what the pattern does not match is found on the diff later', async () => {
    const lab = await fileLab(toTarget("join(context.workspace, 'out/stray.bin')"));
    expect(await lab.value({ writes: ['out/*.md'] })).toBe('written');
  });

  it('one granted file: that one, and none that begins like it', async () => {
    const lab = await fileLab(toTarget("join(context.workspace, 'out/report.md')"));
    expect(await lab.value({ writes: ['out/report.md'] })).toBe('written');
    const other = await fileLab(toTarget("join(context.workspace, 'out/report.md.txt')"));
    expect((await other.fail({ writes: ['out/report.md'] })).message).toContain('out/report.md.txt');
  });

  it.each([
    ['a granted folder that is a link', 'out/**', 'out', 'out is a link'],
    ['a link above the granted folder', 'out/posts/**', 'out', 'out is a link'],
    ['a granted file that is a link', 'out', 'out', 'out is a link'],
    ['a link in the granted folder', 'site/**', 'site/deep/link', 'site/deep/link is a link to /'],
  ])('%s: nothing is run', async (_, pattern, at, message) => {
    const outside = await temporaryFolder();
    const lab = await fileLab(`fs.writeFileSync(join(context.workspace, '${at}', 'mark.txt'), 'mark');`);
    await mkdir(join(lab.workspace, 'site/deep'), { recursive: true });
    await symlink(outside, join(lab.workspace, at));
    const failure = await lab.fail({ writes: [pattern] });
    expect(failure).toMatchObject({ kind: 'input', message: expect.stringContaining(message) });
    expect(await exists(join(outside, 'mark.txt'))).toBe(false);
    expect(await exists(join(outside, 'posts'))).toBe(false);
  });

  it('a link that stays below the granted folder: allowed', async () => {
    const lab = await fileLab(toTarget("join(context.workspace, 'site/latest.md')"));
    await lab.write('site/posts/one.md', 'one');
    await symlink('posts/one.md', join(lab.workspace, 'site/latest.md'));
    expect(await lab.value({ writes: ['site/**'] })).toBe('written');
  });

  it('a hard link that was there: one file under two names, which nothing can tell from a file', async () => {
    const lab = await fileLab(toTarget("join(context.workspace, 'site/a.md')"));
    await lab.write('other/a.md', 'before');
    await mkdir(join(lab.workspace, 'site'));
    await link(join(lab.workspace, 'other/a.md'), join(lab.workspace, 'site/a.md'));
    expect(await lab.value({ writes: ['site/**'] })).toBe('written');
  });
});

describe('other processes', () => {
  it.each([
    ['a program', "(await import('node:child_process')).spawn('touch', [MARK]);", 'scripts start no programs'],
    [
      'a program that outlives it',
      "(await import('node:child_process')).spawn('touch', [MARK], { detached: true, stdio: 'ignore' }).unref();",
      'scripts start no programs',
    ],
    ['a shell', "(await import('node:child_process')).execSync('touch ' + MARK);", 'scripts start no programs'],
    ['a program in its place', "process.execve('/usr/bin/touch', ['touch', MARK]);", 'scripts start no programs'],
    ['a fork', "(await import('node:child_process')).fork(MARK);", 'scripts start no programs'],
    ['a cluster', "(await import('node:cluster')).default.fork();", 'scripts start no programs'],
    ['a thread', "new (await import('node:worker_threads')).Worker('1', { eval: true });", 'WorkerThreads'],
    ['a loader thread', "(await import('node:module')).register('data:text/javascript,');", 'WorkerThreads'],
    ['an addon', 'process.dlopen({ exports: {} }, MARK);', 'loading addons is disabled'],
    ['WASI', "new (await import('node:wasi')).WASI({ version: 'preview1', preopens: { '/': '/' } });", 'WASI'],
    ['the debugger', "(await import('node:inspector')).open(0);", 'Inspector'],
    ['a debugger session', "new (await import('node:inspector')).Session().connect();", 'Inspector'],
    ['the internals', "process.binding('spawn_sync');", 'Access denied: process.binding'],
    ['the other internals', "process._linkedBinding('spawn_sync');", 'Addon'],
    ['a signal', "process.kill(process.ppid, 'SIGTERM');", 'scripts send no signals'],
    ['a signal below kill', 'process._kill(process.ppid, 15);', 'scripts send no signals'],
    ["the agent's debugger", 'process._debugProcess(process.ppid);', 'scripts send no signals'],
    ["the agent's priority", "(await import('node:os')).setPriority(process.ppid, 19);", 'leave other processes alone'],
  ])('%s: denied', async (_, body, message) => {
    const mark = join(await temporaryFolder(), 'mark');
    const failure = await (await scriptLab(`const MARK = ${JSON.stringify(mark)};\n${body}\nreturn 'done';`)).fail();
    expect(failure.kind).toBe('crash');
    expect(failure.message).toContain(message);
    expect(await exists(mark)).toBe(false);
  });

  it.each([
    ['nonsense', "'nonsense\\n'"],
    ['a message of Node’s own', '\'{"cmd":"NODE_HANDLE_ACK"}\\n{"cmd":"NODE_HANDLE","type":"x"}\\n\''],
    ['calls that are none', '\'{"call":1,"method":"exec","params":{}}\\nnull\\n[]\\n\\n\''],
    ['half a line', "'{'"],
  ])('%s on the line to the agent: not heard', async (_, text) => {
    const lab = await scriptLab(
      `${head}
      fs.writeSync(3, ${text});
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'still here';`.replace(head, "const fs = await import('node:fs');"),
    );
    expect((await lab.run()).outcome).toEqual({ status: 'ok', output: { value: 'still here' } });
  });

  it('a line to the agent that never ends: is broken off', async () => {
    const lab = await fileLab("for (;;) fs.writeSync(3, 'x'.repeat(1e6));");
    expect(await lab.fail()).toMatchObject({ kind: 'crash' });
  });
});
