import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../../execution/lib/markdown-links.ts';

const links = (text: string) => readMarkdown(text).links.map(({ url, line }) => `${line} ${url}`);
const anchors = (text: string) => [...readMarkdown(text).anchors];

describe('links', () => {
  it('have the line where they begin', () => {
    const page = '[a](a.md)\n\ntext\n![b](b.png) <https://c.example>\n\n[d]: d.md\n\n[d] and https://e.example\n';
    expect(links(page)).toEqual(['1 a.md', '4 b.png', '4 https://c.example', '6 d.md', '8 https://e.example']);
  });

  it('of HTML have the line of their attribute, wherever the tag begins', () => {
    const page = '\n<p>\n<a title="x"\n   HREF="a.md"\n>a</a>\n<img src=b.png><IMG\n\nSRC="c.png"></p>\n';
    expect(links(page)).toEqual(['4 a.md', '6 b.png']);
    expect(links('text <a href="a.md">a</a> and\n<img src="b.png"> more\n')).toEqual(['1 a.md', '2 b.png']);
    expect(links('<a href="href.md" id="x" href="two.md">')).toEqual(['1 href.md', '1 two.md']);
  });

  it.each([
    ['<a href="a.md">', 'a.md'],
    ["<a href='a.md'>", 'a.md'],
    ['<a href=a.md>', 'a.md'],
    ['<a href = "a.md" >', 'a.md'],
    ['<a\thref="it\'s.md">', "it's.md"],
    ['<a href=\'say "a".md\'>', 'say "a".md'],
    ['<video src="a.mp4">', 'a.mp4'],
    ['<h1><a href="a.md">', 'a.md'],
    ['<a href="">', ''],
    ['<a href="a&amp;b&lt;c&gt;d&quot;e&#39;f&nbsp;g&copy;h">', 'a&b<c>d"e\'f g&copy;h'],
  ])('%s leads to %j', (html, url) => {
    expect(readMarkdown(`${html}\n`).links.map((link) => link.url)).toContain(url);
  });

  it.each([
    '<a :href="x">',
    '<a data-href="x">',
    '<a @src="x">',
    '<a x.src="x">',
    '<a hrefs="x">',
    '<a href>',
    '<!-- <a href="x"> -->',
    '<!-- a\n<a href="x">\n-- >',
    '`<a href="x">`',
    '<1 href="x">',
    '</a href="x">',
  ])('%j has none', (html) => {
    expect(links(`${html}\n`)).toEqual([]);
  });

  it('after a comment keep their lines', () => {
    expect(links('<div>\n<!-- one\ntwo -->\n<a href="a.md"></a> <!-- x --> <a href="b.md"></a>\n</div>\n')).toEqual([
      '4 a.md',
      '4 b.md',
    ]);
  });
});

describe('anchors', () => {
  it('are headings as GitHub slugs them, each once', () => {
    expect(anchors('# A *b* `c`\n\n## A b c\n\n### ![alt](x.png) d\n\n## <b>e</b> f\n')).toEqual([
      'a-b-c',
      'a-b-c-1',
      '-d',
      'e-f',
    ]);
  });

  it('are headings in HTML, with their text alone', () => {
    const page = '<H2 align="center">In <b>HTML</b> &amp; more</H2>\n\n<h6>six</h6>\n\n<h1>\none\n</h1>\n';
    expect(anchors(page)).toEqual(['in-html--more', 'six', 'one']);
    expect(anchors('<div><h7>a</h7><h0>b</h0><hr><xh1>c</xh1><h1x>d</h1x></div>\n')).toEqual([]);
    // A blank line ends the HTML: what comes after is no part of it.
    expect(anchors('<h2>\n\ntext\n\n</h2>\n')).toEqual([]);
    expect(anchors('<h1></h1>\n\n<h2>Two</h2><h1>One</h1>\n')).toEqual(['two', 'one']);
  });

  it('are ids of any element and names of links, in lower case', () => {
    const page = '<div ID="Box"></div><a name="Old"></a><A Name=older></A>\n\n<p name="field"><abbr name="x"></p>\n';
    expect(anchors(page)).toEqual(['box', 'old', 'older']);
    expect(anchors('<p idx="a" grid="b" data-id="c"></p>\n')).toEqual([]);
  });

  it('are footnotes', () => {
    expect(anchors('A[^Note] b\n\n[^Note]: text\n')).toEqual(['fn-note', 'fnref-note']);
  });

  it('are not in code', () => {
    expect(anchors('```\n# a\n```\n\n    # b\n\n`<p id="c">`\n')).toEqual([]);
  });
});

describe('front matter', () => {
  const after = '\n# Heading\n[a](a.md)\n';
  it.each([
    ['---\ntitle: x\n---', 5],
    ['---\ntitle: x\n...', 5],
    ['--- \t\r\ntitle: x\r\n---\t ', 5],
    ['\uFEFF---\na: 1\nb: 2\n---', 6],
    ['---\na: 1\n---x\nb: 2\n---', 7],
    ['---\n\n---', 5],
  ])('%j is no part of the page, but its lines count', (front, line) => {
    const page = readMarkdown(front + after);
    expect([...page.anchors]).toEqual(['heading']);
    expect(page.links).toEqual([{ url: 'a.md', line }]);
  });

  it('ends at its first end', () => {
    expect(anchors('---\na: 1\n---\n\n# Between\n\n---\n\n# After\n\n---\n')).toEqual(['between', 'after']);
  });

  it.each([
    ['text\n---\nnot: front\n---', ['text', 'not-front', 'heading']],
    ['---\ntitle: never ended', ['heading']],
    ['----\na\n---', ['a', 'heading']],
    ['--- x\n\na\n---', ['a', 'heading']],
  ])('%j is none', (front, found) => {
    expect(anchors(front + after)).toEqual(found);
  });

  it('may be all there is', () => {
    expect(readMarkdown('---\n[a]: a.md\n---')).toEqual({ links: [], anchors: new Set() });
  });
});
