import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { BAD_ANSWERS, badAddress, badWeb } from '../support/bad-web.ts';
import { outputOf } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const WRITES = ['knowledge/reports/thresholds.md', 'knowledge/metrics/**', 'knowledge/state/threshold_watch.json'];
const stageOf = (watches: readonly object[], more: Record<string, string> = {}) =>
  scriptOnGitHub({
    script: 'threshold_watch',
    forge: ['issues.upsert', 'issues.list'],
    writes: WRITES,
    tree: { 'knowledge/watches.yml': JSON.stringify({ watches }), ...more },
  });
const watch = async (stage: ScriptOnGitHub, at: string) => outputOf(await stage.run({}, { now: new Date(at) }));
const text = (stage: ScriptOnGitHub, path: string) => readFile(join(stage.repo.path, path), 'utf8');
const page = (stage: ScriptOnGitHub) => text(stage, 'knowledge/reports/thresholds.md');

describe('a crossing', () => {
  it('is told once, ends when the number is back by its hysteresis, and opens again with the next', async () => {
    let value = 5;
    const server = await answeringServer(() => ({ body: JSON.stringify({ value }) }));
    const stage = await stageOf([{ name: 'load', url: `${server.url}/`, json: 'value', above: 10, hysteresis: 2 }]);
    const { issues } = stage.github.state;
    const at = (next: number, hour: string) => {
      value = next;
      return watch(stage, `2026-03-01T${hour}:00:00Z`);
    };
    expect(await at(5, '01')).toMatchObject({ changed: true, read: 1, outside: 0, crossed: 0 });
    expect(await at(5, '02')).toMatchObject({ changed: false });
    expect(await at(11, '03')).toMatchObject({ outside: 1, crossed: 1, untold: 0 });
    expect(issues).toMatchObject([{ state: 'open', title: 'load is above 10' }]);
    const body = issues[0]?.body;
    expect(await at(9, '04')).toMatchObject({ outside: 1, crossed: 0 });
    expect(issues[0]?.body).toBe(body);
    expect(await at(8, '05')).toMatchObject({ outside: 0, crossed: 1 });
    expect(issues).toMatchObject([{ state: 'closed', body: expect.stringContaining('with 8, after 2 h') }]);
    expect(await at(12, '06')).toMatchObject({ outside: 1 });
    expect(issues).toMatchObject([{ state: 'open', body: expect.stringContaining('Since: 2026-03-01 06:00 UTC') }]);
    expect((await text(stage, 'knowledge/metrics/load.csv')).split('\n')).toEqual([
      'time,value',
      ...['01:00:00.000Z,5', '03:00:00.000Z,11', '04:00:00.000Z,9', '05:00:00.000Z,8', '06:00:00.000Z,12'].map(
        (row) => `2026-03-01T${row}`,
      ),
      '',
    ]);
    expect(await page(stage)).toContain(
      '| 12 (2026-03-01) | above 10, back by 2 | **above** since 2026-03-01 06:00 UTC |',
    );
    await stage.repo.write({ 'knowledge/watches.yml': 'watches: [' });
    expect(await watch(stage, '2026-03-01T06:30:00Z')).toMatchObject({ watched: 0, outside: 1, crossed: 0 });
    expect(await page(stage)).toContain('| `load` |');
    await stage.repo.write({ 'knowledge/watches.yml': 'watches: []' });
    await watch(stage, '2026-03-01T07:00:00Z');
    expect(issues).toMatchObject([{ state: 'closed', body: expect.stringContaining('no longer watched') }]);
  });

  it('is none of a number that can not be read: the issue stays, the gap is in the history, the page says why', async () => {
    let body = '{"value": 11}';
    const server = await answeringServer(() => ({ body }));
    const stage = await stageOf([{ name: 'load', url: `${server.url}/`, json: 'value', above: 10 }]);
    await watch(stage, '2026-03-01T01:00:00Z');
    for (const bad of ['{"value": "NaN"}', '{"value": 1e999}', '{}']) {
      body = bad;
      expect(await watch(stage, '2026-03-01T02:00:00Z')).toMatchObject({
        read: 0,
        outside: 1,
        crossed: 0,
        problems: 1,
      });
    }
    expect(stage.github.state.issues).toMatchObject([{ state: 'open' }]);
    expect(await text(stage, 'knowledge/metrics/load.csv')).toMatch(/01:00:00\.000Z,11\n.*T02:00:00\.000Z,\n$/);
    expect(await page(stage)).toContain('- `load`, since 2026-03-01 02:00 UTC: there is nothing at value');
  });
});

describe('the world', () => {
  it('in all its bad answers is told on the page where somebody must act, and ends no run', async () => {
    const web = await badWeb();
    const paths = [...BAD_ANSWERS.busy, ...BAD_ANSWERS.refused, ...BAD_ANSWERS.nonsense];
    const watches = paths.map((path, index) => ({
      name: `w${index}`,
      url: badAddress(web, path),
      json: 'value',
      above: 1,
    }));
    const stage = await stageOf(watches);
    const told = BAD_ANSWERS.refused.length + BAD_ANSWERS.nonsense.length;
    expect(await watch(stage, '2026-03-01T01:00:00Z')).toMatchObject({ read: 0, outside: 0, problems: told });
    const body = await page(stage);
    for (const [index, path] of paths.entries())
      expect(body.includes(`- \`w${index}\`, since`), path).toBe(
        !(BAD_ANSWERS.busy as readonly string[]).includes(path),
      );
    expect(stage.github.state.issues).toEqual([]);
    await stage.repo.write({ 'knowledge/watches.yml': JSON.stringify({ watches: watches.slice(0, 3) }) });
    expect((await stage.run()).outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('it answers 500'),
    });
  });

  it('on a hostile page is only read', async () => {
    const body = `<p>Price: <b>=HYPERLINK("x") @octo closes #1 \u202e5</b></p><!--${'x'.repeat(10_000)}-->`;
    const server = await answeringServer(() => ({ body }));
    const stage = await stageOf([{ name: 'p', url: `${server.url}/`, css: 'b', above: 1 }]);
    await watch(stage, '2026-03-01T01:00:00Z');
    expect(await page(stage)).not.toMatch(/@octo|HYPERLINK/);
  });
});

describe('knowledge/watches.yml', () => {
  it('says each thing once, leaves the files of others alone, and is asked for where it is missing', async () => {
    const server = await answeringServer(() => ({ body: '5' }));
    const entry = { url: `${server.url}/`, label: '', above: 10 };
    const theirs = 'day,url\n2026-03-01,https://x.example/\n';
    const stage = await stageOf(
      [
        { ...entry, name: 'a', label: 'x' },
        { ...entry, name: 'a', label: 'x' },
        { ...entry, name: 'uptime', label: 'x' },
        { ...entry, name: 'B' },
      ],
      { 'knowledge/metrics/uptime.csv': theirs },
    );
    expect(await watch(stage, '2026-03-01T01:00:00Z')).toMatchObject({ watched: 1, problems: 5 });
    const body = await page(stage);
    expect(body).toContain('found `a` a second time');
    expect(body).toContain('knowledge/metrics/uptime.csv holds something else');
    expect(await text(stage, 'knowledge/metrics/uptime.csv')).toBe(theirs);
    await stage.repo.write({ 'knowledge/watches.yml': null });
    expect((await stage.run()).outcome).toMatchObject({ status: 'skipped' });
  });
});
