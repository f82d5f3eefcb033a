import { describe, expect, test } from 'vitest';
import { octokitFor, rawRequest, refusedWith } from '../support/github/octokit-client.ts';
import { createRateLimit } from '../support/github/rate-limit.ts';
import { type GitHub, startGitHub } from '../support/github/start-github.ts';

/** The fake GitHub itself: who may, how much, what is caught. Its subjects have files of their own. */

const here = { owner: 'octo', repo: 'house' };
const open = () => startGitHub({ repository: 'octo/house' });

describe('tokens', () => {
  test('one that is missing or unknown is refused', async () => {
    const github = await open();
    for (const authorization of [undefined, 'token ghs_unknown', 'Bearer ghs_unknown']) {
      const answer = await rawRequest(github, '/repos/octo/house', { headers: { authorization: authorization ?? '' } });
      expect(answer).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
    }
  });

  test('each permission opens what it names', async () => {
    const github = await open();
    const reader = octokitFor(github, { issues: 'read' });
    expect((await reader.rest.issues.listForRepo(here)).data).toEqual([]);
    const refused = refusedWith(403, 'Resource not accessible by integration');
    await expect(reader.rest.issues.create({ ...here, title: 'x' })).rejects.toMatchObject(refused);
    await expect(reader.rest.repos.getBranch({ ...here, branch: 'main' })).rejects.toMatchObject(refused);
    await expect(reader.rest.actions.listRepoWorkflows(here)).rejects.toMatchObject(refused);
    expect((await reader.rest.repos.get(here)).data.full_name).toBe('octo/house');
  });

  test('no repository but this one is there', async () => {
    const github = await open();
    await expect(octokitFor(github).rest.repos.get({ ...here, repo: 'other' })).rejects.toMatchObject({ status: 404 });
  });

  test('only a person is a user', async () => {
    const github = await open();
    await expect(octokitFor(github).rest.users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
    expect((await octokitFor(github, {}, 'ada').rest.users.getAuthenticated()).data).toMatchObject({
      login: 'ada',
      type: 'User',
    });
  });
});

describe('the rate limit', () => {
  test('is told with each answer, and not spent by what did not change', async () => {
    const github = await open();
    const octokit = octokitFor(github, { issues: 'read' });
    const first = await octokit.rest.issues.listForRepo(here);
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999' });
    const headers = { 'if-none-match': first.headers.etag };
    await expect(octokit.rest.issues.listForRepo({ ...here, headers })).rejects.toMatchObject({ status: 304 });
    expect((await octokit.rest.rateLimit.get()).data.rate).toMatchObject({ limit: 1000, used: 1, remaining: 999 });
    github.act.openIssue('ada', { title: 'new' });
    expect((await octokit.rest.issues.listForRepo({ ...here, headers })).status).toBe(200);
    expect(github.requests.map(({ status, ifNoneMatch }) => [status, ifNoneMatch !== undefined])).toEqual([
      [200, false],
      [304, true],
      [200, false],
      [200, true],
    ]);
  });

  test('ends in a refusal until its hour is over', async () => {
    let now = new Date('2026-01-01T12:00:00Z');
    const github = await startGitHub({ repository: 'octo/house', now: () => now });
    github.state.rateLimit.limit = 1;
    const octokit = octokitFor(github);
    await octokit.rest.repos.get(here);
    await expect(octokit.rest.repos.get(here)).rejects.toMatchObject({
      status: 403,
      response: {
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Date.parse('2026-01-01T13:00:00Z') / 1000),
        },
      },
    });
    now = new Date('2026-01-01T13:00:01Z');
    expect((await octokit.rest.repos.get(here)).status).toBe(200);
  });

  test('is one for each token', () => {
    const limit = createRateLimit({ state: { rateLimit: { limit: 2 } } as GitHub['state'] }, () => new Date());
    limit.spend('a');
    expect([limit.standing('a').remaining, limit.standing('b').remaining]).toEqual([1, 2]);
  });
});

describe('faults', () => {
  test('stand in for the true answer as often as was said', async () => {
    const github = await open();
    const octokit = octokitFor(github, { issues: 'write' });
    github.fail({ method: 'POST', path: /\/issues$/, status: 502, body: '<html>Bad Gateway</html>', times: 2 });
    for (const _ of [1, 2])
      await expect(octokit.rest.issues.create({ ...here, title: 'x' })).rejects.toMatchObject({ status: 502 });
    expect(github.state.issues).toEqual([]);
    expect((await octokit.rest.issues.create({ ...here, title: 'x' })).data.number).toBe(1);
  });

  test('can lose an answer whose effect is there', async () => {
    const github = await open();
    const octokit = octokitFor(github, { issues: 'write' });
    github.fail({ path: /\/issues$/, status: 502, isAfterEffect: true });
    await expect(octokit.rest.issues.create({ ...here, title: 'x' })).rejects.toMatchObject({ status: 502 });
    expect(github.state.issues).toHaveLength(1);
  });

  test('bring their own headers', async () => {
    const github = await open();
    const headers = { 'retry-after': '7', 'x-ratelimit-remaining': '0' };
    github.fail({
      path: /house$/,
      status: 429,
      headers,
      body: { message: 'You have exceeded a secondary rate limit.' },
    });
    await expect(octokitFor(github).rest.repos.get(here)).rejects.toMatchObject({
      status: 429,
      response: { headers, data: { message: 'You have exceeded a secondary rate limit.' } },
    });
  });

  test('a paused endpoint waits to be released', async () => {
    const github = await open();
    const pause = github.pause({ method: 'POST', path: /\/issues$/ });
    const answer = octokitFor(github, { issues: 'write' }).rest.issues.create({ ...here, title: 'x' });
    await pause.reached;
    expect(github.state.issues).toEqual([]);
    pause.release();
    expect((await answer).status).toBe(201);
  });
});
