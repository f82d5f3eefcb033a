import { expect, onTestFinished, test } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { GOOD_ANSWER, POOR_ANSWER } from '../support/blog-samples.ts';
import { type House, houseOnGitHub, taskBody } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const KEY = 'sk-test-0123456789abcdef';
const SLUG = 'link-checking-for-documentation-a-guide';
const TASK = taskBody('publish_blog_post', 'topic: "Checking links: how and why"\ntarget_keywords: [link checking]');

/** A site that shows what the test puts on it. */
async function site() {
  const pages: Record<string, string> = {};
  const { url, requests } = await answeringServer(({ path }) =>
    path in pages ? { body: pages[path] ?? '' } : { status: 404 },
  );
  return { url, pages, requests };
}

async function house(siteUrl: string): Promise<House> {
  return houseOnGitHub({
    ...(await productTree(['publish_blog_post'])),
    'README.md': '# House\n',
    '.github/steward.yml': `network: { allow: ["127.0.0.1"] }\nvars:\n  site_url: ${siteUrl}\n`,
  });
}

/** A model that gives these drafts in turn, and social posts in between. */
async function model(drafts: readonly object[]) {
  let drafted = 0;
  const server = await startVendorServer({
    gemini: ({ body }) =>
      body.includes('Task: social_posts')
        ? { json: { text: 'A guide to link checking: what to check, and how often. @everyone https://evil.example' } }
        : { json: drafts[Math.min(drafted++, drafts.length - 1)] },
  });
  onTestFinished(() => server.close());
  return { server, environment: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: server.url } };
}

const pullOf = ({ github }: House) => github.state.issues.find((each) => each.pull);

test('a task becomes a pull request with post, sitemap and social post; after the merge the site is looked at', async () => {
  const { url, pages } = await site();
  const at = await house(url);
  const { server, environment } = await model([POOR_ANSWER, GOOD_ANSWER]);
  const task = at.github.act.openIssue('octo', { title: 'Task', body: TASK, labels: ['steward:task'] });

  const { entry } = await at.cycle([], environment);
  expect(entry).toMatchObject({ occurrence: `task:${task}`, result: 'success', verification: 'unverified' });
  expect(entry.steps.map(({ output }) => output)).toMatchObject([
    { slug: SLUG, score: 100, attempts: 2 },
    { changed: true, posts: 1 },
    { id: `blog-${SLUG}`, queued: true, text: 'A guide to link checking: what to check, and how often. everyone' },
  ]);
  expect(entry.metrics.cost).toBeGreaterThan(0);
  expect(server.requests).toHaveLength(3);
  const pull = pullOf(at);
  const branch = pull?.pull?.head ?? '';
  const files = await at.agent.git('diff', '--name-only', `main...${branch}`);
  expect(files.split('\n').filter((path) => !path.startsWith('ledger/'))).toEqual([
    'knowledge/reports/seo.md',
    `site/posts/${SLUG}.md`,
    'site/sitemap.xml',
    `social/queue/blog-${SLUG}.md`,
  ]);
  expect(await at.agent.git('show', `${branch}:site/sitemap.xml`)).toContain(`<loc>${url}/blog/${SLUG}</loc>`);

  // While it waits for a review, nothing is paid for again.
  at.github.act.openIssue('octo', { title: 'Task', body: TASK, labels: ['steward:task'] });
  expect(await at.cycle([], environment)).toMatchObject({ idle: true });
  at.github.act.closeIssue('octo', 3);

  await at.github.act.mergePull('octo', pull?.number ?? 0);
  await at.agent.git('pull', '--quiet');
  pages[`/blog/${SLUG}`] = `<title>${GOOD_ANSWER.title}</title>`;
  pages['/sitemap.xml'] = await at.agent.git('show', 'HEAD:site/sitemap.xml');
  const merged = await at.cycle([], environment);
  expect(merged.entry).toMatchObject({ decision: 'publish_blog_post', verification: 'verified' });
  expect(server.requests).toHaveLength(3);
  expect(await at.cycle([], environment)).toMatchObject({ idle: true });
  expect(await at.agent.git('log', '-p', '--format=%B')).not.toContain(KEY);
});

test('without a model the task is skipped with what to do, and nothing is opened', async () => {
  const { url, requests } = await site();
  const at = await house(url);
  const task = at.github.act.openIssue('octo', { title: 'Task', body: TASK, labels: ['steward:task'] });
  const { entry } = await at.cycle();
  expect(entry).toMatchObject({ occurrence: `task:${task}`, result: 'skipped', metrics: { cost: 0 } });
  expect(entry.reason).toContain('only a model can write a post: no model key');
  expect(pullOf(at)).toBeUndefined();
  expect(at.github.state.issues.find(({ number }) => number === task)?.comments[0]?.body).toContain('**skipped**');
  expect(requests).toEqual([]);
  expect(await at.cycle()).toMatchObject({ idle: true });
});
