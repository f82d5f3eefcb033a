import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/links.md';

const check = (repo: GitFixture, input: Record<string, unknown> = {}) =>
  runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [PAGE], input });

describe('web links', () => {
  const polite = { http: true, pause_ms: 0, skip_hosts: [] };

  it('are left alone unless asked for', async () => {
    const server = await answeringServer(() => ({ status: 404 }));
    const repo = await gitFixture({ 'a.md': `[x](${server.url}/gone)` });
    expect(outputOf(await check(repo))).toMatchObject({ http_links: 0, broken_count: 0 });
    expect(outputOf(await check(repo, { skip_hosts: [] }))).toMatchObject({ http_links: 1, broken_count: 0 });
    expect(server.requests).toEqual([]);
  });

  it('are broken when they are gone, and unknown when the answer depends on who asks or when', async () => {
    const server = await answeringServer(({ path, method }) => {
      if (path === '/moved') return { status: 301, headers: { location: '/ok' } };
      if (path === '/no-head') return { status: method === 'HEAD' ? 405 : 200 };
      if (path === '/lies-to-head') return { status: method === 'HEAD' ? 404 : 200 };
      return { status: path === '/ok' ? 200 : Number(path.slice(1)) };
    });
    const paths = ['ok', 'moved', 'no-head', 'lies-to-head', '404', '410', '401', '403', '429', '500'];
    const repo = await gitFixture({ 'a.md': paths.map((path) => `<${server.url}/${path}>`).join('\n') });
    expect(outputOf(await check(repo, polite))).toMatchObject({
      http_links: 10,
      unknown_count: 4,
      broken: [
        { line: 5, link: `${server.url}/404`, reason: 'answers 404' },
        { line: 6, link: `${server.url}/410`, reason: 'answers 410' },
      ],
    });
    expect(server.requests.filter((request) => request.endsWith('/429'))).toEqual(['HEAD /429']);
    expect(server.requests).toContain('GET /no-head');
  });

  it('are asked for once each, one at a time per host and some hosts at a time', async () => {
    const answer = () => ({ delayMs: 20 });
    const servers = await Promise.all([answeringServer(answer), answeringServer(answer), answeringServer(answer)]);
    const links = servers.flatMap(({ url }) => ['a', 'b', 'c', 'a#x', 'a#y'].map((path) => `[x](${url}/${path})`));
    const repo = await gitFixture({ 'a.md': links.join('\n'), 'b.md': links.join('\n') });
    outputOf(await check(repo, { ...polite, hosts: 2 }));
    for (const server of servers) {
      expect(server.requests).toEqual(['HEAD /a', 'HEAD /b', 'HEAD /c']);
      expect(server.mostAtOnce()).toBe(1);
    }
  });

  it('pause between two requests to one host', async () => {
    const server = await answeringServer(() => ({}));
    const repo = await gitFixture({ 'a.md': `${server.url}/a ${server.url}/b ${server.url}/c` });
    const { durationMs } = await check(repo, { ...polite, pause_ms: 400 });
    expect(durationMs).toBeGreaterThan(800);
    expect(server.requests).toHaveLength(3);
  });

  it('are unknown when they do not answer in time', async () => {
    const slow = await answeringServer(({ path }) => ({ delayMs: path === '/slow' ? 5000 : 0 }));
    const repo = await gitFixture({ 'a.md': `${slow.url}/slow ${slow.url}/quick` });
    expect(outputOf(await check(repo, { ...polite, timeout_ms: 200 }))).toMatchObject({
      unknown_count: 1,
      broken_count: 0,
    });
  });

  it('are broken when their host is, unless nobody answers at all', async () => {
    const server = await answeringServer(() => ({}));
    const [dead, alsoDead] = [`${await closedAddress()}/x`, `${await closedAddress()}/y`];
    const repo = await gitFixture({ 'a.md': `${dead} ${server.url}/a` });
    expect(outputOf(await check(repo, polite))).toMatchObject({ broken: [{ link: dead }] });
    await repo.commit({ files: { 'a.md': `${dead} ${alsoDead}` } });
    expect(outputOf(await check(repo, polite))).toMatchObject({ broken_count: 0, unknown_count: 2 });
  });

  it('say how many were not asked for', async () => {
    const server = await answeringServer(() => ({}));
    const repo = await gitFixture({ 'a.md': `${server.url}/a ${server.url}/b ${server.url}/c` });
    outputOf(await check(repo, { ...polite, max_http: 2 }));
    expect(server.requests).toEqual(['HEAD /a', 'HEAD /b']);
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain('Web links were asked for, 2 of 3.');
  });
});
