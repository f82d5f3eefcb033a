import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as plainText } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { claimMarkdown, claimOf } from '../../../../../src/domain/memory/page/claim-markdown.ts';
import { archivePage, lessonsPage } from '../../../../../src/domain/memory/page/lesson-page.ts';
import { parseLessons } from '../../../../../src/domain/memory/page/lesson-parse.ts';
import { anyClaim, anyLessons, lesson } from '../../../../support/lesson-samples.ts';

const FILE = 'knowledge/lessons.md';
const TODAY = '2026-03-05';

describe('a claim as Markdown', () => {
  it('comes back as it was, from one line', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        const markdown = claimMarkdown(claim);
        expect(claimOf(markdown)).toBe(claim);
        expect(markdown).toBe(markdown.trim());
        expect(markdown).not.toMatch(/[^\S ]|[\p{Cc}\p{Cf}\p{Cs}]| {2}/u);
        // No marker of a conflict, no list, no heading.
        expect(markdown).not.toMatch(/^(?:[-+=>#|<]|\d+[.)])/);
      }),
      { numRuns: 1000 },
    );
  });

  it('shows as the text it is', () => {
    // What no Markdown can show: characters that it replaces, and white space that it collapses.
    const showable = anyClaim.filter(
      (claim) => claim.trim() !== '' && !/[\p{Cc}\p{Cs}]|[^\S ]|^ | $| {2}/u.test(claim),
    );
    fc.assert(
      fc.property(showable, (claim) => {
        const tree = fromMarkdown(claimMarkdown(claim), { extensions: [gfm()] });
        expect(tree.children.map(({ type }) => type)).toEqual(['paragraph']);
        expect(plainText(tree)).toBe(claim);
        const [paragraph] = tree.children;
        expect(paragraph?.type === 'paragraph' && paragraph.children.map(({ type }) => type)).toEqual(['text']);
      }),
      { numRuns: 1000 },
    );
  });

  it('stays readable for whoever edits it', () => {
    const easy = 'check_links fails (exit 2) when example.com is slow & late - run it at 10:30, 2 > 1, #3!';
    expect(claimMarkdown(easy)).toBe(easy);
    expect(claimMarkdown('`a` *b* _c_ <d> &lt; http://x.y')).toBe('\\`a\\` \\*b\\* \\_c\\_ \\<d> \\&lt; http\\://x.y');
    expect(claimMarkdown('# a\n b ')).toBe('\\# a&#xa; b&#x20;');
    expect(claimMarkdown('1. a')).toBe('1\\. a');
    expect(claimMarkdown('a\u200bb')).toBe('a&#x200b;b');
  });

  it('is read as people write it', () => {
    expect(claimOf('  a \\d  b\\*\t c &#169; &#1114112; &nope; ')).toBe('a \\d b* c © &#1114112; &nope;');
  });
});

describe('the page of lessons', () => {
  it('reads like this', () => {
    const page = lessonsPage([
      lesson({ id: 'L12', status: 'candidate', origin: 'model', evidence: [], used: null, when: { tag: 'any' } }),
      lesson({
        when: { directive: 'check_links', signature: '3fa9c1d20b7e', tag: 'slot' },
        evidence: ['20260304t143000-9f8e7d6c', '20260305t143000-9f8e7d6c'],
        proposed: '2026-03-09',
      }),
    ]);
    expect(page.slice(page.indexOf('## Active'))).toBe(`## Active

_Proven by what happened, or written by a person._

### L3

check_links fails when example.com is slow at night; run it by day.

- applies when: directive \`check_links\`, signature \`3fa9c1d20b7e\`, tag \`slot\`
- evidence: \`20260304t143000-9f8e7d6c\`, \`20260305t143000-9f8e7d6c\`
- helpful 3, harmful 1, last used 2026-03-04
- origin: code (failure), since 2026-03-04, proposed 2026-03-09

## Candidates

_Seen, but not proven yet: decisions are shown a few of them, marked as unproven._

### L12

check_links fails when example.com is slow at night; run it by day.

- applies when: tag \`any\`
- evidence: none
- helpful 3, harmful 1, never used
- origin: a model (failure), since 2026-03-04
`);
    expect(page).toMatch(/^# Lessons\n/);
    expect(lessonsPage([])).toContain(
      '## Active\n\n_Proven by what happened, or written by a person._\n\n_None at present._\n',
    );
  });

  it('is read back exactly, whatever the claims are', () => {
    fc.assert(
      fc.property(anyLessons, (lessons) => {
        const page = lessonsPage(lessons);
        expect(parseLessons(page, FILE, TODAY)).toEqual({ lessons, unnumbered: [], problems: [] });
        expect(lessonsPage(parseLessons(page, FILE, TODAY).lessons)).toBe(page);
        expect(parseLessons(`\uFEFF${page.replaceAll('\n', '\r\n')}`, FILE, TODAY).lessons).toEqual(lessons);
      }),
    );
  });

  it('leaves out the retired, and does not care for their order', () => {
    const two = [lesson({ id: 'L2' }), lesson({ id: 'L10' })];
    const retired = lesson({ id: 'L1', status: 'retired' });
    expect(lessonsPage([...two].reverse().concat(retired))).toBe(lessonsPage(two));
  });
});

describe('the archive', () => {
  it('has the last one first, with the reason', () => {
    const retired = (id: string, reason: string) =>
      lesson({ id, status: 'retired', retired: { day: '2026-04-01', reason } });
    const page = archivePage([retired('L1', 'old'), retired('L2', '<!-- `new` -->\n## x')]);
    expect(page.match(/^### .*|^- retired .*/gm)).toEqual([
      '### L2',
      '- retired 2026-04-01: \\<!-- \\`new\\` -->&#xa;## x',
      '### L1',
      '- retired 2026-04-01: old',
    ]);
    expect(archivePage([])).toContain('None at present.');
  });
});
