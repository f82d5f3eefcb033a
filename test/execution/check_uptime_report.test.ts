import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/uptime.md';
const WRITES = [PAGE, 'knowledge/metrics/uptime.csv', 'knowledge/state/uptime_check.json'];
const CHECK = { script: 'check_uptime_report' };

async function downStage() {
  const server = await answeringServer(({ path }) => ({ status: path === '/fine' ? 200 : 404 }));
  const stage = await scriptOnGitHub({
    script: 'uptime_check',
    forge: ['issues.upsert', 'issues.list'],
    writes: WRITES,
    tree: { 'knowledge/uptime.yml': `failures: 1\nsites: [${server.url}/a_b, ${server.url}/fine]` },
  });
  outputOf(await stage.run());
  return stage;
}

describe('check_uptime_report', () => {
  it('accepts what agrees with GitHub, also where a person has closed the issue', async () => {
    const stage = await downStage();
    const said = `${PAGE} names 1 open incident, and the open issues on GitHub are the same`;
    expect(outputOf(await stage.run({}, CHECK))).toEqual({ ok: true, reason: said });
    const [issue] = stage.github.state.issues;
    if (issue) issue.state = 'closed';
    expect(outputOf(await stage.run({}, CHECK))).toEqual({ ok: true, reason: said });
    expect(outputOf(await runScript({ ...CHECK, workspace: stage.repo.path }))).toMatchObject({
      ok: true,
      reason: expect.stringContaining('no forge in this test'),
    });
  });

  it('refutes an issue that is missing, about another incident, or open for nothing', async () => {
    const stage = await downStage();
    const [issue] = stage.github.state.issues;
    if (!issue) throw new Error('no issue was opened');
    const body = issue.body ?? '';
    issue.body = body.replace('uptime:', 'uptime:other-');
    expect(outputOf(await stage.run({}, CHECK))).toMatchObject({
      ok: false,
      reason: 'issue 1 is open, and what it is about is not down',
    });
    issue.state = 'closed';
    expect(outputOf(await stage.run({}, CHECK))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('there is no issue about'),
    });
    expect(outputOf(await stage.run({ untold: 1 }, CHECK))).toMatchObject({ ok: true });
    issue.body = body.replace('12:00', '11:00');
    expect(outputOf(await stage.run({}, CHECK))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is not about the incident of 2026-03-01 12:00'),
    });
  });

  it('refutes a page that is missing or says otherwise, and a state that is none', async () => {
    const stage = await downStage();
    const check = async () => outputOf(await runScript({ ...CHECK, workspace: stage.repo.path }));
    await stage.repo.write({ [PAGE]: '# Uptime\n\nAll is well.\n' });
    expect(await check()).toMatchObject({ ok: false, reason: expect.stringContaining('does not say that 127.0.0.1') });
    await stage.repo.write({ 'knowledge/state/uptime_check.json': '{"v":1}' });
    expect(await check()).toEqual({ ok: false, reason: 'knowledge/state/uptime_check.json can not be read' });
    await stage.repo.write({ [PAGE]: null });
    expect(await check()).toEqual({ ok: false, reason: `${PAGE} does not exist` });
  });

  it('holds where issues are switched off', async () => {
    const stage = await scriptOnGitHub({
      script: 'uptime_check',
      forge: ['issues.upsert', 'issues.list'],
      writes: WRITES,
      tree: { 'knowledge/uptime.yml': `sites: [${(await answeringServer(() => ({}))).url}/]` },
    });
    outputOf(await stage.run());
    stage.github.state.repository.hasIssues = false;
    expect(outputOf(await stage.run({}, CHECK))).toMatchObject({ ok: true });
  });

  it('holds after the state got lost: issues of what is up again are closed, also after one more failure', async () => {
    let status = 404;
    const server = await answeringServer(() => ({ status }));
    const yaml = `sites: [${server.url}/]`;
    const stage = await scriptOnGitHub({
      script: 'uptime_check',
      forge: ['issues.upsert', 'issues.list'],
      writes: WRITES,
      tree: { 'knowledge/uptime.yml': `failures: 1\n${yaml}` },
    });
    outputOf(await stage.run());
    await stage.repo.write({ 'knowledge/state/uptime_check.json': '<<<<<<<', 'knowledge/uptime.yml': yaml });
    const at = async (minute: number, more = {}) =>
      outputOf(await stage.run({}, { now: new Date(`2026-03-01T13:${minute}:00Z`), ...more }));
    await at(15);
    expect(stage.github.state.issues).toMatchObject([{ state: 'open' }]);
    status = 200;
    await at(30);
    expect(stage.github.state.issues).toMatchObject([{ state: 'closed', body: expect.stringContaining('was lost') }]);
    expect(await at(30, CHECK)).toMatchObject({ ok: true });
  });
});
