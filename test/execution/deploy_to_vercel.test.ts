import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { findEffect, outputOf, runScript, type ScriptTest } from '../support/run-script.ts';
import { flagsOf } from '../support/script-flags.ts';
import { startVercel, type VercelServer } from '../support/vercel-server.ts';

const TOKEN = 'vercel-token-of-a-test-0123';
const PNG = new Uint8Array([137, 80, 78, 71, 0, 255, 254, 10]);
const SITE: Tree = {
  'site/index.html': '<h1>Hello</h1>\n',
  'site/blog/first.html': '<h1>First</h1>\n',
  'site/copy.html': '<h1>Hello</h1>\n',
  'site/logo.png': PNG,
  'site/.env': 'SECRET=1\n',
  'site/.git/config': 'x',
  'site/node_modules/a/index.js': 'x',
};

async function stage(tree: Tree = SITE) {
  const vercel = await startVercel(TOKEN);
  const repo = await gitFixture({ 'README.md': '# House\n' });
  await repo.write(tree);
  const call = (input: object = {}, more: Partial<ScriptTest> = {}): ScriptTest => ({
    script: 'deploy_to_vercel',
    workspace: repo.path,
    secrets: { VERCEL_TOKEN: TOKEN },
    input: { project: 'house', prod: true, api: vercel.url, poll_ms: 0, ...input },
    ...more,
  });
  return {
    vercel,
    repo,
    run: (input?: object, more?: Partial<ScriptTest>) => runScript(call(input, more)),
    find: (input?: object, more?: Partial<ScriptTest>) => findEffect(call(input, more)),
  };
}

const posts = ({ requests }: VercelServer) => requests.filter((each) => each.startsWith('POST'));

describe('deploy_to_vercel', () => {
  it('uploads what Vercel does not have, byte by byte, deploys it once, and waits until it is ready', async () => {
    const { vercel, repo, run } = await stage();
    vercel.rules.readyAfter = 3;
    await symlink('/etc/hostname', join(repo.path, 'site/host'));
    expect(outputOf(await run())).toEqual({
      id: 'dpl_1',
      state: 'READY',
      url: 'https://house.vercel.app',
      reason: '',
      files: 4,
      uploaded: 3,
      adopted: false,
    });
    const [deployment] = vercel.deployments;
    expect(Object.keys(deployment?.files ?? {})).toEqual(['blog/first.html', 'copy.html', 'index.html', 'logo.png']);
    expect(deployment).toMatchObject({ target: 'production', meta: { steward: 'test-key' } });
    expect([...vercel.files.values()].some((bytes) => bytes.equals(PNG))).toBe(true);
    expect(deployment?.asked).toBe(3);
  });

  it('does nothing where the site shows these files already, and sends only what changed where it does not', async () => {
    const { vercel, repo, run } = await stage();
    outputOf(await run());
    const again = await run({}, { key: 'another-key' });
    expect(again.outcome).toMatchObject({ status: 'skipped', reason: 'nothing changed: dpl_1 shows these 4 files' });
    await repo.write({ 'site/index.html': '<h1>Hello again</h1>\n' });
    expect(outputOf(await run({}, { key: 'third-key' }))).toMatchObject({ id: 'dpl_2', uploaded: 1 });
    expect(vercel.deployments).toHaveLength(2);
  });

  it('adopts what an earlier call with this key made, and proves where there is nothing', async () => {
    const { vercel, run, find } = await stage();
    expect((await find()).outcome).toEqual({ status: 'absent' });
    outputOf(await run());
    vercel.requests.length = 0;
    expect(outputOf(await find())).toMatchObject({ id: 'dpl_1', state: 'READY', adopted: true });
    expect(outputOf(await run())).toMatchObject({ id: 'dpl_1', adopted: true, files: 4 });
    expect(posts(vercel)).toEqual([]);
    vercel.rules.faults['GET /v6/deployments'] = { status: 503, headers: { 'retry-after': '60' } };
    expect((await find()).outcome).toMatchObject({ status: 'unknown', reason: expect.stringContaining('503') });
    expect((await run()).outcome).toMatchObject({ status: 'skipped', reason: expect.stringContaining('503') });
  });

  it('says when to try again where the plan allows no more', async () => {
    const { vercel, run } = await stage();
    vercel.rules.limit = 0;
    const { outcome } = await run();
    expect(outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('api-deployments-free-per-day'),
    });
    expect(outcome).toMatchObject({ reason: expect.stringContaining('try again after 2026-03-02 12:00 UTC') });
  });
});

describe('deploy_to_vercel in a bad world', () => {
  it('gives what stays wrong as a result that is refuted, and never shows the token', async () => {
    const { vercel, run } = await stage();
    const wrong = await run({}, { secrets: { VERCEL_TOKEN: 'wrong-token-98765' } });
    expect(outputOf(wrong)).toMatchObject({
      id: '',
      state: 'REFUSED',
      reason: expect.stringContaining('403 (forbidden'),
    });
    expect(JSON.stringify(wrong.outcome)).not.toContain('wrong-token');
    expect(outputOf(await run({ folder: 'nowhere' }))).toMatchObject({ reason: 'there is no folder nowhere' });
    expect((await run({}, { secrets: {} })).outcome).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('VERCEL_TOKEN'),
    });
    vercel.rules.failsBuilds = true;
    expect(outputOf(await run())).toMatchObject({ state: 'ERROR', reason: 'Command "build" exited with 1' });
  });

  it('sends the token to Vercel, and deploys a preview of site/, where nothing else is said', async () => {
    expect(await flagsOf('deploy_to_vercel')).toEqual({
      project: 'string',
      folder: 'string, "site"',
      prod: 'boolean, false',
      team: 'string',
      api: 'string, "https://api.vercel.com"',
      polls: 'integer 1 to 200, 60',
      poll_ms: 'integer 0 to 60000, 4000',
    });
  });
});
