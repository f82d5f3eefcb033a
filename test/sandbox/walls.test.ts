import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { agentRoot, sandboxLab, waysHere } from '../support/sandbox-lab.ts';

/**
 * Hostile scripts in the sandbox, in every way in which this machine has one. Node's own permissions are one wall; the
 * programs here that run without them show that they are not the only one.
 */

const ways = await waysHere();

/** A folder that anybody may write, with a file that anybody may read, as if the whole machine were so careless. */
async function outsideFolder(): Promise<string> {
  const folder = await temporaryFolder('steward-outside-');
  await writeFile(join(folder, 'secret.txt'), 'from-outside');
  await Promise.all([chmod(folder, 0o777), chmod(join(folder, 'secret.txt'), 0o666)]);
  return folder;
}

/** Servers of this process, over the network and over a file, that count who comes. */
async function doorbell(): Promise<{ port: number; socket: string; rings(): number }> {
  let rings = 0;
  const folder = await outsideFolder();
  const socket = join(folder, 'socket');
  const servers = [0, socket].map((at) => {
    const server = createServer((visitor) => {
      rings += 1;
      visitor.destroy();
    });
    onTestFinished(() => void server.close());
    return new Promise<number>((resolve) => {
      const address = () => server.address();
      const listening = () => resolve(Number(Reflect.get(Object(address()), 'port')));
      if (at === 0) server.listen(0, '127.0.0.1', listening);
      else server.listen(at, listening);
    });
  });
  const [port = 0] = await Promise.all(servers);
  await chmod(socket, 0o777);
  return { port, socket, rings: () => rings };
}

/** Ids of the processes on this machine that have `marker` among their arguments. */
async function processesWith(marker: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return ids.filter((_, index) => lines[index]?.split('\0').includes(marker));
}

it('this machine has a sandbox to test', () => {
  expect(ways).not.toEqual([]);
});

describe.each(ways)('$name', (way) => {
  it('is found to hold', async () => {
    const { sandbox } = await sandboxLab(way);
    expect(await sandbox.probe()).toEqual({ kind: way.kind });
  });

  describe('a script', () => {
    it('runs as it does elsewhere', async () => {
      const lab = await sandboxLab(way, {
        fetch: async ({ url }) => ({ status: 200, statusText: 'OK', url, headers: {}, body: btoa('taped') }),
      });
      await lab.write('site/a.md', 'hello');
      const value = await lab.value(
        `console.log('a line');
         const text = fs.readFileSync(join(context.workspace, 'site/a.md'), 'utf8');
         const [page, files] = [await (await fetch('https://example.org/')).text(), await context.git(['ls-files'])];
         return { text, page, files, key: context.key, now: context.clock.now(), cwd: process.cwd(), argv0: process.execPath };`,
        { spawn: ['git'] },
      );
      expect(value).toEqual({
        text: 'hello',
        page: 'taped',
        files: 'README.md\0',
        key: 'lab-key',
        now: '2026-03-01T12:00:00.000Z',
        cwd: lab.workspace,
        argv0: process.execPath,
      });
    });

    it('can be described', async () => {
      const lab = await sandboxLab(way);
      await lab.write(
        'execution/other.ts',
        `import { z } from 'zod';
         import { defineScript } from '../src/script.ts';
         export default defineScript({ summary: 'Other.', input: z.object({}), output: z.object({}), run: async () => ({}) });`,
      );
      const runner = lab.sandbox.runner({ workspace: lab.workspace, services: { fetch: fail, git: fail } });
      expect(await runner.describe('execution/other.ts')).toMatchObject({ description: { summary: 'Other.' } });
    });

    it.each([
      ['throws', "throw new RangeError('too far');", {}],
      ['aborts', 'process.abort();', {}],
      ['leaves with a code', 'process.exit(3);', {}],
      ['leaves early', 'process.exit(0);', {}],
      ['tampers with JSON', "JSON.stringify = () => 'no'; return 1;", {}],
      ['loops', 'while (true) {}', { timeoutMs: 3000 }],
      ['uses up its heap', 'const kept = []; for (;;) kept.push({ a: [1, 2, 3] });', {}],
      ['reaches for a file', "fs.readFileSync('/etc/passwd');", {}],
    ])('that %s: fails with the signature that it has elsewhere', async (_, body, call) => {
      const lab = await sandboxLab(way);
      const [inside, outside] = [await lab.run(body, call), await lab.runPlainly(body, call)];
      expect(inside.outcome.status).toBe('failed');
      const known = (run: typeof inside) => run.outcome.status === 'failed' && { ...run.outcome.failure, log_tail: '' };
      expect(known(inside)).toEqual(known(outside));
    });

    it('is given its made-up secrets, and no other variable', async () => {
      const lab = await sandboxLab(way);
      const value = await lab.value(
        `return Object.entries(process.env).map(([name, value]) => [name, [...value].reverse().join('')]);`,
        { secrets: { TOKEN: "made 'up'\n$HOME" } },
      );
      expect(value).toEqual([['TOKEN', "EMOH$\n'pu' edam"]]);
    });

    it('prints 100 MB: the end of it is kept', async () => {
      const lab = await sandboxLab(way);
      const failure = await lab.fail(
        `const line = 'x'.repeat(1024 * 1024 - 1); for (let i = 0; i < 100; i++) console.log(line); throw new Error('end');`,
      );
      expect(failure.message).toBe('Error: end');
      expect(Buffer.byteLength(failure.log_tail)).toBeLessThanOrEqual(4096);
    });

    it.each([
      [
        'on the heap',
        "const kept = []; for (let i = 0; i < 2048; i++) kept.push('x'.repeat(2 ** 20) + i + Math.random());\nreturn kept.map((each) => each.codePointAt(7)).length;",
      ],
      ['in a buffer', 'return Buffer.alloc(2 ** 31, 1).length;'],
      [
        'in many buffers',
        'const kept = []; for (let i = 0; i < 2048; i++) kept.push(Buffer.alloc(2 ** 20, 1)); return kept.length;',
      ],
      ['in shared memory', 'return new Uint8Array(new SharedArrayBuffer(2 ** 31)).fill(1).length;'],
      ['in WebAssembly', 'return new Uint8Array(new WebAssembly.Memory({ initial: 32768 }).buffer).fill(1).length;'],
    ])('takes 2 GB %s: fails', async (_, body) => {
      const lab = await sandboxLab(way);
      expect(await lab.fail(body)).toMatchObject({ kind: 'crash' });
    });

    it.each([
      ['the environment of its parent', (_: string) => "fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8')"],
      ['the environment of the first process', (_: string) => "fs.readFileSync('/proc/1/environ', 'utf8')"],
      ['a file outside', (outside: string) => `fs.readFileSync('${outside}/secret.txt', 'utf8')`],
      [
        'a file outside, by a link in the checkout',
        (_: string) => "fs.readFileSync(join(context.workspace, 'link/secret.txt'), 'utf8')",
      ],
      [
        'a file outside, by a link in a folder',
        (_: string) => "fs.readFileSync(join(context.workspace, 'site/link/secret.txt'), 'utf8')",
      ],
      ['.env', (_: string) => "fs.readFileSync(join(context.workspace, '.env'), 'utf8')"],
    ])('reads %s: fails', async (_, expression) => {
      const lab = await sandboxLab(way);
      const outside = await outsideFolder();
      await mkdir(join(lab.workspace, 'site'));
      await symlink(outside, join(lab.workspace, 'link'));
      await symlink(outside, join(lab.workspace, 'site/link'));
      await lab.write('.env', 'KEY=from-outside');
      const failure = await lab.fail(`return ${expression(outside)};`);
      expect(failure.kind).toBe('crash');
      expect(JSON.stringify(failure)).not.toContain('from-outside');
    });

    it('opens sockets by every way there is: reaches nobody', async () => {
      const lab = await sandboxLab(way);
      const { port, socket, rings } = await doorbell();
      const tried = await lab.value(
        `const tried = [];
         const attempt = async (name, act) => {
           try { await Promise.race([act(), new Promise((_, no) => setTimeout(no, 500, new Error('silence')))]); tried.push(name + ': done'); }
           catch (error) { tried.push(name + ': ' + error.message); }
         };
         const connected = (socket) => new Promise((yes, no) => socket.once('connect', yes).once('error', no));
         const builtin = process.getBuiltinModule;
         await attempt('net', () => connected(builtin('net').connect(${port}, '127.0.0.1')));
         await attempt('path', () => connected(builtin('net').connect('${socket}')));
         await attempt('http', () => connected(builtin('http').get('http://127.0.0.1:${port}/')));
         await attempt('tls', () => connected(builtin('tls').connect(${port}, '127.0.0.1')));
         await attempt('http2', () => connected(builtin('http2').connect('http://127.0.0.1:${port}')));
         await attempt('udp', () => new Promise((yes) => builtin('dgram').createSocket('udp4').send('x', ${port}, '127.0.0.1', yes)));
         await attempt('websocket', () => new Promise((yes, no) => { const ws = new WebSocket('ws://127.0.0.1:${port}/'); ws.onopen = yes; ws.onerror = () => no(new Error('closed')); }));
         await attempt('dns', () => builtin('dns').promises.lookup('example.org'));
         for (const [name, type, connect] of [['tcp_wrap', 'TCP', 'TCPConnectWrap'], ['pipe_wrap', 'Pipe', 'PipeConnectWrap']])
           await attempt(name, async () => {
             const wrap = process.binding(name);
             const handle = new wrap[type](0);
             const request = new wrap[connect]();
             const done = new Promise((yes, no) => { request.oncomplete = (status) => (status ? no(new Error('status ' + status)) : yes()); });
             const status = type === 'TCP' ? handle.connect(request, '127.0.0.1', ${port}) : handle.connect(request, '${socket}');
             if (status) throw new Error('status ' + status);
             await done;
           });
         return tried;`,
      );
      expect(tried).toHaveLength(10);
      expect(JSON.stringify(tried)).not.toContain('done');
      expect(rings()).toBe(0);
    });

    it.each([
      ['spawn', "require('node:child_process').spawnSync('/bin/sh', ['-c', COMMAND], { stdio: 'inherit' })"],
      ['fork', "require('node:child_process').fork('/bin/sh', ['-c', COMMAND])"],
      [
        'spawn_sync',
        "process.binding('spawn_sync').spawn({ file: '/bin/sh', args: ['sh', '-c', COMMAND], stdio: [] })",
      ],
      [
        'process_wrap',
        "new (process.binding('process_wrap').Process)().spawn({ file: '/bin/sh', args: ['sh', '-c', COMMAND] })",
      ],
      ['a worker', "new (require('node:worker_threads').Worker)(COMMAND, { eval: true })"],
      ['execve', "process.execve('/bin/sh', ['sh', '-c', COMMAND])"],
    ])('starts a program by %s: fails', async (_, expression) => {
      const lab = await sandboxLab(way);
      const outcome = (
        await lab.run(
          `const require = (await import('node:module')).createRequire(import.meta.url);
           const COMMAND = 'echo mark > ' + join(context.workspace, 'out/mark');
           const answer = ${expression};
           if (answer?.error || answer < 0) throw new Error('not started');
           await new Promise((resolve) => setTimeout(resolve, 300));`,
          { writes: ['out/**'] },
        )
      ).outcome;
      expect(outcome.status).toBe('failed');
      expect(existsSync(join(lab.workspace, 'out/mark'))).toBe(false);
    });

    it('ends: what it left running is gone', async () => {
      const lab = await sandboxLab(way);
      const marker = `left-${Math.round(performance.now() * 1000)}`;
      const end = await lab.program(
        `import { spawn } from 'node:child_process';
         spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${marker}'], { detached: true, stdio: 'ignore' }).unref();
         spawn('/bin/sh', ['-c', 'trap "" TERM HUP; sleep 300; true', '${marker}'], { detached: true, stdio: 'inherit' }).unref();
         console.log('left them');`,
      );
      expect(end).toMatchObject({ output: 'left them\n', exitCode: 0 });
      await expect.poll(() => processesWith(marker), { timeout: 3000 }).toEqual([]);
    });
  });

  describe('a program without the permissions of Node', () => {
    it('sees nothing of the machine but programs and its own files', async () => {
      const lab = await sandboxLab(way);
      const outside = await outsideFolder();
      await lab.write('.env', 'KEY=from-outside');
      await lab.write('.git/config', 'from-outside');
      await lab.write('site/a.md', 'a');
      await symlink(outside, join(lab.workspace, 'link'));
      const { output } = await lab.program(
        `import fs from 'node:fs';
         const list = (path) => { try { return fs.readdirSync(path).sort().join(' '); } catch (error) { return error.code; } };
         const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch (error) { return error.code; } };
         console.log(JSON.stringify({
           root: list('/'), old: list('/.old'), first: list('/proc/1/root'), home: list('/root') + list('/home'), var: list('/var'), etc: list('/etc'), workspace: list('.'),
           outside: read('${outside}/secret.txt'), link: read('link/secret.txt'), env: read('.env'), git: read('.git/config'),
           uid: process.getuid(), gid: process.getgid(), groups: process.getgroups().filter((id) => id !== 65534),
         }));`,
      );
      const seen = JSON.parse(output);
      expect(seen).toMatchObject({
        old: expect.stringMatching(/^(ENOENT)?$/),
        home: 'ENOENTENOENT',
        var: 'ENOENT',
        etc: 'localtime',
        workspace: 'link site',
        outside: 'ENOENT',
        link: 'ENOENT',
        env: 'ENOENT',
        git: 'ENOENT',
        uid: 65534,
        gid: 65534,
        groups: [],
      });
      expect(seen.root.split(' ')).not.toContain('root');
      expect(['EACCES', seen.root]).toContain(seen.first);
    });

    it('reads the variables of no other process, and sees none of ours', async () => {
      const lab = await sandboxLab(way);
      const { output } = await lab.program(
        `import fs from 'node:fs';
         const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch { return ''; } };
         const ids = fs.readdirSync('/proc').filter((name) => Number(name) > 0);
         const others = ids.filter((id) => Number(id) !== process.pid);
         console.log(JSON.stringify({
           own: process.env,
           others: others.map((id) => read('/proc/' + id + '/environ')).join(''),
           few: ids.length < 5,
           seesUs: ids.some((id) => read('/proc/' + id + '/cmdline').includes(['vi', 'test'].join(''))),
         }));`,
      );
      expect(JSON.parse(output)).toEqual({ own: {}, others: '', few: true, seesUs: false });
    });

    it('reaches nobody over the network, by name or by file', async () => {
      const lab = await sandboxLab(way);
      const { port, socket, rings } = await doorbell();
      const { output } = await lab.program(
        `import { connect } from 'node:net';
         const reach = (...to) => new Promise((resolve) => {
           const line = connect(...to);
           line.on('connect', () => resolve('reached'));
           line.on('error', (error) => resolve(error.code ?? error.errors?.[0]?.code));
         });
         console.log(await reach(${port}, '127.0.0.1'), await reach('${socket}'), await reach(80, '93.184.216.34'),
           await reach(53, '8.8.8.8'), await reach(${port}, '::1'), await fetch('https://example.org/').then(() => 'reached', () => 'closed'));
         process.exit(0);`,
      );
      expect(output.trim().split(' ')).toEqual([
        expect.stringMatching(/ECONNREFUSED|ENETUNREACH/),
        'ENOENT',
        'ENETUNREACH',
        'ENETUNREACH',
        expect.stringMatching(/ECONNREFUSED|ENETUNREACH|EADDRNOTAVAIL/),
        'closed',
      ]);
      expect(rings()).toBe(0);
    });

    it('writes to nothing but what is granted', async () => {
      const lab = await sandboxLab(way);
      const outside = await outsideFolder();
      await lab.write('site/a.md', 'before');
      await lab.write('execution/fixture.ts', 'before');
      await lab.write('out/old.md', 'before');
      const places = [
        outside,
        '.',
        'site',
        'execution',
        '/',
        '/tmp',
        '/usr',
        '/dev',
        '/dev/shm',
        '/etc',
        agentRoot,
        join(agentRoot, 'src'),
      ];
      const { output } = await lab.program(
        `import fs from 'node:fs';
         const attempt = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
         const places = ${JSON.stringify(places)};
         console.log(JSON.stringify({
           made: places.filter((place) => attempt(() => fs.writeFileSync(place + '/mark', 'mark')) === 'done'),
           folders: places.filter((place) => attempt(() => fs.mkdirSync(place + '/mark.d')) === 'done'),
           changed: ['site/a.md', 'execution/fixture.ts', '${agentRoot}package.json', '${agentRoot}src/script.ts']
             .filter((file) => attempt(() => fs.appendFileSync(file, 'mark')) === 'done' || attempt(() => fs.rmSync(file)) === 'done'),
           granted: [attempt(() => fs.writeFileSync('out/new.md', 'new')), attempt(() => fs.mkdirSync('out/deep/er', { recursive: true })),
             attempt(() => fs.writeFileSync('out/old.md', 'after')), attempt(() => fs.writeFileSync('out/deep/er/x', 'x', { mode: 0o600 }))],
           link: attempt(() => fs.linkSync('site/a.md', 'out/link')),
         }));`,
        { writes: ['out/**'] },
      );
      expect(JSON.parse(output)).toEqual({
        made: [],
        folders: [],
        changed: [],
        granted: ['done', 'done', 'done', 'done'],
        link: 'EXDEV',
      });
      expect((await readdir(lab.workspace)).sort()).toEqual(['execution', 'out', 'site']);
      expect(await readFile(join(lab.workspace, 'out/old.md'), 'utf8')).toBe('after');
      const { uid } = await stat(lab.workspace);
      for (const path of ['out', 'out/old.md', 'out/new.md', 'out/deep/er/x'])
        expect((await stat(join(lab.workspace, path))).uid).toBe(uid);
    });

    it('makes a granted file in the root of the checkout, and changes nothing else there', async () => {
      const lab = await sandboxLab(way);
      await lab.write('README.md', 'before');
      await lab.write('site/a.md', 'before');
      await lab.write('.env', 'KEY=from-outside');
      await lab.write('.git/config', 'from-outside');
      await symlink('README.md', join(lab.workspace, 'link.md'));
      const { output } = await lab.program(
        `import fs from 'node:fs';
         const attempt = (act) => { try { return act() ?? 'done'; } catch (error) { return error.code; } };
         console.log(attempt(() => fs.writeFileSync('PAGE.md', 'made')), attempt(() => fs.writeFileSync('README.md', 'mark')),
           attempt(() => fs.unlinkSync('README.md')), attempt(() => fs.renameSync('site', 'other')), attempt(() => fs.writeFileSync('site/a.md', 'mark')),
           JSON.stringify(attempt(() => fs.readFileSync('.env', 'utf8'))), attempt(() => fs.readdirSync('.git').length), attempt(() => fs.readFileSync('link.md', 'utf8')));`,
        { writes: ['PAGE.md'] },
      );
      expect(output.trim()).toMatch(/^done EROFS EBUSY EBUSY EROFS ("EACCES"|"") 0 before$/);
      expect(await readFile(join(lab.workspace, 'PAGE.md'), 'utf8')).toBe('made');
      expect(await readFile(join(lab.workspace, 'README.md'), 'utf8')).toBe('before');
      const { uid } = await stat(lab.workspace);
      expect((await stat(join(lab.workspace, 'PAGE.md'))).uid).toBe(uid);
    });

    it('outlives the agent: what it was lent comes back all the same', async () => {
      const lab = await sandboxLab(way);
      await lab.write('out/old.md', 'before');
      await lab.program(
        `import fs from 'node:fs';
         fs.writeFileSync('out/new.md', 'new');
         process.on('SIGPIPE', () => {});
         setTimeout(() => process.exit(0), 3000);`,
        { writes: ['out/**'], timeoutMs: 1500, isAbandoned: true },
      );
      const { uid } = await stat(lab.workspace);
      for (const path of ['out', 'out/old.md', 'out/new.md'])
        expect((await stat(join(lab.workspace, path))).uid).toBe(uid);
    });

    it('gains no rights by a program that gives them', async () => {
      const lab = await sandboxLab(way);
      const { output } = await lab.program(
        `import { readFileSync } from 'node:fs';
         import { spawnSync } from 'node:child_process';
         const status = readFileSync('/proc/self/status', 'utf8');
         const lines = status.split('\\n').filter((line) => /^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs)/.test(line)).map((line) => line.replace(/\\s+/g, ' '));
         const su = spawnSync('/usr/bin/setpriv', ['--reuid=0', 'id', '-u'], { encoding: 'utf8' });
         const mount = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', 'x', '/usr'], { encoding: 'utf8' });
         console.log(JSON.stringify([...lines, su.status !== 0, mount.status !== 0]));`,
      );
      const none = '0000000000000000';
      const [prm, eff, bnd, amb] = ['Prm', 'Eff', 'Bnd', 'Amb'].map((name) => `Cap${name}: ${none}`);
      expect(JSON.parse(output)).toEqual([prm, eff, bnd, amb, 'NoNewPrivs: 1', true, true]);
    });

    it('is a fork bomb: stops at the limit and is gone with its time', async () => {
      const lab = await sandboxLab(way);
      const marker = `bomb-${Math.round(performance.now() * 1000)}`;
      const started = performance.now();
      let most = 0;
      const running = lab.program(
        `import { spawn } from 'node:child_process';
         const bomb = 'b() { b | b & }; b; sleep 100';
         for (let i = 0; i < 1000; i++) spawn('/bin/sh', ['-c', i % 2 ? bomb : 'sleep 100', '${marker}'], { stdio: 'ignore' }).on('error', () => {});
         setInterval(() => {}, 1000);`,
        { timeoutMs: 3000 },
      );
      const watch = setInterval(async () => {
        most = Math.max(most, (await processesWith(marker)).length);
      }, 200);
      expect((await running).isTimeout).toBe(true);
      clearInterval(watch);
      expect(performance.now() - started).toBeLessThan(15_000);
      expect(most).toBeGreaterThan(5);
      expect(most).toBeLessThan(300);
      await expect.poll(() => processesWith(marker), { timeout: 5000 }).toEqual([]);
    });

    it('writes a huge file: stops at the limit', async () => {
      const lab = await sandboxLab(way);
      const { output } = await lab.program(
        `import fs from 'node:fs';
         process.on('SIGXFSZ', () => {});
         const chunk = Buffer.alloc(2 ** 24);
         const file = fs.openSync('out/huge', 'w');
         try { for (let i = 0; i < 64; i++) fs.writeSync(file, chunk); console.log('wrote'); }
         catch (error) { console.log(error.code, fs.fstatSync(file).size / 2 ** 20); }
         fs.ftruncateSync(file, 0);`,
        { writes: ['out/**'] },
      );
      expect(output.trim()).toBe('EFBIG 256');
    });

    it('loops, deaf to signals: is ended at its time, with what it started', async () => {
      const lab = await sandboxLab(way);
      const marker = `loop-${Math.round(performance.now() * 1000)}`;
      const started = performance.now();
      const end = await lab.program(
        `import { spawn } from 'node:child_process';
         for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => {});
         spawn('/bin/sh', ['-c', 'sleep 300; true', '${marker}'], { detached: true, stdio: 'inherit' });
         await new Promise((resolve) => setTimeout(resolve, 300));
         for (;;) {}`,
        { timeoutMs: 2000 },
      );
      expect(end.isTimeout).toBe(true);
      expect(performance.now() - started).toBeLessThan(10_000);
      await delay(100);
      expect(await processesWith(marker)).toEqual([]);
    });
  });
});

async function fail(): Promise<never> {
  throw new Error('nobody is asked');
}
