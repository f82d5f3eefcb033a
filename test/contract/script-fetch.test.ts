import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BODY_LIMIT_BYTES } from '../../src/adapters/http.ts';
import { createScriptGit } from '../../src/adapters/script-git.ts';
import type { ScriptRun } from '../../src/ports.ts';
import { closedAddress } from '../support/answering-server.ts';
import { gitFixture } from '../support/git-fixture.ts';
import { scriptLab } from '../support/script-lab.ts';

/** The calls a script may make: what comes back, what goes on the tape, and what happens when either side fails. */

interface Visit {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

async function service(answer: (visit: Visit, response: ServerResponse) => void) {
  const visits: Visit[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const visit = { method, path, headers, body: await buffer(request) };
    visits.push(visit);
    answer(visit, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits };
}

const fetches = ({ exchanges }: ScriptRun) => exchanges.filter((exchange) => exchange.kind === 'fetch');

describe('fetch', () => {
  it('is the global fetch too, and both are on the tape', async () => {
    const { url } = await service((_, response) => response.writeHead(201, { 'x-a': 'b' }).end('made'));
    const lab = await scriptLab(`
      const one = await context.fetch('${url}/one', { method: 'POST', body: 'hello' });
      const two = await fetch(new URL('${url}/two'));
      return [one.status, one.ok, one.headers.get('x-a'), await one.text(), two.url];`);
    const run = await lab.run();
    expect(run.outcome).toMatchObject({ output: { value: [201, true, 'b', 'made', `${url}/two`] } });
    expect(fetches(run)).toMatchObject([
      { request: { method: 'POST', url: `${url}/one`, body: 'hello' }, response: { status: 201, body: 'made' } },
      { request: { method: 'GET', url: `${url}/two`, body: null }, response: { encoding: 'utf8' } },
    ]);
  });

  it('carries bytes both ways', async () => {
    const { url, visits } = await service(({ body }, response) => response.end(body));
    const lab = await scriptLab(`
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const answer = await context.fetch('${url}', { method: 'PUT', body: bytes });
      return [...new Uint8Array(await answer.arrayBuffer())];`);
    const run = await lab.run();
    const bytes = Array.from({ length: 256 }, (_, index) => index);
    expect(run.outcome).toMatchObject({ output: { value: bytes } });
    expect([...(visits[0]?.body ?? [])]).toEqual(bytes);
    expect(fetches(run)[0]?.response).toMatchObject({
      encoding: 'base64',
      body: Buffer.from(bytes).toString('base64'),
    });
  });

  it('runs many at once, each answer to its own question', async () => {
    const { url } = await service(
      ({ path }, response) => void setTimeout(() => response.end(path), Math.random() * 30),
    );
    const lab = await scriptLab(`
      const paths = Array.from({ length: 40 }, (_, index) => '/' + index);
      const texts = await Promise.all(paths.map(async (path) => (await fetch('${url}' + path)).text()));
      return texts.every((text, index) => text === paths[index]);`);
    const run = await lab.run();
    expect(run.outcome).toMatchObject({ output: { value: true } });
    expect(fetches(run).map(({ request }) => request.url)).toEqual(
      Array.from({ length: 40 }, (_, index) => `${url}/${index}`),
    );
  });

  it.each([
    ['follow', undefined, { value: [200, true] }],
    ['manual', 'manual', { value: [302, false] }],
  ])('redirects: %s', async (_, redirect, output) => {
    const { url } = await service(({ path }, response) =>
      path === '/' ? response.writeHead(302, { location: '/there' }).end() : response.end('there'),
    );
    const options = redirect ? `{ redirect: '${redirect}' }` : 'undefined';
    const lab = await scriptLab(`const answer = await fetch('${url}/', ${options});
      return [answer.status, answer.url.endsWith('/there')];`);
    expect((await lab.run()).outcome).toMatchObject({ output });
  });

  it('gives an answer without a body', async () => {
    const { url } = await service((_, response) => response.writeHead(204).end());
    expect(await (await scriptLab(`return (await fetch('${url}')).text();`)).value()).toBe('');
  });

  it.each([
    ['a file', "'file:///etc/passwd'", 'file: is no address a script may fetch'],
    ['data', "'data:text/plain,x'", 'data: is no address a script may fetch'],
    ['a redirect it forbade', "URL, { redirect: 'error' }", 'fetch failed'],
    ['a redirect to a file', "URL + '/file'", 'fetch failed'],
    ['a closed port', "'CLOSED'", 'fetch failed: ECONNREFUSED'],
    ['no address', "'not an address'", 'Failed to parse URL'],
    ['an answer over the limit', "URL + '/large'", `the answer is over ${BODY_LIMIT_BYTES} bytes`],
    ['a broken answer', "URL + '/broken'", 'terminated'],
    [
      'a request over the limit',
      "URL, { method: 'POST', body: 'x'.repeat(2e7) }",
      'the request is over 16777216 bytes',
    ],
  ])('%s: fails with the reason', async (_, asked, message) => {
    const request = asked.replace('CLOSED', await closedAddress());
    const { url } = await service(({ path }, response) => {
      if (path === '/large') response.end(Buffer.alloc(BODY_LIMIT_BYTES + 1));
      else if (path === '/broken')
        response.writeHead(200, { 'content-length': '9' }).write('a', () => response.destroy());
      else response.writeHead(302, { location: path === '/file' ? 'file:///etc/passwd' : '/x' }).end();
    });
    const lab = await scriptLab(`const URL = '${url}'; await context.fetch(${request});`);
    expect(await lab.fail()).toMatchObject({ kind: 'crash', message: expect.stringContaining(message) });
  });

  it('that was called off before it began is not sent', async () => {
    const { url, visits } = await service((_, response) => response.end());
    const lab = await scriptLab(`return fetch('${url}', { signal: AbortSignal.abort() }).catch(({ name }) => name);`);
    expect(await lab.value()).toBe('AbortError');
    expect(visits).toEqual([]);
  });

  it('that takes too long for its signal fails, and the script goes on', async () => {
    const { url } = await service(() => {});
    const lab = await scriptLab(
      `return fetch('${url}', { signal: AbortSignal.timeout(50) }).catch(({ name }) => name);`,
    );
    const run = await lab.run();
    expect(run.outcome).toMatchObject({ output: { value: 'TimeoutError' } });
    expect(fetches(run)).toMatchObject([{ error: 'This operation was aborted' }]);
  });

  it.each([
    ['leaves', 'process.exit(5);', 'crash'],
    ['answers', 'return 1;', undefined],
    ['is killed', 'while (true) {}', 'timeout'],
  ])('that is open when the script %s is called off', async (_, end, kind) => {
    const { url, visits } = await service(() => {});
    const lab = await scriptLab(`void fetch('${url}').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 200)); ${end}`);
    const run = await lab.run({ timeoutMs: kind === 'timeout' ? 1500 : 30_000 });
    expect(run.outcome.status === 'failed' ? run.outcome.failure.kind : undefined).toBe(kind);
    expect(fetches(run)).toMatchObject([{ error: 'This operation was aborted' }]);
    expect(visits).toHaveLength(1);
  });

  it('sends granted secrets as they are and puts them on the tape masked', async () => {
    const { url, visits } = await service(({ body }, response) => response.end(body));
    const lab = await scriptLab(`
      const secret = context.secrets.SITE;
      const headers = { authorization: 'Basic ' + btoa('bot:' + secret), 'x-plain': secret };
      await fetch('${url}/?q=' + encodeURIComponent(secret), { method: 'POST', headers, body: JSON.stringify({ secret }) });`);
    const secret = 'correct horse "battery"';
    const run = await lab.run({ secrets: { SITE: secret } });
    expect(visits[0]).toMatchObject({
      path: `/?q=${encodeURIComponent(secret)}`,
      headers: { 'x-plain': secret, authorization: `Basic ${btoa(`bot:${secret}`)}` },
    });
    expect(JSON.parse(String(visits[0]?.body))).toEqual({ secret });
    const tape = JSON.stringify(run.exchanges);
    expect(tape).not.toMatch(/correct|horse|battery/);
    expect(tape).not.toContain(btoa(`bot:${secret}`).slice(8, -4));
    expect(fetches(run)[0]?.request.body).toBe('{"secret":"***"}');
  });
});

describe('git', () => {
  it('without the grant: fails, and says what the directive needs', async () => {
    const run = await (await scriptLab("return context.git(['log']);")).run();
    expect(run.outcome).toMatchObject({
      failure: { kind: 'crash', message: 'Error: git is not granted: the directive must say `spawn: [git]`' },
    });
    expect(run.exchanges).toMatchObject([{ kind: 'git', args: ['log'], error: expect.any(String) }]);
  });

  it('with the grant: reads, and is on the tape', async () => {
    const repo = await gitFixture({ 'a.md': 'a' });
    const git = createScriptGit({ workspace: repo.path, path: process.env.PATH ?? '' });
    const redact = (text: string) => text;
    const lab = await scriptLab("return context.git(['ls-files']);", { services: { git, redact } });
    const run = await lab.run({ spawn: ['git'] });
    expect(run.outcome).toMatchObject({ output: { value: 'a.md\n' } });
    expect(run.exchanges).toEqual([{ kind: 'git', args: ['ls-files'], stdout: 'a.md\n' }]);
  });
});
