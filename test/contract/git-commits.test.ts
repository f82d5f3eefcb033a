import { expect, test } from 'vitest';
import { AGENT_EMAIL } from '../../src/adapters/fast-import.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { openRepo } from '../support/open-repo.ts';

const AGENT = `steward[bot] <${AGENT_EMAIL}>`;
const SINCE = new Date('2026-03-04T00:00:00.000Z');

/** A commit with a trailer, as the agent makes them. */
const commit = (repo: GitFixture, subject: string, id: string, at: string, author = AGENT): Promise<string> =>
  repo.commit({
    message: `${subject}\n\nwhy\n\nSteward-Id: ${id}\nSteward-Directive: sweep\n`,
    at,
    author,
    files: { 'a.md': `${subject}\n` },
  });

/** Two days: of one run an intent, its files and its entry, of another the entry alone, and things that are none. */
async function history(): Promise<{ repo: GitFixture; ids: Record<'old' | 'first' | 'night' | 'second', string> }> {
  const repo = await gitFixture({ 'a.md': 'a' });
  const old = await commit(repo, 'cycle 1: sweep -> success', 'r0', '2026-03-03T10:00:00Z');
  await commit(repo, 'lease 2: up to $0.05 for ceo_analysis', 'r1', '2026-03-04T09:58:00Z');
  await commit(repo, 'intent 3: sweep step 1 (execution/sweep.ts)', 'r1', '2026-03-04T09:59:00Z');
  await commit(repo, 'sweep: site/a.md', 'r1', '2026-03-04T10:00:00Z');
  const first = await commit(
    repo,
    'cycle 4: sweep -> success, verified ($0.0031, 12.4 s)',
    'r1',
    '2026-03-04T10:00:00Z',
  );
  const night = await commit(repo, 'consolidate 2026-03-03: +2 ~1 -1 lessons', 'n1', '2026-03-04T10:30:00Z');
  const second = await commit(repo, 'recover 5: sweep -> interrupted', 'r2', '2026-03-04T11:00:00Z');
  await commit(repo, 'heal: repair execution/sweep.ts (0123456789ab)', 'r2', '2026-03-04T12:00:00Z');
  await commit(repo, 'cycle 9: not the agent', 'r1', '2026-03-04T13:00:00Z', 'Ada Lovelace');
  await repo.commit({ message: 'cycle 10: no trailer', at: '2026-03-04T14:00:00Z', author: AGENT });
  return { repo, ids: { old, first, night, second } };
}

test('the commits of entries are found by the id of the entry, and those of leases, intents, files and people are not', async () => {
  const { repo: fixture, ids } = await history();
  const { repo } = await openRepo(fixture.path);
  const expected = { r1: ids.first, n1: ids.night, r2: ids.second };
  expect(Object.fromEntries(await repo.commitsSince(SINCE))).toEqual(expected);
  expect((await repo.commitsSince(new Date('2026-03-03T00:00:00Z'))).get('r0')).toBe(ids.old);
  expect((await repo.commitsSince(new Date('2026-03-05T00:00:00Z'))).size).toBe(0);
});

test('of an entry that was committed twice the newest commit counts', async () => {
  const fixture = await gitFixture({ 'a.md': 'a' });
  await commit(fixture, 'cycle 4: sweep -> success', 'r1', '2026-03-04T10:00:00Z');
  const again = await commit(fixture, 'cycle 5: sweep -> success', 'r1', '2026-03-04T11:00:00Z');
  const { repo } = await openRepo(fixture.path);
  expect([...(await repo.commitsSince(SINCE))]).toEqual([['r1', again]]);
});

test('a shallow clone is given the commits since then, no more of them, and not the contents of old files', async () => {
  const { repo: origin, ids } = await history();
  const clone = await origin.clone({ depth: 1 });
  const { repo } = await openRepo(clone.path);
  expect(Object.fromEntries(await repo.commitsSince(SINCE))).toEqual({ r1: ids.first, n1: ids.night, r2: ids.second });
  expect((await repo.facts()).isShallow).toBe(true);
  expect(await clone.git('log', '--format=%s')).not.toContain('cycle 1:');
  expect(await clone.git('rev-list', '--objects', '--all', '--missing=print')).toMatch(/^\?[0-9a-f]{40}$/m);
  // Its own commits on top are found as well, and what is there already is not cut off.
  const own = await commit(clone, 'cycle 11: sweep -> success', 'r3', '2026-03-05T10:00:00Z');
  expect([...(await repo.commitsSince(new Date('2026-03-05T00:00:00Z')))]).toEqual([['r3', own]]);
  expect((await repo.commitsSince(SINCE)).get('r1')).toBe(ids.first);
  expect(await clone.git('rev-parse', 'origin/main')).toBe(await origin.git('rev-parse', 'main'));
});

test('a remote that is gone leaves what is there', async () => {
  const { repo: origin } = await history();
  const clone = await origin.clone({ depth: 1 });
  const { repo } = await openRepo(clone.path);
  const own = await commit(clone, 'cycle 11: sweep -> success', 'r3', '2026-03-05T10:00:00Z');
  await clone.git('remote', 'set-url', 'origin', `${clone.path}/nowhere`);
  expect([...(await repo.commitsSince(SINCE))]).toEqual([['r3', own]]);
});
