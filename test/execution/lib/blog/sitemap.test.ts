import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSitemap, sitemapXml } from '../../../../execution/lib/blog/sitemap.ts';

describe('sitemapXml', () => {
  it('lists each address once, in one order', () => {
    const urls = [
      { loc: 'https://a.b/z' },
      { loc: "https://a.b/?q='1'&r=<2>", lastmod: '2026-03-01' },
      { loc: 'https://a.b/z' },
    ];
    expect(sitemapXml(urls)).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        '  <url><loc>https://a.b/?q=&apos;1&apos;&amp;r=&lt;2&gt;</loc><lastmod>2026-03-01</lastmod></url>',
        '  <url><loc>https://a.b/z</loc></url>',
        '</urlset>',
        '',
      ].join('\n'),
    );
  });

  it('is read back as it was', () => {
    const path = fc.webUrl({ withQueryParameters: true, withFragments: true });
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 5 }), (locs) => {
        const urls = [...locs].sort().map((loc) => ({ loc, priority: '0.5' }));
        expect(readSitemap(sitemapXml(urls))).toEqual(urls);
      }),
    );
  });
});

describe('readSitemap', () => {
  it('reads what others wrote, and no index of sitemaps', () => {
    const xml = `<?xml version="1.0"?>\n<urlset xmlns="x" xmlns:image="y">
      <url>\n<loc> https://a.b/&amp;c </loc>\n<changefreq>weekly</changefreq><image:image><image:loc>z</image:loc></image:image></url>
      <url><loc>no address</loc></url><url></url></urlset>`;
    expect(readSitemap(xml)).toEqual([{ loc: 'https://a.b/&c', changefreq: 'weekly' }]);
    expect(readSitemap('<sitemapindex><sitemap><loc>https://a.b/</loc></sitemap></sitemapindex>')).toBeUndefined();
    expect(readSitemap('')).toBeUndefined();
    expect(readSitemap('<urlset>')).toEqual([]);
  });
});
