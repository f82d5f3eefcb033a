import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchForScript } from '../../src/adapters/http.ts';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/links.md';

const check = (repo: GitFixture, input: Record<string, unknown> = {}, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [PAGE], input, ...more });

describe('web links', () => {
  const polite = { http: true, pause_ms: 0, skip_hosts: [] };

  it('are left alone unless asked for', async () => {
    const server = await answeringServer(() => ({ status: 404 }));
    const repo = await gitFixture({ 'a.md': `[x](${server.url}/gone)` });
    expect(outputOf(await check(repo))).toMatchObject({ http_links: 0, broken_count: 0 });
    expect(outputOf(await check(repo, { skip_hosts: [] }))).toMatchObject({ http_links: 1, broken_count: 0 });
    expect(server.requests).toEqual([]);
    // One alone has nobody to wait for; and one host that says no is an answer, not a network that is down.
    const gone = { http: true, skip_hosts: ['other.example'], pause_ms: 20_000, max_http: 1 };
    const gave = await answeringServer(() => ({ status: 402 }));
    await repo.commit({ files: { 'a.md': `[x](${gave.url}/gone)` } });
    const run = await check(repo, gone, { timeoutMs: 15_000 });
    expect(outputOf(run)).toMatchObject({ http_links: 1, unknown_count: 1, broken_count: 0 });
    expect(run.exchanges.find(({ kind }) => kind === 'fetch')).toMatchObject({
      request: { method: 'HEAD', headers: { accept: '*/*', 'user-agent': 'steward-check-links' } },
      response: { status: 402 },
    });
  });

  it('are asked for with GET only where the answer to HEAD may say nothing of the page', async () => {
    const server = await answeringServer(({ path, method }) => {
      const [, onHead, onGet = '200'] = path.split('/');
      return {
        status: Number(method === 'HEAD' ? onHead : onGet),
        body: onGet === '206' ? 'x'.repeat(2 ** 23 + 1) : '',
      };
    });
    const again = ['400', '403', '404', '405', '406', '410', '500', '501', '503'];
    const once = ['204', '399', '401', '402', '408', '409', '411', '429', '499', '502', '504'];
    const twice = ['404/206', '405/399', '405/400', '405/410', '405/415', '405/416', '405/417', '405/404'];
    const paths = [...again, ...once, ...twice];
    const repo = await gitFixture({ 'a.md': paths.map((path) => `<${server.url}/${path}>`).join('\n') });
    const run = await check(repo, polite);
    const reasons = ['401', '402', '408', '409', '411', '429', '499', '502', '504', '400', '415', '417'];
    expect(outputOf(run)).toMatchObject({
      http_links: paths.length,
      unknown_count: reasons.length,
      broken: [
        { link: `${server.url}/405/410`, reason: 'answers 410' },
        { link: `${server.url}/405/404`, reason: 'answers 404' },
      ],
    });
    const asked = server.requests.filter((request) => request.startsWith('GET'));
    expect(asked.sort()).toEqual([...again, ...twice].map((path) => `GET /${path}`).sort());
    const gets = run.exchanges.flatMap((each) =>
      each.kind === 'fetch' && each.request.method === 'GET' ? [each] : [],
    );
    expect(new Set(gets.map(({ request }) => request.headers.range))).toEqual(new Set(['bytes=0-1023']));
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain(
      `then with 28 links; 28 web addresses asked, 12 without a clear answer.</sub>`,
    );
  });

  it('are broken when they are gone, and unknown when the answer depends on who asks or when', async () => {
    const server = await answeringServer(({ path, method }) => {
      if (path === '/moved') return { status: 301, headers: { location: '/ok' } };
      if (path === '/no-head') return { status: method === 'HEAD' ? 405 : 200 };
      if (path === '/lies-to-head') return { status: method === 'HEAD' ? 404 : 200 };
      return { status: path === '/ok' ? 200 : Number(path.slice(1)) };
    });
    const paths = ['ok', 'moved', 'no-head', 'lies-to-head', '404', '410', '401', '403', '429', '500'];
    const repo = await gitFixture({
      'a.md': `${paths.map((path) => `<${server.url}/${path}>`).join('\n')}\n[x](gone.md)`,
      'b.md': `\n\n[x](${server.url}/404#part)`,
      'A.md': `[x](gone.md) [y](${server.url}/404)`,
    });
    expect(outputOf(await check(repo, polite))).toMatchObject({
      http_links: 10,
      unknown_count: 4,
      broken: [
        { file: 'A.md', line: 1, link: 'gone.md', reason: 'no such file' },
        { file: 'A.md', line: 1, link: `${server.url}/404`, reason: 'answers 404' },
        { file: 'a.md', line: 5, link: `${server.url}/404`, reason: 'answers 404' },
        { file: 'a.md', line: 6, link: `${server.url}/410`, reason: 'answers 410' },
        { file: 'a.md', line: 11, link: 'gone.md', reason: 'no such file' },
        { file: 'b.md', line: 3, link: `${server.url}/404#part`, reason: 'answers 404' },
      ],
    });
    expect(server.requests.filter((request) => request.endsWith('/429'))).toEqual(['HEAD /429']);
    expect(server.requests).toContain('GET /no-head');
  });

  it('are asked for once each, one at a time per host and some hosts at a time', async () => {
    const answer = () => ({ delayMs: 20 });
    const servers = await Promise.all([answeringServer(answer), answeringServer(answer), answeringServer(answer)]);
    const links = servers.flatMap(({ url }) =>
      ['a', 'b', 'c', 'a#x', 'a#y', 'a#'].map((path) => `[x](${url}/${path})`),
    );
    const repo = await gitFixture({ 'a.md': links.join('\n'), 'b.md': links.join('\n') });
    let [open, most] = [0, 0];
    const fetch: typeof fetchForScript = async (...request) => {
      most = Math.max(most, ++open);
      return fetchForScript(...request).finally(() => open--);
    };
    const output = outputOf(await check(repo, { ...polite, hosts: 2 }, { services: { fetch } }));
    expect(output).toMatchObject({ http_links: 9, unknown_count: 0, broken_count: 0 });
    expect([most, open]).toEqual([2, 0]);
    for (const server of servers) {
      expect(server.requests).toEqual(['HEAD /a', 'HEAD /b', 'HEAD /c']);
      expect(server.mostAtOnce()).toBe(1);
    }
  });

  it('pause between two requests to one host', async () => {
    const times: number[] = [];
    const server = await answeringServer(({ path, method }) => {
      times.push(performance.now());
      return { status: path === '/b' && method === 'HEAD' ? 405 : 200 };
    });
    const repo = await gitFixture({ 'a.md': `${server.url}/a ${server.url}/b ${server.url}/c` });
    const { durationMs } = await check(repo, { ...polite, pause_ms: 400 });
    expect(durationMs).toBeGreaterThan(1200);
    expect(server.requests).toEqual(['HEAD /a', 'HEAD /b', 'GET /b', 'HEAD /c']);
    for (const pause of times.slice(1).map((time, index) => time - (times[index] ?? 0)))
      expect(pause).toBeGreaterThan(390);
  });

  it('are unknown when they do not answer in time', async () => {
    const slow = await answeringServer(({ path }) => ({ delayMs: path === '/slow' ? 5000 : 0 }));
    const repo = await gitFixture({ 'a.md': `${slow.url}/slow ${slow.url}/quick [no address](http://[x)` });
    expect(outputOf(await check(repo, { ...polite, timeout_ms: 200 }))).toMatchObject({
      http_links: 3,
      unknown_count: 2,
      broken_count: 0,
    });
    expect(slow.requests).toEqual(['HEAD /quick', 'HEAD /slow']);
  });

  it('are broken when their host is, unless nobody answers at all', async () => {
    const server = await answeringServer(({ path }) => ({ status: path === '/a' ? 200 : 404 }));
    const [dead, alsoDead] = [`${await closedAddress()}/x`, `${await closedAddress()}/y`];
    const repo = await gitFixture({ 'a.md': `${dead} ${server.url}/a` });
    expect(outputOf(await check(repo, polite))).toMatchObject({
      broken: [{ link: dead, reason: expect.stringMatching(/^fetch failed: ECONNREFUSED/) }],
    });
    await repo.commit({ files: { 'a.md': `${dead} ${server.url}/gone` } });
    expect(outputOf(await check(repo, polite))).toMatchObject({ broken_count: 2, unknown_count: 0 });
    await repo.commit({ files: { 'a.md': `${dead} ${alsoDead}` } });
    // The one that was broken stays so until somebody answers; the new one is not known to be.
    expect(outputOf(await check(repo, polite))).toMatchObject({ broken_count: 1, unknown_count: 2 });
  });

  it('say how many were not asked for', async () => {
    const server = await answeringServer(() => ({}));
    const repo = await gitFixture({ 'a.md': `${server.url}/c ${server.url}/b ${server.url}/a` });
    outputOf(await check(repo, { ...polite, max_http: 2 }));
    expect(server.requests).toEqual(['HEAD /a', 'HEAD /b']);
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain('Web links were asked for, 2 of 3.');
  });
});
