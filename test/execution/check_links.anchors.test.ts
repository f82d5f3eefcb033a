import { describe, expect, it } from 'vitest';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

/** The links of one page that are broken, beside a small repository. */
async function brokenLinks(markdown: string, others: Tree = {}): Promise<unknown[]> {
  const { path } = await gitFixture({ 'docs/page.md': markdown, 'README.md': '# Read me\n', ...others });
  const writes = ['knowledge/reports/links.md'];
  const output = outputOf(await runScript({ script: 'check_links', workspace: path, spawn: ['git'], writes }));
  return (output.broken as { link: string }[]).map(({ link }) => link);
}

describe('anchors', () => {
  const target = [
    '# Hello, *World*!',
    '## Twice',
    '## Twice',
    '## `code` & [link](https://example.com) ![pic](/README.md)',
    '## Ünï çode — 日本',
    '## 1.2.3 (beta)',
    '## :rocket: Start',
    'Setext\n======',
    '<h2 align="center">In <b>HTML</b></h2>',
    '<a name="Old-Name"></a><div id="box"></div>',
    '```\n# Not a heading\n```',
  ].join('\n\n');

  it('are made as GitHub makes them', async () => {
    const good = [
      'hello-world',
      'twice',
      'twice-1',
      'code--link-',
      'ünï-çode--日本',
      '%C3%BCn%C3%AF-%C3%A7ode--%E6%97%A5%E6%9C%AC',
      '123-beta',
      'rocket-start',
      'setext',
      'in-html',
      'Old-Name',
      'box',
      'user-content-twice',
      'Hello-World',
      'top',
      ':~:text=Hello',
    ];
    const bad = [
      'twice-2',
      'hello',
      'not-a-heading',
      'front',
      'L999',
      'xL1',
      'L1x',
      'twuser-content-ice',
      'topx',
      'L',
      'L1-',
      'L1C',
      'L1-L2C',
    ];
    const links = [...good, ...bad].map((anchor) => `- [x](target.md#${anchor})`).join('\n');
    const broken = await brokenLinks(links, { 'docs/target.md': `---\nfront: 1\n---\n${target}` });
    expect(broken).toEqual(bad.map((anchor) => `target.md#${anchor}`));
  });

  it('are looked for in the page itself and in a folder’s README', async () => {
    const page = '# Here\n\n[a](#here) [b](#there) [c](../#read-me) [d](..#nothing) [e](/docs#x)';
    const readmes = ['a/README.md', 'b/readme.md', 'c/Readme.md', 'd/README.markdown', 'e/other.md'];
    const links = readmes.map((file) => `[x](/${file[0]}#yes) [x](/${file[0]}#no)`).join('\n');
    const folders = Object.fromEntries(readmes.map((file) => [file, '# Yes\n']));
    const two = { 'f/README.md': '# Yes\n', 'f/README.markdown': '# No\n' };
    expect(await brokenLinks(`${page}\n${links} [x](/f#yes) [x](/f#no)`, { ...folders, ...two })).toEqual([
      '#there',
      '..#nothing',
      '/a#no',
      '/b#no',
      '/c#no',
      '/d#no',
      '/f#no',
    ]);
  });

  it('name lines of a source file that it must have', async () => {
    const good = ['#L1', '#L3', '#L1-L3', '#L1-3', '#L2C1-L3C4', '#L3C10', '#l2', '#whatever', '#L4x', '#xL4', '#L4C'];
    const bad = ['#L4', '#L1-L9', '#L9-L1', '#L1-9', '#L4C1', '#L1C1-L4C1', '#L10'];
    const links = [...good, ...bad].map((anchor) => `[x](../a.ts${anchor})`).join(' ');
    const others = [
      '[md](../README.md?plain=1#L1) [no end](../b.ts#L2) [empty](../empty.ts#L1) [Windows](../crlf.ts#L3)',
      '[a MiB](../mib.ts#L2) [more than a page](../large.ts#L2)',
    ];
    const files = {
      'a.ts': '1\n2\n3\n',
      'b.ts': '1\n2',
      'crlf.ts': '1\r\n2\r\n',
      'empty.ts': '',
      'mib.ts': 'x'.repeat(1024 * 1024),
      'large.ts': 'x'.repeat(1024 * 1024 + 1),
    };
    expect(await brokenLinks([links, ...others].join('\n'), files)).toEqual([
      ...bad.map((anchor) => `../a.ts${anchor}`),
      '../empty.ts#L1',
      '../crlf.ts#L3',
      '../mib.ts#L2',
    ]);
  });
});
