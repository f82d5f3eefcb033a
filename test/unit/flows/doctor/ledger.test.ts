import { describe, expect, test } from 'vitest';
import { examine, healthyForge, ledgerFiles, RECORDS, run } from '../../../support/doctor-house.ts';
import { entry, genesis } from '../../../support/ledger-samples.ts';

describe('the ledger', () => {
  test('of another repository is a failure whose fix is init', async () => {
    const { open } = await examine({ setting: { repository: 'ada/copy' } });
    expect(open['ledger.own']).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('npm run steward -- init'),
    });
  });

  test('that is broken is a failure, and all else is told all the same', async () => {
    const [path = '', text = ''] = Object.entries(ledgerFiles(RECORDS)).at(-1) ?? [];
    const { open, findings } = await examine({ files: { [path]: text.replace('"seq":1', '"seq":7') } });
    expect(Object.keys(open)).toEqual(['ledger.own']);
    expect(open['ledger.own']).toMatchObject({ status: 'fail', what: expect.stringContaining(path) });
    expect(findings.map(({ id }) => id)).toContain('models.budget');
  });

  test('that has not begun is fine', async () => {
    const { finding } = await examine({ records: [] });
    expect(finding('ledger.own')).toMatchObject({ status: 'ok', what: expect.stringContaining('no records yet') });
  });
});

describe('the next wake', () => {
  const late = '2026-03-05T02:30:00.000Z';

  test('is told with the last entry', async () => {
    const { finding } = await examine();
    expect(finding('ledger.wake')).toMatchObject({
      status: 'ok',
      what: 'The last entry is sweep -> success, 2026-03-04 13:30 UTC; the next cycle is due at 2026-03-05 00:00 UTC',
    });
  });

  test('that has passed without a cycle is a warning, with what to look at', async () => {
    const { open } = await examine({ forge: null, now: late });
    expect(open['ledger.wake']).toMatchObject({
      status: 'warn',
      what: expect.stringContaining('was due at 2026-03-05 00:00 UTC, and none came'),
      fix: expect.stringContaining('git pull'),
    });
  });

  test('that has just passed is within the usual delay', async () => {
    const { finding } = await examine({ forge: null, now: '2026-03-05T01:59:00.000Z' });
    expect(finding('ledger.wake').status).toBe('ok');
  });

  test('is late for nobody while the agent is paused', async () => {
    const { finding, open } = await examine({ forge: null, now: late, setting: { paused: 'away' } });
    expect(finding('ledger.wake').status).toBe('ok');
    expect(Object.keys(open)).toEqual(['github.answers', 'ledger.pause']);
  });

  test('moves by a day with each cycle that found nothing to do, and by none that was not for it', async () => {
    const forge = healthyForge();
    const created = '2026-03-05T00:23:00.000Z';
    forge.runs.unshift(run('cycle.yml', 0, { created, event: 'workflow_dispatch' }));
    const idle = await examine({ forge, now: late });
    expect(idle.finding('ledger.wake')).toMatchObject({
      status: 'ok',
      what: expect.stringContaining('due at 2026-03-06 00:23 UTC; a cycle found nothing to do at 2026-03-05 00:23 UTC'),
    });
    Object.assign(forge.runs[0] ?? {}, { event: 'issues' });
    expect((await examine({ forge, now: late })).open['ledger.wake']?.status).toBe('warn');
  });
});

describe('what waits for a person', () => {
  test('an interrupted run, with the command for either verdict', async () => {
    const interrupted = entry({
      id: 'run-7',
      result: 'interrupted',
      verification: 'unverified',
      timestamp: '2026-03-04T14:00:00.000Z',
    });
    const { open } = await examine({ records: [...RECORDS, interrupted] });
    expect(open['ledger.interrupted.sweep']).toMatchObject({
      status: 'warn',
      fix: 'Look, then `npm run steward -- resolve run-7 done` or `npm run steward -- resolve run-7 retry`.',
    });
  });

  test('pull requests of the agent, and nobody else’s', async () => {
    const forge = healthyForge();
    for (const head of ['steward/post/1', 'feature'])
      await forge.call('pulls.open', { marker: 'm', title: `from ${head}`, body: '', head, base: 'main' });
    const { open } = await examine({ forge });
    expect(open['ledger.reviews']).toMatchObject({
      status: 'warn',
      what: 'For your review: #1 from steward/post/1',
      fix: 'Merge or close: https://github.com/octo/house/pull/1',
    });
  });

  test('a pause, with its reason and where it is lifted', async () => {
    const local = await examine({ setting: { paused: 'for a holiday' } });
    expect(local.open['ledger.pause']).toMatchObject({ status: 'warn', what: 'Paused: for a holiday' });
    expect(local.open['ledger.pause']?.fix).toContain('.github/steward.yml');
    const there = await examine({ setting: { paused: 'for a holiday', isEphemeral: true } });
    expect(there.open['ledger.pause']?.fix).toContain('settings/variables/actions');
  });
});

test('a ledger that a copy brought along says nothing about when this house began', async () => {
  const records = [{ ...genesis, timestamp: '2025-01-01T00:00:00.000Z' }, entry()];
  const forge = healthyForge();
  forge.runs.splice(0, forge.runs.length);
  const { open } = await examine({ records, forge });
  expect(open['schedule.delivered']?.status).toBe('unknown');
});
