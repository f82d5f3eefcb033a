import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { metadata, project, registry } from '../support/npm-registry.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/dependencies.md';

const report = (repo: GitFixture, input: Record<string, unknown> = {}) =>
  runScript({ script: 'dependency_report', workspace: repo.path, writes: [PAGE], input });
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

describe('what is behind', () => {
  it('shows the size of each step, the largest first, and how to take it', async () => {
    const server = await registry({
      major: metadata('2.0.0'),
      minor: metadata('1.1.0'),
      patch: metadata('1.0.1'),
      current: metadata('1.0.0'),
      '@scope/name': metadata('3.0.0'),
      clever: metadata('1.5.0'),
    });
    const ranges = { minor: '^1.0.0', major: '^1.0.0', patch: '1.0.0', current: '^1.0.0', clever: '>=1 <3' };
    const installed = {
      minor: '1.0.0',
      major: '1.0.0',
      patch: '1.0.0',
      current: '1.0.0',
      '@scope/name': '2.9.9',
      clever: '1.0.0',
    };
    const repo = await gitFixture(project(ranges, installed, { devDependencies: { '@scope/name': '^2.0.0' } }));
    expect(outputOf(await report(repo, { registry: server.url }))).toEqual({
      path: PAGE,
      changed: true,
      direct: 6,
      outdated: 5,
      major: 2,
      deprecated: 0,
      vulnerable: null,
      not_compared: 0,
    });
    const text = await page(repo);
    expect(text).toContain(
      '**5 of 6 direct packages** are behind the newest stable version (2 major steps). **No installed packages** are deprecated.',
    );
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual([
      '| `@scope/name` | `2.9.9` | `3.0.0` | major | edit package.json | development |',
      '| `major` | `1.0.0` | `2.0.0` | major | edit package.json | runtime |',
      '| `clever` | `1.0.0` | `1.5.0` | minor | see `>=1 <3` | runtime |',
      '| `minor` | `1.0.0` | `1.1.0` | minor | `npm update` | runtime |',
      '| `patch` | `1.0.0` | `1.0.1` | patch | edit package.json | runtime |',
    ]);
    expect(server.requests).toContain('GET /@scope%2Fname');
  });

  it('takes prereleases for what they are', async () => {
    const server = await registry({
      tagged: metadata('2.0.0-rc.1', { '1.5.0': undefined, '1.4.0': undefined }),
      ahead: metadata('1.0.0'),
      unstable: metadata('0.1.0-alpha.1'),
    });
    const installed = { tagged: '1.4.0', ahead: '2.0.0-beta.3', unstable: '0.1.0-alpha.0' };
    const repo = await gitFixture(project({ tagged: '^1.0.0', ahead: 'next', unstable: '*' }, installed));
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ outdated: 1, not_compared: 1 });
    const text = await page(repo);
    expect(text).toContain('| `tagged` | `1.4.0` | `1.5.0` | minor |');
    expect(text).toContain('| `unstable` | has no stable version |');
  });

  it('asks for the abbreviated metadata, a few packages at a time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const accepted = new Set<string>();
    const server = await answeringServer(({ accept }) => {
      accepted.add(accept);
      return { ...metadata('1.0.0'), delayMs: 10 };
    });
    const repo = await gitFixture(project(Object.fromEntries(names.map((name) => [name, '1.0.0']))));
    expect(outputOf(await report(repo, { registry: server.url, concurrency: 3 }))).toMatchObject({ direct: 20 });
    expect(server.mostAtOnce()).toBe(3);
    expect([...accepted]).toEqual([expect.stringMatching(/^application\/vnd\.npm\.install-v1\+json/)]);
  });

  it('leaves out what comes from no registry, and knows aliases by their own name', async () => {
    const server = await registry({ real: metadata('2.0.0') });
    const specs = {
      folder: 'file:../x',
      git: 'git+https://example.com/x.git',
      hub: 'owner/name',
      url: 'https://x.example/a.tgz',
      own: 'workspace:*',
    };
    const tree = project({ ...specs, alias: 'npm:real@^1.0.0' });
    const lock = { lockfileVersion: 3, packages: { 'node_modules/alias': { name: 'real', version: '1.2.0' } } };
    const repo = await gitFixture({ ...tree, 'package-lock.json': JSON.stringify(lock) });
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ direct: 1, outdated: 1 });
    expect(await page(repo)).toContain('| `real` | `1.2.0` | `2.0.0` |');
    expect(server.requests).toEqual(['GET /real', 'POST /-/npm/v1/security/advisories/bulk']);
  });

  it('reads workspaces from the lock file, with the version each of them gets', async () => {
    const server = await registry({ dep: metadata('2.0.0') });
    const packages = {
      '': { workspaces: ['packages/*'] },
      'packages/a': { name: 'a', dependencies: { dep: '^1.0.0', b: '*' } },
      'packages/b': { name: 'b', dependencies: { dep: '^2.0.0' } },
      'node_modules/a': { resolved: 'packages/a', link: true },
      'node_modules/b': { resolved: 'packages/b', link: true },
      'node_modules/dep': { version: '2.0.0' },
      'packages/a/node_modules/dep': { version: '1.0.0' },
    };
    const repo = await gitFixture({
      'package.json': '{}',
      'package-lock.json': JSON.stringify({ lockfileVersion: 2, packages }),
    });
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ direct: 1, outdated: 1 });
    expect(await page(repo)).toContain('| `dep` | `1.0.0` | `2.0.0` | major |');
  });

  it('goes by the ranges when there is no lock file, and says so', async () => {
    const server = await registry({ a: metadata('1.2.0'), b: metadata('1.2.0') });
    const repo = await gitFixture(project({ a: '^1.0.0', b: '>=1' }));
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ direct: 2, outdated: 1 });
    expect(await page(repo)).toContain('There is no package-lock.json');
  });
});

describe('what is deprecated', () => {
  it('is named with what brings it along, and its authors’ words as text', async () => {
    const server = await registry({
      direct: metadata('1.0.0', { '1.0.0': 'use | <b>other</b>\nnow' }),
      parent: metadata('1.0.0'),
    });
    const packages = {
      '': { dependencies: { direct: '1.0.0', parent: '1.0.0' } },
      'node_modules/direct': { version: '1.0.0' },
      'node_modules/parent': { version: '1.0.0', dependencies: { child: '*' } },
      'node_modules/child': { version: '1.0.0', dependencies: { old: '*' } },
      'node_modules/child/node_modules/old': { version: '0.1.0', deprecated: 'this is old' },
      'node_modules/old': { version: '0.2.0' },
    };
    const lock = JSON.stringify({ lockfileVersion: 3, packages });
    const repo = await gitFixture({ ...project({ direct: '1.0.0', parent: '1.0.0' }), 'package-lock.json': lock });
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ deprecated: 2 });
    const text = await page(repo);
    expect(text).toContain('| `old` | `0.1.0` | `parent` → `child` | this is old |');
    expect(text).toContain('| `direct` | `1.0.0` | this project | use \\| \\<b\\>other\\</b\\> now |');
  });
});

describe('quiet', () => {
  it('changes no byte until a fact changes', async () => {
    let newest = '2.0.0';
    const server = await answeringServer(() => metadata(newest));
    const repo = await gitFixture(project({ a: '^1.0.0' }, { a: '1.0.0' }));
    outputOf(await report(repo, { registry: server.url }));
    const first = await page(repo);
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ changed: false });
    expect(await page(repo)).toBe(first);
    newest = '2.0.1';
    expect(outputOf(await report(repo, { registry: server.url }))).toMatchObject({ changed: true });
  });
});
