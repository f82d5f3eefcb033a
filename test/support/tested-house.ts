import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tree } from './git-fixture.ts';
import { withLine } from './price-fixes.ts';
import { priceTree } from './price-house.ts';

/** price-house with tests of its script, types and a suite, all run by what this project brings along. */

/** As the broken script of price-house, but with nothing for the compiler to complain about. */
export const TYPED_BROKEN_LINE = '    const cents = Math.round(Number((price as number).toFixed(2)) * 100);';

const TESTS = `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { localServer } from '../support/local-server.ts';
import { outputOf, runScript } from '../support/run-script.ts';

async function keep(price: unknown, status = 200) {
  const { path } = await gitFixture({ 'README.md': '# House' });
  const url = await localServer((_, response) => {
    response.statusCode = status;
    response.end(JSON.stringify({ name: 'tea', price }));
  });
  const run = await runScript({ script: 'keep_price', workspace: path, input: { url }, writes: ['site/**'] });
  return { run, text: await readFile(join(path, 'site/price.txt'), 'utf8').catch(() => '') };
}

test.each([[19.99, 1999], [0.07, 7], [100, 10_000], ['19.99', 1999]])('keeps %s as %s', async (price, cents) => {
  const { run, text } = await keep(price);
  expect(outputOf(run)).toEqual({ cents });
  expect(text).toBe(\`tea: \${cents}\\n\`);
});

test('keeps nothing when the shop is closed', async () => {
  const { run, text } = await keep(1.2, 503);
  expect(run.outcome).toMatchObject({ failure: { message: 'Error: the shop says 503' } });
  expect(text).toBe('');
});
`;

const SUITE = `import { readdirSync, readFileSync } from 'node:fs';
for (const name of readdirSync('execution'))
  if (readFileSync('execution/' + name, 'utf8').includes('TODO')) throw new Error(name + ' is unfinished');
`;

const PACKAGE = { name: 'house', private: true, type: 'module', scripts: { test: 'node test/suite.js' } };

export async function testedTree(): Promise<(url: string) => Tree> {
  const own = await Promise.all(
    [...(await namesIn('src')), '.github/vitest.config.ts', 'tsconfig.json', ...SUPPORT].map(
      async (name): Promise<[string, Buffer]> => [name, await readFile(join(root, name))],
    ),
  );
  const files = Object.fromEntries(own);
  const tsconfig = JSON.parse(String(files['tsconfig.json']));
  return (url) => ({
    ...files,
    ...priceTree(url, withLine(TYPED_BROKEN_LINE)),
    'tsconfig.json': JSON.stringify({ ...tsconfig, include: ['execution'] }),
    'package.json': JSON.stringify(PACKAGE),
    'test/execution/keep_price.test.ts': TESTS,
    'test/suite.js': SUITE,
  });
}

const SUPPORT = ['git-fixture', 'local-server', 'run-script', 'stripped-folder'].map(
  (name) => `test/support/${name}.ts`,
);
const root = fileURLToPath(new URL('../../', import.meta.url));

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? relative(root, join(entry.parentPath, entry.name)) : []));
}
