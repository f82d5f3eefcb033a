import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer, type ServerAnswer } from '../support/answering-server.ts';
import { BAD_ANSWERS, badAddress, badWeb } from '../support/bad-web.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript, type ScriptTest } from '../support/run-script.ts';

const POLITE = { pause_ms: 0, timeout_ms: 3000 };
const WRITES = ['README.md', 'docs/**'];
const fix = (repo: GitFixture, input: Record<string, unknown> = {}, more: Partial<ScriptTest> = {}) =>
  runScript({
    script: 'fix_links',
    workspace: repo.path,
    spawn: ['git'],
    writes: WRITES,
    input: { ...POLITE, ...input },
    ...more,
  });
const read = (repo: GitFixture, file: string) => readFile(join(repo.path, file), 'utf8');
const moved = (location: string, status = 301): ServerAnswer => ({ status, headers: { location } });
const html = (title: string, body = ''): ServerAnswer => ({
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<html><title>${title}</title>${body}</html>`,
});
const site = (pages: Record<string, ServerAnswer>) =>
  answeringServer(({ path }) => pages[path.replace(/\?.*/, '')] ?? { status: 404 });

describe('a link whose page has moved for good', () => {
  it('gets the new address, and no other character of the page changes', async () => {
    const { url, requests } = await site({
      '/old': moved('/newer'),
      '/newer': moved('/new', 308),
      '/new': html('New'),
      '/still': html('Still'),
    });
    const page = (to: string) =>
      `# Links\r\n\r\n[a](${to} "${url}/old") ![b](${to}#part) <${to}> \`${url}/old\`\r\n[c]: ${to}\r\n[d](${url}/still)\r\n`;
    const repo = await gitFixture({
      'README.md': page(`${url}/old`),
      'docs/deep/x.md': `[x](${url}/old)\n`,
      'other.md': `[x](${url}/old)\n`,
    });
    expect(outputOf(await fix(repo))).toEqual({
      fixed_count: 2,
      asked: 2,
      pages: ['README.md', 'docs/deep/x.md'],
      from: [`${url}/old`, `${url}/old#part`],
      to: [`${url}/new`, `${url}/new#part`],
    });
    expect(await read(repo, 'README.md')).toBe(page(`${url}/new`).replaceAll(`"${url}/new"`, `"${url}/old"`));
    expect(await read(repo, 'docs/deep/x.md')).toBe(`[x](${url}/new)\n`);
    // The directive may not write it.
    expect(await read(repo, 'other.md')).toBe(`[x](${url}/old)\n`);
    expect(requests).toEqual(['HEAD /old', 'GET /old', 'GET /newer', 'GET /new', 'HEAD /still']);
    expect(outputOf(await fix(repo))).toMatchObject({ fixed_count: 0, asked: 2, pages: [] });
  });

  it('is one of at most so many, and the others have their turn', async () => {
    const { url, requests } = await answeringServer(({ path }) =>
      path.startsWith('/old') ? moved(path.replace('old', 'new')) : html('New'),
    );
    const links = ['a', 'b', 'c', 'd', 'e'].map((name) => `[x](${url}/old/${name})`).join('\n');
    const repo = await gitFixture({ 'README.md': links });
    const monday = new Date('2026-03-02T00:00:00Z');
    expect(outputOf(await fix(repo, { max_links: 3, max_fixes: 2 }, { now: monday }))).toMatchObject({
      asked: 3,
      fixed_count: 2,
    });
    const first = requests.filter((request) => request.startsWith('HEAD'));
    await repo.write({ 'README.md': links });
    requests.length = 0;
    const later = new Date('2026-03-09T00:00:00Z');
    expect(outputOf(await fix(repo, { max_links: 3 }, { now: later }))).toMatchObject({ asked: 3, fixed_count: 3 });
    const second = requests.filter((request) => request.startsWith('HEAD'));
    expect(new Set([...first, ...second]).size).toBe(5);
  });
});

it('changes fifty pages at most', async () => {
  const { url } = await site({ '/old': moved('/new'), '/new': html('New') });
  const pages = Array.from({ length: 52 }, (_, at) => [`docs/${at + 10}.md`, `[x](${url}/old)\n`]);
  const repo = await gitFixture(Object.fromEntries(pages));
  expect(outputOf(await fix(repo))).toMatchObject({ fixed_count: 1, pages: { length: 50 } });
  expect(outputOf(await fix(repo))).toMatchObject({ fixed_count: 1, pages: ['docs/60.md', 'docs/61.md'] });
});

describe('a link stays as it is', () => {
  it('where the way is not permanent, or what is there can be another page', async () => {
    const { url } = await site({
      '/passing': moved('/new', 302),
      '/half': moved('/passing'),
      '/front': moved('/'),
      '/': html('Home'),
      '/login': moved('/account/login?next=%2F'),
      '/account/login': html('Log in'),
      '/wall': moved('/members'),
      '/members': html('Members', '<form><input name="p" type="password"></form>'),
      '/soft': moved('/sorry'),
      '/sorry': html('404: Page not found'),
      '/parts': moved('/new#other'),
      '/dead': moved('/nothing'),
      '/round': moved('/round'),
      '/nowhere': { status: 301 },
      '/script': moved('javascript:alert(1)'),
      '/bar': moved('/new?a|b'),
      '/new': html('New'),
    });
    const names = [
      ...['passing', 'half', 'front', 'login', 'wall', 'soft', 'parts#one', 'dead', 'round', 'nowhere', 'script'],
      'new',
    ];
    const text = names.map((name) => `[x](${url}/${name})`).join('\n');
    const repo = await gitFixture({ 'README.md': text, 'docs/a.md': `| a |\n| --- |\n| [x](${url}/bar) |\n` });
    const before = await read(repo, 'docs/a.md');
    expect(outputOf(await fix(repo))).toMatchObject({ fixed_count: 0, asked: 13, pages: [], from: [], to: [] });
    expect(await read(repo, 'README.md')).toBe(text);
    expect(await read(repo, 'docs/a.md')).toBe(before);
  });

  it('where the web is bad, and where it leads inside', async () => {
    const base = await badWeb();
    const inside = await answeringServer(({ path }) =>
      path === '/to-metadata' ? moved('http://169.254.169.254/latest/') : html('x'),
    );
    const bad = [...BAD_ANSWERS.busy, ...BAD_ANSWERS.refused, ...BAD_ANSWERS.nonsense];
    const links = [...bad.map((path) => badAddress(base, path)), `${inside.url}/to-metadata`, 'http://10.0.0.1/x'];
    const text = links.map((url) => `<${url}>`).join('\n');
    const repo = await gitFixture({ 'README.md': text });
    const run = await fix(repo, { timeout_ms: 1000 });
    expect(outputOf(run)).toMatchObject({ fixed_count: 0, asked: links.length });
    expect(await read(repo, 'README.md')).toBe(text);
    const refused = run.exchanges.filter((each) => JSON.stringify(each).includes('is a private address'));
    expect(refused.length).toBe(3);
  });

  it('on hosts whose addresses last, in left out folders, and in files that are no text', async () => {
    const { url, requests } = await site({ '/old': moved('/new'), '/new': html('New') });
    const bytes = Buffer.concat([Buffer.from(`[x](${url}/old) `), Buffer.from([0xff, 0xfe])]);
    const repo = await gitFixture({
      'README.md': '[x](https://doi.org/10.1000/182)\n',
      'docs/old/a.md': `[x](${url}/old)\n`,
      'docs/latin.md': bytes,
      'docs/deep.md': `${'>'.repeat(20_000)} x`,
    });
    expect(outputOf(await fix(repo, { exclude: ['docs/old/'] }))).toMatchObject({ asked: 0, fixed_count: 0 });
    expect(requests).toEqual([]);
    expect(await readFile(join(repo.path, 'docs/latin.md'))).toEqual(bytes);
  });

  it('whose new page is made to keep a parser busy for minutes', async () => {
    const { url } = await site({ '/old': moved('/new'), '/new': html('New', '<div>'.repeat(60_000)) });
    const repo = await gitFixture({ 'README.md': `[x](${url}/old)\n` });
    expect(outputOf(await fix(repo))).toMatchObject({ asked: 1, fixed_count: 0 });
  });

  it('where the directive may write no Markdown at all', async () => {
    const repo = await gitFixture({ 'a.md': 'x', 'docs/a.txt': 'x' });
    expect((await fix(repo)).outcome).toEqual({
      status: 'skipped',
      reason: '`writes` of the directive covers no Markdown file of the repository',
    });
  });
});
