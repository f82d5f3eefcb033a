import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENT_EMAIL } from '../../src/adapters/fast-import.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { armHooks, openRepo, planFor } from '../support/open-repo.ts';
import { agentCommits, fetched, othersPush, pair } from '../support/remote-pair.ts';

/** The repository port against a remote that others push to. */

describe('push', () => {
  it('sends what was committed, past hooks of the clone', async () => {
    const { mine, repo, theirs } = await pair();
    const { marks } = await armHooks(mine.path);
    const head = await agentCommits(mine, repo, 'new.md');
    expect(await repo.push()).toEqual({ kind: 'pushed' });
    await theirs.git('fetch', '--quiet');
    expect(await theirs.git('rev-parse', 'origin/main')).toBe(head);
    expect(await repo.push()).toEqual({ kind: 'pushed' });
    expect(await marks()).toEqual([]);
  });

  it('is rejected when somebody was faster', async () => {
    const { mine, repo, theirs } = await pair();
    await agentCommits(mine, repo, 'new.md');
    await othersPush(theirs, 'a.md');
    expect(await repo.push()).toEqual({ kind: 'rejected' });
    await repo.fetch();
    expect(await repo.push()).toEqual({ kind: 'rejected' });
  });

  it('is refused by a hook of the remote, whose words are told', async () => {
    const { mine, repo, bare } = await pair();
    await writeFile(
      join(bare, 'hooks/pre-receive'),
      '#!/bin/sh\necho "GH006: Protected branch update failed." >&2\nexit 1\n',
    );
    await chmod(join(bare, 'hooks/pre-receive'), 0o755);
    await agentCommits(mine, repo, 'new.md');
    const result = await repo.push();
    expect(result).toMatchObject({ kind: 'refused', reason: expect.stringContaining('GH006: Protected branch') });
  });

  it.each([
    ['a remote that is gone', '/nowhere/at/all', /does not (appear to be|exist)/],
    ['a host that is none', 'https://127.0.0.1:1/a/b.git', /unable to access|connect/i],
  ])('is refused by %s', async (_, url, reason) => {
    const { mine, repo } = await pair();
    await agentCommits(mine, repo, 'new.md');
    await mine.git('remote', 'set-url', 'origin', url);
    expect(await repo.push()).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(await repo.fetch()).toMatchObject({ offline: expect.stringMatching(reason) });
  });

  it('is refused by a remote that takes no pushes', async () => {
    const { mine, repo, bare } = await pair();
    const config = `${await readFile(join(bare, 'config'), 'utf8')}[receive]\n\tdenyCurrentBranch = refuse\n`;
    await writeFile(join(bare, 'config'), config.replace('bare = true', 'bare = false\n\tworktree = /tmp'));
    await agentCommits(mine, repo, 'new.md');
    expect(await repo.push()).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/refus|denied|declined/i),
    });
  });

  it('needs a remote', async () => {
    const { repo } = await openRepo((await gitFixture({ 'a.md': 'a' })).path);
    await expect(repo.push()).rejects.toMatchObject({ code: 'GIT_FAILED', message: /the clone has no remote/ });
  });
});

describe('unpushedByPeople', () => {
  it('counts commits of people, not the agent’s', async () => {
    const { mine, repo } = await pair();
    expect(await repo.unpushedByPeople()).toBe(0);
    await agentCommits(mine, repo, 'new.md');
    expect(await repo.unpushedByPeople()).toBe(0);
    await mine.commit({ files: { 'a.md': '1' } });
    await mine.commit({ files: { 'a.md': '2' }, author: 'Nobody <>' });
    expect(await repo.unpushedByPeople()).toBe(2);
  });

  it('knows no branch that was never pushed', async () => {
    const { mine } = await pair();
    await mine.branch('topic');
    const { repo } = await openRepo(mine.path);
    expect(await repo.unpushedByPeople()).toBe('origin has no branch topic yet: push it once by hand');
  });
});

describe('compare', () => {
  it('tells the agent’s commits from people’s, whatever their messages', async () => {
    const { mine, repo, theirs } = await pair();
    const base = await mine.git('rev-parse', 'HEAD');
    const first = await agentCommits(mine, repo, 'one.md');
    await mine.commit({ message: 'no trailer', files: { 'p.md': '1' } });
    await mine.commit({ message: 'said by a person\n\nSteward-Id: forged\n', files: { 'p.md': '2' } });
    await mine.git('commit', '--quiet', '--allow-empty', '--allow-empty-message', '--message', '');
    await mine.commit({ message: 'in its name', files: { 'p.md': '3' }, author: `steward[bot] <${AGENT_EMAIL}>` });
    await mine.write({ 'one.md': null });
    const second = await agentCommits(mine, repo, 'run.sh', '#!/bin/sh\n');
    await othersPush(theirs, 'a.md');
    await othersPush(theirs, 'b.md');
    const result = await repo.compare(await fetched(repo));
    expect(result).toMatchObject({ base, behind: 2, human: 4 });
    expect(result.agent.map(({ id, run, message }) => ({ id, run, message }))).toEqual([
      { id: first, run: 'id-one.md', message: 'change one.md\n\nSteward-Id: id-one.md\n' },
      { id: second, run: 'id-run.sh', message: 'change run.sh\n\nSteward-Id: id-run.sh\n' },
    ]);
    expect(result.agent[0]).toMatchObject({
      at: new Date('2026-03-01T12:00:00Z'),
      files: [{ path: 'one.md', mode: '100644', blob: await mine.git('rev-parse', `${first}:one.md`) }],
    });
  });

  it('refuses a history that shares nothing', async () => {
    const { mine, repo } = await pair();
    const stranger = await mine.git('commit-tree', '-m', 'from nowhere', await mine.git('rev-parse', 'HEAD^{tree}'));
    await expect(repo.compare(stranger)).rejects.toMatchObject({ code: 'DIVERGED' });
  });
});

describe('rebuildOn', () => {
  it('goes forward, and leaves a person’s other work as it is', async () => {
    const { mine, repo, theirs } = await pair();
    const tip = await othersPush(theirs, 'a.md');
    await mine.write({ 'b.md': 'staged', 'c.md': 'edited', 'loose.md': 'untracked' });
    await mine.git('add', 'b.md');
    const before = await mine.git('status', '--porcelain=v1');
    await fetched(repo);
    expect(await repo.rebuildOn(tip, [])).toBe(tip);
    expect(await mine.git('rev-parse', 'main')).toBe(tip);
    expect(await readFile(join(mine.path, 'a.md'), 'utf8')).toBe('theirs');
    expect(await mine.git('status', '--porcelain=v1')).toBe(before);
    expect(await mine.git('for-each-ref', 'refs/steward')).toBe('');
  });

  it('makes the agent’s commits again on top: changed, deleted, executable, rewritten', async () => {
    const { mine, repo, theirs } = await pair();
    await mine.write({ 'b.md': null, 'new/run.sh': '#!/bin/sh\n' });
    await chmod(join(mine.path, 'new/run.sh'), 0o755);
    await repo.commit([{ ...planFor('b.md', 'new/run.sh'), message: 'work\n\nSteward-Id: 1\n' }]);
    await othersPush(theirs, 'a.md');
    const tip = await fetched(repo);
    const { agent } = await repo.compare(tip);
    const plans = agent.map((commit) => ({
      ...commit,
      files: [...commit.files, { path: 'books.jsonl', content: '{}\n' }],
    }));
    const head = await repo.rebuildOn(tip, plans);
    expect(await mine.git('rev-parse', 'HEAD~1')).toBe(tip);
    expect(await mine.git('ls-tree', '-r', '--format=%(objectmode) %(path)', head)).toBe(
      '100644 a.md\n100644 books.jsonl\n100644 c.md\n100755 new/run.sh',
    );
    expect(await mine.git('status', '--porcelain=v1')).toBe('');
    expect(await repo.push()).toEqual({ kind: 'pushed' });
  });

  it('is not held up by what a run that died left of its own', async () => {
    const { mine, repo, theirs } = await pair();
    await mine.git('update-ref', 'refs/steward/next', await mine.commit({ files: { 'old.md': 'elsewhere' } }));
    await mine.git('reset', '--quiet', '--hard', 'HEAD~1');
    await othersPush(theirs, 'a.md');
    const tip = await fetched(repo);
    const head = await repo.rebuildOn(tip, [{ ...planFor(), files: [{ path: 'new.md', content: 'new' }] }]);
    expect(await mine.git('rev-parse', 'main', 'main~1')).toBe(`${head}\n${tip}`);
    expect(await mine.git('for-each-ref', 'refs/steward')).toBe('');
  });

  it.each([
    ['an edited file', async (mine: GitFixture) => mine.write({ 'a.md': 'edited' })],
    [
      'a staged file',
      async (mine: GitFixture) => {
        await mine.write({ 'a.md': 'staged' });
        await mine.git('add', 'a.md');
      },
    ],
    ['an untracked file in the way', async (mine: GitFixture) => mine.write({ 'new.md': 'mine' })],
  ])('is blocked by %s, which it names and does not touch', async (name, change) => {
    const { mine, repo, theirs } = await pair();
    await othersPush(theirs, 'a.md');
    await othersPush(theirs, 'new.md');
    const [head, tip] = [await mine.git('rev-parse', 'HEAD'), await fetched(repo)];
    await change(mine);
    const before = await mine.git('status', '--porcelain=v1');
    await expect(repo.rebuildOn(tip, [])).rejects.toMatchObject({
      code: 'UPDATE_BLOCKED',
      message: `Upstream changed files that have uncommitted changes here: ${name.includes('untracked') ? 'new.md' : 'a.md'}.`,
    });
    expect(await mine.git('status', '--porcelain=v1')).toBe(before);
    expect(await mine.git('rev-parse', 'HEAD')).toBe(head);
  });

  it('says which lock is in the way', async () => {
    const { mine, repo, theirs } = await pair();
    await othersPush(theirs, 'a.md');
    const tip = await fetched(repo);
    await mine.write({ '.git/index.lock': '' });
    await expect(repo.rebuildOn(tip, [])).rejects.toMatchObject({ code: 'GIT_LOCKED' });
  });
});

describe('fetch', () => {
  it('deepens a shallow clone enough to compare', async () => {
    const { theirs } = await pair();
    await othersPush(theirs, 'a.md', '1');
    const shallow = await theirs.clone({ depth: 1 });
    const { repo } = await openRepo(shallow.path);
    await agentCommits(shallow, repo, 'new.md');
    for (let round = 2; round < 6; round++) await othersPush(theirs, 'a.md', String(round));
    expect(await repo.compare(await fetched(repo))).toMatchObject({
      behind: 4,
      human: 0,
      agent: [{ run: 'id-new.md' }],
    });
  });

  it('does not take a shallow clone’s missing past for agreement', async () => {
    const { theirs } = await pair();
    const shallow = await theirs.clone({ depth: 1 });
    const { repo } = await openRepo(shallow.path);
    await agentCommits(shallow, repo, 'new.md');
    for (let round = 0; round < 55; round++) await theirs.commit({ files: { 'a.md': String(round) } });
    await theirs.git('push', '--quiet');
    await expect(repo.compare(await fetched(repo))).rejects.toMatchObject({ code: 'DIVERGED' });
  });
});
