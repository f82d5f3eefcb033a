import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkPlaces, withAddresses } from '../../../../execution/lib/links/link-places.ts';

const urls = (text: string) => linkPlaces(text).map(({ url }) => url);

describe('places of web addresses', () => {
  it('are those of links, images, definitions and bare addresses', () => {
    const page = [
      '[a](http://a.example/1 "title") ![b](<http://a.example/2>) <http://a.example/3> http://a.example/4.',
      '[c][1] [https://a.example/5](https://a.example/5) [![d](http://a.example/6)](http://a.example/(7))',
      '',
      '[1]: http://a.example/8#part',
      '',
      '| x | y |',
      '| --- | --- |',
      '| [e](http://a.example/9) | |',
    ].join('\n');
    expect(linkPlaces(page).map(({ url, line }) => `${line} ${url.slice('http://a.example/'.length)}`)).toEqual([
      '1 1',
      '1 2',
      '1 3',
      '1 4',
      '2 /5',
      '2 6',
      '2 (7)',
      '4 8#part',
      '8 9',
    ]);
    for (const { url, start, end } of linkPlaces(page)) expect(page.slice(start, end)).toBe(url);
  });

  it.each([
    ['code', '`http://a.example/` and `[x](http://a.example/)`'],
    ['a block of code', '```\n[x](http://a.example/)\n```\n\n    http://a.example/'],
    ['front matter', '---\nurl: http://a.example/\n---\n'],
    ['HTML', '<a href="http://a.example/">x</a> <!-- http://a.example/ -->'],
    ['escapes', '[x](http://a.example/\\(y) [z](http://a.example/?a&amp;b)'],
    ['no scheme', 'www.example.com [x](//a.example/) mailto:a@a.example [y](page.md)'],
    ['no address', '[x](http://[)'],
    ['what no person wrote', `[x](http://a.example/${'y'.repeat(300)})`],
  ])('are none in %s', (_, text) => {
    expect(urls(text)).toEqual([]);
  });

  it('hold behind every kind of line end, tab and character', () => {
    const page = '# Ü😀\r\n\r\n-\tx\t[a](http://a.example/1)\r\n> 😀 http://a.example/2\r> [b](http://a.example/3)\n';
    expect(urls(page)).toEqual(['http://a.example/1', 'http://a.example/2', 'http://a.example/3']);
  });
});

describe('a page with other addresses', () => {
  const changed = (page: string, to: string) =>
    withAddresses(
      page,
      linkPlaces(page).map((place) => ({ ...place, to })),
    );

  it('differs in nothing else', () => {
    const page = '[http://a.example/](http://a.example/ "http://a.example/") `http://a.example/`\r\n';
    expect(changed(page, 'https://b.example/x')).toBe(
      '[http://a.example/](https://b.example/x "http://a.example/") `http://a.example/`\r\n',
    );
  });

  it.each([
    ['[x](http://a.example/)', 'https://b.example/) [y](https://evil.example/'],
    ['[x](http://a.example/)', 'https://b.example/ (z'],
    ['| a |\n| --- |\n| [x](http://a.example/) |', 'https://b.example/a|b'],
    ['see http://a.example/x', 'https://b.example/x.'],
    ['<http://a.example/>', 'https://b.example/>'],
    ['[x](http://a.example/)', 'https://b.example/&amp;'],
  ])('is none where %j with %j would read as something else', (page, to) => {
    expect(changed(page, to)).toBeUndefined();
  });

  it('keeps all that is not an address, whatever the page', () => {
    const address = fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true, withFragments: true });
    const piece = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('\n', '\n\n', '`', '    ', '> ', '- ', '[x]', '](', ')', '<', '>', '|', '```\n', '\\', '😀'),
      address.map((url) => `[x](${url})`),
      address,
      address.map((url) => `<${url}>`),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), address, (pieces, to) => {
        const page = pieces.join('');
        const places = linkPlaces(page);
        const result = withAddresses(
          page,
          places.map((place) => ({ ...place, to })),
        );
        const cut = (text: string, of: typeof places) =>
          of.reduceRight((rest, { start, end }) => `${rest.slice(0, start)}\0${rest.slice(end)}`, text);
        if (result === undefined) return;
        expect(urls(result)).toEqual(places.map(() => to));
        expect(cut(result, linkPlaces(result))).toBe(cut(page, places));
      }),
      { numRuns: 200 },
    );
  });
});
