import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/status.md';

async function check(workspace: string): Promise<Record<string, unknown>> {
  return outputOf(await runScript({ script: 'check_status_report', workspace, spawn: ['git'] }));
}

const write = (workspace: string, now?: Date) =>
  runScript({ script: 'repo_status', workspace, spawn: ['git'], writes: [PAGE], ...(now ? { now } : {}) });

describe('check_status_report', () => {
  it('accepts what repo_status wrote, also after the agent committed it', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.commit({ at: '2026-02-28T00:00:00Z', files: { 'a.ts': '1' } });
    outputOf(await write(repo.path));
    expect(await check(repo.path)).toMatchObject({ ok: true });
    await repo.commit({ at: '2026-03-01T13:00:00Z', author: 'steward[bot]', files: { 'ledger/x.jsonl': '{}' } });
    expect(await check(repo.path)).toMatchObject({ ok: true });
  });

  it('refutes a page that is behind the repository', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    outputOf(await write(repo.path));
    const id = await repo.commit({ at: '2026-02-28T00:00:00Z', files: { 'a.ts': '1' } });
    expect(await check(repo.path)).toMatchObject({ ok: false, reason: expect.stringContaining(id.slice(0, 10)) });
  });

  it('refutes a page that is missing or names a commit that is not there', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    expect(await check(repo.path)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    const head = (await repo.git('rev-parse', 'HEAD')).slice(0, 10);
    await repo.write({ [PAGE]: `\`${head}\` and \`0123456789\`\n` });
    expect(await check(repo.path)).toMatchObject({ ok: false, reason: expect.stringContaining('0123456789') });
  });
});
