import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readInstalled } from '../../../../execution/lib/dependencies/npm-installed.ts';
import { temporaryFolder } from '../../../support/git-fixture.ts';

async function read(packages: object | undefined): Promise<unknown> {
  const folder = await temporaryFolder();
  if (packages) await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  return readInstalled(folder);
}

it('gives each installed version once, with the shortest way to it and the range that asks for it', async () => {
  const packages = {
    '': { dependencies: { top: '^1.0.0', other: '1.x' } },
    'node_modules/top': { version: '1.0.0', dependencies: { middle: '~2.0.0' } },
    'node_modules/middle': { version: '2.0.0', dependencies: { deep: '*' } },
    'node_modules/middle/node_modules/deep': { version: '3.0.0', resolved: 'https://r.example/deep/-/deep-3.0.0.tgz' },
    'node_modules/deep': { version: '3.0.0', resolved: 'https://r.example/deep/-/deep-3.0.0.tgz' },
    'node_modules/other': { version: '1.0.0', name: 'real', dependencies: { deep: '>=3' } },
  };
  expect(await read(packages)).toEqual([
    {
      name: 'deep',
      version: '3.0.0',
      path: ['real', 'deep'],
      range: '>=3',
      resolved: 'https://r.example/deep/-/deep-3.0.0.tgz',
    },
    { name: 'middle', version: '2.0.0', path: ['top', 'middle'], range: '~2.0.0' },
    { name: 'real', version: '1.0.0', path: ['real'], range: '1.x' },
    { name: 'top', version: '1.0.0', path: ['top'], range: '^1.0.0' },
  ]);
});

it('leaves out what came from no registry', async () => {
  const packages = {
    '': { version: '1.0.0', workspaces: ['packages/*'] },
    'packages/a': { name: 'a', version: '1.0.0' },
    'node_modules/a': { resolved: 'packages/a', link: true },
    'node_modules/git': { version: '1.0.0', resolved: 'git+ssh://git@github.com/o/git.git#abc' },
    'node_modules/file': { version: '1.0.0', resolved: 'file:../file' },
    'node_modules/site': { version: '1.0.0', resolved: 'https://site.example/site.tgz' },
    'node_modules/unclear': {},
  };
  expect(await read(packages)).toEqual([]);
  expect(await read(undefined)).toEqual([]);
});
