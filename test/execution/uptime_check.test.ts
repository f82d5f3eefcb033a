import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { badAddress, badWeb } from '../support/bad-web.ts';
import { outputOf } from '../support/run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from '../support/script-on-github.ts';

const WRITES = ['knowledge/reports/uptime.md', 'knowledge/metrics/uptime.csv', 'knowledge/state/uptime_check.json'];

const stageOf = (yaml: string) =>
  scriptOnGitHub({
    script: 'uptime_check',
    forge: ['issues.upsert', 'issues.list'],
    writes: WRITES,
    tree: { 'knowledge/uptime.yml': yaml },
  });
const check = async (stage: ScriptOnGitHub, at: string, input: Record<string, unknown> = {}) =>
  outputOf(await stage.run(input, { now: new Date(at) }));
const text = (stage: ScriptOnGitHub, path: string) => readFile(join(stage.repo.path, path), 'utf8');
const page = (stage: ScriptOnGitHub) => text(stage, 'knowledge/reports/uptime.md');

describe('an incident', () => {
  it('begins with the second failure, is told once, ends by itself, and opens again when there is another', async () => {
    let status = 200;
    const server = await answeringServer(() => ({ status, headers: { 'retry-after': '0' } }));
    const stage = await stageOf(`sites: [${server.url}/]`);
    const { issues } = stage.github.state;
    status = 503;
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ changed: true, down: 0, opened: 0 });
    expect(await page(stage)).toContain('failed at 2026-03-01 12:00 UTC: it answers 503');
    // The same moment again is no second failure.
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ changed: false, down: 0 });
    expect(issues).toEqual([]);
    expect(await check(stage, '2026-03-01T12:15:00Z')).toMatchObject({ down: 1, opened: 1, untold: 0 });
    expect(issues).toMatchObject([{ state: 'open', title: expect.stringMatching(/^127\.0\.0\.1:\d+ is down$/) }]);
    expect(issues[0]?.body).toContain('- Since: 2026-03-01 12:00 UTC\n- Seen: it answers 503\n');
    const writes = stage.github.requests.filter(({ method }) => method !== 'GET').length;
    expect(await check(stage, '2026-03-01T12:30:00Z')).toMatchObject({ changed: false, down: 1, opened: 0 });
    expect(stage.github.requests.filter(({ method }) => method !== 'GET')).toHaveLength(writes);
    status = 200;
    expect(await check(stage, '2026-03-01T13:05:00Z')).toMatchObject({ changed: true, down: 0, ended: 1 });
    expect(issues).toMatchObject([{ state: 'closed', title: expect.stringContaining('was down for 1 h 5 min') }]);
    status = 500;
    await check(stage, '2026-03-01T14:00:00Z');
    await check(stage, '2026-03-01T14:15:00Z');
    expect(issues).toMatchObject([{ state: 'open', body: expect.stringContaining('2026-03-01 14:00 UTC') }]);
  });

  it('is not made by one failure that passes, and once a day the day is closed', async () => {
    let status = 200;
    const server = await answeringServer(() => ({ status, headers: { 'retry-after': '0' } }));
    const stage = await stageOf(`sites: [${server.url}/]`);
    await check(stage, '2026-03-01T00:00:00Z');
    status = 500;
    await check(stage, '2026-03-01T10:00:00Z');
    status = 200;
    await check(stage, '2026-03-01T10:15:00Z');
    expect(await check(stage, '2026-03-02T00:05:00Z')).toMatchObject({ changed: true });
    expect(await text(stage, 'knowledge/metrics/uptime.csv')).toBe(
      `day,url,watched_minutes,down_minutes,incidents,blips\n2026-03-01,${server.url}/,1440,0,0,1\n`,
    );
    expect(await page(stage)).toContain('| up | 100.00 % | 100.00 % | 100.00 % | 2026-03-01 |');
    expect(await check(stage, '2026-03-02T00:20:00Z')).toMatchObject({ changed: false });
    expect(stage.github.state.issues).toEqual([]);
  });

  it('that GitHub could not be told is told by the next check', async () => {
    const server = await answeringServer(() => ({ status: 404 }));
    const stage = await stageOf(`failures: 1\nsites: [${server.url}/]`);
    stage.github.fail({ method: 'POST', path: /\/issues$/, status: 403, times: 1 });
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ down: 1, opened: 1, untold: 1 });
    expect(stage.github.state.issues).toEqual([]);
    expect(await check(stage, '2026-03-01T12:15:00Z')).toMatchObject({ down: 1, opened: 0, untold: 0 });
    expect(stage.github.state.issues).toMatchObject([{ body: expect.stringContaining('Since: 2026-03-01 12:00 UTC') }]);
  });

  it('ends when nobody watches the address any more, and not by a slip in the file', async () => {
    const server = await answeringServer(({ path }) => ({ status: path === '/b' ? 200 : 404 }));
    const stage = await stageOf(`failures: 1\nsites: [${server.url}/a, ${server.url}/b]`);
    await check(stage, '2026-03-01T12:00:00Z');
    await stage.repo.write({ 'knowledge/uptime.yml': 'sites: [' });
    expect(await check(stage, '2026-03-01T12:10:00Z')).toMatchObject({ watched: 0, problems: 1, ended: 0 });
    expect(await page(stage)).toContain('**down** since 2026-03-01 12:00 UTC');
    expect(outputOf(await stage.run({}, { script: 'check_uptime_report' }))).toMatchObject({ ok: true });
    await stage.repo.write({ 'knowledge/uptime.yml': `sites: [${server.url}/b]` });
    expect(await check(stage, '2026-03-01T12:15:00Z')).toMatchObject({ watched: 1, down: 0, ended: 1 });
    expect(stage.github.state.issues).toMatchObject([{ state: 'closed', body: expect.stringContaining('no longer') }]);
  });
});

describe('the world', () => {
  it('in all its bad answers ends no run, and what can not be asked is told on the page', async () => {
    const web = await badWeb();
    const paths = ['500', '429', 'truncated', 'reset', '403', '410', 'huge', 'loop', 'metadata', 'to-metadata', 'html'];
    const urls = paths.map((path) => badAddress(web, `/${path}`));
    const stage = await stageOf(`failures: 1\nsites:\n${urls.map((url) => `  - ${url}\n`).join('')}`);
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ watched: 11, down: 6, problems: 2, untold: 0 });
    const body = await page(stage);
    const state = (path: string) => body.split('\n').find((line) => line.includes(`/${path}>) |`)) ?? '';
    for (const path of ['500', 'truncated', 'reset', '403', '410', 'loop']) expect(state(path)).toContain('**down**');
    for (const path of ['429', 'huge', 'html']) expect(state(path)).toContain('| up |');
    expect(body).toMatch(/## To mend in knowledge\/uptime\.yml\n\n.*169\.254\.169\.254 is a private address/s);
    expect(stage.github.state.issues).toHaveLength(6);
  });

  it('that is not reached at all is left as it was', async () => {
    const nobody = await closedAddress();
    const stage = await stageOf(`failures: 1\nsites: [${nobody}/]`);
    const run = await stage.run({ reference: `${nobody}/x` });
    expect(run.outcome).toMatchObject({ status: 'skipped', reason: expect.stringContaining('no address answers') });
    const somebody = await answeringServer(() => ({ status: 404 }));
    expect(await check(stage, '2026-03-01T12:00:00Z', { reference: somebody.url })).toMatchObject({ down: 1 });
    expect(await page(stage)).toContain('it accepts no connection');
  });
});

describe('knowledge/uptime.yml', () => {
  it('may be wrong in parts: the others are asked, and the page says what to mend', async () => {
    const server = await answeringServer(() => ({ body: 'Welcome' }));
    const stage = await stageOf(
      `failures: many\nsites:\n  - { url: "${server.url}/", text: Welcome }\n  - ftp://x\n  - { url: "${server.url}/b", status: 20 }\n`,
    );
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ watched: 1, down: 0, problems: 3 });
    const body = await page(stage);
    expect(body).toContain('`failures`: found `"many"`, expected a whole number from 1 to 10');
    expect(body).toContain('`sites[2].url`: found `"ftp://x"`, expected an address such as https://example.com/');
    expect(body).toContain('`sites[3].status`: found `20`, expected a status from 100 to 599');
  });

  it('that is not there skips the run with what to do; one that does not parse is told on the page', async () => {
    const stage = await stageOf('sites: [');
    expect(await check(stage, '2026-03-01T12:00:00Z')).toMatchObject({ watched: 0, problems: 1 });
    expect(await page(stage)).toContain('found YAML that does not parse');
    await stage.repo.write({ 'knowledge/uptime.yml': null });
    expect((await stage.run()).outcome).toMatchObject({ status: 'skipped', reason: expect.stringContaining('sites:') });
  });
});
