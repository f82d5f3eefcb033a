import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENT_EMAIL } from '../../src/adapters/fast-import.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { armHooks, openRepo, planFor } from '../support/open-repo.ts';

/** The repository port in one clone; git-place.test.ts has how it is found, git-remote.test.ts what needs two. */

const untouched = (repo: GitFixture) => repo.git('status', '--porcelain=v1', '--untracked-files=all');

describe('commit', () => {
  it('makes several commits, all by the agent, without identity, HOME, hooks or signature', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    const { marks } = await armHooks(fixture.path);
    for (const [key, value] of [
      ['commit.gpgsign', 'true'],
      ['gpg.program', '/bin/false'],
      ['user.useConfigOnly', 'true'],
    ])
      await fixture.git('config', key ?? '', value ?? '');
    await fixture.write({ 'b.md': 'b', 'ledger/1.jsonl': '{}\n' });
    const { repo } = await openRepo(fixture.path, { PATH: process.env.PATH });
    const head = await repo.commit([
      planFor('b.md'),
      { ...planFor('ledger/1.jsonl'), message: 'books\n\nSteward-Id: 1\n' },
    ]);
    // Not even reference-transaction or post-index-change: the agent's git has no hooks at all.
    expect(await marks()).toEqual([]);
    expect(await untouched(fixture)).toBe('');
    expect(head).toBe(await fixture.git('rev-parse', 'main'));
    expect(await fixture.git('log', '-2', '--format=%an <%ae>|%cn|%cI|%s|%G?')).toBe(
      ['books', 'change b.md']
        .map((subject) => `steward[bot] <${AGENT_EMAIL}>|steward[bot]|2026-03-01T12:00:00+00:00|${subject}|N`)
        .join('\n'),
    );
    expect(await fixture.git('show', '--stat', '--format=', 'HEAD')).not.toContain('b.md');
  });

  it('makes none when one can not be made', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    const head = await fixture.git('rev-parse', 'HEAD');
    await fixture.write({ 'b.md': 'b' });
    const { repo } = await openRepo(fixture.path);
    await expect(repo.commit([planFor('b.md'), planFor('never-was.md')])).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await fixture.git('rev-parse', 'HEAD')).toBe(head);
  });

  it.each(['ü ñ.md', 'a "quote" \\ back.md', 'new\nline\ttab.md', '-dash.md', '*.md', ':(top)x.md', 'deep/[a]/x.md'])(
    'takes a file named %j, and no other',
    async (path) => {
      const fixture = await gitFixture({ 'a.md': 'a' });
      await fixture.write({ 'other.md': 'stays untracked', 'deep/a/x.md': 'so does this' });
      await writeTo(fixture, path, 'new');
      const { repo } = await openRepo(fixture.path);
      expect(await repo.changedPaths([path])).toEqual([path]);
      const head = await repo.commit([planFor(path)]);
      expect(await repo.at(head).read(path)).toBe('new');
      expect(await fixture.git('diff-tree', '-r', '-z', '--name-only', 'HEAD~1', 'HEAD')).toBe(`${path}\0`);
      expect(await repo.blobAt(head, path)).toMatch(/^[0-9a-f]{40}$/);
    },
  );

  it('takes deleted and executable files as they are', async () => {
    const fixture = await gitFixture({ 'gone.md': 'a', 'kept.md': 'b', 'run.sh': '#!/bin/sh\n' });
    await fixture.write({ 'gone.md': null, 'new.sh': '#!/bin/sh\n' });
    await chmod(join(fixture.path, 'new.sh'), 0o755);
    const { repo } = await openRepo(fixture.path);
    await repo.commit([planFor('gone.md', 'new.sh')]);
    expect(await fixture.git('ls-tree', '-r', '--format=%(objectmode) %(path)', 'HEAD')).toBe(
      '100644 kept.md\n100755 new.sh\n100644 run.sh',
    );
  });

  it('keeps the bytes of files marked -text where line ends are converted', async () => {
    const fixture = await gitFixture({ '.gitattributes': 'ledger/** -text\n', 'a.md': 'a' });
    await fixture.git('config', 'core.autocrlf', 'true');
    await fixture.write({ 'ledger/1.jsonl': '{}\n', 'ledger/crlf.txt': 'a\r\n', 'page.md': 'a\r\nb\r\n' });
    const { repo } = await openRepo(fixture.path);
    const head = await repo.commit([planFor('ledger/1.jsonl', 'ledger/crlf.txt', 'page.md')]);
    expect(await repo.at(head).read('ledger/1.jsonl')).toBe('{}\n');
    expect(await repo.at(head).read('ledger/crlf.txt')).toBe('a\r\n');
    expect(await repo.at(head).read('page.md')).toBe('a\nb\n');
    expect(await untouched(fixture)).toBe('');
  });

  it('leaves a person’s staged and unstaged changes exactly as they were', async () => {
    const fixture = await gitFixture({ 'staged.md': 'a', 'edited.md': 'a', 'both.md': 'a', 'dropped.md': 'a' });
    await fixture.write({
      'staged.md': 'b',
      'both.md': 'staged',
      'added.md': 'b',
      'mine.md': 'agent',
      'loose.md': 'x',
    });
    await fixture.git('add', 'staged.md', 'both.md', 'added.md');
    await fixture.git('rm', '--quiet', '--cached', 'dropped.md');
    await fixture.write({ 'edited.md': 'b', 'both.md': 'and edited' });
    const before = await fixture.git('status', '--porcelain=v1');
    const staged = await fixture.git('diff', '--cached', '--', ':!mine.md');
    const { repo } = await openRepo(fixture.path);
    await repo.commit([planFor('mine.md')]);
    expect(await fixture.git('status', '--porcelain=v1')).toBe(
      before.replace('?? mine.md\n', '').replace('\n?? mine.md', ''),
    );
    expect(await fixture.git('diff', '--cached')).toBe(staged);
    expect(await fixture.git('show', '--name-only', '--format=', 'HEAD')).toBe('mine.md');
  });

  it('says which lock is in the way', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    await fixture.write({ 'a.md': 'b', '.git/index.lock': '' });
    const { repo } = await openRepo(fixture.path);
    const lock = join(fixture.path, '.git/index.lock');
    await expect(repo.commit([planFor('a.md')])).rejects.toMatchObject({
      code: 'GIT_LOCKED',
      message: `Another git process works in this repository, or one was killed: ${lock} is there.`,
      remedy: `If no git process runs, delete the file: rm "${lock}".`,
    });
  });
});

const writeTo = (fixture: GitFixture, path: string, text: string) => fixture.write({ [path]: text });

describe('changedPaths', () => {
  it('names what differs below the roots, and nothing else', async () => {
    const fixture = await gitFixture({
      'site/a.md': 'a',
      'site/b.md': 'b',
      'site/c.md': 'c',
      'x.md': 'x',
      '.gitignore': '*.log\n',
    });
    await fixture.write({ 'site/a.md': 'A', 'site/b.md': null, 'site/new/n.md': 'n', 'x.md': 'X', 'site/an.log': 'l' });
    await fixture.write({ 'site/staged.md': 's', 'siteX/y.md': 'y' });
    await fixture.git('add', 'site/staged.md');
    const { repo } = await openRepo(fixture.path);
    expect((await repo.changedPaths(['site'])).sort()).toEqual([
      'site/a.md',
      'site/b.md',
      'site/new/n.md',
      'site/staged.md',
    ]);
    expect(await repo.changedPaths(['x.md', 'none'])).toEqual(['x.md']);
    expect(await repo.changedPaths([])).toEqual([]);
  });
});

describe('setAside', () => {
  it('keeps copies, restores what HEAD has, and removes the rest', async () => {
    const fixture = await gitFixture({ 'a.md': 'a', 'gone.md': 'g', 'star.md': 's', file: 'f', 'folder/x.md': 'x' });
    await fixture.write({ 'a.md': 'changed', 'gone.md': null, 'new/deep.md': 'n', '*.md': 'star', 'star.md': 'mine' });
    await fixture.write({ file: null, folder: null, 'file/inside.md': 'i', 'staged.md': 's' });
    await fixture.write({ folder: 'now a file' });
    await fixture.git('add', 'staged.md', 'a.md');
    const { repo } = await openRepo(fixture.path);
    const paths = [
      'a.md',
      'gone.md',
      'new/deep.md',
      '*.md',
      'staged.md',
      'file',
      'file/inside.md',
      'folder',
      'folder/x.md',
    ];
    const folder = await repo.setAside(paths, 'run-1');
    expect(folder).toBe(join(fixture.path, '.git/steward/set-aside/run-1'));
    for (const [path, text] of [
      ['a.md', 'changed'],
      ['new/deep.md', 'n'],
      ['*.md', 'star'],
      ['staged.md', 's'],
      ['file/inside.md', 'i'],
    ])
      expect(await readFile(join(folder, path ?? ''), 'utf8')).toBe(text);
    expect(await untouched(fixture)).toBe(' M star.md');
    expect(await readFile(join(fixture.path, 'star.md'), 'utf8')).toBe('mine');
    expect(await readFile(join(fixture.path, 'folder/x.md'), 'utf8')).toBe('x');
  });

  it('removes nothing that it could not copy', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    await fixture.write({ 'new.md': 'precious', '.git/steward/set-aside': 'a file in the way' });
    const { repo } = await openRepo(fixture.path);
    await expect(repo.setAside(['new.md'], 'run-1')).rejects.toThrow();
    expect((await stat(join(fixture.path, 'new.md'))).size).toBe(8);
  });
});

describe('blobAt', () => {
  it('gives ids of files only', async () => {
    const fixture = await gitFixture({ 'a.md': 'a', 'deep/a.md': 'b' });
    const head = await fixture.git('rev-parse', 'HEAD');
    const { repo } = await openRepo(fixture.path);
    expect(await repo.blobAt(head, 'deep/a.md')).toBe(await fixture.git('rev-parse', 'HEAD:deep/a.md'));
    expect(await repo.blobAt(head, 'deep')).toBeUndefined();
    expect(await repo.blobAt(head, 'none.md')).toBeUndefined();
  });
});
