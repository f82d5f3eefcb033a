import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { metadata, project, registry } from '../support/npm-registry.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/dependencies.md';

const report = (repo: GitFixture, input: Record<string, unknown> = {}) =>
  runScript({ script: 'dependency_report', workspace: repo.path, writes: [PAGE], input });
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

describe('registries', () => {
  it('are the ones of .npmrc, by scope, without its credentials', async () => {
    const [general, scoped] = [
      await registry({ a: metadata('2.0.0') }),
      await registry({ '@in/b': metadata('2.0.0') }),
    ];
    const npmrc = `; comment\nregistry = ${general.url}/\n@in:registry=${scoped.url}/\n//x/:_authToken=secret-token\n`;
    const repo = await gitFixture({ ...project({ a: '1.0.0', '@in/b': '1.0.0' }), '.npmrc': npmrc });
    const run = await report(repo);
    expect(outputOf(run)).toMatchObject({ outdated: 2 });
    expect([general.requests, scoped.requests]).toEqual([['GET /a'], ['GET /@in%2Fb']]);
    expect(JSON.stringify(run.exchanges)).not.toContain('secret-token');
  });

  it('may not know a package, want a login, or answer nonsense for one', async () => {
    const server = await registry({
      fine: metadata('1.0.0'),
      private: { status: 401 },
      odd: { body: '<html>' },
      huge: { body: `{"a":"${'x'.repeat(9 * 1024 * 1024)}"}` },
    });
    const ranges = { fine: '1.0.0', missing: '1.0.0', private: '1.0.0', odd: '1.0.0', huge: '1.0.0' };
    const repo = await gitFixture(project(ranges));
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ direct: 5, not_compared: 4 });
    const text = await page(repo);
    expect(text).toContain('| `missing` | not in this registry |');
    expect(text).toContain('| `private` | the registry answers 401 |');
    expect(text).toContain('| `odd` | the registry’s answer makes no sense |');
    expect(text).toContain('| `huge` | too many versions to read |');
  });

  it('are asked for the latest version alone where a package has too many', async () => {
    const nightly = { body: `{"a":"${'x'.repeat(9 * 1024 * 1024)}"}` };
    const server = await registry({ nightly, 'nightly/latest': { body: '{"version":"1.1.0"}' } });
    const repo = await gitFixture(project({ nightly: '^1.0.0' }));
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ outdated: 1, not_compared: 0 });
    expect(await page(repo)).toContain('| `nightly` | `1.0.0` | `1.1.0` |');
  });

  it('may be busy once', async () => {
    let count = 0;
    const server = await answeringServer(() =>
      count++ === 0 ? { status: 429, headers: { 'retry-after': '0' } } : metadata('2.0.0'),
    );
    const repo = await gitFixture(project({ a: '1.0.0' }));
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ outdated: 1 });
    expect(server.requests).toEqual(['GET /a', 'GET /a']);
  });
});

describe('skips, and leaves the page as it is', () => {
  const reasonOf = async (repo: GitFixture, input: Record<string, unknown> = {}): Promise<string> => {
    const { outcome } = await report(repo, input);
    expect(outcome.status).toBe('skipped');
    return outcome.status === 'skipped' ? outcome.reason : '';
  };

  it('without package.json, and with a lock file it can not read', async () => {
    expect(await reasonOf(await gitFixture({ a: 'x' }))).toBe('there is no package.json in the repository');
    const old = JSON.stringify({ lockfileVersion: 1, dependencies: {} });
    expect(await reasonOf(await gitFixture({ 'package.json': '{}', 'package-lock.json': old }))).toContain(
      'version 2 or 3',
    );
  });

  it('when the registry can not be reached, without asking for every package', async () => {
    const registry = await closedAddress();
    const repo = await gitFixture(
      project(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, '1.0.0']))),
    );
    const run = await report(repo, { registry, concurrency: 2 });
    expect(run.outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(
        /^the registry http:\/\/127\.0\.0\.1:\d+ can not be reached for p\d+: fetch failed: ECONNREFUSED/,
      ),
    });
    expect(run.exchanges.length).toBeLessThanOrEqual(4);
  });

  it('when it is busy twice, silent, or a login page', async () => {
    const before = await gitFixture({ ...project({ a: '1.0.0' }), [PAGE]: 'last week\n' });
    const busy = await answeringServer(() => ({ status: 503, headers: { 'retry-after': 'soon' } }));
    expect(await reasonOf(before, { registry: busy.url })).toContain('can not be reached for a: it answers 503');
    const silent = await answeringServer(() => ({ delayMs: 5000 }));
    expect(await reasonOf(before, { registry: silent.url, timeout_ms: 100 })).toContain('can not be reached for a: ');
    const login = await answeringServer(() => ({ body: '<html>Please log in</html>' }));
    expect(await reasonOf(before, { registry: login.url })).toBe(
      'no answer of the registry makes sense, for any of 1 package',
    );
    expect(await page(before)).toBe('last week\n');
  });
});
