import { describe, expect, it } from 'vitest';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { gitFixture, type Tree } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const check = async (tree: Tree, input: { pages: string[]; from: string[]; to: string[] }) => {
  const repo = await gitFixture({ 'other.md': 'x', ...tree });
  return outputOf(await runScript({ script: 'check_fixed_links', workspace: repo.path, input }));
};

describe('check_fixed_links', () => {
  it('accepts pages with the new addresses, and those that people took out or that are in trouble', async () => {
    const { url, requests } = await answeringServer(({ path }) => ({ status: path === '/busy' ? 503 : 200 }));
    const to = [`${url}/new`, `${url}/busy`, `${await closedAddress()}/x`];
    const from = [`${url}/old`, `${url}/past`, `${url}/gone`];
    const input = { pages: ['a.md', 'removed.md'], from, to };
    expect(await check({ 'a.md': `[x](${url}/new) \`${url}/old\`` }, input)).toEqual({
      ok: true,
      reason: '3 new addresses in 2 pages',
    });
    expect(requests).toEqual(['GET /new', 'GET /busy']);
  });

  it('refutes a page that still has an old address', async () => {
    const input = { pages: ['a.md'], from: ['http://a.example/old'], to: [] };
    expect(await check({ 'a.md': 'x\n\n[x](http://a.example/old)' }, input)).toEqual({
      ok: false,
      reason: 'a.md:3 still leads to http://a.example/old',
    });
  });

  it('refutes a new address where nothing is', async () => {
    const { url } = await answeringServer(() => ({ status: 410 }));
    const input = { pages: ['a.md'], from: ['http://a.example/old'], to: [`${url}/new`] };
    expect(await check({ 'a.md': `[x](${url}/new)` }, input)).toEqual({
      ok: false,
      reason: `${url}/new, a new address, answers 410`,
    });
  });

  it('accepts a run with nothing to fix', async () => {
    expect(await check({}, { pages: [], from: [], to: [] })).toEqual({
      ok: true,
      reason: 'no new addresses in no pages',
    });
  });
});
