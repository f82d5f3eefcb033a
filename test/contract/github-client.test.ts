import { describe, expect, test } from 'vitest';
import { GithubForge } from '../../src/adapters/github/forge.ts';
import { createRedactor } from '../../src/domain/redaction.ts';
import { type GitHub, startGitHub } from '../support/github/start-github.ts';
import { manualClock } from '../support/manual-clock.ts';

const ROLLING = { marker: 'links:broken', title: 'Broken links', body: 'Two are broken.' };

async function open(options: { token?: string; secrets?: string[] } = {}) {
  const github = await startGitHub({ repository: 'octo/house' });
  const clock = manualClock(new Date().toISOString());
  const token = options.token ?? github.token({ login: 'github-actions[bot]', permissions: { issues: 'write' } });
  const forge = new GithubForge(
    { repository: 'octo/house', token, apiUrl: github.apiUrl },
    { clock, redact: createRedactor(options.secrets ?? []) },
  );
  return { github, forge, clock };
}

const posts = ({ requests }: GitHub) => requests.filter(({ method }) => method === 'POST');

describe('a limit', () => {
  test('that says how long is waited for as long, and what it refused is sent again', async () => {
    const { github, forge, clock } = await open();
    github.fail({ method: 'POST', path: /\/issues$/, status: 429, headers: { 'retry-after': '7' }, times: 1 });
    expect(await forge.call('issues.upsert', ROLLING)).toMatchObject({ value: { created: true } });
    expect(clock.sleeps).toHaveLength(1);
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(7000);
    expect(clock.sleeps[0]).toBeLessThan(8000);
    expect(github.state.issues).toHaveLength(1);
  });

  test('of the secondary kind that says nothing is waited for a minute', async () => {
    const { github, forge, clock } = await open();
    const body = {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    };
    github.fail({ method: 'GET', path: /\/issues$/, status: 403, body, times: 1 });
    expect(await forge.call('issues.list', {})).toMatchObject({ value: [] });
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(60_000);
  });

  test('of the primary kind is waited for until its reset, when that is soon', async () => {
    const { github, forge, clock } = await open();
    const reset = Math.ceil(clock.now().getTime() / 1000) + 30;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    github.fail({
      method: 'GET',
      path: /\/issues$/,
      status: 403,
      headers,
      body: { message: 'API rate limit exceeded' },
      times: 1,
    });
    expect(await forge.call('issues.list', {})).toMatchObject({ value: [] });
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(29_000);
  });

  test('that holds for an hour is not waited for: the cycle goes on without GitHub', async () => {
    const { github, forge, clock } = await open();
    github.fail({ method: 'GET', path: /\/issues$/, status: 429, headers: { 'retry-after': '3600' }, times: 1 });
    expect(await forge.call('issues.list', {})).toMatchObject({ failed: { kind: 'limited' } });
    expect(clock.sleeps).toEqual([]);
  });
});

describe('a server in trouble', () => {
  test('is asked again for what only reads', async () => {
    const { github, forge } = await open();
    github.fail({ method: 'GET', path: /\/issues$/, status: 502, times: 2 });
    expect(await forge.call('issues.list', {})).toEqual({ value: [] });
  });

  test('is not asked again for a write, which may have happened', async () => {
    const { github, forge } = await open();
    github.fail({ method: 'POST', path: /\/issues$/, status: 502, times: 5 });
    expect(await forge.call('issues.upsert', ROLLING)).toMatchObject({ failed: { kind: 'unreachable' } });
    expect(posts(github).filter(({ path }) => path.endsWith('/issues'))).toHaveLength(1);
  });

  test('that is not there at all is unreachable', async () => {
    const clock = manualClock();
    const access = { repository: 'octo/house', token: 't', apiUrl: 'http://127.0.0.1:9' };
    const forge = new GithubForge(access, { clock, redact: (text) => text });
    expect(await forge.call('issues.list', {})).toMatchObject({ failed: { kind: 'unreachable' } });
  });
});

describe('what is asked twice', () => {
  test('comes with its ETag, and an answer that did not change is free', async () => {
    const { github, forge } = await open();
    github.act.openIssue('octo', { title: 'One', body: '', labels: [] });
    const first = await forge.call('issues.list', {});
    expect(await forge.call('issues.list', {})).toEqual(first);
    expect(github.requests.map(({ status }) => status)).toEqual([200, 304]);
    github.act.openIssue('octo', { title: 'Two', body: '', labels: [] });
    expect(await forge.call('issues.list', {})).toMatchObject({ value: [{ title: 'Two' }, { title: 'One' }] });
  });
});

describe('a token', () => {
  test('that is not accepted, or lacks a permission, is said so with what it needs', async () => {
    const unknown = await open({ token: 'ghs_unknown' });
    expect(await unknown.forge.call('issues.list', {})).toMatchObject({
      failed: { kind: 'denied', message: expect.stringContaining('the token is not accepted: Bad credentials') },
    });
    const { forge } = await open();
    expect(await forge.call('workflows.dispatch', { workflow: 'x.yml', ref: 'main' })).toMatchObject({
      failed: { kind: 'denied', message: expect.stringContaining('`actions: write`') },
    });
  });

  test('and any other secret never leaves in a text', async () => {
    const { github, forge } = await open({ secrets: ['hunter2-hunter2'] });
    await forge.call('issues.upsert', { ...ROLLING, body: 'The log says hunter2-hunter2.' });
    expect(github.state.issues[0]?.body).toContain('The log says ***.');
  });
});
