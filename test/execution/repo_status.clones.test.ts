import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/status.md';
const TODAY = '2026-03-01T09:00:00Z';

const status = (repo: GitFixture, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'repo_status', workspace: repo.path, spawn: ['git'], writes: [PAGE], ...more });
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

async function statusPage(repo: GitFixture, more: Partial<ScriptTest> = {}): Promise<string> {
  outputOf(await status(repo, more));
  return page(repo);
}

describe('clones that know less', () => {
  it('says when the history is cut, and does not take the boundary for a change of everything', async () => {
    const origin = await gitFixture({ 'README.md': 'x', 'many.ts': '1' });
    await origin.commit({ at: '2026-02-27T00:00:00Z', files: { 'a.ts': '1' } });
    await origin.commit({ at: TODAY, files: { 'a.ts': '2' } });
    const shallow = await origin.clone({ depth: 1 });
    expect(outputOf(await status(shallow))).toMatchObject({ commits: 1, history_is_cut: true });
    const text = await page(shallow);
    expect(text).toContain('This clone is shallow and its history is cut inside the last 7 days');
    expect(text).not.toContain('many.ts');
    expect(text).not.toContain('In all:');
  });

  it('does not complain about a cut before the week', async () => {
    const origin = await gitFixture({ 'README.md': 'x' });
    await origin.commit({ at: '2026-02-22T23:59:59Z', files: { 'a.ts': '1' } });
    await origin.commit({ at: TODAY, files: { 'a.ts': '2' } });
    const shallow = await origin.clone({ depth: 2 });
    expect(outputOf(await status(shallow))).toMatchObject({ commits: 1, history_is_cut: false });
    expect(await page(shallow)).toContain('| [`a.ts`](../../a.ts) | 1 | 1 |');
  });

  it('knows the whole week when the first commit is as old as the week', async () => {
    const origin = await gitFixture({ 'README.md': 'x' });
    await origin.commit({ at: '2026-02-23T00:00:00Z', files: { 'a.ts': '1' } });
    const shallow = await origin.clone({ depth: 1 });
    expect(outputOf(await status(shallow))).toMatchObject({ commits: 1, history_is_cut: false });
  });

  it('works in a clone without file contents', async () => {
    const origin = await gitFixture({ 'README.md': 'x', 'a.ts': '1' });
    await origin.commit({ at: TODAY, files: { 'a.ts': null, 'b.ts': '1' } });
    const clone = await origin.clone({ filter: 'blob:none' });
    expect(await statusPage(clone)).toContain('| `a.ts` (gone) | 1 | 1 |');
  });

  it('skips a repository without a commit', async () => {
    const { outcome } = await status(await gitFixture());
    expect(outcome).toMatchObject({ status: 'skipped', reason: 'the repository has no commit yet' });
  });

  it('fails with the reason when the directive does not grant git', async () => {
    const { outcome } = await status(await gitFixture({ a: 'x' }), { spawn: [] });
    expect(outcome).toMatchObject({ status: 'failed', failure: { message: expect.stringContaining('spawn: [git]') } });
  });
});
