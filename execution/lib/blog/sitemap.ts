import { parse } from 'node-html-parser';

/** One address of a sitemap, with what else is known of it. */
export interface SitemapUrl {
  loc: string;
  /** `2026-03-01`, or as somebody else wrote it. */
  lastmod?: string | undefined;
  changefreq?: string | undefined;
  priority?: string | undefined;
}

/** No sitemap may hold more. */
export const MOST_URLS = 50_000;
const FIELDS = ['lastmod', 'changefreq', 'priority'] as const;

/** A sitemap in the order of its addresses; each stands in it once. */
export function sitemapXml(urls: readonly SitemapUrl[]): string {
  const byLoc = new Map(urls.map((url) => [url.loc, url]));
  const sorted = [...byLoc.values()].sort((a, b) => (a.loc < b.loc ? -1 : 1));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...sorted.map(urlElement),
    '</urlset>',
    '',
  ].join('\n');
}

function urlElement(url: SitemapUrl): string {
  const fields = FIELDS.flatMap((name) =>
    url[name] === undefined ? [] : [`<${name}>${escaped(url[name])}</${name}>`],
  );
  return `  <url><loc>${escaped(url.loc)}</loc>${fields.join('')}</url>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escaped = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, '').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** The addresses of an existing sitemap; undefined for another kind of file, such as an index of sitemaps. */
export function readSitemap(xml: string): SitemapUrl[] | undefined {
  if (!/<urlset[\s>]/.test(xml)) return undefined;
  const root = parse(xml.replace(/<\?xml[^>]*\?>/, ''), { lowerCaseTagName: true });
  return root.querySelectorAll('url').flatMap((element) => {
    const textOf = (name: string) => element.querySelector(name)?.text.trim();
    const loc = textOf('loc');
    if (loc === undefined || !URL.canParse(loc)) return [];
    return [{ loc, ...Object.fromEntries(FIELDS.flatMap((name) => (textOf(name) ? [[name, textOf(name)]] : []))) }];
  });
}
