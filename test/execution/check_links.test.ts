import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/links.md';

const check = (repo: GitFixture, input: Record<string, unknown> = {}, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [PAGE], input, ...more });

interface Broken {
  file: string;
  line: number;
  link: string;
  reason: string;
}

async function brokenIn(tree: Tree, input: Record<string, unknown> = {}): Promise<Broken[]> {
  return outputOf(await check(await gitFixture(tree), input)).broken as Broken[];
}

/** The links of one page that are broken, beside a small repository. */
async function brokenLinks(markdown: string, others: Tree = {}): Promise<string[]> {
  const broken = await brokenIn({ 'docs/page.md': markdown, 'README.md': '# Read me\n', ...others });
  return broken.map(({ link }) => link);
}

describe('files', () => {
  it('finds what is missing, with file, line and reason', async () => {
    const broken = await brokenIn({
      'README.md': 'See [a](docs/a.md)\nand [b](docs/b.md).\n\n![logo](logo.png)\n',
      'docs/a.md': '[up](../README.md) [self](a.md) [gone](../x/y.md)\n',
    });
    expect(broken).toEqual([
      { file: 'README.md', line: 2, link: 'docs/b.md', reason: 'no such file' },
      { file: 'README.md', line: 4, link: 'logo.png', reason: 'no such file' },
      { file: 'docs/a.md', line: 1, link: '../x/y.md', reason: 'no such file' },
    ]);
  });

  it('knows the forms a path may have', async () => {
    const good = [
      '[root](/README.md)',
      '[folder](../docs/)',
      '[root folder](/)',
      '[above](..)',
      '[raw](../pic.png?raw=true)',
      '[encoded](a%20b%20(1).md)',
      '[unicode](ü.md) [encoded unicode](%C3%BC.md)',
      '[deep](deep/er/x.md) [its folder](deep/er) [and above](deep) [alone](/only) [tab](tab%09.md)',
      '[brackets](<a b (1).md>)',
      '[dots](./../docs/./ü.md)',
      '[nothing](#)',
      '[mail](mailto:a@example.com) [phone](tel:+1)',
      '[template]({{ site.url }}/x)',
    ];
    const bad = ['[case](../readme.md)', '[percent](100%.md)', '[unencoded slash](%2Fetc%2Fpasswd)', '[empty]()'];
    const nested = { 'docs/deep/er/x.md': 'x', 'only/one/x.md': 'x', 'docs/tab\t.md': 'x' };
    const files = { 'docs/a b (1).md': 'x', 'docs/ü.md': 'x', 'pic.png': 'x', ...nested };
    expect(await brokenLinks([...good, ...bad].join('\n\n'), files)).toEqual([
      '../readme.md',
      '100%.md',
      '%2Fetc%2Fpasswd',
      '',
    ]);
  });

  it('says which file differs in case only', async () => {
    const [broken] = await brokenIn({ 'a.md': '[x](readme.md)', 'README.md': 'x' });
    expect(broken?.reason).toBe('no such file, but there is README.md');
  });

  it('tells links that leave the repository from GitHub’s pages around it', async () => {
    const page =
      '[issues](../../../issues/1) [wiki](../../../wiki) [out](../../../etc/passwd) [far](../../../../x) [one](../../x)';
    expect(await brokenLinks(page)).toEqual(['../../../etc/passwd', '../../../../x', '../../x']);
  });

  it('takes a file of one machine for broken', async () => {
    expect(await brokenLinks('[a](file:///etc/hosts) [b](C:\\\\x.md)')).toEqual(['file:///etc/hosts', 'C:\\x.md']);
  });

  it('counts only what git tracks as being there', async () => {
    const repo = await gitFixture({ 'README.md': '[built](dist/a.js)', '.gitignore': 'dist/\n' });
    await repo.write({ 'dist/a.js': 'x', 'untracked.md': '[gone](gone.md)' });
    expect(outputOf(await check(repo))).toMatchObject({ files: 1, broken: [{ link: 'dist/a.js' }] });
  });

  it('can not tell what is inside a submodule, and does not follow symbolic links', async () => {
    const page = '[in](sub/a.md) [sub](sub) [other](other/b.md) [link](alias.md) [gone](subs/a.md) [too](x/sub/a.md)';
    const repo = await gitFixture({ 'README.md': page });
    await symlink('/etc/passwd', join(repo.path, 'alias.md'));
    await repo.git('add', 'alias.md');
    for (const name of ['sub', 'other'])
      await repo.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},${name}`);
    expect(outputOf(await check(repo))).toMatchObject({
      files: 1,
      broken: [{ link: 'subs/a.md' }, { link: 'x/sub/a.md' }],
    });
  });
});

describe('what is a link', () => {
  it('reads Markdown and HTML, not code or comments', async () => {
    const page = [
      '---\ntitle: "[front](front.md)"\n---',
      '```md\n[fenced](fenced.md)\n```',
      '`[code](code.md)` \\[escaped](escaped.md)',
      '<!-- [comment](comment.md) <a href="comment-html.md"> -->',
      '    [indented](indented.md)',
      '[reference][ref] and [again][ref], but [unknown][nothing]',
      '[ref]: reference.md',
      '<p>\n<a\n  href="html.md">x</a><img alt="" src=\'image.png?a&amp;b\' :src="bound" data-href="data.md"></p>',
      '> - [nested](nested.md)',
      '| a |\n|---|\n| [cell](cell.md) |',
      '[![badge](badge.svg)](target.md)',
      'A footnote[^1].\n\n[^1]: See [note](note.md).',
    ].join('\n\n');
    expect((await brokenLinks(page)).sort()).toEqual(
      ['badge.svg', 'cell.md', 'html.md', 'image.png?a&b', 'nested.md', 'note.md', 'reference.md', 'target.md'].sort(),
    );
  });

  it('gives the line of an HTML attribute and counts past front matter', async () => {
    const broken = await brokenIn({ 'a.md': '---\na: 1\n---\n\n<div>\n  <a\n   href="x.md">x</a>\n</div>\n' });
    expect(broken).toMatchObject([{ link: 'x.md', line: 7 }]);
  });
});

describe('the page', () => {
  it('leads to the line to mend, and shows hostile links as text', async () => {
    const repo = await gitFixture({ 'docs/a|b.md': 'x\n\n[x](<no|`such` [file](y).md>)\n' });
    expect(outputOf(await check(repo))).toMatchObject({ broken_count: 1, changed: true });
    const page = await readFile(join(repo.path, PAGE), 'utf8');
    expect(page).toContain('**1 broken link** in 1 of **1 Markdown file**. Web links were not asked for.');
    expect(page).toContain('](../../docs/a%7Cb.md?plain=1#L3) | 3 | <code>no&#124;&#96;such');
  });

  it('is the same for the same findings, however many good links there are', async () => {
    const repo = await gitFixture({ 'README.md': '[gone](gone.md)\n' });
    outputOf(await check(repo));
    const first = await readFile(join(repo.path, PAGE));
    await repo.commit({ files: { 'README.md': '[gone](gone.md) [me](README.md)\n' } });
    const later = { now: new Date('2026-04-01T00:00:00Z') };
    expect(outputOf(await check(repo, {}, later))).toMatchObject({ changed: false, links: 2 });
    expect(await readFile(join(repo.path, PAGE))).toEqual(first);
    await repo.commit({ files: { 'README.md': '[me](README.md)\n' } });
    expect(outputOf(await check(repo, {}, later))).toMatchObject({ changed: true, broken_count: 0 });
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain('No broken link in **1 Markdown file**');
  });

  it('does not grow without end', async () => {
    const links = Array.from({ length: 260 }, (_, index) => `[x](gone-${index}.md)`).join('\n');
    const repo = await gitFixture({ 'a.md': links });
    const output = outputOf(await check(repo));
    expect(output).toMatchObject({ broken_count: 260 });
    expect(output.broken).toHaveLength(50);
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain('and 60 more');
  });

  it('leaves out the ledger, packages, its own reports and what it is told to', async () => {
    const gone = '[x](gone.md)';
    const left = ['ledger/a.md', 'x/node_modules/p/a.md', 'node_modules/a.md', 'knowledge/reports/a.md'];
    const read = ['a.md', 'b.markdown', 'c.mdown', 'd.mkd', 'e.mkdn', 'f.MD', 'my_node_modules/a.md', 'z/ledger/a.md'];
    const others = ['g.md.txt', 'hmd', 'a.mdx'];
    const tree = Object.fromEntries([...left, ...read, ...others].map((file) => [file, gone]));
    expect((await brokenIn(tree)).map(({ file }) => file)).toEqual(read);
    expect(await brokenIn({ 'a.md': `${gone} [y](other.md)` }, { ignore: ['one.md', 'ther'] })).toEqual([]);
    const excluded = ['a.md', 'knowledge/', 'ledger/'];
    const some = { 'a.md': gone, 'ledger/a.md': gone, 'knowledge/a.md': gone, 'b.md': gone };
    expect(await brokenIn(some, { exclude: excluded })).toMatchObject([{ file: 'b.md' }]);
  });

  it('names what it could not read', async () => {
    const deep = `${'>'.repeat(20_000)} x`;
    const repo = await gitFixture({ 'a.md': '[d](deep.md#x)', 'big.md': 'x'.repeat(1024 * 1024 + 1), 'deep.md': deep });
    await repo.commit({ files: { 'lost.md': 'x' } });
    await repo.write({ 'lost.md': null });
    expect(outputOf(await check(repo))).toMatchObject({ files: 4, broken_count: 0 });
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toContain('Not read: `big.md`, `deep.md`, `lost.md`');
  });

  it('is written for a repository without Markdown too', async () => {
    const repo = await gitFixture({ 'a.ts': 'x' });
    expect(outputOf(await check(repo))).toMatchObject({ files: 0, changed: true });
  });
});
