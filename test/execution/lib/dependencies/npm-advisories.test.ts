import { describe, expect, it } from 'vitest';
import { askAdvisories } from '../../../../execution/lib/dependencies/npm-advisories.ts';
import type { InstalledPackage } from '../../../../execution/lib/dependencies/npm-installed.ts';
import type { ScriptContext } from '../../../../src/script.ts';

const LODASH = {
  id: 1,
  title: 'Command Injection',
  severity: 'high',
  url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
  vulnerable_versions: '<4.17.21',
  cwe: [],
};
const installed = (name: string, version: string, resolved?: string): InstalledPackage => ({
  name,
  version,
  path: [name],
  range: '*',
  ...(resolved === undefined ? {} : { resolved }),
});

async function ask(packages: InstalledPackage[], answer: () => Response, registryOf = () => 'https://r.example') {
  const requests: { url: string; body: unknown }[] = [];
  const fetch = async (url: string | URL, init: RequestInit = {}) => {
    requests.push({ url: `${init.method} ${url}`, body: JSON.parse(String(init.body)) });
    return answer();
  };
  const clock = { now: () => new Date('2026-03-01T12:00:00Z') };
  const context = { fetch, clock } as Partial<ScriptContext> as ScriptContext;
  return { answer: await askAdvisories(context, packages, { registryOf, timeoutMs: 5000 }), requests };
}

const BULK = 'POST https://r.example/-/npm/v1/security/advisories/bulk';
const ONE = [installed('lodash', '4.17.15')];

describe('advisories', () => {
  it('are asked for in one request, with every version', async () => {
    const packages = [...ONE, installed('lodash', '3.0.0'), installed('@s/a', '1.0.0')];
    const { answer, requests } = await ask(packages, () => Response.json({ lodash: [LODASH], other: [LODASH] }));
    expect(requests).toEqual([{ url: BULK, body: { lodash: ['4.17.15', '3.0.0'], '@s/a': ['1.0.0'] } }]);
    const { id: _, cwe: __, ...kept } = LODASH;
    expect(answer).toEqual({ kind: 'found', byName: new Map([['lodash', [kept]]]) });
  });

  it('are none where nothing is installed, and then nobody is asked', async () => {
    const { answer, requests } = await ask([], () => Response.json({}));
    expect(answer).toEqual({ kind: 'found', byName: new Map() });
    expect(requests).toEqual([]);
  });

  it('are asked of the registry that a package is of, and of no other', async () => {
    const packages = [
      installed('public', '1.0.0', 'https://registry.npmjs.org/public/-/public-1.0.0.tgz'),
      installed('mine', '1.0.0', 'https://r.example/mine/-/mine-1.0.0.tgz'),
      installed('secret', '1.0.0', 'https://npm.corp.example/secret/-/secret-1.0.0.tgz'),
      installed('@corp/b', '1.0.0', 'https://npm.corp.example/b/-/b-1.0.0.tgz'),
    ];
    const registryOf = (name?: string) =>
      name?.startsWith('@corp') ? 'https://npm.corp.example' : 'https://r.example';
    const { requests } = await ask(packages, () => Response.json({}), registryOf);
    expect(requests).toEqual([
      { url: 'POST https://npm.corp.example/-/npm/v1/security/advisories/bulk', body: { '@corp/b': ['1.0.0'] } },
      { url: BULK, body: { public: ['1.0.0'], mine: ['1.0.0'] } },
    ]);
  });

  it.each([
    [400, true],
    [401, false],
    [403, false],
    [404, true],
    [405, true],
    [501, true],
  ])('are not listed by a registry that answers %s, for good: %s', async (status, isForGood) => {
    const { answer, requests } = await ask(ONE, () => new Response('', { status, headers: { 'retry-after': '0' } }));
    expect(answer).toEqual({ kind: 'unlisted', reason: `it answers ${status}`, isForGood });
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['a page', 'text/html', '<html>', 'it answers with text/html where application/json is expected'],
    ['half of an answer', 'application/json', '{"lodash": [', 'its answer makes no sense'],
    ['a list', 'application/json', '[]', 'its answer makes no sense'],
    ['something else', 'application/json', '{"error": "no"}', 'its answer makes no sense'],
  ])('are not listed where the answer is %s', async (_, type, body, reason) => {
    const { answer } = await ask(ONE, () => new Response(body, { headers: { 'content-type': type } }));
    expect(answer).toEqual({ kind: 'unlisted', reason, isForGood: false });
  });

  it.each([429, 503])('may come later where the registry answers %s', async (status) => {
    const { answer, requests } = await ask(ONE, () => new Response('', { status, headers: { 'retry-after': '0' } }));
    expect(answer).toEqual({
      kind: 'busy',
      reason: `the registry https://r.example does not say what is vulnerable: it answers ${status}`,
    });
    expect(requests).toHaveLength(2);
  });

  it('count as moderate, and for every version, where the registry does not say', async () => {
    const odd = { lodash: [{ severity: 'dreadful', title: 7 }] };
    const { answer } = await ask(ONE, () => Response.json(odd));
    expect(answer).toEqual({
      kind: 'found',
      byName: new Map([['lodash', [{ title: '', severity: 'moderate', url: '', vulnerable_versions: '*' }]]]),
    });
  });
});
