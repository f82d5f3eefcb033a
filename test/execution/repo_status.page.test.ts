import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';

const PAGE = 'knowledge/reports/status.md';
const GRACE = 'G. Hopper <grace@example.com>';
const AGENT = 'steward[bot]';

const run = (repo: GitFixture, input: Record<string, unknown> = {}) =>
  runScript({ script: 'repo_status', workspace: repo.path, spawn: ['git'], writes: [PAGE], input });
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

/** A month of a small repository: tags, merges, renames, the agent's own commits, and more of everything than three. */
async function busyRepository(): Promise<GitFixture> {
  const repo = await gitFixture({
    'README.md': 'x',
    'src/a.ts': '1',
    'src/b.ts': '1',
    'ledger/x.jsonl': '{}',
    'knowledge/x.md': 'x',
    'src/knowledge/y.md': 'x',
    '.mailmap': 'Grace Hopper <grace@example.com>\n',
  });
  await repo.git('tag', 'v0.9');
  for (const name of ['merged-d', 'merged-b', 'merged-a', 'merged-c']) await repo.git('branch', name);
  await repo.commit({ at: '2026-02-22T23:59:59Z', message: 'Before the week', files: { 'src/a.ts': '2' } });
  await repo.git('tag', '--annotate', '--message=x', 'v1.0');
  await addBranches(repo);
  await repo.git('tag', 'elsewhere');
  await repo.git('switch', '--quiet', 'main');
  await repo.commit({ at: '2026-02-23T00:00:00Z', message: 'One', author: GRACE, files: { 'src/a.ts': '3' } });
  await repo.commit({
    at: '2026-02-24T00:00:00Z',
    message: 'Rename',
    author: GRACE,
    files: { 'src/b.ts': null, 'src/c.ts': '1' },
  });
  await repo.commit({
    at: '2026-02-25T00:00:00Z',
    message: 'Three',
    author: 'C'.repeat(41),
    files: { 'src/a.ts': '4' },
  });
  await repo.commit({
    at: '2026-02-25T01:00:00Z',
    author: AGENT,
    files: { 'ledger/x.jsonl': '', 'knowledge/x.md': '' },
  });
  await repo.commit({ at: '2026-02-25T02:00:00Z', author: AGENT, files: { 'knowledge/x.md': 'z' } });
  // Nothing of the branch is left in the tree, and yet its commit was made.
  await repo.git('merge', '--quiet', '--no-edit', '--strategy=ours', 'a');
  const message = `${'s'.repeat(79)} ${'t'.repeat(30)}`;
  await repo.commit({ at: '2026-03-01T00:00:00Z', message, author: 'Cy', files: { 'src/a.ts': '5', 'z.ts': '1' } });
  return repo;
}

async function addBranches(repo: GitFixture): Promise<void> {
  const branches = [
    { name: 'stale', at: '2026-01-29T23:59:59Z', author: 'Ada' },
    { name: 'older', at: '2026-01-29T00:00:00Z', author: 'Ada' },
    { name: 'c', at: '2026-01-30T00:00:00Z', author: 'Ada' },
    { name: 'b', at: '2026-01-30T00:00:00Z', author: 'B'.repeat(41) },
    { name: 'a', at: '2026-01-30T00:00:00Z', author: GRACE },
  ];
  for (const { name, ...commit } of branches) {
    await repo.branch(name, 'main');
    await repo.commit({ ...commit, files: { [`${name}.ts`]: '1' } });
  }
}

const BUSY_PAGE = `# Repository status

**4 commits** by **3 authors** to \`main\` in the last 7 days. **4 open branches**, 2 of them stale.

- Newest commit: \`NEWEST\` ${'s'.repeat(79)}… (Cy, 2026-03-01)
- Latest tag: \`v1.0\` of 2026-02-22; 5 commits since
- In all: 7 commits by 4 authors
- Files: 6

## Commits of the last 7 days

| Commit | Day | Author | Subject |
| --- | --- | --- | --- |
| \`NEWEST\` | 2026-03-01 | Cy | ${'s'.repeat(79)} ${'t'.repeat(19)}… |
| \`THREE\` | 2026-02-25 | ${'C'.repeat(39)}… | Three |
| \`RENAME\` | 2026-02-24 | Grace Hopper | Rename |

and 1 earlier commit

## Authors

| Author | Commits | Files |
| --- | --- | --- |
| Grace Hopper | 2 | 3 |
| ${'C'.repeat(39)}… | 1 | 1 |
| Cy | 1 | 2 |

## Hot files

| File | Commits | Authors |
| --- | --- | --- |
| [\`src/a.ts\`](../../src/a.ts) | 3 | 3 |
| \`src/b.ts\` (gone) | 1 | 1 |
| [\`src/c.ts\`](../../src/c.ts) | 1 | 1 |

## Open branches

| Branch | Ahead | Behind | Last commit | By | State |
| --- | --- | --- | --- | --- | --- |
| \`b\` | 1 | 5 | 2026-01-30 | ${'B'.repeat(39)}… | active |
| \`c\` | 1 | 5 | 2026-01-30 | Ada | active |
| \`stale\` | 1 | 5 | 2026-01-29 | Ada | stale |

and 1 more, last changed before these

Merged and not deleted: \`a\`, \`merged-a\`, \`merged-b\` and 2 more

<!-- as of -->
<sub>Unchanged since 2026-03-01, when the last 7 days began on 2026-02-23 (UTC); left out are 2 commits in which the agent only kept its books.</sub>
`;

describe('the whole page', () => {
  it('of a busy repository', async () => {
    const repo = await busyRepository();
    const newest = await repo.git('rev-parse', 'HEAD');
    const busy = await run(repo, { top: 3 });
    expect(outputOf(busy)).toEqual({
      path: PAGE,
      changed: true,
      commits: 4,
      authors: 3,
      open_branches: 4,
      stale_branches: 2,
      bookkeeping_commits: 2,
      newest,
      history_is_cut: false,
      github: 'none',
    });
    const idOf = async (message: string) => (await repo.git('log', '--format=%H', `--grep=^${message}$`)).slice(0, 10);
    const expected = BUSY_PAGE.replaceAll('NEWEST', newest.slice(0, 10))
      .replace('THREE', await idOf('Three'))
      .replace('RENAME', await idOf('Rename'));
    expect(await page(repo)).toBe(expected);
    // Each branch costs two walks, so only those that are shown are measured.
    const walks = busy.exchanges.filter((each) => each.kind === 'git' && each.args[0] === 'rev-list');
    expect(walks).toHaveLength(1 + 1 + 2 * 3);
  });

  it('of a repository in which only the agent has written', async () => {
    const repo = await gitFixture(
      { 'ledger/x.jsonl': '{}', 'knowledge/lessons.md': 'x' },
      { author: AGENT, at: '2026-02-28T00:00:00Z' },
    );
    expect(outputOf(await run(repo))).toEqual({
      path: PAGE,
      changed: true,
      commits: 0,
      authors: 0,
      open_branches: 0,
      stale_branches: 0,
      bookkeeping_commits: 1,
      history_is_cut: false,
      github: 'none',
    });
    expect(await page(repo)).toBe(`# Repository status

Nothing was committed to \`main\` in the last 7 days. **No open branches**.

- Newest commit: none but the agent’s own
- In all: no commits by no authors
- Files: 0

<!-- as of -->
<sub>Unchanged since 2026-03-01, when the last 7 days began on 2026-02-23 (UTC); left out are 1 commit in which the agent only kept its books.</sub>
`);
  });

  it('counts what the agent delivered with the first commit', async () => {
    const repo = await gitFixture({ 'site.md': 'x' }, { author: AGENT, at: '2026-02-28T00:00:00Z' });
    const newest = await repo.git('rev-parse', 'HEAD');
    expect(outputOf(await run(repo))).toMatchObject({ commits: 1, bookkeeping_commits: 0, newest });
  });

  it('of a shallow clone leaves out what that can not know', async () => {
    const origin = await gitFixture({ 'README.md': 'x', 'many.ts': '1' });
    await origin.branch('feature');
    await origin.commit({ at: '2026-02-20T00:00:00Z', files: { 'f.ts': '1' } });
    await origin.git('switch', '--quiet', 'main');
    await origin.commit({ at: '2026-02-27T00:00:00Z', files: { 'a.ts': '1' } });
    const id = await origin.commit({ at: '2026-03-01T09:00:00Z', message: 'Last', files: { 'a.ts': '2' } });
    await origin.git('tag', 'v1');
    const shallow = await origin.clone({ depth: 1 });
    await shallow.git('fetch', '--quiet', '--depth=1', 'origin', 'feature:refs/remotes/origin/feature', 'tag', 'v1');
    expect(outputOf(await run(shallow))).toMatchObject({ newest: id, open_branches: 1, history_is_cut: true });
    expect(await page(shallow)).toBe(`# Repository status

**1 commit** by **1 author** to \`main\` in the last 7 days. **1 open branch**.

- Newest commit: \`${id.slice(0, 10)}\` Last (Ada Lovelace, 2026-03-01)
- Latest tag: \`v1\` of 2026-03-01
- Files: 3
- **This clone is shallow and its history is cut inside the last 7 days**: there may be more than is shown

## Commits of the last 7 days

| Commit | Day | Author | Subject |
| --- | --- | --- | --- |
| \`${id.slice(0, 10)}\` | 2026-03-01 | Ada Lovelace | Last |

## Open branches

| Branch | Ahead | Behind | Last commit | By | State |
| --- | --- | --- | --- | --- | --- |
| \`feature\` | unknown | unknown | 2026-02-20 | Ada Lovelace | active |

<!-- as of -->
<sub>Unchanged since 2026-03-01, when the last 7 days began on 2026-02-23 (UTC).</sub>
`);
  });
});

describe('the flags', () => {
  it('have these bounds and defaults', async () => {
    expect(await flagsOf('repo_status')).toEqual({
      days: 'integer 1 to 90, 7',
      stale_days: 'integer 1 to 3650, 30',
      top: 'integer 1 to 100, 20',
      base: 'string',
      prose: 'boolean, false',
      path: 'string, "knowledge/reports/status.md"',
    });
  });
});
