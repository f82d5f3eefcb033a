import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const post = (...front: string[]) => `---\ntitle: T\n${front.join('\n')}\n---\nText\n`;

async function stage(tree: Tree) {
  const repo = await gitFixture({ 'README.md': '# House\n', ...tree });
  const run = (input: object = {}) =>
    runScript({
      script: 'update_sitemap',
      workspace: repo.path,
      writes: ['site/sitemap.xml'],
      input: { site_url: 'https://a.b/', ...input },
    });
  return { repo, run, read: () => readFile(join(repo.path, 'site/sitemap.xml'), 'utf8') };
}

describe('update_sitemap', () => {
  it('lists the posts that are published, and writes only what changed', async () => {
    const { repo, run, read } = await stage({
      'site/posts/b.md': post('date: 2026-02-01', 'updated: 2026-02-20'),
      'site/posts/a.md': post('date: 2027-01-01'),
      'site/posts/draft.md': post('draft: true'),
    });
    expect(outputOf(await run())).toEqual({ path: 'site/sitemap.xml', changed: true, urls: 3, posts: 2 });
    const locs = ['https://a.b/', 'https://a.b/blog/a', 'https://a.b/blog/b'];
    const xml = await read();
    expect([...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, loc]) => loc)).toEqual(locs);
    expect(xml).toContain('<url><loc>https://a.b/blog/b</loc><lastmod>2026-02-20</lastmod></url>');
    expect(xml.match(/lastmod>/g)).toHaveLength(2);
    expect(outputOf(await run())).toMatchObject({ changed: false });
    await repo.write({ 'site/posts/b.md': null });
    expect(outputOf(await run())).toMatchObject({ changed: true, posts: 1 });
    expect(await read()).not.toContain('/blog/b');
  });

  it('keeps what others wrote of other pages, and does not touch an index of sitemaps', async () => {
    const xml =
      '<urlset><url><loc>https://a.b/about</loc><priority>0.3</priority></url><url><loc>https://a.b/blog/gone</loc></url></urlset>';
    const { repo, run, read } = await stage({ 'site/sitemap.xml': xml });
    expect(outputOf(await run())).toMatchObject({ changed: true, urls: 2, posts: 0 });
    expect(await read()).toContain('<url><loc>https://a.b/about</loc><priority>0.3</priority></url>');
    expect(await read()).not.toContain('gone');
    await repo.write({ 'site/sitemap.xml': '<sitemapindex></sitemapindex>' });
    expect((await run()).outcome).toMatchObject({ status: 'skipped' });
    expect(await read()).toBe('<sitemapindex></sitemapindex>');
  });
});
