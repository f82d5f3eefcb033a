import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { BLOG_PLACE } from './lib/blog/blog-place.ts';
import { type Post, readPosts } from './lib/blog/blog-post.ts';
import { MOST_URLS, readSitemap, type SitemapUrl, sitemapXml } from './lib/blog/sitemap.ts';
import { dayOf } from './lib/markdown-text.ts';
import { readIfThere } from './lib/report-file.ts';

/** The posts are the truth about posts; addresses of other pages stay as somebody wrote them. */
export default defineScript({
  summary: 'Writes sitemap.xml from the front matter of the posts, and keeps what it holds of other pages.',
  input: z.strictObject({
    site_url: z.url({ protocol: /^https?$/ }).describe('Address of the site'),
    ...BLOG_PLACE,
    path: z.string().default('site/sitemap.xml').describe('The file to write'),
  }),
  output: z.object({ path: z.string(), changed: z.boolean(), urls: z.int(), posts: z.int() }),
  async run(context, { site_url, folder, prefix, path }) {
    const site = site_url.replace(/\/+$/, '');
    const file = join(context.workspace, path);
    const before = await readIfThere(file);
    const kept = before === undefined ? [] : readSitemap(before);
    if (!kept) return context.skip(`${path} is no sitemap of pages: it is left as it is`);
    const posts = (await readPosts(context, folder)).filter(({ isDraft }) => !isDraft);
    const urls = [
      { loc: `${site}/` },
      ...kept.filter(({ loc }) => !loc.startsWith(`${site}${prefix}`) || loc === `${site}${prefix}`),
      ...posts.map((post) => postUrl(`${site}${prefix}`, post, dayOf(context.clock.now()))),
    ];
    if (urls.length > MOST_URLS) return context.skip(`${urls.length} addresses are more than a sitemap may hold`);
    const xml = sitemapXml(urls);
    const changed = xml !== before;
    if (changed) await writeFile(file, xml);
    return { path, changed, urls: new Set(urls.map(({ loc }) => loc)).size, posts: posts.length };
  },
});

/** A day to come is none on which a page was changed. */
function postUrl(base: string, { slug, day }: Post, today: string): SitemapUrl {
  const loc = `${base}${encodeURI(slug)}`;
  return day === undefined || day > today ? { loc } : { loc, lastmod: day };
}
