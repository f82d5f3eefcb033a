import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/dependencies.md';
const LOCK = {
  lockfileVersion: 3,
  packages: {
    '': { dependencies: { a: '^1.0.0', alias: 'npm:real@^1.0.0' } },
    'node_modules/a': { version: '1.0.0', dependencies: { old: '*' } },
    'node_modules/alias': { name: 'real', version: '1.0.0' },
    'node_modules/old': { version: '0.1.0', deprecated: 'old' },
  },
};
const TREE = {
  'package.json': JSON.stringify({ dependencies: LOCK.packages[''].dependencies }),
  'package-lock.json': JSON.stringify(LOCK),
};

async function write(repo: GitFixture): Promise<void> {
  const server = await answeringServer(() => ({
    body: JSON.stringify({ 'dist-tags': { latest: '2.0.0' }, versions: { '2.0.0': {} } }),
  }));
  const input = { registry: server.url };
  outputOf(await runScript({ script: 'dependency_report', workspace: repo.path, writes: [PAGE], input }));
}

const check = async (repo: GitFixture) =>
  outputOf(await runScript({ script: 'check_dependency_report', workspace: repo.path }));

describe('check_dependency_report', () => {
  it('accepts what agrees with the lock file', async () => {
    const repo = await gitFixture(TREE);
    await write(repo);
    expect(await check(repo)).toEqual({ ok: true, reason: `${PAGE} agrees with the lock file in 3 rows` });
  });

  it('refutes a page that leaves out a deprecated package', async () => {
    const repo = await gitFixture(TREE);
    await write(repo);
    const packages = { ...LOCK.packages, 'node_modules/b': { version: '3.0.0', deprecated: 'gone' } };
    await repo.write({ 'package-lock.json': JSON.stringify({ ...LOCK, packages }) });
    expect(await check(repo)).toEqual({ ok: false, reason: `${PAGE} does not say that b 3.0.0 is deprecated` });
  });

  it('refutes a page that names a version which is not installed', async () => {
    const repo = await gitFixture(TREE);
    await write(repo);
    const packages = { ...LOCK.packages, 'node_modules/a': { version: '1.5.0' } };
    await repo.write({ 'package-lock.json': JSON.stringify({ ...LOCK, packages }) });
    expect(await check(repo)).toEqual({ ok: false, reason: `${PAGE} names a 1.0.0, not installed` });
  });

  it('refutes a missing page, and has nothing to compare without a lock file', async () => {
    const repo = await gitFixture({ 'package.json': '{"dependencies":{"a":"1.0.0"}}' });
    expect(await check(repo)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    await write(repo);
    const reason = `${PAGE} exists; there is no lock file to compare it with`;
    expect(await check(repo)).toEqual({ ok: true, reason });
    expect(await flagsOf('check_dependency_report')).toEqual({ file: 'string, "knowledge/reports/dependencies.md"' });
  });

  it('compares name and version of each row, wherever the lock file has the package', async () => {
    const packages = {
      '': { dependencies: {} },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0' },
      'node_modules/a/node_modules/@s/c': { version: '3.0.0', deprecated: 'old' },
    };
    const unclear = { 'node_modules/a/node_modules/d': { deprecated: 'without a version' }, ...packages };
    const repo = await gitFixture({ 'package-lock.json': JSON.stringify({ packages: unclear }) });
    const rows = async (...lines: string[]) => {
      await repo.write({ [PAGE]: ['# Dependencies', ...lines, 'text', ''].join('\n') });
      return check(repo);
    };
    const c = '| `@s/c` | `3.0.0` | `a` | old |';
    expect(await rows('| `a` | `1.0.0` |')).toMatchObject({
      reason: `${PAGE} does not say that d  is deprecated`,
    });
    await repo.write({ 'package-lock.json': JSON.stringify({ packages }) });
    expect(await rows(c)).toEqual({ ok: true, reason: `${PAGE} agrees with the lock file in 1 row` });
    expect(
      await rows(
        c,
        ' | `x` | `1.0.0` |',
        '| `x` | 1.0.0 |',
        '| x | `1.0.0` |',
        '| `x` | `1` ',
        '| `` | `1.0.0` |',
        '| `x` | `` |',
      ),
    ).toMatchObject({
      ok: true,
    });
    expect(await rows('| `@s/c` | `2.0.0` |', '| `b` | `3.0.0` |')).toEqual({
      ok: false,
      reason: `${PAGE} does not say that @s/c 3.0.0 is deprecated`,
    });
    expect(await rows(c, '| `a` | `2.0.0` | x |', '| `b` | `1.0.0` |')).toEqual({
      ok: false,
      reason: `${PAGE} names a 2.0.0, not installed`,
    });
  });
});
