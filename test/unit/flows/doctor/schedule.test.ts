import { describe, expect, test } from 'vitest';
import { CYCLE_WORKFLOW, examine, healthyForge, NOW, RECORDS, run } from '../../../support/doctor-house.ts';
import { genesis } from '../../../support/ledger-samples.ts';
import type { MemoryForge } from '../../../support/memory-forge.ts';

function forgeWithRuns(...hoursAgo: number[]): MemoryForge {
  const forge = healthyForge();
  forge.runs.splice(0, forge.runs.length, ...hoursAgo.map((hours) => run('cycle.yml', hours)));
  return forge;
}

const begun = (at: string) => [{ ...genesis, repository: 'octo/house', timestamp: at }, ...RECORDS.slice(1)];

describe('a workflow', () => {
  test.each([
    ['active', 'ok', ''],
    ['disabled_inactivity', 'fail', 'npm run steward -- doctor --fix'],
    ['disabled_fork', 'fail', 'Actions > watchdog > Enable workflow'],
    ['disabled_manually', 'warn', 'https://github.com/octo/house/actions/workflows/watchdog.yml'],
    ['deleted', 'warn', 'Push it to the default branch'],
    ['sleeping', 'warn', 'Enable workflow'],
  ])('that is %s: %s', async (state, status, fix) => {
    const forge = healthyForge();
    for (const workflow of forge.workflows) if (workflow.file === 'watchdog.yml') workflow.state = state;
    const { finding } = await examine({ forge });
    expect(finding('schedule.watchdog.yml')).toMatchObject({ status, fix: expect.stringContaining(fix) });
  });

  test('that is here and unknown to GitHub is a failure only where it is the one that wakes', async () => {
    const forge = healthyForge();
    forge.workflows.splice(0, forge.workflows.length);
    forge.failures['runs.list'] = { kind: 'missing', message: 'Not Found' };
    const { open } = await examine({ forge });
    expect([open['schedule.cycle.yml'], open['schedule.watchdog.yml']]).toMatchObject([
      { status: 'fail', what: expect.stringContaining('GitHub does not know it') },
      { status: 'warn' },
    ]);
    // What can not have come is not missed as well.
    expect(open['schedule.delivered']).toBeUndefined();
  });

  test('with a schedule that is none is named', async () => {
    const { open } = await examine({
      files: { '.github/workflows/cycle.yml': CYCLE_WORKFLOW.replace('23 * * * *', '@hourly') },
    });
    expect(open['schedule.cycle.yml.cron']).toMatchObject({
      status: 'warn',
      what: expect.stringContaining('`@hourly`'),
    });
  });
});

describe('delivered ticks', () => {
  test('are told with their share and the longest gap', async () => {
    const { finding } = await examine();
    expect(finding('schedule.delivered')).toMatchObject({
      status: 'ok',
      what: 'GitHub started 168 of 167 scheduled cycles since 2026-02-25 14:30 UTC (100 %); the longest gap was 1.0 h',
    });
  });

  test('under half are a warning, with the pinger from outside', async () => {
    const { open } = await examine({ forge: forgeWithRuns(2, 30, 100) });
    expect(open['schedule.delivered']).toMatchObject({
      status: 'warn',
      what: expect.stringContaining(
        '3 of 167 scheduled cycles since 2026-02-25 14:30 UTC (2 %); the longest gap was 70.0 h',
      ),
      why: expect.stringContaining('Nothing is lost'),
      fix: expect.stringContaining('gh api repos/octo/house/dispatches -f event_type=steward'),
    });
  });

  test('count from the ledger’s beginning where that is younger, and not at all before there are a few', async () => {
    const young = await examine({ forge: forgeWithRuns(1, 3, 4), records: begun('2026-03-04T08:00:00.000Z') });
    expect(young.finding('schedule.delivered')).toMatchObject({
      status: 'ok',
      what: expect.stringContaining('3 of 6 scheduled cycles since 2026-03-04 08:00 UTC (50 %)'),
    });
    const newborn = await examine({ forge: forgeWithRuns(1), records: begun('2026-03-04T12:00:00.000Z') });
    expect(newborn.finding('schedule.delivered').what).toContain(
      '1 of 2 ticks came since 2026-03-04 12:00 UTC: too few',
    );
  });

  test('count from the first run where that is older than the ledger', async () => {
    const { finding } = await examine({
      forge: forgeWithRuns(1, 2, 3, 4, 5, 6),
      records: begun('2026-03-04T13:00:00.000Z'),
    });
    expect(finding('schedule.delivered').what).toContain('since 2026-03-04 08:30 UTC');
  });

  test('are unknown where neither tells when it began', async () => {
    const { open } = await examine({ forge: forgeWithRuns(), records: [] });
    expect(open['schedule.delivered']).toMatchObject({
      status: 'unknown',
      fix: expect.stringContaining('gh workflow run'),
    });
  });

  test('are no matter while the workflow is off', async () => {
    const forge = forgeWithRuns();
    for (const workflow of forge.workflows) workflow.state = 'disabled_manually';
    const { findings } = await examine({ forge });
    expect(findings.map(({ id }) => id)).not.toContain('schedule.delivered');
  });
});

describe('billed minutes', () => {
  const every = (cron: string) => ({ '.github/workflows/cycle.yml': CYCLE_WORKFLOW.replace('23 * * * *', cron) });
  const privately = (): MemoryForge => {
    const forge = healthyForge();
    forge.about.is_private = true;
    return forge;
  };

  test('of the schedules as they are fit into the free ones', async () => {
    const { finding } = await examine({ forge: privately() });
    expect(finding('schedule.minutes')).toMatchObject({
      status: 'ok',
      what: 'The schedules take 1110 minutes a month (consolidate 30 x 1, cycle 720 x 1, watchdog 360 x 1); a private repository has 2000 free ones',
    });
  });

  test('beyond them are a failure in a private repository, free in a public one, and a warning where nobody knows', async () => {
    const files = every('*/15 * * * *');
    expect((await examine({ forge: privately(), files })).open['schedule.minutes']).toMatchObject({
      status: 'fail',
      what: expect.stringContaining('3270 minutes'),
      fix: expect.stringContaining('`23 */2 * * *`, in .github/workflows/cycle.yml'),
    });
    expect((await examine({ files })).finding('schedule.minutes')).toMatchObject({
      status: 'ok',
      what: expect.stringContaining('free'),
    });
    expect((await examine({ files, forge: null })).open['schedule.minutes']?.status).toBe('warn');
  });

  test('are measured by the newest finished runs', async () => {
    const forge = privately();
    const took = (minutes: number) => ({
      updated: new Date(Date.parse(NOW) - 3_600_000 + minutes * 60_000).toISOString(),
    });
    forge.runs.splice(
      0,
      forge.runs.length,
      run('cycle.yml', 1, took(2.5)),
      run('cycle.yml', 1, took(3)),
      run('cycle.yml', 1, { ...took(9), conclusion: 'skipped' }),
      run('cycle.yml', 1, { ...took(9), status: 'in_progress', conclusion: null }),
    );
    const { open } = await examine({ forge });
    expect(open['schedule.minutes']).toMatchObject({
      status: 'fail',
      what: expect.stringContaining('2550 minutes a month (consolidate 30 x 1, cycle 720 x 3, watchdog 360 x 1)'),
    });
  });
});
