import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  notePosted,
  noteRefused,
  queuePost,
  readPosted,
  readQueue,
  trimPosted,
} from '../../../../execution/lib/social/post-queue.ts';
import { gitFixture, type Tree } from '../../../support/git-fixture.ts';
import { contextOf } from '../../../support/social/social-house.ts';

async function stage(tree: Tree = {}) {
  const repo = await gitFixture({ 'README.md': '# House\n', ...tree });
  const read = (path: string) => readFile(join(repo.path, path), 'utf8');
  const names = (folder: string) => readdir(join(repo.path, 'social', folder)).catch(() => []);
  return { repo, context: contextOf(repo), read, names };
}

it('a post is queued once, whatever became of it, and is cut to what its networks take', async () => {
  const { context, read, names } = await stage({ 'social/posted/old.md': 'Old\n' });
  const url = 'https://a.b/c';
  expect(await queuePost(context, { id: 'news', text: `News\u202e ${'word '.repeat(100)}`, url })).toBe(true);
  expect(await queuePost(context, { id: 'news', text: 'Other words' })).toBe(false);
  expect(await queuePost(context, { id: 'old', text: 'Old again' })).toBe(false);
  expect(await names('queue')).toEqual(['news.md']);
  expect(await read('social/queue/news.md')).toMatch(
    /^---\nurl: https:\/\/a\.b\/c\nqueued: 2026-03-01T12:00:00\.000Z\n---\nNews (word )+word…\n$/,
  );
  const { posts, problems } = await readQueue(context);
  expect(problems).toEqual([]);
  expect(posts).toMatchObject([{ id: 'news', url, networks: ['bluesky', 'mastodon'], posted: {} }]);
});

it('what could not be read back is a mistake of the caller, and no file', async () => {
  const { context, names } = await stage();
  for (const id of ['../../README', 'Bad', '', 'x'.repeat(81)])
    await expect(queuePost(context, { id, text: 'x' })).rejects.toThrow('is no id of a post');
  await expect(queuePost(context, { id: 'a', text: ' \u200b ' })).rejects.toThrow('no text');
  await expect(queuePost(context, { id: 'a', text: 'x', notBefore: 'soon' })).rejects.toThrow('not_before');
  await expect(queuePost(context, { id: 'a', text: 'x', url: 'javascript:x' })).rejects.toThrow('url');
  expect(await names('queue')).toEqual([]);
});

it('files that are no posts are findings, and stop no others', async () => {
  const { repo, context } = await stage({
    '.env': 'TOKEN=abcdef\n',
    'social/queue/good.md': 'Good\n',
    'social/queue/huge.md': 'x'.repeat(20_000),
    'social/queue/folder.md/x.md': 'x\n',
    'social/queue/notes.txt': 'no post\n',
  });
  await symlink('../../.env', join(repo.path, 'social/queue/link.md'));
  const { posts, problems } = await readQueue(context);
  expect(posts.map(({ id }) => id)).toEqual(['good']);
  expect(problems).toEqual([
    { file: 'social/queue/folder.md', found: 'no file of its own', expected: 'a plain file' },
    { file: 'social/queue/huge.md', found: '20000 bytes', expected: 'at most 16384' },
    { file: 'social/queue/link.md', found: 'no file of its own', expected: 'a plain file' },
  ]);
});

it('moves when every network of the house has it; the oldest of what went out are dropped', async () => {
  const { context, names } = await stage({ 'social/queue/a.md': 'A\n', 'social/queue/b.md': 'B\n' });
  const [a, b] = (await readQueue(context)).posts;
  if (!a || !b) throw new Error('the queue is empty');
  const house = ['bluesky', 'mastodon'] as const;
  const half = await notePosted(context, a, { network: 'bluesky', address: 'https://x/1', house });
  expect([await names('queue'), await names('posted')]).toEqual([['a.md', 'b.md'], []]);
  await noteRefused(context, half, { network: 'mastodon', reason: 'because:\n"no"' });
  expect((await readQueue(context)).posts[0]).toMatchObject({
    posted: { bluesky: 'https://x/1' },
    refused: { mastodon: 'because: "no"' },
  });
  await notePosted(context, half, { network: 'mastodon', address: 'https://x/2', house });
  expect([await names('queue'), await names('posted')]).toEqual([['b.md'], ['a.md']]);
  const later = { ...context, clock: { now: () => new Date('2026-03-02T12:00:00Z') } };
  await notePosted(later, b, { network: 'bluesky', address: 'https://x/3', house: ['bluesky'] });
  expect((await readPosted(context)).posts.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(await trimPosted(context, 1)).toBe(1);
  expect(await names('posted')).toEqual(['b.md']);
});
