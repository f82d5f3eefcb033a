import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import matter from 'gray-matter';
import { describe, expect, it } from 'vitest';
import { parsePost, postText, readPosts, takenNames } from '../../../../execution/lib/blog/blog-post.ts';
import type { ScriptContext } from '../../../../src/script.ts';
import { gitFixture } from '../../../support/git-fixture.ts';

const POST = { title: 'T', description: 'D', slug: 's', day: '2026-03-01', tags: ['a'], key: 'k', body: 'Text.\n' };

describe('postText', () => {
  it('writes front matter as generators want it', () => {
    expect(postText({ ...POST, title: 'Say "no": a # guide', tags: ['yes', '1e3'] })).toBe(
      [
        '---',
        'title: "Say \\"no\\": a # guide"',
        'description: "D"',
        'date: 2026-03-01',
        'slug: "s"',
        'tags:',
        '  - "yes"',
        '  - "1e3"',
        'steward: "k"',
        '---',
        '',
        'Text.',
        '',
      ].join('\n'),
    );
  });

  it('is read back as it was, by this reader and by another one', () => {
    const line = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((text) => text.trim());
    fc.assert(
      fc.property(line, line, fc.array(line.filter(Boolean), { maxLength: 3 }), (title, description, tags) => {
        const text = postText({ ...POST, title, description, tags });
        expect(parsePost('s.md', text)).toMatchObject({ title, description, tags, key: 'k', body: POST.body });
        const read = matter(text, {});
        expect(read.data).toMatchObject({ title, description, tags, slug: 's' });
        expect(read.data.date).toEqual(new Date('2026-03-01'));
      }),
    );
  });
});

describe('parsePost', () => {
  const front = (yaml: string) => parsePost('2026-a.md', `---\n${yaml}\n---\nText`);

  it('reads dates, drafts and slugs in the ways that people write them', () => {
    expect(front('title: A\ndate: 2026-02-03 10:00\nupdated: "2026-03-01T00:00:00Z"')).toMatchObject({
      slug: '2026-a',
      day: '2026-03-01',
      isDraft: false,
    });
    expect(front('date: 2026-02-31')?.day).toBeUndefined();
    expect(front('date: tomorrow')?.day).toBeUndefined();
    expect(front('draft: true')?.isDraft).toBe(true);
    expect(front('published: false')?.isDraft).toBe(true);
    expect(front('slug: own\ntitle: 42')).toMatchObject({ slug: 'own', title: '42' });
    expect(parsePost('dir/index.md', '---\r\ntitle: A\r\n---\r\nText')).toMatchObject({ slug: 'dir', body: 'Text' });
  });

  it.each([
    'no front matter',
    '---\ntitle: [\n---\n',
    '---\n- a\n---\n',
    '---js\nprocess.exit()\n---\n',
    '---\ntitle: A\n',
    `---\n${'a: &a [x]\n'.repeat(1)}b: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n---\n`,
  ])('leaves out what is no post: %j', (text) => {
    expect(parsePost('a.md', text)).toBeUndefined();
  });
});

describe('readPosts', () => {
  it('reads files and folders by name, no links, and knows which names are taken', async () => {
    const repo = await gitFixture({
      'p/b.md': '---\ntitle: B\n---\n',
      'p/a/index.md': '---\ntitle: A\n---\n',
      'p/a/other.md': '---\ntitle: No\n---\n',
      'p/c.txt': 'no post',
      'p/d.mdx': 'no front matter',
      'README.md': '---\ntitle: Secret\n---\n',
    });
    await symlink(join(repo.path, 'README.md'), join(repo.path, 'p/link.md'));
    const context = { workspace: repo.path } as Partial<ScriptContext> as ScriptContext;
    expect((await readPosts(context, 'p')).map(({ file, title }) => `${file} ${title}`)).toEqual([
      'a/index.md A',
      'b.md B',
    ]);
    expect((await takenNames(context, 'p')).sort()).toEqual(['a', 'b', 'c', 'd', 'link']);
    expect(await readPosts(context, 'nowhere')).toEqual([]);
  });
});
