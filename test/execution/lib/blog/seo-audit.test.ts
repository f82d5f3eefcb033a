import { describe, expect, it } from 'vitest';
import { countPhrase, wordsOf } from '../../../../execution/lib/blog/post-prose.ts';
import { type Audited, auditPost } from '../../../../execution/lib/blog/seo-audit.ts';
import { GOOD_ANSWER, POOR_ANSWER } from '../../../support/blog-samples.ts';

const GOOD: Audited = { ...GOOD_ANSWER, keywords: ['link checking'], hasOthers: false, site: 'https://a.b' };
const points = (change: Partial<Audited>) =>
  Object.fromEntries(auditPost({ ...GOOD, ...change }).checks.map(({ check, points }) => [check, points]));

describe('auditPost', () => {
  it('gives a post that has everything all points', () => {
    const audit = auditPost(GOOD);
    expect(audit.checks.filter(({ advice }) => advice !== undefined)).toEqual([]);
    expect(audit.score).toBe(100);
    expect(audit.checks.reduce((sum, { of }) => sum + of, 0)).toBe(95);
  });

  it('gives a poor one few, and says what would get the others', () => {
    const { score, checks } = auditPost({ ...POOR_ANSWER, keywords: ['link checking'], hasOthers: true });
    expect(score).toBeLessThan(35);
    expect(checks.map(({ check, advice }) => `${check}: ${advice}`)).toEqual([
      'title: the title has 6 characters; 30 to 60 are shown whole',
      'description: the description has 52 characters; 70 to 160 are shown whole',
      'structure: the text has an H1 beside the title and has fewer than two H2 sections and leaves out a level of headings',
      'length: the text has 244 words; give it 600 or more',
      'keyword: the keyword is missing in the title, the description, the first paragraph, a heading',
      'density: "link checking" is 0.0 % of the words; 0.5 to 2.5 % is natural',
      'links: there is no link to a source elsewhere, and no link to another post',
      'readability: a paragraph has 240 words; 150 are enough',
    ]);
  });

  it.each([
    ['a long title', { title: `${GOOD.title} ${'x'.repeat(50)}` }, { title: 7 }],
    ['a stuffed text', { body: `${GOOD.body}\n\n${'Link checking. '.repeat(60)}` }, { density: 0 }],
    ['too few mentions', { keywords: ['HTTP specification'] }, { density: 2 }],
    ['a second keyword that is missing', { keywords: ['link checking', 'zebra'] }, { keyword: 12 }],
    ['other posts, and no link to them', { hasOthers: true }, { links: 7 }],
    ['a link to the site itself', { hasOthers: true, body: `${GOOD.body} [guide](https://a.b/blog/x)` }, { links: 10 }],
    ['a link that says nothing', { body: `${GOOD.body} [here](https://c.d)` }, { links: 7 }],
    ['pictures without a text', { body: `${GOOD.body} ![](/a.png) ![b](/b.png)` }, { images: 3 }],
    ['a sentence without an end', { body: `${GOOD.body}\n\n${'word '.repeat(3000)}` }, { readability: 0 }],
  ])('takes points for %s', (_, change, expected) => {
    expect(points(change)).toMatchObject(expected);
  });

  it('leaves out checks that do not apply', () => {
    expect(Object.keys(points({ keywords: [] }))).toEqual([
      'title',
      'description',
      'structure',
      'length',
      'links',
      'readability',
    ]);
  });

  it.each([
    ['HTML', `${GOOD.body}\n\n<b>x</b>`],
    ['an address that runs code', `${GOOD.body}\n\n[a](javascript:alert(1))`],
    ['a nesting that can not be read', '> '.repeat(100)],
  ])('gives nothing for a text with %s', (_, body) => {
    expect(auditPost({ ...GOOD, body })).toMatchObject({ score: 0, checks: [{ check: 'safety' }] });
  });

  it('stands empty texts, and text in any script', () => {
    expect(auditPost({ title: '', description: '', body: '', keywords: [' '], hasOthers: false }).score).toBe(31);
    expect(countPhrase(wordsOf('サイトのリンク切れを調べる。リンク切れは困る。'), wordsOf('リンク切れ'))).toBe(2);
    expect(countPhrase(wordsOf('Cost-optimization, cost optimization!'), wordsOf('cost optimization'))).toBe(2);
  });
});
