import { expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

it('finds a post that waits or went out, and refutes one that nobody could post', async () => {
  const repo = await gitFixture({ 'README.md': '# House\n' });
  const check = async (id: string) =>
    outputOf(await runScript({ script: 'check_queued_post', workspace: repo.path, input: { id } }));
  expect(await check('a')).toEqual({ ok: false, reason: 'a is neither in the queue nor among what went out' });
  await repo.write({
    'social/queue/a.md': '---\nnetworks: [bluesky]\n---\n\nHello.\n',
    'social/queue/bad.md': '---\nnetworks: [pigeon]\n---\n\nHello.\n',
    'social/posted/b.md': '---\nnetworks: [mastodon]\n---\n\nHello.\n',
  });
  expect(await check('a')).toEqual({ ok: true, reason: 'a waits in the queue' });
  expect(await check('b')).toEqual({ ok: true, reason: 'b went out' });
  expect(await check('bad')).toMatchObject({ ok: false, reason: expect.stringContaining('social/queue/bad.md') });
});
