import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedProblem } from '../../../../execution/lib/feeds/feed-guard.ts';
import { readFeed } from '../../../../execution/lib/feeds/feed-items.ts';
import { rss } from '../../../support/feed-samples.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const read = (text: string) => readFeed(text, 'https://site.example/feed', NOW);
const itemsOf = (text: string) => {
  const found = read(text);
  if ('problem' in found) throw new Error(found.problem);
  return found.items;
};
const problemOf = (text: string) => {
  const found = read(text);
  return 'problem' in found ? found.problem : 'no problem';
};

describe('a feed', () => {
  it('in RSS is read as text', () => {
    const text = '<p>Hi <b>you</b> <script>alert(1)</script>&amp; all</p>';
    expect(itemsOf(rss([{ title: 'A <b>bold</b> & new\u202e\u200b one', link: '/one', text }]))).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        title: 'A bold & new one',
        link: 'https://site.example/one',
        at: '2026-03-01T08:00:00.000Z',
        abstract: 'Hi you & all',
      },
    ]);
  });

  it('in Atom, RDF and JSON, too', () => {
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:1</id><title type="html">A &amp;lt;</title>
      <link rel="self" href="https://x.example/self"/><link href="https://x.example/1"/><updated>2026-02-28T00:00:00Z</updated>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">c <b>d</b></div></content></entry></feed>`;
    expect(itemsOf(atom)).toMatchObject([
      { link: 'https://x.example/1', at: '2026-02-28T00:00:00.000Z', abstract: 'c d' },
    ]);
    const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel><title>T</title></channel><item><title>R</title><link>https://x.example/r</link><dc:date>2026-02-27T00:00:00Z</dc:date></item></rdf:RDF>`;
    expect(itemsOf(rdf)).toMatchObject([{ title: 'R', link: 'https://x.example/r', at: '2026-02-27T00:00:00.000Z' }]);
    const json = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      items: [{ id: '1', url: 'https://x.example/j', content_html: '<p>No title</p>' }],
    };
    expect(itemsOf(JSON.stringify(json))).toMatchObject([{ title: 'No title', link: 'https://x.example/j', at: null }]);
  });

  it('gives no link that is no web address, no time that can not be, and no item twice', () => {
    const items = itemsOf(
      rss([
        { title: 'a', link: 'javascript:alert(1)' },
        { title: 'b', link: 'https://me:secret@x.example/' },
        { title: 'c', link: 'https://x.example/c', at: '2031-01-01T00:00:00Z' },
        { title: 'c', link: 'https://x.example/c' },
        { title: 'd', link: 'https://x.example/d', at: '2026-03-02T00:00:00Z' },
      ]),
    );
    expect(items.map(({ title, link, at }) => [title, link, at])).toEqual([
      ['a', null, '2026-03-01T08:00:00.000Z'],
      ['b', null, '2026-03-01T08:00:00.000Z'],
      ['c', 'https://x.example/c', null],
      ['d', 'https://x.example/d', NOW.toISOString()],
    ]);
    expect(itemsOf(rss(Array.from({ length: 150 }, (_, index) => ({ title: `n${index}` }))))).toHaveLength(100);
  });
});

describe('what is no feed', () => {
  it.each([
    ['', 'it is no feed'],
    ['<html><body>Please log in</body></html>', 'it is no feed'],
    ['{"value": 1', 'it is no feed'],
    ['{"version": 5, "items": {"a": 1}}', 'it is no feed'],
    [
      '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>',
      'it declares a document type',
    ],
    ['<rss><!ENTITY a SYSTEM "file:///etc/passwd"><channel/></rss>', 'it declares a document type'],
    ['<rss><channel><title>a < b</title></channel></rss>', 'it is not XML: a `<` begins no tag'],
    ['<rss><a b="<"/></rss>', 'it is not XML: a `<` stands inside'],
    ['<rss', 'it is not XML: a tag has no end'],
    ['<rss><![CDATA[ x', 'it has a <![CDATA[ without an end'],
    ['<a>'.repeat(101), 'its tags are nested'],
    [`<rss>${'<a/>'.repeat(200_001)}`, 'it has over 200000 tags'],
  ])('%.40s', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });

  it.each([
    '<'.repeat(1_000_000),
    '<![CDATA['.repeat(100_000),
    '<!--'.repeat(300_000),
    `<rss ${'a'.repeat(1_000_000)}`,
  ])('costs no time: %.12s', (text) => {
    expect(problemOf(text)).toMatch(/^it/);
  });

  it('is told apart from one that speaks of such things', () => {
    expect(
      feedProblem('<?xml version="1.0"?><!-- <!DOCTYPE x --><rss><a><![CDATA[<!DOCTYPE html><b>]]></a></rss>'),
    ).toBeUndefined();
  });

  it('never throws', () => {
    const part = fc.constantFrom(
      '<rss version="2.0">',
      '<channel>',
      '<item>',
      '<title>',
      '</title>',
      '<',
      '>',
      '<![CDATA[',
      ']]>',
      '&',
      '&#x41;',
      '"',
      'a',
      '<feed>',
      '<entry>',
      '{',
    );
    fc.assert(
      fc.property(fc.string({ unit: part }), (text) => ['items', 'problem'].includes(Object.keys(read(text))[0] ?? '')),
    );
  });
});
