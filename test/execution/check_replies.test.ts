import { expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

it('holds for what was let through, whatever became of it, and not for what could not be posted', async () => {
  const repo = await gitFixture({
    'README.md': '# House\n',
    'social/queue/reply-1.md': '---\nreply_to: mastodon:1\n---\nYes.\n',
    'social/posted/reply-2.md': '---\nreply_to: mastodon:2\nposted: { mastodon: https://a.b/@house/9 }\n---\nNo.\n',
  });
  const check = async (drafted: string[]) =>
    outputOf(await runScript({ script: 'check_replies', workspace: repo.path, input: { drafted } }));
  expect(await check([])).toEqual({ ok: true, reason: 'nothing was drafted' });
  expect(await check(['reply-1', 'reply-2', 'reply-3'])).toEqual({
    ok: true,
    reason: '2 approved, 1 deleted in the review',
  });
  await repo.write({ 'social/queue/reply-1.md': 'Edited, and the front matter lost.\n' });
  expect(await check(['reply-1'])).toMatchObject({ ok: false, reason: expect.stringContaining('no reply_to') });
  await repo.write({ 'social/queue/reply-1.md': '---\nreply_to: 12\n---\nYes.\n' });
  expect(await check(['reply-1'])).toMatchObject({ ok: false, reason: expect.stringContaining('reply_to: 12') });
});
