import { symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentId, MOST_FILE_BYTES, readSiteFolder } from '../../../../execution/lib/vercel/site-folder.ts';
import type { ScriptContext } from '../../../../src/script.ts';
import { gitFixture, type Tree } from '../../../support/git-fixture.ts';

async function folder(tree: Tree) {
  const { path: workspace } = await gitFixture({ 'README.md': 'x' });
  const repo = await gitFixture({ 'README.md': 'x', ...tree });
  const context = { workspace: repo.path } as Partial<ScriptContext> as ScriptContext;
  return { repo, workspace, read: (name = 'site') => readSiteFolder(context, name) };
}

describe('readSiteFolder', () => {
  it('gives the files in one order, without hidden ones, links and packages', async () => {
    const { repo, workspace, read } = await folder({ 'site/b.txt': 'b', 'site/a/c.txt': 'c', 'site/Ä ö.txt': 'x' });
    await repo.write({ 'site/.env': 'x', 'site/a/.git/config': 'x', 'site/node_modules/p/index.js': 'x' });
    await symlink(join(workspace, 'README.md'), join(repo.path, 'site/link.txt'));
    await symlink(workspace, join(repo.path, 'site/linked'));
    const site = await read();
    expect(site).toMatchObject({ files: [{ path: 'a/c.txt' }, { path: 'b.txt', size: 1 }, { path: 'Ä ö.txt' }] });
    expect(site).toMatchObject({ files: [{}, { sha1: 'e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98' }, {}] });
  });

  it('says why a folder can not be deployed', async () => {
    const { repo, read } = await folder({ 'site/a.txt': 'a', 'empty/.keep': '' });
    expect(await read('nowhere')).toEqual({ problem: 'there is no folder nowhere' });
    expect(await read('empty')).toEqual({ problem: 'empty has no files' });
    await truncate(join(repo.path, 'site/a.txt'), MOST_FILE_BYTES + 1);
    expect(await read()).toEqual({ problem: `site/a.txt has over ${MOST_FILE_BYTES} bytes` });
  });

  it('does not follow a link to another folder of the repository', async () => {
    const { repo, read } = await folder({ 'private/web/a.txt': 'a' });
    await symlink('private', join(repo.path, 'site'));
    const problem = (name: string) => ({ problem: `${name} is a link, or lies behind one` });
    expect(await read()).toEqual(problem('site'));
    expect(await read('site/web')).toEqual(problem('site/web'));
  });

  it('names the same content the same, and a moved file otherwise', () => {
    const file = (path: string, sha1: string) => ({ path, sha1, size: 1 });
    expect(contentId([file('a', '1')])).toBe(contentId([{ ...file('a', '1'), size: 2 }]));
    expect(contentId([file('a', '1')])).not.toBe(contentId([file('b', '1')]));
    expect(contentId([file('a', '1')])).not.toBe(contentId([file('a', '2')]));
  });
});
