import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitDocuments } from '../../src/adapters/commit-documents.ts';
import { FileDocuments } from '../../src/adapters/file-documents.ts';
import { GitProcess } from '../../src/adapters/git-process.ts';
import type { Documents, ReadableDocuments } from '../../src/ports.ts';
import { MemoryDocuments } from '../support/fake-documents.ts';
import { gitFixture, temporaryFolder } from '../support/git-fixture.ts';

const files = {
  'README.md': '# Hello\n',
  'empty.txt': '',
  'crlf.txt': 'one\r\ntwo\r\n',
  'no-newline.txt': 'last',
  'ledger/2026/03/01.jsonl': '{"n":1}\n{"n":2}\n',
  'ledger/2026/03/02.jsonl': '{"n":3}\n',
  'ledger/2026-notes.md': 'x',
  'names/ünï cödé.md': 'ü',
  'names/a"quote.md': 'q',
  'names/-dash.md': 'd',
  'names/[bracket]*.md': 'b',
  'names/tab\tand\nline.md': 't',
  'names/deep/er/x.md': 'x',
};

type Tree = Readonly<Record<string, string>>;

async function onDisk(tree: Tree): Promise<Documents> {
  const documents = new FileDocuments(await temporaryFolder());
  for (const [path, text] of Object.entries(tree)) await documents.write(path, text);
  return documents;
}

/** The commit's files: the work tree says something else by now. */
async function inCommit(tree: Tree): Promise<ReadableDocuments> {
  const repo = await gitFixture(tree);
  const commit = await repo.git('rev-parse', 'HEAD');
  await repo.commit({ files: { 'README.md': 'newer', 'newer.md': 'newer', 'ledger/newer.md': 'newer' } });
  return new CommitDocuments(new GitProcess(repo.path, { PATH: process.env.PATH }), commit);
}

const inMemory = async (tree: Tree): Promise<Documents> => new MemoryDocuments(tree);

describe.each([
  ['FileDocuments', onDisk],
  ['CommitDocuments', inCommit],
  ['MemoryDocuments', inMemory],
])('%s, to read', (_, open) => {
  it('gives each file’s text, byte for byte', async () => {
    const documents = await open(files);
    for (const [path, text] of Object.entries(files)) expect(await documents.read(path)).toBe(text);
  });

  it.each(['missing.md', 'ledger/missing.md', 'ledger', 'README.md/x', 'missing/x.md', 'readme.md'])(
    'has no file %s',
    async (path) => {
      const documents = await open(files);
      expect(await documents.read(path)).toBeUndefined();
      expect(await documents.readTail(path, 10)).toBeUndefined();
    },
  );

  it.each([
    ['ledger/2026/03/01.jsonl', 8, { text: '{"n":2}\n', offset: 8 }],
    ['ledger/2026/03/01.jsonl', 16, { text: '{"n":1}\n{"n":2}\n', offset: 0 }],
    ['ledger/2026/03/01.jsonl', 1000, { text: '{"n":1}\n{"n":2}\n', offset: 0 }],
    ['ledger/2026/03/01.jsonl', 0, { text: '', offset: 16 }],
    ['empty.txt', 10, { text: '', offset: 0 }],
    ['names/ünï cödé.md', 1, { text: '\uFFFD', offset: 1 }],
  ])('reads the end of %s: %i bytes', async (path, bytes, expected) => {
    expect(await (await open(files)).readTail(path, bytes)).toEqual(expected);
  });

  it.each([
    ['ledger', ['2026-notes.md', '2026/']],
    ['ledger/2026/03', ['01.jsonl', '02.jsonl']],
    ['names', ['-dash.md', '[bracket]*.md', 'a"quote.md', 'deep/', 'tab\tand\nline.md', 'ünï cödé.md']],
    ['names/deep', ['er/']],
    ['missing', []],
    ['missing/deep', []],
    ['README.md', []],
  ])('lists %s', async (folder, expected) => {
    expect(await (await open(files)).list(folder)).toEqual(expected);
  });
});

describe.each([
  ['FileDocuments', onDisk],
  ['MemoryDocuments', inMemory],
])('%s, to write', (_, open) => {
  it('writes new and old files, with their folders', async () => {
    const documents = await open(files);
    await documents.write('new/deep/a.md', 'new');
    await documents.write('README.md', 'shorter');
    await documents.write('empty.txt', '');
    expect(await documents.read('new/deep/a.md')).toBe('new');
    expect(await documents.read('README.md')).toBe('shorter');
    expect(await documents.list('new')).toEqual(['deep/']);
    expect(await documents.list('new/deep')).toEqual(['a.md']);
  });

  it('appends to new and old files', async () => {
    const documents = await open(files);
    await documents.append('no-newline.txt', ' word');
    await documents.append('torn/a.txt', 'one\n');
    await documents.append('torn/a.txt', 'zwö\n');
    expect(await documents.read('no-newline.txt')).toBe('last word');
    expect(await documents.read('torn/a.txt')).toBe('one\nzwö\n');
  });

  it('removes files, and those that are not there', async () => {
    const documents = await open(files);
    await documents.remove('README.md');
    await documents.remove('README.md');
    await documents.remove('never/was.md');
    expect(await documents.read('README.md')).toBeUndefined();
  });

  it('holds what was written last, whatever was done before', async () => {
    const path = fc.constantFrom('a.md', 'b/a.md', 'b/c/a.md', 'b/ü.md');
    const step = fc.oneof(
      fc.record({
        act: fc.constantFrom('write' as const, 'append' as const),
        path,
        text: fc.string({ unit: 'grapheme' }),
      }),
      fc.record({ act: fc.constant('remove' as const), path, text: fc.constant('') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const documents = await open({});
        const expected = new Map<string, string>();
        for (const { act, path, text } of steps) {
          if (act === 'remove') await documents.remove(path);
          else await documents[act](path, text);
          if (act === 'remove') expected.delete(path);
          else expected.set(path, act === 'append' ? (expected.get(path) ?? '') + text : text);
        }
        for (const path of ['a.md', 'b/a.md', 'b/c/a.md', 'b/ü.md'])
          expect(await documents.read(path)).toBe(expected.get(path));
      }),
      { numRuns: 40 },
    );
  });
});

describe('FileDocuments', () => {
  it('shows a reader the old or the new text, never half of one, and leaves no draft', async () => {
    const root = await temporaryFolder();
    const documents = new FileDocuments(root);
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await documents.write('a.md', 'a'.repeat(300_000));
    let isWriting = true;
    const reading = (async () => {
      const seen = new Set<string>();
      while (isWriting) seen.add(await readFile(join(root, 'a.md'), 'utf8'));
      return seen;
    })();
    for (let round = 0; round < 30; round++) await documents.write('a.md', texts[round % 2] ?? '');
    isWriting = false;
    for (const text of await reading) expect(texts).toContain(text);
    expect(await readdir(root)).toEqual(['a.md']);
  });

  it('says what is in the way of a write', async () => {
    const documents = await onDisk(files);
    await expect(documents.write('README.md/x.md', 'x')).rejects.toThrow(/ENOTDIR|EEXIST/);
    await expect(documents.append('ledger', 'x')).rejects.toThrow('EISDIR');
  });
});

describe('CommitDocuments', () => {
  it('tells a file that can not be read from one that is not there', async () => {
    const origin = await gitFixture({ 'a.txt': 'one\n' });
    const first = await origin.git('rev-parse', 'HEAD');
    await origin.commit({ files: { 'a.txt': 'two\n' } });
    const clone = await origin.clone({ filter: 'blob:none' });
    await clone.git('remote', 'set-url', 'origin', '/nowhere');
    const documents = new CommitDocuments(new GitProcess(clone.path, { PATH: process.env.PATH }), first);
    await expect(documents.read('a.txt')).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await documents.read('b.txt')).toBeUndefined();
  });
});
