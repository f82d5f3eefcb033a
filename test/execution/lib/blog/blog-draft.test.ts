import { describe, expect, it } from 'vitest';
import { type Brief, finish } from '../../../../execution/lib/blog/blog-draft.ts';
import { parsePost } from '../../../../execution/lib/blog/blog-post.ts';
import { GOOD_ANSWER } from '../../../support/blog-samples.ts';

const OTHER = parsePost('other.md', '---\ntitle: Other\n---\n');
const BRIEF: Brief = {
  topic: 'links',
  keywords: [],
  site: 'https://a.b',
  others: OTHER ? [OTHER] : [],
  prefix: '/blog/',
};
const draft = (change: Partial<typeof GOOD_ANSWER>) => {
  const finished = finish({ ...GOOD_ANSWER, ...change }, BRIEF);
  if ('none' in finished) throw new Error(finished.none);
  return finished.draft;
};

describe('finish', () => {
  it('keeps links to posts that are there, and the text alone of those that a model made up', () => {
    const body = [
      '[a](/blog/other) [b](/blog/other#x) [c](/blog/) [d](/about) [e](https://a.b/blog/other) [f](https://c.d/blog/no)',
      '[g](/blog/no) [h](https://a.b/blog/no) [i](no.md)',
    ];
    expect(draft({ body: body.join('\n\n') }).body).toBe(`${body[0]}\n\ng h i\n`);
  });

  it('takes the title out of the text, where it would be a second one', () => {
    expect(draft({ body: `# ${GOOD_ANSWER.title.toUpperCase()}\n\nText.\n\n# Other` }).body).toBe('Text.\n\n# Other\n');
    expect(draft({ body: '# Another title\n\nText.' }).body).toBe('Text.\n');
    expect(draft({ body: '# Part one\n\nText.\n\n# Part two' }).body).toBe('# Part one\n\nText.\n\n# Part two\n');
  });

  it('makes plain lines of titles, descriptions and tags', () => {
    const { title, description, tags } = draft({
      title: 'A <script>x</script>\ntitle\u202e {{ y }}',
      description: 'x'.repeat(400),
      tags: ['<b>', 'Zwei  Wörter', 'a', 'A', 'b', 'c', 'd', 'e'],
    });
    expect(title).toBe('A x title { { y }}');
    expect(description).toHaveLength(300);
    expect(tags).toEqual(['zwei wörter', 'a', 'b', 'c', 'd']);
  });

  it('gives no draft where the text can not be made safe', () => {
    expect(finish({ ...GOOD_ANSWER, body: '> '.repeat(500) }, BRIEF)).toMatchObject({ none: expect.any(String) });
    expect(finish({ ...GOOD_ANSWER, title: '<b></b>\u202e' }, BRIEF)).toMatchObject({ none: expect.any(String) });
  });
});
