import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/links.md';

const write = async (workspace: string) =>
  outputOf(await runScript({ script: 'check_links', workspace, spawn: ['git'], writes: [PAGE] }));
const check = async (workspace: string) =>
  outputOf(await runScript({ script: 'check_links_report', workspace, spawn: ['git'] }));

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
    expect(await check(repo.path)).toMatchObject({ ok: false, reason: expect.stringContaining('2 Markdown files') });
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
  });
});
