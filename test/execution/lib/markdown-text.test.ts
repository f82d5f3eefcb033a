import fc from 'fast-check';
import type { Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { describe, expect, it } from 'vitest';
import { code, cut, fileLink, plain, table } from '../../../execution/lib/markdown-text.ts';

const parse = (text: string): Root => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** Text of names and messages, rich in what Markdown and tables care about. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '|',
        '\\',
        '`',
        '``',
        '*',
        '_',
        '[',
        '](',
        ')',
        '<',
        '>',
        '&amp;',
        '~~',
        '#',
        '!',
        '\n',
        '$',
        '<b>',
        '|-',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const shown = (text: string): string =>
  text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();

/** The cells of the one table of a page, as a reader sees them. */
function cells(markdown: string): string[] {
  const found: string[] = [];
  visit(parse(markdown), 'tableCell', (cell) => {
    found.push(textOf(cell, { includeHtml: false }));
  });
  return found;
}

describe('text in a table', () => {
  it('shows exactly what was given, as text and as code, and never another cell', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const page = table(['A', 'B', 'C'], [[plain(a), code(b), 'end']]);
        const [, , , first, second, third, ...more] = cells(page);
        expect([first?.trim(), second, third, more]).toEqual([shown(a), shown(b), 'end', []]);
      }),
      { numRuns: 500 },
    );
  });

  it('makes no element of it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const types = new Set<string>();
        visit(parse(table(['A'], [[plain(`x${text}`)]])), (node) => {
          types.add(node.type);
        });
        for (const type of ['image', 'html', 'inlineCode', 'emphasis', 'strong', 'delete'])
          expect(types).not.toContain(type);
      }),
      { numRuns: 500 },
    );
  });
});

describe('links to files', () => {
  it('lead to the file from the page’s folder, whatever its name', () => {
    const name = hostile
      .map((text) => text.replaceAll('/', '-').replaceAll('\0', ''))
      .filter((text) => shown(text) !== '');
    fc.assert(
      fc.property(name, (file) => {
        const urls: string[] = [];
        visit(parse(table(['A'], [[fileLink('knowledge/reports/x.md', `docs/${file}`)]])), 'link', (link) => {
          urls.push(link.url);
        });
        const links = urls.map((url) => decodeURIComponent(url));
        expect(links).toEqual([`../../docs/${file}`]);
      }),
      { numRuns: 500 },
    );
  });

  it('open the line, in Markdown as source', () => {
    expect(fileLink('status.md', 'a.ts', 3)).toBe('[`a.ts`](a.ts#L3)');
    expect(fileLink('a/b.md', 'c.md', 3)).toBe('[`c.md`](../c.md?plain=1#L3)');
  });
});

describe('cut', () => {
  it('keeps whole characters', () => {
    expect(cut('ab', 2)).toBe('ab');
    expect(cut('👍👍👍', 2)).toBe('👍…');
  });
});
