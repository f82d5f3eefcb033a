import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';

const PAGE = 'knowledge/reports/status.md';
const TODAY = '2026-03-01T09:00:00Z';
const LAST_WEEK_DAY = '2026-02-23T00:00:00Z';

const status = (repo: GitFixture, more: Partial<ScriptTest> = {}) =>
  runScript({ script: 'repo_status', workspace: repo.path, spawn: ['git'], writes: [PAGE], ...more });
const page = (repo: GitFixture) => readFile(join(repo.path, PAGE), 'utf8');

async function statusPage(repo: GitFixture, more: Partial<ScriptTest> = {}): Promise<string> {
  outputOf(await status(repo, more));
  return page(repo);
}

describe('activity', () => {
  it('shows the commits, authors and hot files of the last seven days, and nothing older', async () => {
    const repo = await gitFixture({ 'README.md': 'x', 'src/a.ts': '1' });
    await repo.commit({ at: '2026-02-22T23:59:59Z', message: 'Too old', files: { 'src/a.ts': '2' } });
    await repo.commit({ at: LAST_WEEK_DAY, message: 'First of the week', files: { 'src/a.ts': '3' } });
    await repo.commit({ at: TODAY, author: 'Grace', message: 'Fix it', files: { 'src/a.ts': '4', 'src/b.ts': '1' } });
    expect(outputOf(await status(repo))).toMatchObject({ commits: 2, authors: 2, changed: true, path: PAGE });
    const text = await page(repo);
    expect(text).toContain('**2 commits** by **2 authors** to `main` in the last 7 days.');
    expect(text).toMatch(
      /\| `[0-9a-f]{10}` \| 2026-03-01 \| Grace \| Fix it \|\n.*\| 2026-02-23 \| Ada Lovelace \| First/,
    );
    expect(text).not.toContain('Too old');
    expect(text).toContain('| Ada Lovelace | 1 | 1 |\n| Grace | 1 | 2 |');
    expect(text).toContain('| [`src/a.ts`](../../src/a.ts) | 2 | 2 |\n| [`src/b.ts`](../../src/b.ts) | 1 | 1 |');
    expect(text).toContain('- In all: 4 commits by 2 authors\n- Files: 3');
  });

  it('leaves out the agent’s bookkeeping, but not what it delivers', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    const agent = 'steward[bot] <steward@example.com>';
    await repo.commit({ at: TODAY, author: agent, files: { 'ledger/2026/03/01.jsonl': '{}', 'knowledge/a.md': 'x' } });
    expect(outputOf(await status(repo))).toMatchObject({ commits: 0, bookkeeping_commits: 1 });
    expect(await page(repo)).toContain('left out are 1 commit in which the agent only kept its books');
    await repo.commit({ at: TODAY, author: agent, message: 'Publish a post', files: { 'site/post.md': 'x' } });
    const text = await statusPage(repo);
    expect(text).toContain('| steward\\[bot\\] | Publish a post |');
    expect(text).not.toContain('ledger/');
    // A person with the same files is activity.
    await repo.commit({ at: TODAY, message: 'Retire a lesson', files: { 'knowledge/a.md': 'y' } });
    expect(await statusPage(repo)).toContain('Retire a lesson');
    // So is what the agent delivers together with its books.
    await repo.commit({ at: TODAY, author: agent, files: { 'site/post.md': 'y', 'knowledge/a.md': 'z' } });
    expect(outputOf(await status(repo))).toMatchObject({ commits: 3, bookkeeping_commits: 1 });
  });

  it('stays silent about a quiet week', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    const text = await statusPage(repo);
    expect(text).toContain('Nothing was committed to `main` in the last 7 days. **No open branches**.');
    expect(text).toMatch(/- Newest commit: `[0-9a-f]{10}` Initial commit \(Ada Lovelace, 2026-01-01\)/);
    expect(text).not.toContain('##');
  });

  it('counts merges neither as work nor as files', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.branch('feature');
    await repo.commit({ at: TODAY, files: { 'a.ts': '1' } });
    await repo.git('switch', '--quiet', 'main');
    await repo.commit({ at: TODAY, files: { 'b.ts': '1' } });
    await repo.git('merge', '--quiet', '--no-edit', 'feature');
    expect(outputOf(await status(repo))).toMatchObject({ commits: 2, open_branches: 0 });
  });
});

describe('hostile names', () => {
  it('shows authors and subjects as text, whatever they hold', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.commit({
      at: TODAY,
      author: 'A|b [x](http://evil.example) <i>',
      message: '# **Big** | ![](http://evil.example/p.png) <script>`code`</script> \u202egnp',
      files: { 'a.ts': '1' },
    });
    const text = await statusPage(repo);
    expect(text).toContain('| A\\|b \\[x\\]((link) |');
    expect(text).toContain('\\# \\*\\*Big\\*\\* \\| \\!\\[\\]((link)');
    expect(text).not.toContain('\u202e');
    expect(text).not.toMatch(/[^\\]<script/);
  });

  it('links files with spaces, accents, pipes, quotes and line breaks in their names', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    const more = ['z1', 'z2', 'z3', 'z4', 'z5', 'z6', 'z7'];
    const names = [...more, 'dé (1).md', 'a|b`c.md', 'line\nbreak.md', '"quoted".md'];
    await repo.commit({ at: TODAY, files: Object.fromEntries(names.map((name) => [name, 'x'])) });
    const text = await statusPage(repo);
    expect(text).toContain('[`dé (1).md`](../../d%C3%A9%20%281%29.md)');
    expect(text).toContain('[<code>a&#124;b&#96;c&#46;md</code>](../../a%7Cb%60c.md)');
    expect(text).toContain('(../../line%0Abreak.md)');
    expect(text).toContain('[`"quoted".md`](../../%22quoted%22.md)');
    expect(text).toContain('[`z6`](../../z6) | 1 | 1 |\n\n<!--');
  });

  it('does not link a file that is gone', async () => {
    const repo = await gitFixture({ 'README.md': 'x', 'old.ts': '1' });
    await repo.commit({ at: TODAY, files: { 'old.ts': null } });
    expect(await statusPage(repo)).toContain('| `old.ts` (gone) | 1 | 1 |');
  });
});

describe('branches and tags', () => {
  it('measures each branch, and tells active, stale and merged apart', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.branch('stale/ü');
    await repo.commit({ at: '2026-01-15T00:00:00Z', files: { 'a.ts': '1' } });
    await repo.branch('active', 'main');
    await repo.commit({ at: '2026-02-20T00:00:00Z', author: 'Grace', files: { 'b.ts': '1' } });
    await repo.commit({ at: '2026-02-21T00:00:00Z', author: 'Grace', files: { 'b.ts': '2' } });
    await repo.git('switch', '--quiet', 'main');
    await repo.git('branch', 'done');
    await repo.commit({ at: TODAY, files: { 'c.ts': '1' } });
    expect(outputOf(await status(repo))).toMatchObject({ open_branches: 2, stale_branches: 1 });
    const text = await page(repo);
    expect(text).toContain('**2 open branches**, 1 of them stale.');
    expect(text).toContain(
      '| `active` | 2 | 1 | 2026-02-21 | Grace | active |\n| `stale/ü` | 1 | 1 | 2026-01-15 | Ada Lovelace | stale |',
    );
    expect(text).toContain('Merged and not deleted: `done`');
  });

  it('reads the remote’s branches in a clone, each once', async () => {
    const origin = await gitFixture({ 'README.md': 'x' });
    await origin.branch('feature');
    await origin.commit({ at: '2026-02-20T00:00:00Z', files: { 'a.ts': '1' } });
    await origin.git('switch', '--quiet', 'main');
    await origin.commit({ at: '2026-02-21T00:00:00Z', files: { 'c.ts': '1' } });
    const clone = await origin.clone();
    await clone.git('switch', '--quiet', 'feature');
    await clone.commit({ at: '2026-02-22T00:00:00Z', files: { 'not-pushed.ts': '1' } });
    const text = await statusPage(clone);
    expect(text.match(/`feature`/g)).toHaveLength(1);
    expect(text).toContain('**1 open branch**');
    expect(text).toContain('| `feature` | 1 | 1 | 2026-02-20 | Ada Lovelace | active |');
  });

  it('takes for the default branch what it is told, what the remote says, and what is usual', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.branch('develop');
    await repo.commit({ at: '2026-02-20T00:00:00Z', files: { 'a.ts': '1' } });
    await repo.branch('feature');
    await repo.commit({ at: '2026-02-21T00:00:00Z', files: { 'b.ts': '1' } });
    const told = await statusPage(repo, { input: { base: 'develop' } });
    expect(told).toContain('committed to `develop`');
    expect(told).toContain(
      '| `feature` | 1 | 0 | 2026-02-21 | Ada Lovelace | active |\n\nMerged and not deleted: `main`',
    );
    await repo.git('branch', '-m', 'main', 'master');
    expect(await statusPage(repo)).toMatch(
      /committed to `master`.*\| `feature` \| 2 \| 0 \|[^\n]*\n\| `develop` \| 1 \| 0 \|/s,
    );
    await repo.git('branch', '-m', 'master', 'trunk');
    expect(await statusPage(repo)).toMatch(/committed to `feature`.*Merged and not deleted: `develop`, `trunk`\n/s);
    const bare = await repo.addRemote();
    await repo.git('-C', bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
    const clone = await repo.clone({ branch: 'develop' });
    await clone.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/develop');
    expect(await statusPage(clone)).toMatch(/committed to `trunk`.*\| `feature` \| 2 \| 0 \|/s);
  });

  it('names the default branch when HEAD is detached', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.git('branch', 'master');
    await repo.git('switch', '--quiet', '--detach');
    expect(await statusPage(repo)).toContain('committed to `main`');
    await repo.git('branch', '--quiet', '--delete', '--force', 'main', 'master');
    expect(await statusPage(repo)).toContain('committed to a detached HEAD');
  });

  it('counts what came after the latest tag', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.git('tag', 'v1|0');
    await repo.commit({ files: { 'a.ts': '1' } });
    await repo.commit({ author: 'steward[bot]', files: { 'ledger/x.jsonl': '1' } });
    expect(await statusPage(repo)).toContain('- Latest tag: <code>v1&#124;0</code> of 2026-01-01; 1 commit since');
  });

  it('spends no measurement on a merged branch', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.branch('open');
    await repo.commit({ files: { 'a.ts': '1' } });
    await repo.git('switch', '--quiet', 'main');
    await repo.commit({ at: TODAY, files: { 'b.ts': '1' } });
    await repo.git('branch', 'done');
    const text = await statusPage(repo, { input: { top: 1 } });
    expect(text).toContain('| `open` | 1 | 1 |');
    // One of each is what one row can show.
    expect(text).not.toMatch(/and (no|0) /);
  });

  it('says that there are more rows than it shows', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    for (const name of ['one', 'two', 'three']) {
      await repo.commit({ at: TODAY, message: name, files: { [name]: 'x' } });
      await repo.branch(`branch-${name}`);
      await repo.commit({ files: { [`${name}.txt`]: 'x' } });
      await repo.git('switch', '--quiet', 'main');
    }
    const text = await statusPage(repo, { input: { top: 2 } });
    expect(text).toContain('and 1 earlier commit');
    expect(text).toContain('and 1 more, last changed before these');
  });
});

describe('quiet', () => {
  it('changes no byte while nothing happens, and drops what is a week old', async () => {
    const repo = await gitFixture({ 'README.md': 'x' });
    await repo.branch('feature');
    await repo.commit({ files: { 'a.ts': '1' } });
    await repo.git('switch', '--quiet', 'main');
    await repo.commit({ at: TODAY, message: 'News', files: { 'b.ts': '1' } });
    const first = await statusPage(repo);
    expect(outputOf(await status(repo))).toMatchObject({ changed: false });
    for (const day of ['02', '05', '07']) {
      // The agent's own commits of each day, the page among them, are no news either.
      await repo.commit({ at: `2026-03-${day}T00:00:00Z`, author: 'steward[bot]', files: { 'ledger/x.jsonl': day } });
      const now = new Date(`2026-03-${day}T12:00:00Z`);
      expect(outputOf(await status(repo, { now }))).toMatchObject({ changed: false, commits: 1 });
      expect(await page(repo)).toBe(first);
    }
    const now = new Date('2026-03-08T00:00:00Z');
    expect(outputOf(await status(repo, { now }))).toMatchObject({ changed: true, commits: 0 });
    expect(outputOf(await status(repo, { now: new Date('2026-03-20T00:00:00Z') }))).toMatchObject({ changed: false });
    expect(await page(repo)).toContain('Unchanged since 2026-03-08');
  });

  it('writes the same page for the same repository and day', async () => {
    const tree = { 'README.md': 'x', 'a.ts': '1' };
    const texts = [await statusPage(await gitFixture(tree)), await statusPage(await gitFixture(tree))];
    expect(texts[0]).toBe(texts[1]);
  });
});

describe('input', () => {
  it('refuses a misspelt flag with its name', async () => {
    const { outcome } = await status(await gitFixture({ a: 'x' }), { input: { dayz: 3 } });
    expect(outcome).toMatchObject({ failure: { kind: 'input', message: expect.stringContaining('dayz') } });
  });
});
