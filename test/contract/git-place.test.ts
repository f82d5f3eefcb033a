import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitFixture, temporaryFolder } from '../support/git-fixture.ts';
import { openRepo, planFor } from '../support/open-repo.ts';

describe('where it stands', () => {
  it('knows head, branch and trees of a clone without remote', async () => {
    const fixture = await gitFixture({ 'directives/a.md': 'a', 'execution/a.ts': 'a' });
    const { repo } = await openRepo(fixture.path);
    expect(await repo.facts()).toEqual({
      root: fixture.path,
      head: await fixture.git('rev-parse', 'HEAD'),
      branch: 'main',
      isShallow: false,
      trees: {
        directives: await fixture.git('rev-parse', 'HEAD:directives'),
        execution: await fixture.git('rev-parse', 'HEAD:execution'),
        github: '0'.repeat(40),
      },
    });
    expect(await repo.firstCommit()).toBe(await fixture.git('rev-parse', 'HEAD'));
  });

  it('is found from a folder below, and in a linked work tree', async () => {
    const fixture = await gitFixture({ 'deep/er/a.md': 'a' });
    expect((await openRepo(join(fixture.path, 'deep/er'))).place.root).toBe(fixture.path);
    const linked = join(await temporaryFolder(), 'linked');
    await fixture.git('worktree', 'add', '--quiet', '-b', 'side', linked);
    const { repo, place } = await openRepo(linked);
    expect(place).toMatchObject({ root: linked, branch: 'side' });
    await writeFile(join(linked, 'b.md'), 'b');
    await repo.commit([planFor('b.md')]);
    expect(await fixture.git('log', '-1', '--format=%s', 'side')).toBe('change b.md');
  });

  it('follows the branch that is tracked, under the remote’s name', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    const clone = await fixture.clone();
    await clone.git('remote', 'rename', 'origin', 'up.stream');
    await clone.git('switch', '--quiet', '--create', 'topic', '--track', 'up.stream/main');
    await clone.git('remote', 'set-url', 'up.stream', 'git@example.com:owner/name.git');
    expect(await (await openRepo(clone.path)).repo.facts()).toMatchObject({
      branch: 'topic',
      upstream: { remote: 'up.stream', branch: 'main' },
      repository: 'owner/name',
    });
  });

  it('knows a shallow clone, whose first commit it can not', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    await fixture.commit({ files: { 'a.md': 'b' } });
    const { repo } = await openRepo((await fixture.clone({ depth: 1 })).path);
    expect(await repo.facts()).toMatchObject({ isShallow: true, upstream: { remote: 'origin', branch: 'main' } });
    expect(await repo.firstCommit()).toBeUndefined();
  });

  it.each([
    ['no repository', async () => temporaryFolder(), 'NOT_A_REPOSITORY', 'git init'],
    ['no folder', async () => '/nowhere/at/all', 'NOT_A_REPOSITORY', 'git init'],
    ['no commit', async () => (await gitFixture()).path, 'EMPTY_REPOSITORY', 'git commit'],
    ['no branch', detached, 'DETACHED_HEAD', 'git switch main'],
    ['no work tree', async () => (await gitFixture({ 'a.md': 'a' })).addRemote(), 'GIT_FAILED', 'by hand'],
  ])('%s: says so and what to do', async (_, make, code, remedy) => {
    await expect(openRepo(await make())).rejects.toMatchObject({ code, remedy: expect.stringContaining(remedy) });
  });

  it('needs git', async () => {
    const fixture = await gitFixture({ 'a.md': 'a' });
    await expect(openRepo(fixture.path, { PATH: '/nowhere' })).rejects.toMatchObject({ code: 'GIT_MISSING' });
  });
});

async function detached(): Promise<string> {
  const fixture = await gitFixture({ 'a.md': 'a' });
  await fixture.git('checkout', '--quiet', '--detach');
  return fixture.path;
}
