import { describe, expect, it } from 'vitest';
import { readSiteFolder } from '../../../../execution/lib/vercel/site-folder.ts';
import { findByMeta } from '../../../../execution/lib/vercel/vercel-deployment.ts';
import { createDeployment, type Release } from '../../../../execution/lib/vercel/vercel-release.ts';
import type { ScriptContext } from '../../../../src/script.ts';
import { gitFixture } from '../../../support/git-fixture.ts';
import { startVercel } from '../../../support/vercel-server.ts';

const TOKEN = 'token-of-a-test';

async function stage() {
  const vercel = await startVercel(TOKEN);
  const { path: workspace } = await gitFixture({ 'site/index.html': 'hello\n', 'site/a/b.txt': 'b' });
  const context = { fetch, workspace } as Partial<ScriptContext> as ScriptContext;
  const site = await readSiteFolder(context, 'site');
  if ('problem' in site) throw new Error(site.problem);
  const release = (key: string): Release => ({
    project: 'house',
    folder: 'site',
    files: site.files,
    isProduction: false,
    meta: { steward: key, stewardContent: 'c' },
  });
  const access = { api: vercel.url, token: TOKEN };
  return {
    vercel,
    create: (key: string) => createDeployment(context, access, release(key)),
    find: (value: string) => findByMeta(context, access, { project: 'house', name: 'steward', value }),
  };
}

describe('createDeployment', () => {
  it('looks for the deployment whose answer was lost, and makes no other', async () => {
    const { vercel, create } = await stage();
    expect(await create('one')).toMatchObject({ deployment: { id: 'dpl_1' }, uploaded: 2, isFound: false });
    vercel.rules.faults['POST /v13/deployments'] = 'lose';
    expect(await create('two')).toMatchObject({ deployment: { id: 'dpl_2' }, uploaded: 0, isFound: true });
    vercel.rules.faults['POST /v13/deployments'] = { status: 504 };
    expect(await create('three')).toMatchObject({ kind: 'busy', reason: expect.stringContaining('504') });
    expect(vercel.deployments).toHaveLength(2);
  });

  it('stops where a file can not be sent, or none that it has is asked for', async () => {
    const { vercel, create } = await stage();
    vercel.rules.faults['POST /v2/files'] = { status: 413, body: { error: { code: 'too_large', message: 'no' } } };
    expect(await create('one')).toMatchObject({ kind: 'refused', reason: 'Vercel answers 413 (too_large: no)' });
    const missing = { error: { code: 'missing_files', missing: ['f'.repeat(40)] } };
    vercel.rules.faults['POST /v13/deployments'] = { status: 400, body: missing };
    expect(await create('one')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('not in the folder'),
    });
    vercel.rules.faults['POST /v13/deployments'] = { status: 200, body: { id: '../../x' } };
    expect(await create('one')).toMatchObject({ kind: 'busy' });
    expect(vercel.deployments).toEqual([]);
  });
});

describe('findByMeta', () => {
  it('believes in absence only where it has seen every deployment', async () => {
    const { vercel, create, find } = await stage();
    expect(await find('one')).toEqual({ absent: true });
    await create('one');
    await create('two');
    vercel.rules.ignoresMeta = true;
    expect(await find('one')).toEqual({ id: 'dpl_1' });
    expect(await find('three')).toEqual({ absent: true });
    vercel.rules.pageSize = 1;
    expect(await find('three')).toMatchObject({ kind: 'busy' });
    for (const body of ['[]', '{"deployments":1}', '{"deployments":[{"uid":"../x"}]}']) {
      vercel.rules.faults['GET /v6/deployments'] = { status: 200, body };
      expect(await find('one')).toMatchObject({ kind: 'busy' });
    }
    vercel.rules.faults['GET /v6/deployments'] = { status: 404 };
    expect(await find('one')).toEqual({ absent: true });
  });
});
