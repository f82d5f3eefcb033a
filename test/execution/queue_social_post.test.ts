import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptCall } from '../../src/ports.ts';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const URL = 'https://a.b/blog/x';

async function stage(answer: string | undefined, tree: Tree = {}) {
  const repo = await gitFixture({ 'README.md': '# House\n', ...tree });
  const asked: string[] = [];
  const generate: ScriptCall['generate'] = async ({ task }) => {
    asked.push(task);
    return answer === undefined ? { unavailable: 'no model key' } : { generated: { text: answer }, model: 'flash' };
  };
  const run = (input: object = {}) =>
    runScript({
      script: 'queue_social_post',
      workspace: repo.path,
      writes: ['social/queue/**'],
      input: { slug: 'x', title: 'A title: "with" signs', description: 'What it is about.', url: URL, ...input },
      generate,
    });
  return { asked, run, read: () => readFile(join(repo.path, 'social/queue/blog-x.md'), 'utf8') };
}

describe('queue_social_post', () => {
  it('queues a template without a model, once', async () => {
    const { run, read } = await stage(undefined);
    const text = 'A title: "with" signs: What it is about.';
    expect(outputOf(await run({ source: 'site/posts/x.md' }))).toEqual({
      id: 'blog-x',
      queued: true,
      text,
      by: 'template',
    });
    const file = await read();
    expect(file).toContain(`url: ${URL}`);
    expect(file).toContain('source: site/posts/x.md');
    expect(file.trim().endsWith(text)).toBe(true);
    expect(outputOf(await run())).toMatchObject({ queued: false });
    expect(await read()).toBe(file);
  });

  it('queues what a model wrote, without addresses and calls to anybody', async () => {
    const { asked, run, read } = await stage(
      'Read this, @everyone@evil.org: https://evil.org/x?y and www.evil.org \u202e now, it helps.',
    );
    expect(outputOf(await run({ not_before: '2026-03-05' }))).toMatchObject({
      text: 'Read this, everyoneevil.org: and now, it helps.',
      by: 'flash',
    });
    expect(await read()).toMatch(/not_before: "?2026-03-05/);
    expect(asked).toEqual(['social_posts']);
  });

  it('takes the template for a text that says nothing, and asks nobody for a post that went out', async () => {
    const { run } = await stage('https://evil.org/1 https://evil.org/2');
    expect(outputOf(await run())).toMatchObject({ by: 'template' });
    const { asked, run: again } = await stage('A text that would be fine here.', {
      'social/posted/blog-x.md': 'went out',
    });
    expect(outputOf(await again())).toMatchObject({ queued: false });
    expect(asked).toEqual([]);
  });
});
