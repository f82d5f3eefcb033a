import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { startVercel, type VercelDeployment } from '../support/vercel-server.ts';

const TOKEN = 'token-of-a-test';
const DEPLOYMENT: VercelDeployment = {
  id: 'dpl_1',
  name: 'house',
  target: 'production',
  meta: {},
  files: {},
  asked: 0,
  fails: false,
};

async function stage(deployment: Partial<VercelDeployment> = {}) {
  const vercel = await startVercel(TOKEN);
  vercel.deployments.push({ ...DEPLOYMENT, ...deployment });
  const workspace = await temporaryFolder();
  const check = (input: object, more: Partial<ScriptTest> = {}) =>
    runScript({
      script: 'check_deployment',
      workspace,
      secrets: { VERCEL_TOKEN: TOKEN },
      input: { api: vercel.url, prod: true, polls: 3, poll_ms: 0, ...input },
      ...more,
    });
  return { vercel, check };
}

describe('check_deployment', () => {
  it('accepts a deployment that is ready, after a while, and leaves one open that is still built', async () => {
    const { vercel, check } = await stage();
    vercel.rules.readyAfter = 3;
    expect(outputOf(await check({ id: 'dpl_1' }))).toEqual({ ok: true, reason: 'dpl_1 is ready at house.vercel.app' });
    vercel.rules.readyAfter = 99;
    expect((await check({ id: 'dpl_1' })).outcome).toMatchObject({
      status: 'skipped',
      reason: 'dpl_1 is still BUILDING',
    });
  });

  it('refutes what failed, what was never made and what is gone, and tells why', async () => {
    const { check } = await stage({ fails: true });
    const reason = async (input: object) => outputOf(await check(input));
    expect(await reason({ id: 'dpl_1' })).toEqual({
      ok: false,
      reason: 'dpl_1 is ERROR: Command "build" exited with 1',
    });
    expect(await reason({ id: '', reason: 'the token is not accepted' })).toEqual({
      ok: false,
      reason: 'the token is not accepted',
    });
    expect(await reason({ id: 'dpl_9' })).toMatchObject({ ok: false, reason: expect.stringContaining('404') });
  });

  it('leaves open what it can not look at', async () => {
    const { vercel, check } = await stage();
    expect((await check({ id: 'dpl_1' }, { secrets: {} })).outcome.status).toBe('skipped');
    vercel.rules.faults['GET /v13/deployments/dpl_1'] = { status: 503, headers: { 'retry-after': '60' } };
    expect((await check({ id: 'dpl_1' })).outcome.status).toBe('skipped');
  });
});
