import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entry, genesis, intent } from '../support/ledger-samples.ts';
import { ledgerTree } from '../support/watchdog-lab.ts';
import { BOT, LAST, STALE, START, WAKE, watchedHouse } from '../support/watched-house.ts';

/** What people and scripts wrote, in issues and in the ledger, is never taken for the watchdog's own. */
const THREE_LOOKS = [STALE, '2026-03-05T04:41:00Z', '2026-03-05T06:41:00Z'];

describe('issues of others', () => {
  const marker = '<!-- steward:watchdog -->';

  test.each([
    ["a person's, with label and marker", 'ada', `help\n${marker}`],
    ["a person's that plays a bot", 'ada', `"user":{"type":"Bot"} ${marker}`],
    ["a bot's without the marker", BOT, 'something else'],
  ])('do not count: %s', async (_, login, body) => {
    const house = await watchedHouse();
    const theirs = house.act.openIssue(login, { title: 'Theirs', body, labels: ['steward:watchdog'] });
    for (const at of THREE_LOOKS) await house.look(at);
    expect(house.state.issues.map(({ title }) => title)).toEqual([
      'Theirs',
      'Steward has not run since 2026-03-04T14:30:00Z',
    ]);
    await house.look('2026-03-05T08:41:00Z');
    await house.checkout.write(
      ledgerTree([genesis, entry({ timestamp: LAST, next_wake: '2026-03-05T10:00:00.000Z' })]),
    );
    await house.look('2026-03-05T10:41:00Z');
    expect(house.state.issues.map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(house.state.issues[theirs - 1]?.comments).toEqual([]);
  });

  test('do not hide its own, which lies below them', async () => {
    const house = await watchedHouse();
    for (const at of THREE_LOOKS) await house.look(at);
    for (const title of ['x', 'y']) house.act.openIssue('ada', { title, body: marker, labels: ['steward:watchdog'] });
    expect((await house.look('2026-03-05T08:41:00Z')).stdout).toContain('issue #1 is open');
    expect(house.state.issues).toHaveLength(3);
  });
});

describe('what the ledger holds', () => {
  test.each([
    ['a title', '2026-03-04T14:30:00Z\\",\\"x\\":\\"y'],
    ['a command', '$(touch pwned)'],
    ['a sum', 'a[$(touch pwned)]'],
  ])('is never taken for %s', async (_, time) => {
    const house = await watchedHouse();
    const day = 'ledger/2026/03/04.jsonl';
    const text = await readFile(join(house.checkout.path, day), 'utf8');
    const state = await readFile(join(house.checkout.path, 'ledger/state.json'), 'utf8');
    const forge = (original: string, time: string) => original.replaceAll(LAST, time).replaceAll(WAKE, time);
    await house.checkout.write({ [day]: forge(text, time), 'ledger/state.json': forge(state, time) });
    await house.checkout.commit({ at: '2026-03-04T15:00:00Z' });
    house.state.repository.createdAt = '2026-03-03T00:00:00Z';
    for (const at of THREE_LOOKS) expect(await house.look(at)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(house.state.issues.map(({ title }) => title)).toEqual(['Steward has not run yet']);
    expect(await house.checkout.git('status', '--porcelain')).toBe('');
  });

  test('in inputs and texts says nothing of wakes', async () => {
    const params = { next_wake: '2026-03-09T00:00:00.000Z', timestamp: '2026-03-09T00:00:00.000Z', kind: 'entry' };
    const reason = '"next_wake":"2026-03-09T00:00:00.000Z"';
    const failure = { kind: 'crash' as const, message: reason, signature: 'a', log_tail: reason };
    const last = entry({ timestamp: LAST, next_wake: WAKE, params, reason, failure });
    const next = intent({ timestamp: LAST, params });
    const house = await watchedHouse({ tree: ledgerTree([genesis, last, next]) });
    await house.checkout.write({ 'ledger/state.json': null });
    await house.look('2026-03-05T02:00:00Z');
    expect(house.deeds()).toEqual([]);
    await house.look('2026-03-05T02:00:01Z');
    expect(house.deeds()).toEqual([START]);
  });
});
