import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NpmProject, readNpmProject } from '../../../execution/lib/npm-project.ts';
import { temporaryFolder } from '../../support/git-fixture.ts';

const TOO_OLD = { problem: 'package-lock.json is not of version 2 or 3: npm 7 or newer writes it' };

async function read(files: Record<string, unknown>): Promise<unknown> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return readNpmProject(folder);
}

const withLock = async (packages: object, manifest: object = {}): Promise<NpmProject> =>
  (await read({ 'package.json': manifest, 'package-lock.json': { lockfileVersion: 3, packages } })) as NpmProject;

/** As `name range kind used`. */
const inWords = ({ direct }: NpmProject) => direct.map((each) => Object.values(each).join(' '));

describe('what a project asks a registry for', () => {
  it('is in its three lists, in the order of names', async () => {
    const manifest = {
      name: 'x',
      dependencies: { d: '^1.0.0', b: '~2.0.0' },
      devDependencies: { c: '3.0.0' },
      optionalDependencies: { a: '*' },
      peerDependencies: { e: '1.0.0' },
    };
    expect(await read({ 'package.json': manifest })).toEqual({
      direct: [
        { name: 'a', range: '*', kind: 'optional' },
        { name: 'b', range: '~2.0.0', kind: 'runtime', used: '2.0.0' },
        { name: 'c', range: '3.0.0', kind: 'development', used: '3.0.0' },
        { name: 'd', range: '^1.0.0', kind: 'runtime', used: '1.0.0' },
      ],
      deprecated: [],
      hasLock: false,
    });
  });

  it.each([
    [' v1.2.3 ', '1.2.3'],
    ['^ 1.2.3', '1.2.3'],
    ['=1.2.3-rc.1', '1.2.3-rc.1'],
    ['11.22.33', '11.22.33'],
    ['1.2', undefined],
    ['1..3', undefined],
    ['1.2.x', undefined],
    ['>=1.2.3', undefined],
    ['1.2.3 || 2', undefined],
    ['x1.2.3', undefined],
  ])('in the version that %j names, where there is no lock file: %s', async (range, used) => {
    const project = (await read({ 'package.json': { dependencies: { a: range } } })) as NpmProject;
    expect(project.direct).toEqual([{ name: 'a', range, kind: 'runtime', ...(used ? { used } : {}) }]);
  });

  it.each([
    ['npm:real', 'real *'],
    ['npm:real@^1.0.0', 'real ^1.0.0'],
    ['npm:real@', 'real '],
    ['npm:@in/real', '@in/real *'],
    ['npm:@in/real@2', '@in/real 2'],
    ['next', 'alias next'],
    ['file:../a', undefined],
    ['../a', undefined],
    ['owner/name', undefined],
    ['npm:', undefined],
    ['npm:a/b@1', undefined],
    ['npm:@x@1', undefined],
    ['git+npm:real@1', undefined],
  ])('by an alias, %j: %s', async (spec, expected) => {
    const project = (await read({ 'package.json': { dependencies: { alias: spec } } })) as NpmProject;
    expect(project.direct.map(({ name, range }) => `${name} ${range}`)).toEqual(expected ? [expected] : []);
  });

  it('counts once where two lists have it in one version, as the first of them', async () => {
    const manifest = { dependencies: { a: '^1.0.0' }, devDependencies: { a: '1.0.0', b: '1.0.0' } };
    const packages = { 'node_modules/a': { version: '1.1.0' }, 'node_modules/b': { version: '1.0.0' } };
    expect(inWords(await withLock(packages, manifest))).toEqual([
      'a ^1.0.0 runtime 1.1.0',
      'b 1.0.0 development 1.0.0',
    ]);
  });

  it('is asked for by workspaces too, each in the version that is nearest', async () => {
    const project = await withLock(
      {
        '': { workspaces: ['packages/*'] },
        'packages/one': { name: 'first', version: '1.0.0', dependencies: { dep: '^1.0.0', second: '*', two: '*' } },
        'packages/two': { devDependencies: { dep: '^2.0.0', first: '*' } },
        'packages/two/node_modules/dep': { version: '2.5.0' },
        'packages/two/node_modules/dep/node_modules/deep': { version: '9.0.0' },
        'node_modules/dep': { version: '1.5.0', dependencies: { other: '*' } },
        'node_modules/first': { resolved: 'packages/one', link: true },
        'node_modules/two': { resolved: 'packages/two', link: true },
      },
      { dependencies: { dep: '1.x', deep: '^1.0.0' } },
    );
    expect(inWords(project)).toEqual([
      'deep ^1.0.0 runtime 1.0.0',
      'dep ^2.0.0 development 2.5.0',
      'dep 1.x runtime 1.5.0',
      'second * runtime',
    ]);
  });

  it('is known without lists that make sense', async () => {
    const manifest = { dependencies: ['a'], devDependencies: { b: '1.0.0' }, optionalDependencies: { c: 1 } };
    expect(inWords((await read({ 'package.json': manifest })) as NpmProject)).toEqual(['b 1.0.0 development 1.0.0']);
  });
});

describe('the lock file', () => {
  const manifest = { dependencies: { a: '^1.0.0' } };
  const packages = { 'node_modules/a': { version: '1.9.0' } };

  it('is the one that npm reads first', async () => {
    const other = { lockfileVersion: 3, packages: { 'node_modules/a': { version: '1.8.0' } } };
    const shrunk = { 'package.json': manifest, 'npm-shrinkwrap.json': { lockfileVersion: 2, packages } };
    expect(await read(shrunk)).toMatchObject({ hasLock: true, direct: [{ used: '1.9.0' }] });
    expect(await read({ ...shrunk, 'package-lock.json': other })).toMatchObject({ direct: [{ used: '1.8.0' }] });
  });

  it.each([{ lockfileVersion: 1, dependencies: {} }, { packages: {} }, '{', '', { lockfileVersion: 3, packages: [] }])(
    'is refused as %j',
    async (lock) => {
      expect(await read({ 'package.json': manifest, 'package-lock.json': lock })).toEqual(TOO_OLD);
    },
  );

  it('is not there without package.json, and a package.json that is none is an error', async () => {
    expect(await read({ 'package-lock.json': { lockfileVersion: 3, packages } })).toBeUndefined();
    await expect(read({ 'package.json': '{' })).rejects.toThrow(SyntaxError);
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'package.json'));
    await expect(readNpmProject(folder)).rejects.toThrow('EISDIR');
  });
});

describe('what is deprecated', () => {
  it('is reached by one of the shortest ways, from whatever asks for it', async () => {
    const project = await withLock({
      '': { dependencies: { a: '*' }, devDependencies: { tool: '*' }, optionalDependencies: { extra: '*' } },
      'packages/w': { name: 'w', dependencies: { z: '*' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '*', absent: '*' } },
      'node_modules/b': { version: '1.0.0', optionalDependencies: { c: '*', short: '*' } },
      'node_modules/c': { name: '@real/c', version: '1.0.0', deprecated: 'long way' },
      'node_modules/a/node_modules/short': { version: '0.1.0', deprecated: 'nobody asks' },
      'node_modules/short': { version: '0.2.0', dependencies: { c: '*' }, deprecated: 'short' },
      'node_modules/tool': { version: '1.0.0', dependencies: { short: '*' } },
      'node_modules/extra': { version: '1.0.0', deprecated: 'itself' },
      'node_modules/z': { version: '1.0.0', dependencies: { '@s/y': '*' } },
      'node_modules/z/node_modules/@s/y': { version: '2.0.0', dependencies: { q: '*' }, deprecated: 'nested' },
      'node_modules/z/node_modules/q': { version: '2.1.0', dependencies: { r: '*' }, deprecated: 'beside' },
      'node_modules/z/node_modules/q/node_modules/r': { version: '1.0.0', dependencies: { s: '*' } },
      'node_modules/z/node_modules/q/node_modules/s': { version: '1.0.0', deprecated: 'deep' },
      'node_modules/q': { version: '2.2.0' },
      'node_modules/fine': { version: '1.0.0', deprecated: '' },
    });
    expect(project.deprecated).toEqual([
      { name: '@real/c', version: '1.0.0', message: 'long way', path: ['a', 'b', '@real/c'] },
      { name: '@s/y', version: '2.0.0', message: 'nested', path: ['z', '@s/y'] },
      { name: 'extra', version: '1.0.0', message: 'itself', path: ['extra'] },
      { name: 'q', version: '2.1.0', message: 'beside', path: ['z', '@s/y', 'q'] },
      { name: 's', version: '1.0.0', message: 'deep', path: ['z', '@s/y', 'q', 'r', 's'] },
      { name: 'short', version: '0.1.0', message: 'nobody asks', path: [] },
      { name: 'short', version: '0.2.0', message: 'short', path: ['tool', 'short'] },
    ]);
  });

  it('counts once for each version', async () => {
    const old = { version: '1.0.0', deprecated: 'old' };
    const { deprecated } = await withLock({
      '': { dependencies: { old: '*', a: '*' } },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/old': old,
      'node_modules/a/node_modules/old': { ...old, version: '2.0.0' },
      'node_modules/b/node_modules/old': old,
      'node_modules/none': { deprecated: 'without a version' },
    });
    expect(deprecated.map(({ name, version }) => `${name}@${version}`)).toEqual(['none@', 'old@1.0.0', 'old@2.0.0']);
  });
});
