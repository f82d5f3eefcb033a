import { expect, test } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { openRepo } from '../support/open-repo.ts';

test('a shallow clone is given the whole history, other branches and tags, without the contents of old files', async () => {
  const origin = await gitFixture({ 'a.md': 'one' });
  await origin.commit({ message: 'Two', files: { 'a.md': 'two' } });
  await origin.git('tag', 'v1');
  await origin.branch('feature');
  await origin.commit({ message: 'Three', files: { 'b.md': 'three' } });
  await origin.git('switch', '--quiet', 'main');
  await origin.commit({ message: 'Four', files: { 'a.md': 'four' } });
  const clone = await origin.clone({ depth: 1, branch: 'main' });
  const { repo } = await openRepo(clone.path);
  expect((await repo.facts()).isShallow).toBe(true);
  expect(await repo.deepen()).toEqual({});
  expect(await clone.git('log', '--format=%s', '--name-only')).toBe(
    'Four\n\na.md\nTwo\n\na.md\nInitial commit\n\na.md',
  );
  expect(await clone.git('rev-list', '--count', 'origin/feature')).toBe('3');
  expect(await clone.git('tag')).toBe('v1');
  expect((await repo.facts()).isShallow).toBe(false);
  // Later fetches must not cut it again.
  await origin.commit({ message: 'Five', files: { 'a.md': 'five' } });
  await origin.git('push', '--quiet', 'origin', 'main');
  expect(await repo.fetch()).toEqual({});
  expect(await clone.git('rev-list', '--count', 'origin/main')).toBe('4');
  expect(await repo.deepen()).toEqual({});
});

test('a remote that is gone says why, and the clone stays as it is', async () => {
  const origin = await gitFixture({ 'a.md': 'one' });
  await origin.commit({ message: 'Two', files: { 'a.md': 'two' } });
  const clone = await origin.clone({ depth: 1 });
  await clone.git('remote', 'set-url', 'origin', `${clone.path}/nowhere`);
  const { repo } = await openRepo(clone.path);
  expect((await repo.deepen()).offline).toMatch(/nowhere/);
  expect((await repo.facts()).isShallow).toBe(true);
});
