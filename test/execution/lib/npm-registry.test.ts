import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askRegistry, readRegistries } from '../../../execution/lib/npm-registry.ts';
import type { ScriptContext } from '../../../src/script.ts';
import { temporaryFolder } from '../../support/git-fixture.ts';

const PUBLIC = 'https://registry.npmjs.org';
const TOO_LARGE = new Error('the answer is over 8388608 bytes');

type Answer = (request: { url: string; init: RequestInit }) => Response | Promise<Response>;

/** Asks for `a` of a registry that gives one answer after the other, the last one ever after. */
async function ask(answers: (Answer | Error | string)[], name = 'a', timeoutMs = 5000) {
  const requests: string[] = [];
  const fetch = async (url: string | URL, init: RequestInit = {}) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(`${url} ${new Headers(init.headers).get('accept')}`);
    if (typeof answer !== 'function') throw answer;
    return answer({ url: `${url}`, init });
  };
  const context = { fetch } as Partial<ScriptContext> as ScriptContext;
  return { answer: await askRegistry(context, { name, registry: 'https://r.example' }, timeoutMs), requests };
}

const json = (value: unknown) => () => Response.json(value);
const status = (code: number, retryAfter?: string) => () =>
  new Response('', { status: code, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });
const AT_ONCE = status(503, '0');
const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';

describe('which registry a package comes from', () => {
  const registries = async (npmrc: string | undefined, given?: string) => {
    const folder = await temporaryFolder();
    if (npmrc !== undefined) await writeFile(join(folder, '.npmrc'), npmrc);
    const of = await readRegistries(folder, given);
    return [of('a'), of('@in/b'), of('@in/b/c'), of('@out/b')];
  };

  it.each([
    [undefined, [PUBLIC, PUBLIC, PUBLIC, PUBLIC]],
    ['', [PUBLIC, PUBLIC, PUBLIC, PUBLIC]],
    ['registry=http://r/', ['http://r', 'http://r', 'http://r', 'http://r']],
    ['x=1\n \t registry \t=\t http://r// \t\ny=2', ['http://r', 'http://r', 'http://r', 'http://r']],
    ['registry="http://r/"\n', ['http://r', 'http://r', 'http://r', 'http://r']],
    ['registry=http://ada:pass@word@r/', ['http://r', 'http://r', 'http://r', 'http://r']],
    ['@in:registry=http://s', [PUBLIC, 'http://s', 'http://s', PUBLIC]],
    ['registry="http://r"x', ['"http://r"x', '"http://r"x', '"http://r"x', '"http://r"x']],
    ['registry=http://a"b"\n@in:registry = "http://s/x/"', ['http://a"b"', 'http://s/x', 'http://s/x', 'http://a"b"']],
    ['# registry=http://r\nmyregistry=http://r\nregistry = \nregistry=http://r x', [PUBLIC, PUBLIC, PUBLIC, PUBLIC]],
    ['x@in:registry=http://s\n@a b:registry=http://s\n@in::registry=http://s', [PUBLIC, PUBLIC, PUBLIC, PUBLIC]],
  ])('by %j', async (npmrc, expected) => {
    expect(await registries(npmrc)).toEqual(expected);
  });

  it('is the one that is given, whatever .npmrc says', async () => {
    const npmrc = 'registry=http://r\n@in:registry=http://s';
    expect(await registries(npmrc, 'http://g/')).toEqual(['http://g', 'http://g', 'http://g', 'http://g']);
  });
});

describe('the newest version', () => {
  it.each([
    [{ latest: '1.5.0' }, ['1.5.0', '2.0.0', '1.4.0'], '1.5.0'],
    [{ latest: '2.0.0-rc.1' }, ['1.9.0', '2.0.0-rc.1', '1.10.0', '1.2.0'], '1.10.0'],
    [{ latest: '7.0.0' }, ['1.0.0'], '1.0.0'],
    [{}, ['nonsense', '0.9.0', '0.10.0'], '0.10.0'],
    [undefined, ['1.0.0'], '1.0.0'],
    [['latest'], ['1.0.0'], '1.0.0'],
  ])('with the tags %j of %j is %s', async (tags, versions, newest) => {
    const metadata = { 'dist-tags': tags, versions: Object.fromEntries(versions.map((version) => [version, {}])) };
    const { answer, requests } = await ask([json(metadata)]);
    expect(answer).toEqual({ kind: 'found', newest, deprecated: {} });
    expect(requests).toEqual([`https://r.example/a ${ABBREVIATED}`]);
  });

  it('comes with what its authors say of old ones', async () => {
    const versions = {
      '1.0.0': { deprecated: 'use 2' },
      '1.1.0': { deprecated: true },
      '1.2.0': { deprecated: false },
      '1.3.0': { deprecated: '' },
      '1.4.0': { deprecated: 5 },
      '2.0.0': {},
    };
    const { answer } = await ask([json({ 'dist-tags': {}, versions })]);
    expect(answer).toEqual({
      kind: 'found',
      newest: '2.0.0',
      deprecated: { '1.0.0': 'use 2', '1.1.0': 'deprecated' },
    });
  });

  it('is not there where nothing is stable, or the answer is none', async () => {
    expect((await ask([json({ 'dist-tags': { latest: '1.0.0-a' }, versions: { '1.0.0-a': {} } })])).answer).toEqual({
      kind: 'unlisted',
      reason: 'has no stable version',
    });
    for (const body of ['<html>', '{}', '[]', '{"versions":[]}'])
      expect((await ask([() => new Response(body)])).answer).toEqual({
        kind: 'garbled',
        reason: 'the registry’s answer makes no sense',
      });
  });

  it('of a scoped package is asked for in one part of the path', async () => {
    const { requests } = await ask([status(404)], '@in/a');
    expect(requests).toEqual([`https://r.example/@in%2Fa ${ABBREVIATED}`]);
  });
});

describe('a registry that refuses', () => {
  it.each([
    [404, 'not in this registry'],
    [401, 'the registry answers 401'],
    [407, 'the registry answers 407'],
    [409, 'the registry answers 409'],
    [428, 'the registry answers 428'],
    [430, 'the registry answers 430'],
    [499, 'the registry answers 499'],
  ])('with %i is not asked again', async (code, reason) => {
    const { answer, requests } = await ask([status(code)]);
    expect(answer).toEqual({ kind: 'unlisted', reason });
    expect(requests).toHaveLength(1);
  });

  it.each([
    [408, undefined, 1000],
    [429, '3', 3000],
    [500, '5', 5000],
    [503, '6', 5000],
    [502, '0.5', 500],
    [504, '-1', 0],
    [599, 'Wed, 21 Oct 2026 07:28:00 GMT', 1000],
  ])('with %i may be busy: after %s it would be asked again in %i ms', async (code, retryAfter, pauseMs) => {
    const { answer, requests } = await ask([AT_ONCE, status(code, retryAfter)]);
    expect(answer).toEqual({ kind: 'busy', reason: `it answers ${code}`, pauseMs });
    expect(requests).toHaveLength(2);
  });

  it('is asked again after the pause that it wants', async () => {
    const started = performance.now();
    const { answer } = await ask([status(503, '0.2'), json({ versions: { '1.0.0': {} } })]);
    expect(answer).toMatchObject({ kind: 'found', newest: '1.0.0' });
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('without a word is busy too', async () => {
    expect((await ask([AT_ONCE, new Error('fetch failed')])).answer).toEqual({
      kind: 'busy',
      reason: 'fetch failed',
      pauseMs: 500,
    });
    expect((await ask([AT_ONCE, 'a text'])).answer).toMatchObject({ kind: 'busy', reason: 'a text' });
  });

  it('by silence is waited for only so long', async () => {
    const silent: Answer = ({ init }) =>
      new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    expect((await ask([AT_ONCE, silent], 'a', 20)).answer).toMatchObject({
      kind: 'busy',
      reason: 'The operation was aborted due to timeout',
    });
    expect((await ask([AT_ONCE, TOO_LARGE, silent], 'a', 20)).answer).toMatchObject({ kind: 'busy' });
  });
});

describe('a package with too many versions', () => {
  const UNLISTED = { kind: 'unlisted', reason: 'too many versions to read' };

  it('is asked for its latest one alone', async () => {
    const { answer, requests } = await ask([TOO_LARGE, json({ version: '1.2.3' })]);
    expect(answer).toEqual({ kind: 'found', newest: '1.2.3', deprecated: {} });
    expect(requests).toEqual([`https://r.example/a ${ABBREVIATED}`, 'https://r.example/a/latest null']);
  });

  it.each([
    ['a prerelease', json({ version: '1.2.3-rc.1' })],
    ['no version', json({ version: 'new' })],
    ['nothing of the kind', json({})],
    ['no JSON', () => new Response('<html>')],
    ['a refusal', () => Response.json({ version: '1.2.3' }, { status: 404 })],
  ])('is not compared where that is %s', async (_, latest) => {
    expect((await ask([TOO_LARGE, latest])).answer).toEqual(UNLISTED);
  });

  it('is asked for again where nobody answers', async () => {
    expect((await ask([AT_ONCE, TOO_LARGE, new Error('reset')])).answer).toEqual({
      kind: 'busy',
      reason: 'reset',
      pauseMs: 500,
    });
    expect((await ask([AT_ONCE, TOO_LARGE, 'a text'])).answer).toMatchObject({ reason: 'a text' });
  });
});
