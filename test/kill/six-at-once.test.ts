import { expect, test } from 'vitest';
import { agentFixture, COUNT_TREE, POST_TREE, withAgent } from '../support/agent-fixture.ts';
import { postService } from '../support/local-server.ts';

test('six cycles at once: every forced entry once, the due one done once, the chain intact', async () => {
  const origin = await agentFixture(COUNT_TREE);
  await origin.addRemote();
  const clones = await Promise.all(Array.from({ length: 6 }, async () => withAgent(await origin.clone())));
  const due = await Promise.all(clones.map((clone) => clone.cycle()));
  const forced = await Promise.all(clones.map((clone) => clone.cycle(['--directive', 'count'])));
  expect(forced.every(({ pushed }) => pushed)).toBe(true);

  const fresh = await withAgent(await origin.clone());
  const entries = (await fresh.records()).flatMap((record) => (record.kind === 'entry' ? [record] : []));
  const slots = entries.filter(({ occurrence, result }) => occurrence.startsWith('count@') && result === 'success');
  expect(slots).toHaveLength(1);
  for (const { entry } of forced) expect(entries.filter(({ id }) => id === entry.id)).toHaveLength(1);
  const superseded = due.filter(({ entry }) => entry?.result === 'skipped');
  for (const { entry } of superseded) expect(entry.reason).toMatch(/^superseded by /);
  expect((await fresh.steward(['check'])).exitCode).toBe(0);
  expect((await fresh.records()).filter(({ kind }) => kind === 'genesis')).toHaveLength(1);
});

test('six cycles at once with an effect outside: it happens once', async () => {
  const { url, posts } = await postService();
  const origin = await agentFixture({
    ...POST_TREE,
    'directives/post.md': String(POST_TREE['directives/post.md']).replace('(required)', `(default: ${url})`),
  });
  await origin.addRemote();
  const clones = await Promise.all(Array.from({ length: 6 }, async () => withAgent(await origin.clone())));
  await Promise.all(clones.map((clone) => clone.cycle()));
  expect([...posts.values()]).toEqual([1]);
  const fresh = await withAgent(await origin.clone());
  expect((await fresh.steward(['check'])).exitCode).toBe(0);
});
