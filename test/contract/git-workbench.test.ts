import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findGitPlace } from '../../src/adapters/git-place.ts';
import { GitWorkbench } from '../../src/adapters/git-workbench.ts';
import { cliEnvironment } from '../support/agent-fixture.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

async function workbenchOf(repo: GitFixture): Promise<GitWorkbench> {
  const environment = cliEnvironment(repo.path, {});
  const { git, place } = await findGitPlace(repo.path, environment);
  return new GitWorkbench(git, place, environment);
}

const TREE = { 'site/price.txt': 'tea: 120\n', 'README.md': '# House\n', '.gitignore': 'out/\n' };

test('a tree holds the files of the commit with the changes, and nothing in it counts as written', async () => {
  const repo = await gitFixture(TREE);
  const workbench = await workbenchOf(repo);
  const tree = await workbench.scratch(await repo.git('rev-parse', 'HEAD'), [
    { path: 'site/price.txt', content: 'tea: 345\n' },
    { path: 'README.md', content: null },
  ]);
  expect(await tree.changedPaths()).toEqual([]);
  await tree.remove();
});

test('a file counts as written when it is, also with the text that it had, ignored, or as a link', async () => {
  const repo = await gitFixture(TREE);
  const workbench = await workbenchOf(repo);
  const tree = await workbench.scratch(await repo.git('rev-parse', 'HEAD'), [{ path: 'out/a.txt', content: 'a' }]);
  await writeFile(join(tree.path, 'site/price.txt'), 'tea: 120\n');
  await writeFile(join(tree.path, 'out/b.txt'), 'b');
  await symlink('README.md', join(tree.path, 'link'));
  await rm(join(tree.path, 'README.md'));
  expect(await tree.changedPaths()).toEqual(['README.md', 'link', 'out/b.txt', 'site/price.txt']);
  await tree.remove();
});
