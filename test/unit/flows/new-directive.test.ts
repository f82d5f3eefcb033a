import { describe, expect, it } from 'vitest';
import { parseDirective } from '../../../src/domain/directive.ts';
import { newDirective } from '../../../src/flows/new-directive.ts';
import { MemoryDocuments } from '../../support/fake-documents.ts';

const PATHS = [
  'directives/my_thing.md',
  'execution/my_thing.ts',
  'execution/check_my_thing.ts',
  'test/execution/my_thing.test.ts',
];
const make = (documents: MemoryDocuments, name = 'my_thing', every = '1d') =>
  newDirective({ documents }, { name, every });

describe('a new directive', () => {
  it('is four files, and says what each is for', async () => {
    const documents = new MemoryDocuments();
    const made = await make(documents, 'my_thing', '2h');
    expect(made).toMatchObject({ name: 'my_thing', every: '2h' });
    expect(made.files.map(({ path }) => path)).toEqual(PATHS);
    expect([...documents.files.keys()].sort()).toEqual([...PATHS].sort());
    expect([...documents.files.values()].join()).not.toContain('{{');
    const { directive, problems } = parseDirective(documents.files.get(PATHS[0] ?? '') ?? '', PATHS[0] ?? '');
    expect(problems).toEqual([]);
    expect(directive).toMatchObject({
      name: 'my_thing',
      everyMs: 7_200_000,
      enabled: true,
      effects: 'repo',
      writes: ['knowledge/reports/my_thing.md'],
      tools: [{ script: 'execution/my_thing.ts' }],
      criteria: [{ kind: 'command', command: { script: 'execution/check_my_thing.ts' } }],
    });
  });

  it.each(['a', 'a-b_c9', 'heal', 'a'.repeat(64)])('may be called %s', async (name) => {
    await expect(make(new MemoryDocuments(), name)).resolves.toMatchObject({ name });
  });

  it.each([
    ['My Thing', ', such as `my_thing`'],
    ['MyThing', ', such as `mything`'],
    ['../../etc/passwd', ', such as `etc_passwd`'],
    ['a/b', ', such as `a_b`'],
    ['9lives', ', such as `lives`'],
    ['a.md', ', such as `a_md`'],
    ['a'.repeat(65), `, such as \`${'a'.repeat(64)}\``],
    ['', ''],
    ['Ü', ''],
    ['a\n## Tools', ', such as `a_tools`'],
    ['constructor', ''],
  ])('may not be called %j', async (name, hint) => {
    const documents = new MemoryDocuments();
    const expected = `expected lower case letters, digits, _ and -, starting with a letter, 64 at most${hint}`;
    await expect(make(documents, name)).rejects.toMatchObject({
      code: 'USAGE',
      message: `found the name \`${name}\`, ${expected}`,
    });
    expect(documents.files.size).toBe(0);
  });

  it('runs at an interval that a directive can have', async () => {
    const documents = new MemoryDocuments();
    await expect(make(documents, 'my_thing', 'daily')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'found --every `daily`, expected a duration such as 90s, 5m, 2h, 1d or 1w',
    });
    expect(documents.files.size).toBe(0);
  });

  it('writes over nothing, and says what is there', async () => {
    const documents = new MemoryDocuments({ 'execution/check_my_thing.ts': 'mine', 'directives/my_thing.md': '' });
    await expect(make(documents)).rejects.toMatchObject({
      code: 'USAGE',
      message:
        'found directives/my_thing.md, execution/check_my_thing.ts, expected a name whose files are not there yet; nothing was written',
    });
    expect(documents.files.size).toBe(2);
    expect(documents.files.get('execution/check_my_thing.ts')).toBe('mine');
  });

  it.each(['directives/readme.md/x', 'directives/README.md'])('does not begin where %s is', async (path) => {
    const documents = new MemoryDocuments({ [path]: 'x' });
    const found = path.split('/').slice(0, 2).join('/');
    await expect(make(documents, 'readme')).rejects.toThrow(`found ${found}, expected a name`);
    expect(documents.files.size).toBe(1);
  });

  it.each([0, 1, 2, 3])('is there as a whole or not at all: the disk is full after %i files', async (whole) => {
    const documents = new MemoryDocuments({ 'README.md': 'x' });
    const write = documents.write.bind(documents);
    let written = 0;
    documents.write = async (path, text) => {
      // What does not fit may be there in part.
      await write(path, written < whole ? text : '');
      if (written++ >= whole) throw new Error('ENOSPC');
    };
    await expect(make(documents)).rejects.toThrow('ENOSPC');
    expect([...documents.files.keys()]).toEqual(['README.md']);
  });
});
