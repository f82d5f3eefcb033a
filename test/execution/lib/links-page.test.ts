import { describe, expect, it } from 'vitest';
import { linksPage } from '../../../execution/lib/links-page.ts';

const broken = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ file: 'a.md', line: index + 1, link: 'x', reason: 'no such file' }));
const page = (count: number, web = { isChecked: false, total: 0, asked: 0, unknown: [] }) =>
  linksPage({ path: 'links.md', files: ['a.md'], unread: [], links: count, broken: broken(count), web });

describe('the page about links', () => {
  it('has two hundred rows at most, and says how many more there would be', () => {
    expect(page(200).split('\n').at(-2)).toBe('| [`a.md`](a.md?plain=1#L200) | 200 | `x` | no such file |');
    expect(page(201).split('\n').slice(-4)).toEqual([
      '| [`a.md`](a.md?plain=1#L200) | 200 | `x` | no such file |',
      '',
      'and 1 more',
      '',
    ]);
  });

  it('says whether all web links were asked for', () => {
    const web = { isChecked: true, total: 3, asked: 3, unknown: [] };
    expect(page(0, web)).toContain('Web links were asked for.\n');
    expect(page(0, { ...web, asked: 2 })).toContain('Web links were asked for, 2 of 3.\n');
  });
});
