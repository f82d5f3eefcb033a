import fc from 'fast-check';
import type { Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { describe, expect, it } from 'vitest';
import { code, counted, cut, dayOf, fileLink, paragraphs, plain, table } from '../../../execution/lib/markdown-text.ts';

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
    const asSource = ['c.markdown', 'c.mdown', 'c.mkd', 'c.mkdn', 'c.MD'];
    for (const file of asSource) expect(fileLink('b.md', file, 3)).toBe(`[\`${file}\`](${file}?plain=1#L3)`);
    for (const file of ['cmd', 'c.md.ts']) expect(fileLink('b.md', file, 3)).toBe(`[\`${file}\`](${file}#L3)`);
  });

  it('keep what would end the link or turn its text', () => {
    expect(fileLink('b.md', "it's (1) *new*!.ts")).toBe("[`it's (1) *new*!.ts`](it%27s%20%281%29%20%2anew%2a%21.ts)");
  });
});

describe('text', () => {
  it('is escaped as text and referred to as code, only where it must be', () => {
    expect(plain('a.b-(c) \\ ` * _ { } [ ] < > | ~ & # ! $')).toBe(
      'a.b-(c) \\\\ \\` \\* \\_ \\{ \\} \\[ \\] \\< \\> \\| \\~ \\& \\# \\! \\$',
    );
    expect([code('a*b'), code('a|b'), code('a`b'), code('a\\b')]).toEqual([
      '`a*b`',
      '<code>a&#124;b</code>',
      '<code>a&#96;b</code>',
      '<code>a&#92;b</code>',
    ]);
    expect([code(''), code('Az09|/:@[{~')]).toEqual([
      '<code></code>',
      '<code>Az09&#124;&#47;&#58;&#64;&#91;&#123;&#126;</code>',
    ]);
  });

  it('is one line, without what turns its direction', () => {
    expect(plain(' a \t\n\u0000\u2028 b\u202ac\u202ed\u2066e\u2069f ')).toBe('a bcdef');
  });
});

describe('the parts of a page', () => {
  it('are a table, or nothing where it has no rows', () => {
    const rows = [
      ['1', 2],
      ['3', 4],
    ];
    expect(table(['A', 'B'], rows)).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |');
    expect(table(['A'], [])).toBe('');
  });

  it('have a blank line between them, and those that say nothing have none', () => {
    expect(paragraphs('a', '', 'b\nc', '')).toBe('a\n\nb\nc');
  });

  it('count in words', () => {
    expect([counted(0, 'row'), counted(1, 'row'), counted(2, 'row')]).toEqual(['no rows', '1 row', '2 rows']);
    expect([counted(1, 'branch', 'branches'), counted(2, 'branch', 'branches')]).toEqual(['1 branch', '2 branches']);
  });

  it('name the day in UTC', () => {
    expect(dayOf(new Date('2026-03-01T23:59:59.999Z'))).toBe('2026-03-01');
  });
});

describe('cut', () => {
  it('keeps whole characters', () => {
    expect([cut('ab', 2), cut('abc', 2), cut('', 2)]).toEqual(['ab', 'a…', '']);
    expect(cut('👍👍👍', 2)).toBe('👍…');
    expect(cut('👍👍', 2)).toBe('👍👍');
  });
});
