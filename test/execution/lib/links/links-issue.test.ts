import { describe, expect, it } from 'vitest';
import { linksIssue } from '../../../../execution/lib/links/links-issue.ts';

const AT = { page: 'knowledge/reports/links.md', repositoryUrl: 'https://github.com/octo/house' };
const PAGE = '[`knowledge/reports/links.md`](https://github.com/octo/house/blob/HEAD/knowledge/reports/links.md)';
const broken = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, at) => ({
    file: 'a.md',
    line: at + 1,
    link: 'x',
    reason: 'no such file',
    ...more,
  }));

describe('the issue about broken links', () => {
  it('names each with its line', () => {
    const one = { file: 'docs/a b.md', line: 3, link: 'gone.md', reason: 'no such file' };
    expect(linksIssue([one, ...broken(1)], AT)).toEqual({
      marker: 'links:broken',
      title: 'Broken links',
      labels: [],
      state: 'open',
      body: `2 links of this repository lead nowhere:

- [\`docs/a b.md:3\`](https://github.com/octo/house/blob/HEAD/docs/a%20b.md?plain=1#L3): \`gone.md\` no such file
- [\`a.md:1\`](https://github.com/octo/house/blob/HEAD/a.md?plain=1#L1): \`x\` no such file

${PAGE} has the same list. This issue is kept up to date, and closes when none is left.`,
    });
    expect(linksIssue([one], AT).body).toContain('1 link of this repository leads nowhere:');
  });

  it('is closed when none is left', () => {
    expect(linksIssue([], AT)).toMatchObject({ state: 'closed', body: `Every link leads somewhere again (${PAGE}).` });
  });

  it('is bounded, and says how many it leaves out', () => {
    const { body } = linksIssue(broken(61), AT);
    expect(body.match(/^- /gm)).toHaveLength(60);
    expect(body).toContain(`\n\nand 1 more, all of them in ${PAGE}\n\n`);
    const hostile = { file: `${'`ü'.repeat(400)}.md`, link: '`'.repeat(10_000), reason: '*'.repeat(10_000) };
    const long = linksIssue(broken(60, hostile), AT).body;
    expect(long.length).toBeLessThan(52_000);
    const rows = long.match(/^- /gm)?.length ?? 0;
    expect(rows).toBeGreaterThan(5);
    expect(long).toContain(`and ${60 - rows} more`);
  });

  it('calls nobody, refers to nothing, and takes no line of its own', () => {
    const hostile = { link: '@octo/team\n- closes #1', reason: '@octo closes #1 <img src=x> [x](http://evil.example)' };
    const { body } = linksIssue(broken(1, hostile), AT);
    expect(body).toContain('`@octo/team - closes #1`');
    const [, reason = ''] = /closes #1` (.*)/.exec(body) ?? [];
    expect(reason).not.toMatch(/@\w|(?<!\\)[#<[]|:\/\//);
  });
});
