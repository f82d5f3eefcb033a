import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { outsideLink, quoted, webAddress } from '../../../execution/lib/outside-text.ts';

const tree = (markdown: string) =>
  JSON.stringify(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));

describe('quoted text', () => {
  it.each([
    ['ping @octo and a@b.example', 'ping @\u200bocto and a@\u200bb.example'],
    ['closes #1, gh-2, o/r#3', 'closes \\#\u200b1, gh-\u200b2, o/r\\#\u200b3'],
    ['see https://evil.example/x and www.evil.example', 'see (link) and (link)'],
    ['a\u202eb\u200bc\n\n# d', 'abc \\# d'],
    ['<b>|`x`|</b>', '\\<b\\>\\|\\`x\\`\\|\\</b\\>'],
  ])('%j', (text, expected) => {
    expect(quoted(text, 200)).toBe(expected);
    expect(tree(quoted(text, 200))).not.toMatch(/"type":"(link|html|inlineCode|heading|emphasis)"/);
  });

  it('is cut, however long it was', () => {
    expect([...quoted('x'.repeat(1_000_000), 10)]).toHaveLength(10);
  });
});

describe('an address', () => {
  it.each([
    ['https://x.example/a b', undefined, 'https://x.example/a%20b'],
    ['/a', 'https://x.example/b', 'https://x.example/a'],
    ['javascript:alert(1)', 'https://x.example/', undefined],
    ['data:text/html,x', undefined, undefined],
    ['https://me:secret@x.example/', undefined, undefined],
    ['', 'https://x.example/', undefined],
    [`https://x.example/${'a'.repeat(3000)}`, undefined, undefined],
  ])('%.40s', (text, base, expected) => {
    expect(webAddress(text, base)).toBe(expected);
  });

  it('in a link stays one link, and calls nobody on GitHub', () => {
    const url = webAddress('https://x.example/a|b?c=\\>[d](e)') ?? '';
    expect(tree(`| ${outsideLink('t', url)} | x |\n| --- | --- |`).match(/"type":"link"/g)).toHaveLength(1);
    expect(outsideLink('t', 'https://github.com/o/r/issues/1')).toBe('[t](<https://redirect.github.com/o/r/issues/1>)');
  });
});
