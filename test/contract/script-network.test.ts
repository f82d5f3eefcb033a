import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { scriptLab } from '../support/script-lab.ts';

/**
 * Every way out of the process but context.fetch, each tried against a server that counts who comes. Node 24's
 * permission model knows no network, so src/child/closed-network.ts closes it; what is left are functions of Node's
 * C++ core that no script can get hold of. EventSource and undici are not there to be tried.
 */
async function doorbell(): Promise<{ port: number; path: string; rings: () => number }> {
  let rings = 0;
  const onConnection = () => {
    rings += 1;
  };
  const path = join(await temporaryFolder(), 'door.sock');
  const tcp = await listening(createServer(onConnection), 0);
  await listening(createServer(onConnection), path);
  const address = tcp.address();
  return { port: typeof address === 'object' && address ? address.port : 0, path, rings: () => rings };
}

async function listening(server: Server, at: number | string): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(at, () => resolve()));
  onTestFinished(() => void server.close());
  return server;
}

const awaited = (make: string, event = 'connect') =>
  `const socket = ${make}; return new Promise((resolve, reject) => {
    socket.on('error', reject); socket.on('${event}', () => resolve('connected')); });`;
const datagram = "const socket = dgram.createSocket('udp4');";
const stateOf = "socket[Object.getOwnPropertySymbols(socket).find((each) => String(each) === 'Symbol(state symbol)')]";
const rawPipe = 'const pipe = new process.stdout._handle.constructor(0);';

/** It comes along with a package of the agent. */
const UNDICI = new URL('../../node_modules/undici/index.js', import.meta.url).href;

describe('a script that opens the network by itself', () => {
  it.each([
    ['net', awaited('net.connect(PORT)')],
    ['net, a socket of its own', awaited('new net.Socket().connect(PORT)')],
    ['net, by getBuiltinModule', awaited("process.getBuiltinModule('net').connect(PORT)")],
    ['net, by require', awaited("module.createRequire(import.meta.url)('net').connect(PORT)")],
    ['a unix socket', awaited('net.connect({ path: PATH })')],
    ['tls', awaited('tls.connect(PORT)')],
    ['http', awaited("http.get('http://127.0.0.1:' + PORT)", 'response')],
    ['http over a unix socket', awaited("http.get({ socketPath: PATH, path: '/' })", 'response')],
    ['https', awaited("https.get('https://127.0.0.1:' + PORT)", 'response')],
    ['http2', awaited("http2.connect('http://127.0.0.1:' + PORT)")],
    ['the fetch from before the context', "return early('http://127.0.0.1:' + PORT).then(() => 'fetched');"],
    ['dgram send', `${datagram} socket.send('x', PORT);`],
    ['dgram connect', `${datagram} socket.connect(PORT);`],
    ['dgram bind', `${datagram} socket.bind(0);`],
    ['a bare datagram handle', "dgram._createSocketHandle('127.0.0.1', 0, 'udp4');"],
    ['the handle of a datagram socket', `${datagram} ${stateOf}.handle.bind('127.0.0.1', 0, 0);`],
    ['listening', 'net.createServer().listen(0);'],
    ['listening below listen', "net.Server.prototype._listen2.call(new net.Server(), '127.0.0.1', 0, 4, 5);"],
    ['a bare server handle', "net._createServerHandle('127.0.0.1', 0, 4, -1);"],
    ['listening for http', 'http.createServer().listen(0);'],
    ['a raw pipe that connects', `${rawPipe} pipe.connect({}, PATH);`],
    ['a raw pipe that listens', `${rawPipe} pipe.listen(1);`],
    ['putting connect back', "Object.defineProperty(net.Socket.prototype, 'connect', { value: 1 });"],
    ['the bindings of Node', "process.binding('tcp_wrap');"],
    ['dns.lookup', "dns.lookup('example.com', () => {});"],
    ['dns.resolve', "dns.resolve4('example.com', () => {});"],
    ['dns.promises', "await dns.promises.lookup('example.com');"],
    ['dns/promises', "await (await import('node:dns/promises')).resolveTxt('example.com');"],
    ['dns.Resolver', "new dns.Resolver().resolve('example.com', () => {});"],
    ['dns.promises.Resolver', "await new dns.promises.Resolver().reverse('127.0.0.1');"],
    ['undici', "await import('undici');"],
    ['undici by its path', `const { request } = await import('${UNDICI}'); await request('http://127.0.0.1:' + PORT);`],
    ['EventSource', "new EventSource('http://127.0.0.1:' + PORT);"],
  ])('%s: is stopped', async (_, body) => {
    const { port, path, rings } = await doorbell();
    const names = ['dgram', 'dns', 'http', 'http2', 'https', 'module', 'net', 'tls'];
    const head = names.map((name) => `import ${name} from 'node:${name}';`).join('\n');
    const lab = await scriptLab(`const PORT = ${port}; const PATH = '${path}';\n${body}\nreturn 'done';`, {
      head: `${head}\nconst early = globalThis.fetch;`,
    });
    const failure = await lab.fail();
    expect(failure).toMatchObject({ kind: 'crash' });
    expect(failure.message).toMatch(
      /no network of their own; use context\.fetch|fetch failed|redefine|Access denied|Cannot find package|not defined/,
    );
    expect(rings()).toBe(0);
  });

  it('WebSocket: is stopped', async () => {
    const { port, rings } = await doorbell();
    const lab = await scriptLab(`const socket = new WebSocket('ws://127.0.0.1:${port}');
      return new Promise((resolve) => { socket.onerror = () => resolve('error'); socket.onopen = () => resolve('open'); });`);
    expect(await lab.value()).toBe('error');
    expect(rings()).toBe(0);
  });

  it('a name imported by itself is the closed one', async () => {
    const { port, rings } = await doorbell();
    const lab = await scriptLab(`connect(${port});`, { head: "import { connect } from 'node:net';" });
    expect((await lab.fail()).message).toContain('connect: scripts have no network of their own; use context.fetch');
    expect(rings()).toBe(0);
  });

  it('a request for a native function with a forged argument ends the process and reaches nobody', async () => {
    const { path, rings } = await doorbell();
    const lab = await scriptLab(`const dns = await import('node:dns');
      new dns.Resolver()._handle.queryA({ oncomplete() {} }, 'example.com'); return '${path}';`);
    expect(await lab.fail()).toMatchObject({ kind: 'crash', message: expect.stringContaining('SIGABRT') });
    expect(rings()).toBe(0);
  });
});
