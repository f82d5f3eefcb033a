import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputOf } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const FILE = 'knowledge/metrics/traffic.csv';
const SOURCES = 'knowledge/metrics/traffic-sources.csv';
const open = () => scriptOnGitHub({ script: 'traffic_archive', forge: ['traffic.get'], writes: [FILE, SOURCES] });
const read = ({ repo }: ScriptOnGitHub, path = FILE) => readFile(join(repo.path, path), 'utf8');
const check = (stage: ScriptOnGitHub, more = {}) => stage.run({}, { script: 'check_traffic_archive', ...more });

describe('the archive', () => {
  it('has a row for each day that is over, keeps what GitHub forgets, and rests when nothing is new', async () => {
    const stage = await open();
    const { traffic } = stage.github.state;
    traffic.views.push({ day: '2026-02-27', count: 5, uniques: 2 }, { day: '2026-03-01', count: 1, uniques: 1 });
    traffic.clones.push({ day: '2026-02-28', count: 3, uniques: 1 });
    traffic.referrers.push({ referrer: '=cmd|calc\u202e', count: 4, uniques: 2 });
    traffic.paths.push({ path: '/octo/house', title: 'octo/house', count: 9, uniques: 3 });
    expect(outputOf(await stage.run())).toMatchObject({ changed: true, days: 13, views: 6, sources_changed: true });
    const first = await read(stage);
    expect(first).toMatch(/^day,views,unique_visitors,clones,unique_cloners\n2026-02-16,0,0,0,0\n/);
    expect(first).toMatch(/\n2026-02-27,5,2,0,0\n2026-02-28,0,0,3,1\n$/);
    expect(await read(stage, SOURCES)).toBe(
      'taken,kind,name,count,uniques\n2026-03-01,referrer,"\'=cmd|calc",4,2\n2026-03-01,path,/octo/house,9,3\n',
    );
    expect(outputOf(await check(stage))).toMatchObject({ ok: true });
    expect(outputOf(await stage.run())).toMatchObject({ changed: false, sources_changed: false });

    // Three weeks later GitHub knows other days; those between are not known, what it corrected is.
    const later = { now: new Date('2026-03-22T00:10:00Z') };
    traffic.views.splice(0, 2, { day: '2026-03-20', count: 8, uniques: 4 });
    expect(outputOf(await stage.run({}, later))).toMatchObject({ changed: true, days: 34, unknown_days: 8 });
    expect(await read(stage)).toContain('\n2026-02-28,0,0,3,1\n2026-03-01,,,,\n');
    traffic.views.splice(0, 1, { day: '2026-03-20', count: 11, uniques: 5 });
    expect(outputOf(await check(stage, later))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('11 views'),
    });
    expect(outputOf(await stage.run({}, later))).toMatchObject({ changed: true, sources_changed: false });
    expect(outputOf(await check(stage, later))).toMatchObject({ ok: true });
  });

  it('survives a file that people or merges broke, and the criterion sees a hole', async () => {
    const stage = await open();
    const broken = '<<<<<<< HEAD\nday,views,unique_visitors,clones,unique_cloners\n2026-02-01,4,1,0,0\n=======\n';
    await stage.repo.write({ [FILE]: broken });
    expect(outputOf(await stage.run())).toMatchObject({ days: 28 });
    expect(await read(stage)).toContain('\n2026-02-01,4,1,0,0\n');
    const lines = (await read(stage)).split('\n');
    await stage.repo.write({ [FILE]: lines.filter((_, index) => index !== 4).join('\n') });
    expect(outputOf(await check(stage))).toMatchObject({ ok: false, reason: expect.stringContaining('not whole') });
  });

  it('says which token it needs, and waits while GitHub is busy', async () => {
    const stage = await open();
    const refusal = { message: 'Resource not accessible by integration' };
    stage.github.fail({ path: /\/traffic\/views$/, status: 403, body: refusal });
    expect((await stage.run()).outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('STEWARD_TOKEN'),
    });
    stage.github.fail({ path: /\/traffic\/clones$/, status: 503, times: 4 });
    const { outcome } = await stage.run();
    expect(outcome).toMatchObject({ status: 'skipped', reason: expect.not.stringContaining('STEWARD_TOKEN') });
    await expect(read(stage)).rejects.toThrow('ENOENT');
  });
});
