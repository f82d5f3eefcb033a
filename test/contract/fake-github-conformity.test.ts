import { expect, test } from 'vitest';
import { ALL_PERMISSIONS } from '../support/github/auth.ts';
import { octokitFor, rawRequest } from '../support/github/octokit-client.ts';
import { operationNames } from '../support/github/openapi-check.ts';
import { startGitHub } from '../support/github/start-github.ts';

/** The fake GitHub notices every request and every answer that GitHub's own description does not allow. */

const open = () => startGitHub({ repository: 'octo/house' });

const TRAFFIC = {
  views: [{ day: '2026-01-01', count: 3, uniques: 2 }],
  clones: [{ day: '2026-01-01', count: 1, uniques: 1 }],
  referrers: [{ referrer: 'example.org', count: 2, uniques: 1 }],
  paths: [{ path: '/octo/house', title: 'octo/house', count: 2, uniques: 1 }],
};

/** A repository where each operation has something to succeed on. */
async function furnished() {
  const workflow = 'name: ci\non: [workflow_dispatch, schedule]\njobs: {}\n';
  const tree = { 'a.md': 'a\n', '.github/workflows/ci.yml': workflow };
  const github = await startGitHub({ repository: 'octo/house', tree });
  const { act, state } = github;
  state.users.ada = { role: 'write' };
  state.protections.main = { by: 'ruleset', needsPull: true };
  act.openIssue('ada', { title: 'one', body: 'text', labels: ['bug', 'roof'] });
  await act.branch('ada', 'fix', { 'a.md': 'b\n' });
  await act.openPull('ada', { title: 'two', head: 'fix', base: 'main', body: 'Closes #1' });
  const sha = await act.branch('ada', 'next', { 'c.md': 'c\n' });
  const run = await act.startRun('ci.yml');
  act.finishRun(run, 'failure', [{ steps: [{ name: 'test', conclusion: 'failure' }], log: 'not ok\n' }]);
  const job = state.runs[0]?.jobs[0]?.id ?? 0;
  Object.assign(state.traffic, TRAFFIC);
  const release = { tag: 'v1.0.0', name: 'One', body: 'text', isDraft: true };
  state.releases.push({ ...release, id: 7, login: 'ada', createdAt: '2026-01-01T00:00:00Z', publishedAt: null });
  return { github, sha, run, job, comment: act.comment('ada', 1, 'hello') };
}

type Furniture = Omit<Awaited<ReturnType<typeof furnished>>, 'github'>;

/** What stands for the placeholders of an operation's path. */
const placeholders = (name: string, { sha, run, job, comment }: Furniture) => ({
  owner: 'octo',
  repo: 'house',
  branch: 'main',
  ref: name.includes('/git/') ? 'heads/next' : 'main',
  sha,
  username: 'ada',
  path: 'a.md',
  name: 'bug',
  issue_number: 1,
  pull_number: 2,
  comment_id: comment,
  run_id: run,
  job_id: job,
  release_id: 7,
  workflow_id: 'ci.yml',
});

/** The bodies of the operations that take one. */
const bodies = (sha: string): Record<string, object> => ({
  'PATCH /repos/{owner}/{repo}': { description: 'A house' },
  'POST /repos/{owner}/{repo}/statuses/{sha}': { state: 'success', context: 'ci' },
  'POST /repos/{owner}/{repo}/git/refs': { ref: 'refs/heads/fresh', sha },
  'PATCH /repos/{owner}/{repo}/git/refs/{ref}': { sha },
  'POST /repos/{owner}/{repo}/issues': { title: 'three' },
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}': { state: 'closed' },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': { body: 'x' },
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': { body: 'y' },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels': { labels: ['blue'] },
  'POST /repos/{owner}/{repo}/labels': { name: 'green' },
  'POST /repos/{owner}/{repo}/pulls': { title: 'four', head: 'next', base: 'main' },
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': { title: 'better' },
  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge': { merge_method: 'squash' },
  'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches': { ref: 'main' },
  'PUT /repos/{owner}/{repo}/actions/permissions': { enabled: true },
  'PUT /repos/{owner}/{repo}/actions/permissions/workflow': { can_approve_pull_request_reviews: true },
  'POST /repos/{owner}/{repo}/releases': { tag_name: 'v2.0.0', draft: true },
  'PATCH /repos/{owner}/{repo}/releases/{release_id}': { name: 'Better' },
  'POST /repos/{owner}/{repo}/dispatches': { event_type: 'ping' },
});

test('every operation succeeds, and its answer fits GitHub’s description', async () => {
  const { github, ...there } = await furnished();
  const octokit = octokitFor(github, ALL_PERMISSIONS, 'octo');
  const names = operationNames();
  expect(names).toHaveLength(55);
  const takesAway = /^DELETE|disable$/;
  const inOrder = [...names.filter((name) => !takesAway.test(name)), ...names.filter((name) => takesAway.test(name))];
  for (const name of inOrder) {
    const values = Object.entries(placeholders(name, there)).filter(([key]) => name.includes(`{${key}}`));
    const { status } = await octokit.request(name, { ...Object.fromEntries(values), ...bodies(there.sha)[name] });
    expect(status, name).toBeLessThan(300);
  }
  expect(github.violations).toEqual([]);
});

test.each([
  ['a body that lacks what it must have', 'POST /issues', '{"body":"x"}', "body must have required property 'title'"],
  ['a property that is unknown', 'POST /issues', '{"title":"x","tags":[]}', 'body tags: GitHub knows no such property'],
  ['a property of the wrong kind', 'POST /issues', '{"title":"x","labels":"bug"}', 'body/labels must be array'],
  ['a body that is no JSON', 'POST /labels', 'name=bug', 'body must be object'],
  ['no body where there must be one', 'POST /issues', '', 'body: missing'],
  ['a body where there must be none', 'PUT /actions/workflows/1/enable', '{}', 'body: GitHub takes none here'],
  ['a query that is unknown', 'GET /issues?label=bug', '', 'query label: GitHub knows no such parameter'],
  [
    'a value that is none of the choices',
    'GET /issues?state=opened',
    '',
    'query state must be equal to one of the allowed values ["open","closed","all"]',
  ],
  ['a number that is none', 'GET /issues/first', '', 'path issue_number must be integer'],
  ['what the fake does not do', 'GET /issues?mentioned=ada', '', 'mentioned: the fake does not know what it does'],
])('a request with %s is refused', async (_, request, body, problem) => {
  const github = await open();
  const [method = '', path = ''] = request.split(' ');
  const answer = await rawRequest(github, `/repos/octo/house${path}`, { method, ...(body !== '' && { body }) });
  expect(answer).toMatchObject({ status: 500, body: { message: expect.stringContaining(problem) } });
  expect(github.violations.splice(0)).toEqual([`request ${method} /repos/octo/house${path.split('?')[0]}: ${problem}`]);
});

test('other paths and media types are refused', async () => {
  const github = await open();
  expect((await rawRequest(github, '/repos/octo/house/milestones')).status).toBe(404);
  expect((await fetch(`${github.url}/repos/octo/house`)).status).toBe(404);
  const accept = { headers: { accept: 'application/vnd.github.html+json' } };
  expect((await rawRequest(github, '/repos/octo/house/issues', accept)).status).toBe(500);
  expect(github.violations.splice(0)).toEqual([
    'request GET /repos/octo/house/milestones: the fake has no such operation',
    'request GET outside of /api/v3: /repos/octo/house: the fake has no such operation',
    'request GET /repos/octo/house/issues: the media type html: the fake does not write it',
  ]);
});

test('an answer of the fake itself is caught', async () => {
  const github = await open();
  github.act.openIssue('ada', { title: 'x' });
  Object.assign(github.state.issues[0] ?? {}, { createdAt: 'yesterday' });
  expect((await rawRequest(github, '/repos/octo/house/issues/1')).status).toBe(200);
  expect(() => github.assertConformity()).toThrow(
    'response GET /repos/octo/house/issues/1: body/created_at must match format "date-time"',
  );
  github.violations.splice(0);
  expect(() => github.assertConformity()).not.toThrow();
});

test.fails('a violation that nobody expected fails its test', async () => {
  await rawRequest(await open(), '/nowhere');
});
