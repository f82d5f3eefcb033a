import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/domain/problem.ts';
import { loadDirectives } from '../../../src/flows/gather.ts';
import type { ReadableDocuments } from '../../../src/ports.ts';
import { ARTICLE_SAMPLE, directiveText } from '../../support/domain-samples.ts';

/** Files of a repository, by path. */
const holding = (files: Record<string, string>): ReadableDocuments => ({
  read: async (path) => files[path],
  readTail: async () => undefined,
  list: async (folder) =>
    Object.keys(files)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1))
      .sort(),
});

async function load(files: Record<string, string>, vars: string[] = []) {
  const { directives, problems } = await loadDirectives(holding(files), vars);
  return { names: directives.map(({ name }) => name), findings: problems.map(formatProblem) };
}

describe('loading the directives', () => {
  it('says of the article sample that its scripts are not there, and are Python', async () => {
    const scripts = { 'execution/generate_blog.py': '', 'execution/deploy_to_vercel.ts': '' };
    const { names, findings } = await load({ 'directives/publish_blog_post.md': ARTICLE_SAMPLE, ...scripts });
    expect(names).toEqual([]);
    expect(findings).toEqual([
      'directives/publish_blog_post.md:11: found the script execution/generate_blog.py, which is not there, expected a file execution/generate_blog.ts. Scripts are TypeScript here',
      'directives/publish_blog_post.md:12: found the script execution/deploy_to_vercel.py, which is not there, expected a file execution/deploy_to_vercel.ts. Scripts are TypeScript here',
    ]);
  });

  it('misses the script of a criterion as well as that of a tool', async () => {
    const text = directiveText({ criteria: '- execution/check.ts' });
    const { names, findings } = await load({ 'directives/sweep.md': text, 'execution/sweep.ts': '' });
    expect(names).toEqual([]);
    expect(findings).toEqual([
      expect.stringContaining('sweep.md:7: found the script execution/check.ts, which is not there'),
    ]);
    expect(await load({ 'directives/sweep.md': text, 'execution/sweep.ts': '', 'execution/check.ts': '' })).toEqual({
      names: ['sweep'],
      findings: [],
    });
  });

  it('lets one bad directive stop no other, and lists the findings of all', async () => {
    const { names, findings } = await load({
      'directives/README.md': '# About directives',
      'directives/a.md': '---\nevry: 1d\n---\n# Directive: a\n',
      'directives/b.md': '---js\nprocess.exit(1)\n---\n',
      'directives/sweep.md': directiveText(),
      'directives/z.md': directiveText({ name: 'sweep' }),
      'execution/sweep.ts': '',
    });
    expect(names).toEqual(['sweep']);
    expect(findings).toEqual([
      expect.stringContaining('directives/a.md:2: found the unknown key `evry`'),
      expect.stringContaining('directives/b.md:1: found front matter in `js`'),
      expect.stringContaining('directives/b.md:1: found no title'),
      expect.stringContaining('directives/z.md:1: found the name `sweep`, expected `z`'),
    ]);
  });
});
