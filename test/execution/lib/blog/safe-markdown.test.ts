import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProse } from '../../../../execution/lib/blog/post-prose.ts';
import { isPageAddress, readTree, safeMarkdown } from '../../../../execution/lib/blog/safe-markdown.ts';

describe('safeMarkdown', () => {
  it.each([
    ['text stays', '# A\n\n- *b* `<c>`\n\n| d |\n| - |\n| e |', '# A\n\n- *b* `<c>`\n\n| d |\n| - |\n| e |'],
    ['inline HTML', 'a <b onclick="x()">c</b> d', 'a c d'],
    ['a block of HTML', 'a\n\n<script>\nalert(1)\n</script>\n\nb', 'a\n\n\n\nb'],
    ['tags made of tags', '<scr<b>ipt>alert(1)</scr</b>ipt>', ''],
    ['comments', 'a <!-- steward:x --> b', 'a  b'],
    ['addresses that run code', '[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x)', 'a b c'],
    ['hidden schemes', '[a](JaVaScRiPt&colon;alert(1)) [b](<java\tscript:x>)', 'a b'],
    ['other hosts in disguise', '[a](//evil.org) [b](/\\evil.org) [c](https://bank.com@evil.org)', 'a b c'],
    ['definitions', '[a][x]\n\n[x]: javascript:alert(1)', '[a][x]'],
    ['mail', 'write to me@example.org', 'write to `me@example.org`'],
    [
      'pictures from elsewhere',
      'a ![b](https://t.org/1.gif) ![c][d]\n\n[d]: https://t.org/2.gif',
      'a  \n\n[d]: https://t.org/2.gif',
    ],
    ['template marks in pictures', 'a ![{{ x }}](/b.png) ![c](/{{d}}.png)', 'a'],
    ['pictures of the site', '![b](/b.png) ![c](c.png)', '![b](/b.png) ![c](c.png)'],
    ['what follows readers', '[a](https://x.org/?utm_source=b&c=d#e)', '[a](<https://x.org/?c=d#e>)'],
    ['bare addresses', 'https://x.org/?gclid=1 and <https://y.org/?fbclid=2>', '<https://x.org/> and <https://y.org/>'],
    ['template marks', 'a {{ secrets }} {% include x %} {# y #}', 'a {\\{ secrets }} {\\% include x %} {\\# y #}'],
    [
      'template marks in addresses',
      '[a](https://x.org/{{y}}) [b](/c "{{ y }}")',
      '[a](<https://x.org/%7B%7By%7D%7D>) [b](</c>)',
    ],
    ['template marks in definitions', '[a][b]\n\n[b]: /c "{% x %}"', '[a][b]\n\n[b]: </c>'],
    [
      'attributes of elements',
      'a\n{: onclick="x()"}\n\n# b {onclick="x()"}',
      'a\n{\\: onclick="x()"}\n\n# b \\{onclick="x()"}',
    ],
    ['attributes behind escapes', 'a {.b} \\{.c} \\\\{.d}', 'a \\{.b} \\{.c} \\\\\\{.d}'],
    ['code that begins the text', '\n    <script>alert(1)</script>\n\na', '    <script>alert(1)</script>\n\na'],
    ['addresses seen late', '[https://a.b/?utm_x=1\\ and {{ x }}', '[`https://a.b/?utm_x=1\\` and {\\{ x }}'],
    ['hidden text', 'a\u202eb\u200bc\u{e0041}d\u0007e', 'abcde'],
  ])('%s', (_, text, safe) => {
    expect(safeMarkdown(text)).toBe(`${safe}\n`);
  });

  it('keeps the text of links that lead nowhere', () => {
    expect(safeMarkdown('[a *b*](/blog/x) [c](/blog/y)', (url) => url === '/blog/y')).toBe('a *b* [c](/blog/y)\n');
  });

  it('refuses what is nested too deep, and takes a line of ten thousand characters', () => {
    expect(safeMarkdown('> '.repeat(5000))).toBeUndefined();
    expect(safeMarkdown(`${'- '.repeat(30)}a`)).toBeUndefined();
    expect(safeMarkdown(`${'![a '.repeat(5000)}${'](x) '.repeat(5000)}`)).toBeUndefined();
    expect(safeMarkdown('-'.repeat(80))).toBe(`${'-'.repeat(80)}\n`);
    expect(safeMarkdown('x'.repeat(10_000))).toHaveLength(10_001);
  });

  it('leaves nothing behind that it would take away, whatever it is given', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '[',
        ']',
        '(',
        ')',
        '!',
        '`',
        '\n',
        '\\',
        '&colon;',
        'javascript:',
        'script',
        '//',
        ':',
        '{{',
        '{%',
      ],
      ...['https://a.b/?utm_x=1', '@', 'a', ' ', '*', '| a |\n| - |\n', '[x]: javascript:y\n', '<b>', '</b>', '<!--'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const safe = safeMarkdown(pieces.join(''));
        if (safe === undefined) return;
        const tree = readTree(safe);
        const prose = tree && readProse(tree);
        expect(prose?.hasHtml).toBe(false);
        expect([...(prose?.links ?? []), ...(prose?.images ?? [])].filter(({ url }) => !isPageAddress(url))).toEqual(
          [],
        );
        expect(safeMarkdown(safe)).toBe(safe);
      }),
      { numRuns: 500 },
    );
  });
});
