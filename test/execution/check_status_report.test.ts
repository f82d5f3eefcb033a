import { describe, expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/status.md';

async function check(workspace: string): Promise<Record<string, unknown>> {
  return outputOf(await runScript({ script: 'check_status_report', workspace, spawn: ['git'] }));
}

const write = (workspace: string, now?: Date) =>
  runScript({ script: 'repo_status', workspace, spawn: ['git'], writes: [PAGE], ...(now ? { now } : {}) });

describe('check_status_report', () => {
  it('accepts what repo_status wrote, also after the agent committed it', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    const id = await repo.commit({ at: '2026-02-28T00:00:00Z', files: { 'a.ts': '1' } });
    outputOf(await write(repo.path));
    const accepted = { ok: true, reason: `${PAGE} names ${id.slice(0, 10)}, the newest there is` };
    expect(await check(repo.path)).toEqual(accepted);
    await repo.commit({ at: '2026-03-01T13:00:00Z', author: 'steward[bot]', files: { 'ledger/x.jsonl': '{}' } });
    await repo.branch('side', 'HEAD~1');
    await repo.commit({ author: 'steward[bot]', files: { 'ledger/y.jsonl': '{}' } });
    await repo.git('switch', '--quiet', 'main');
    await repo.git('merge', '--quiet', '--no-edit', 'side');
    expect(await check(repo.path)).toEqual(accepted);
  });

  it('has nothing to ask for where only the agent has written', async () => {
    const repo = await gitFixture({ 'ledger/x.jsonl': '{}' }, { author: 'steward[bot]' });
    outputOf(await write(repo.path));
    expect(await check(repo.path)).toEqual({ ok: true, reason: `${PAGE} names no commit, the newest there is` });
    expect(await flagsOf('check_status_report')).toEqual({ file: 'string, "knowledge/reports/status.md"' });
  });

  it('refutes a page that is behind the repository', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    outputOf(await write(repo.path));
    const id = await repo.commit({ at: '2026-02-28T00:00:00Z', files: { 'a.ts': '1' } });
    expect(await check(repo.path)).toEqual({
      ok: false,
      reason: `${PAGE} does not name the newest commit ${id.slice(0, 10)}`,
    });
  });

  it('refutes a page that is missing or names a commit that is not there', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    expect(await check(repo.path)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    const head = (await repo.git('rev-parse', 'HEAD')).slice(0, 10);
    await repo.write({ [PAGE]: `\`${head}\` and \`0123456789\`\n` });
    const refuted = { ok: false, reason: `${PAGE} names 0123456789, which is no commit here` };
    expect(await check(repo.path)).toEqual(refuted);
    const blob = (await repo.git('rev-parse', 'HEAD:README.md')).slice(0, 10);
    await repo.write({ [PAGE]: `\`${head}\` and \`${blob}\`\n` });
    expect(await check(repo.path)).toMatchObject({ reason: `${PAGE} names ${blob}, which is no commit here` });
    await repo.write({ [PAGE]: `0${head.slice(1)}\n` });
    expect(await check(repo.path)).toMatchObject({ reason: `${PAGE} does not name the newest commit ${head}` });
    // What is no id of that length is a text like any other.
    await repo.write({ [PAGE]: `\`${head}\` and \`0123456\` \`01234567890\` 0123456789 \`012345678g\`\n` });
    expect(await check(repo.path)).toMatchObject({ ok: true });
  });
});
