import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { metadata, project, registry } from '../support/npm-registry.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/dependencies.md';

const report = async (repo: GitFixture, url: string) =>
  outputOf(
    await runScript({
      script: 'dependency_report',
      workspace: repo.path,
      writes: [PAGE],
      input: { registry: url },
    }),
  );
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

const ANSWERS = {
  major: metadata('2.0.0', { '1.0.0': 'old | news' }),
  minor: metadata('1.1.0', { '1.0.0': 'fresh', '1.0.1': 'not used' }),
  patch: metadata('1.0.1'),
  current: metadata('1.0.0'),
  clever: metadata('1.5.0'),
  'z-dev': metadata('3.0.0'),
  ahead: metadata('1.0.0'),
  same: metadata('1.0.0', { '0.9.0': 'known already' }),
  opt: metadata('1.0.0'),
  odd: { body: '<html>' },
};
const DEPENDENCIES = {
  minor: '^1.0.0',
  major: '^1.0.0',
  patch: '1.0.0',
  current: '^1.0.0',
  clever: '>=1 <3',
  same: '~0.9.0',
  ahead: '*',
  missing: '*',
  odd: '1.0.0',
};
const PACKAGES = {
  '': { dependencies: DEPENDENCIES },
  'node_modules/major': { version: '1.0.0', dependencies: { parent: '*' } },
  'node_modules/parent': { version: '1.0.0', dependencies: { child: '*' } },
  'node_modules/child': { version: '0.2.0', deprecated: 'w'.repeat(201) },
  'node_modules/parent/node_modules/child': { version: '0.1.0', deprecated: 'older' },
  'node_modules/minor': { version: '1.0.0', dependencies: { leaf: '*' } },
  'node_modules/leaf': { version: '1.0.0', deprecated: 'fallen' },
  'node_modules/patch': { version: '1.0.0' },
  'node_modules/current': { version: '1.0.0' },
  'node_modules/clever': { version: '1.0.0' },
  'node_modules/z-dev': { version: '2.0.0' },
  'node_modules/ahead': { version: '1.0.1' },
  'node_modules/same': { version: '0.9.0', deprecated: 'locked' },
};

describe('the whole page', () => {
  it('of a project with all that can be', async () => {
    const server = await registry(ANSWERS);
    const manifest = { dependencies: DEPENDENCIES, devDependencies: { 'z-dev': '^2.0.0' } };
    const repo = await gitFixture({
      'package.json': JSON.stringify({ ...manifest, optionalDependencies: { opt: 'next' } }),
      'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: PACKAGES }),
    });
    expect(await report(repo, server.url)).toEqual({
      path: PAGE,
      changed: true,
      direct: 11,
      outdated: 6,
      major: 3,
      deprecated: 6,
      vulnerable: null,
      not_compared: 2,
    });
    expect(await page(repo)).toBe(`# Dependencies

**6 of 11 direct packages** are behind the newest stable version (3 major steps). **6 installed packages** are deprecated.

Known vulnerabilities are not listed: the registry keeps no such list (it answers 404).

## Behind

| Package | Used | Newest | Step | To get it | Kind |
| --- | --- | --- | --- | --- | --- |
| \`major\` | \`1.0.0\` | \`2.0.0\` | major | edit package.json | runtime |
| \`same\` | \`0.9.0\` | \`1.0.0\` | major | edit package.json | runtime |
| \`z-dev\` | \`2.0.0\` | \`3.0.0\` | major | edit package.json | development |
| \`clever\` | \`1.0.0\` | \`1.5.0\` | minor | see \`>=1 <3\` | runtime |
| \`minor\` | \`1.0.0\` | \`1.1.0\` | minor | \`npm update\` | runtime |
| \`patch\` | \`1.0.0\` | \`1.0.1\` | patch | edit package.json | runtime |

## Deprecated

| Package | Version | Brought by | Its authors say |
| --- | --- | --- | --- |
| \`child\` | \`0.1.0\` | \`major\` → \`parent\` | older |
| \`child\` | \`0.2.0\` | this project | ${'w'.repeat(199)}… |
| \`leaf\` | \`1.0.0\` | \`minor\` | fallen |
| \`major\` | \`1.0.0\` | this project | old \\| news |
| \`minor\` | \`1.0.0\` | this project | fresh |
| \`same\` | \`0.9.0\` | this project | locked |

## Not compared

| Package | Why |
| --- | --- |
| \`missing\` | not in this registry |
| \`odd\` | the registry’s answer makes no sense |

<!-- as of -->
<sub>Unchanged since 2026-03-01.</sub>
`);
  });

  it('of a project without a lock file', async () => {
    const server = await registry({ one: metadata('1.0.0', { '0.9.0': 'use 1' }) });
    const repo = await gitFixture(project({ one: '^0.9.0' }));
    await report(repo, server.url);
    expect(await page(repo)).toBe(`# Dependencies

**1 of 1 direct package** is behind the newest stable version (1 major step). **1 installed package** is deprecated.

There is no package-lock.json: versions are the ones that the ranges name, and what those bring along is not known.

## Behind

| Package | Used | Newest | Step | To get it | Kind |
| --- | --- | --- | --- | --- | --- |
| \`one\` | \`0.9.0\` | \`1.0.0\` | major | edit package.json | runtime |

## Deprecated

| Package | Version | Brought by | Its authors say |
| --- | --- | --- | --- |
| \`one\` | \`0.9.0\` | this project | use 1 |

<!-- as of -->
<sub>Unchanged since 2026-03-01.</sub>
`);
  });

  it('of a project where there is nothing to do', async () => {
    const server = await registry({ a: metadata('1.0.0') });
    const repo = await gitFixture(project({ a: '^1.0.0' }, { a: '1.0.0' }));
    expect(await report(repo, server.url)).toMatchObject({ direct: 1, outdated: 0, major: 0, deprecated: 0 });
    expect(await page(repo)).toBe(`# Dependencies

**0 of 1 direct package** are behind the newest stable version. **No installed packages** are deprecated.

Known vulnerabilities are not listed: the registry keeps no such list (it answers 404).

<!-- as of -->
<sub>Unchanged since 2026-03-01.</sub>
`);
  });
});

describe('the flags', () => {
  it('have these bounds and defaults', async () => {
    expect(await flagsOf('dependency_report')).toEqual({
      registry: 'string',
      concurrency: 'integer 1 to 16, 6',
      timeout_ms: 'integer 100 to 60000, 15000',
      path: 'string, "knowledge/reports/dependencies.md"',
    });
  });

  it.each(['xhttp://a.example', 'httpsx://a.example'])('take no %s for a registry', async (address) => {
    const repo = await gitFixture({ 'package.json': '{}' });
    const input = { registry: address };
    const { outcome } = await runScript({ script: 'dependency_report', workspace: repo.path, input });
    expect(outcome).toMatchObject({ failure: { kind: 'input', message: expect.stringContaining('registry') } });
  });
});
