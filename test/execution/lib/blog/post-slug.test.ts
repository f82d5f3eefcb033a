import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniqueSlug } from '../../../../execution/lib/blog/post-slug.ts';

describe('uniqueSlug', () => {
  it.each([
    ['Cost Optimization: From $10/Day to $0.15/Day', 'cost-optimization-from-10-day-to-0-15-day'],
    ['Don’t panic, it’s only naïve Straße', 'dont-panic-its-only-naive-strasse'],
    ['../../etc/passwd', 'etc-passwd'],
    ['自律型エージェント', 'fallback'],
    ['', 'fallback'],
    ['Index', 'post-index'],
    ['CON', 'post-con'],
    ['a'.repeat(200), 'a'.repeat(60)],
    [`${'word '.repeat(30)}`, 'word-word-word-word-word-word-word-word-word-word-word-word'],
  ])('%j', (title, slug) => {
    expect(uniqueSlug(title, 'fallback', [])).toBe(slug);
  });

  it('takes the next number where a name is taken, in capitals or not', () => {
    expect(uniqueSlug('My Post', 'x', ['MY-POST', 'my-post-2'])).toBe('my-post-3');
    const long = 'a'.repeat(60);
    expect(uniqueSlug(long, 'x', [long])).toBe(`${'a'.repeat(58)}-2`);
  });

  it('is always the name of a new file, and nothing else', () => {
    const taken = fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), taken, (title, names) => {
        const slug = uniqueSlug(title, 'post-0', names);
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug.length).toBeLessThanOrEqual(65);
        expect(names.map((name) => name.toLowerCase())).not.toContain(slug);
      }),
    );
  });
});
