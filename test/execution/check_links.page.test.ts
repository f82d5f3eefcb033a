import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/links.md';
const [LONG_FILE, LONG_ANCHOR] = [`${'e'.repeat(299)}.md`, `#${'f'.repeat(200)}`];

const TREE = {
  'README.md': `[a](#no) [b](src)\n\n[c](<>) and [d](file:///x)\n\n[e](${LONG_FILE}) [f](${LONG_ANCHOR})\n`,
  'b/page.md': '[up](../../../x)\n[pc](%)\n[case](../readme.md)\n[dir](../SRC/)\n[line](../src/a.ts#L3)\n',
  'a.markdown': '[z](z.md)\n',
  'src/a.ts': '1\n2',
  'deep.md': `${'>'.repeat(20_000)} x`,
};

const BROKEN = [
  ['README.md', 1, '#no', 'no heading or anchor #no'],
  ['README.md', 3, '', 'is empty'],
  ['README.md', 3, 'file:///x', 'leads to a file of one machine'],
  ['README.md', 5, `${'e'.repeat(299)}.`, 'no such file'],
  ['README.md', 5, LONG_ANCHOR, `no heading or anchor ${LONG_ANCHOR}`],
  ['a.markdown', 1, 'z.md', 'no such file'],
  ['b/page.md', 1, '../../../x', 'leads out of the repository'],
  ['b/page.md', 2, '%', 'has a % that encodes nothing'],
  ['b/page.md', 3, '../readme.md', 'no such file, but there is README.md'],
  ['b/page.md', 4, '../SRC/', 'no such file, but there is src'],
  ['b/page.md', 5, '../src/a.ts#L3', 'the file has 2 lines'],
].map(([file, line, link, reason]) => ({ file, line, link, reason }));

describe('the whole page', () => {
  it('has every reason, and cuts what is too long to read', async () => {
    const repo = await gitFixture(TREE);
    const run = await runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [PAGE] });
    expect(outputOf(run)).toEqual({
      path: PAGE,
      changed: true,
      files: 4,
      links: 12,
      http_links: 0,
      unknown_count: 0,
      broken_count: 11,
      broken: BROKEN,
    });
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toBe(`# Links

**11 broken links** in 3 of **4 Markdown files**. Web links were not asked for.

| File | Line | Link | Why |
| --- | --- | --- | --- |
| [\`README.md\`](../../README.md?plain=1#L1) | 1 | \`#no\` | no heading or anchor \\#no |
| [\`README.md\`](../../README.md?plain=1#L3) | 3 | <code></code> | is empty |
| [\`README.md\`](../../README.md?plain=1#L3) | 3 | \`file:///x\` | leads to a file of one machine |
| [\`README.md\`](../../README.md?plain=1#L5) | 5 | \`${'e'.repeat(119)}…\` | no such file |
| [\`README.md\`](../../README.md?plain=1#L5) | 5 | \`#${'f'.repeat(118)}…\` | no heading or anchor \\#${'f'.repeat(97)}… |
| [\`a.markdown\`](../../a.markdown?plain=1#L1) | 1 | \`z.md\` | no such file |
| [\`b/page.md\`](../../b/page.md?plain=1#L1) | 1 | \`../../../x\` | leads out of the repository |
| [\`b/page.md\`](../../b/page.md?plain=1#L2) | 2 | \`%\` | has a % that encodes nothing |
| [\`b/page.md\`](../../b/page.md?plain=1#L3) | 3 | \`../readme.md\` | no such file, but there is README.md |
| [\`b/page.md\`](../../b/page.md?plain=1#L4) | 4 | \`../SRC/\` | no such file, but there is src |
| [\`b/page.md\`](../../b/page.md?plain=1#L5) | 5 | \`../src/a.ts#L3\` | the file has 2 lines |

Not read: \`deep.md\`

<!-- as of -->
<sub>Unchanged since 2026-03-01, then with 12 links.</sub>
`);
  });

  it('says that all is well', async () => {
    const repo = await gitFixture({ 'README.md': '[here](README.md)\n' });
    const run = await runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [PAGE] });
    expect(outputOf(run)).toMatchObject({ broken_count: 0, broken: [] });
    expect(await readFile(join(repo.path, PAGE), 'utf8')).toBe(`# Links

No broken link in **1 Markdown file**. Web links were not asked for.

<!-- as of -->
<sub>Unchanged since 2026-03-01, then with 1 link.</sub>
`);
  });
});

describe('the flags', () => {
  it('have these bounds and defaults', async () => {
    const nowhere = '["localhost","127.0.0.1","[::1]","example.com","www.example.com","example.org","example.net"]';
    expect(await flagsOf('check_links')).toEqual({
      http: 'boolean, false',
      ignore: 'string[] from 1, []',
      exclude: 'string[] from 1, ["ledger/","knowledge/reports/"]',
      hosts: 'integer 1 to 16, 4',
      pause_ms: 'integer 0 to 60000, 500',
      timeout_ms: 'integer 100 to 60000, 10000',
      max_http: 'integer 1 to 5000, 300',
      skip_hosts: `string[], ${nowhere}`,
      path: 'string, "knowledge/reports/links.md"',
    });
  });
});
