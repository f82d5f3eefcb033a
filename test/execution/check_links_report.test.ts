import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/links.md';

const write = async (workspace: string) =>
  outputOf(await runScript({ script: 'check_links', workspace, spawn: ['git'], writes: [PAGE] }));
const check = async (workspace: string, input: Record<string, unknown> = {}) =>
  outputOf(await runScript({ script: 'check_links_report', workspace, spawn: ['git'], input }));

describe('check_links_report', () => {
  it('accepts a complete report, broken links or not', async () => {
    const repo = await gitFixture({
      'README.md': '[ok](docs/a|b.md) [gone](gone.md)',
      'docs/a|b.md': 'x\n[gone](gone.md)',
      'docs/deep/c.MD': 'x',
      'ledger/x.md': 'x',
      'web/node_modules/p/README.md': 'x',
      'knowledge/reports/old.md': 'x',
      'knowledge/lessons.md': 'x',
    });
    expect(await write(repo.path)).toMatchObject({ files: 4, broken_count: 2 });
    expect(await check(repo.path)).toEqual({ ok: true, reason: 'covers 4 Markdown files; 2 rows checked' });
    // Of less than the page covers it does not speak.
    expect(await check(repo.path, { exclude: ['docs/', 'ledger/'] })).toEqual({
      ok: false,
      reason: `${PAGE} does not speak of **3 Markdown files**, which git lists`,
    });
  });

  it('counts every file that is shown as Markdown, and no other', async () => {
    const pages = ['a.md', 'b.markdown', 'c.mdown', 'd.mkd', 'deep/e.mkdn', 'f.Md'];
    const others = ['amd', 'a.mdx', 'a.md.txt', 'node_modules/a.md', 'docs/a.md', 'one.md', 'ledger/deep/a.md'];
    const repo = await gitFixture(Object.fromEntries([...pages, ...others].map((file) => [file, '[x](gone.md)'])));
    await symlink('a.md', join(repo.path, '100.md'));
    await repo.git('add', '100.md');
    const row = (file: string, line: number | string) =>
      `| [\`${file}\`](${file}) | ${line} | \`gone.md\` | no such file |`;
    const table = ['| File | Line | Link | Why |', '| --- | --- | --- | --- |', ...pages.map((file) => row(file, 1))];
    const text = ['**6 Markdown files**', '', ...table].join('\n');
    await repo.write({ 'out.md': text });
    const input = { file: 'out.md', exclude: ['docs/', 'one.md', 'ledger/'] };
    expect(await check(repo.path, input)).toEqual({ ok: true, reason: 'covers 6 Markdown files; 6 rows checked' });
    await repo.write({ 'out.md': `${text}\n${row('a.md', 0)}` });
    expect(await check(repo.path, input)).toEqual({ ok: false, reason: 'a.md has no line 0, and out.md names it' });
    await repo.write({ 'out.md': `${text}\n${row('lost.md', 2)}` });
    expect(await check(repo.path, input)).toEqual({ ok: false, reason: 'lost.md has no line 2, and out.md names it' });
  });

  it('accepts a repository without Markdown', async () => {
    const repo = await gitFixture({ 'a.ts': 'x' });
    await write(repo.path);
    expect(await check(repo.path)).toMatchObject({ ok: true });
  });

  it('refutes a report that misses a page', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await write(repo.path);
    await repo.commit({ files: { 'new.md': 'x' } });
    expect(await check(repo.path)).toEqual({
      ok: false,
      reason: `${PAGE} does not speak of **2 Markdown files**, which git lists`,
    });
  });

  it('refutes a report that blames a line that is not there', async () => {
    const repo = await gitFixture({ 'README.md': 'x\n\n\n\n[gone](gone.md)\n' });
    await write(repo.path);
    await repo.commit({ files: { 'README.md': 'x\n' } });
    expect(await check(repo.path)).toMatchObject({
      ok: false,
      reason: `README.md has no line 5, and ${PAGE} names it`,
    });
  });

  it('refutes a report that does not exist', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    expect(await check(repo.path)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    expect(await flagsOf('check_links_report')).toEqual({
      file: 'string, "knowledge/reports/links.md"',
      exclude: 'string[] from 1, ["ledger/","knowledge/reports/"]',
    });
  });
});
