import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GenerateRequest } from '../../src/domain/generation.ts';
import { GOOD_ANSWER, POOR_ANSWER } from '../support/blog-samples.ts';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const WRITES = ['site/posts/**', 'knowledge/reports/seo.md'];
const REPORT = 'knowledge/reports/seo.md';

/** A model that gives one answer after the other; `undefined` where it gives none. */
async function stage(answers: (object | undefined)[], tree: Tree = {}) {
  const repo = await gitFixture({ 'README.md': '# House\n', ...tree });
  const requests: GenerateRequest[] = [];
  const run = (input: object = {}, more: Partial<ScriptTest> = {}) =>
    runScript({
      script: 'generate_blog',
      workspace: repo.path,
      writes: WRITES,
      input: { topic: 'Checking links', keywords: ['link checking'], site_url: 'https://a.b/', ...input },
      generate: async (request) => {
        const answer = answers[requests.length];
        requests.push(request);
        return answer
          ? { generated: JSON.parse(JSON.stringify(answer)), model: 'pro' }
          : { unavailable: 'no model key' };
      },
      ...more,
    });
  return { repo, requests, run, read: (path: string) => readFile(join(repo.path, path), 'utf8') };
}

const PATH = 'site/posts/link-checking-for-documentation-a-guide.md';

describe('generate_blog', () => {
  it('saves a post that the audit likes, with valid front matter, after one text', async () => {
    const { requests, run, read, repo } = await stage([GOOD_ANSWER]);
    expect(outputOf(await run())).toMatchObject({
      path: PATH,
      slug: 'link-checking-for-documentation-a-guide',
      title: GOOD_ANSWER.title,
      score: 100,
      attempts: 1,
      adopted: false,
      findings: [],
    });
    const post = await read(PATH);
    expect(post).toMatch(
      /^---\ntitle: "Link checking for documentation: a guide"\ndescription: ".+"\ndate: 2026-03-01\n/,
    );
    expect(post).toContain('steward: "test-key"\n---\n\nLink checking is');
    expect(await read(REPORT)).toContain('**100 of 100**');
    expect(requests[0]).toMatchObject({
      task: 'blog_generation',
      material: { topic: 'Checking links', keywords: 'link checking', posts: 'none yet' },
    });
    expect(await repo.git('status', '--porcelain', '--', 'site', 'knowledge')).toBe('?? knowledge/\n?? site/');
  });

  it('pays once for one occurrence, and never writes over another post', async () => {
    const { requests, run, read } = await stage([GOOD_ANSWER, GOOD_ANSWER], {
      [PATH]: '---\ntitle: By hand\n---\nMine',
    });
    const first = outputOf(await run());
    expect(first).toMatchObject({ slug: 'link-checking-for-documentation-a-guide-2', attempts: 1 });
    const report = await read(REPORT);
    expect(outputOf(await run())).toEqual({ ...first, attempts: 0, adopted: true });
    expect(await read(REPORT)).toBe(report);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.material?.posts).toBe('/blog/link-checking-for-documentation-a-guide: By hand');
    expect(outputOf(await run({}, { key: 'another' }))).toMatchObject({
      slug: 'link-checking-for-documentation-a-guide-3',
    });
    expect(await read(PATH)).toContain('Mine');
  });

  it('asks a second time with the findings, and takes the better text', async () => {
    const { requests, run } = await stage([POOR_ANSWER, GOOD_ANSWER]);
    expect(outputOf(await run())).toMatchObject({ score: 100, attempts: 2, title: GOOD_ANSWER.title });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.material).toMatchObject({
      draft: expect.stringContaining('Nothing here'),
      findings: expect.stringContaining('the title has 6 characters'),
    });
  });

  it.each([
    ['the second is worse', { ...POOR_ANSWER, title: 'B' }, 2],
    ['there is no second', undefined, 1],
  ])('delivers the first with its audit where %s', async (_, second, attempts) => {
    const { requests, run, read } = await stage([POOR_ANSWER, second && { ...second, title: 'Worse' }]);
    const output = outputOf(await run());
    expect(output).toMatchObject({ slug: 'a-text', attempts, findings: expect.arrayContaining([expect.any(String)]) });
    expect(output.score).toBeLessThan(70);
    expect(requests).toHaveLength(2);
    expect(await read(REPORT)).toContain('**It does not reach the 70 that are wanted**');
  });

  it('is skipped where there is no model, or nothing that can be published', async () => {
    const { repo, run } = await stage([undefined]);
    expect((await run()).outcome).toMatchObject({
      status: 'skipped',
      reason: 'only a model can write a post: no model key. Set a model key, or wait for the next budget',
    });
    const short = { ...GOOD_ANSWER, body: `${'Too short. '.repeat(30)}` };
    const { run: again, repo: other } = await stage([short, short]);
    expect((await again()).outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('only 60 words'),
    });
    for (const each of [repo, other]) expect(await each.git('status', '--porcelain', '--', 'site/posts')).toBe('');
  });

  it('takes out of a hostile text what must not be published', async () => {
    const body = `${GOOD_ANSWER.body}\n\n<script>steal()</script>\n\n![](https://t.org/p.gif) [x](javascript:y) {{ env }}`;
    const { run, read } = await stage([
      { ...GOOD_ANSWER, title: '../../.github/workflows/x: {{ a }} and links', body },
    ]);
    const { path } = outputOf(await run());
    expect(path).toBe('site/posts/github-workflows-x-a-and-links.md');
    expect(await read(String(path))).not.toMatch(/<script|steal|t\.org|javascript|\{\{/);
  });

  it('wants 70 of 100 where nothing else is said, and refuses folders outside', async () => {
    expect(await flagsOf('generate_blog')).toMatchObject({
      folder: 'string, "site/posts"',
      prefix: 'string, "/blog/"',
      min_score: 'integer 0 to 100, 70',
    });
    const { run, requests } = await stage([GOOD_ANSWER]);
    for (const input of [{ folder: '../posts' }, { folder: '/etc' }, { topic: '' }, { site_url: 'javascript:x' }])
      expect((await run(input)).outcome).toMatchObject({ status: 'failed', failure: { kind: 'input' } });
    expect(requests).toEqual([]);
  });
});
