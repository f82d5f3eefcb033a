import { describe, expect, test } from 'vitest';
import { octokitFor, refusedWith } from '../support/github/octokit-client.ts';
import { startGitHub } from '../support/github/start-github.ts';

/** Issues, labels, comments and events of the fake GitHub. */

const here = { owner: 'octo', repo: 'house' };

async function open(options: { hasIssues?: boolean; now?: () => Date } = {}) {
  const github = await startGitHub({ repository: 'octo/house', ...options });
  return { github, octokit: octokitFor(github, { issues: 'write' }) };
}

const invalid = (error: object) => refusedWith(422, 'Validation Failed', [error]);

describe('an issue', () => {
  test('is opened, changed, closed and opened again', async () => {
    const { github, octokit } = await open();
    const { data, headers } = await octokit.rest.issues.create({
      ...here,
      title: 'Leak',
      body: 'drip',
      labels: ['bug'],
    });
    expect(data).toMatchObject({ number: 1, state: 'open', body: 'drip', comments: 0, user: { type: 'Bot' } });
    expect(headers.location).toBe(`${github.apiUrl}/repos/octo/house/issues/1`);
    const issue = { ...here, issue_number: 1 };
    await octokit.rest.issues.update({ ...issue, title: 'Big leak', labels: ['roof'] });
    const closed = await octokit.rest.issues.update({ ...issue, state: 'closed', state_reason: 'not_planned' });
    expect(closed.data).toMatchObject({
      state: 'closed',
      state_reason: 'not_planned',
      closed_by: { login: 'github-actions[bot]' },
    });
    await octokit.rest.issues.update({ ...issue, state: 'open' });
    const read = (await octokit.rest.issues.get(issue)).data;
    expect(read).toMatchObject({
      title: 'Big leak',
      body: 'drip',
      state: 'open',
      state_reason: 'reopened',
      closed_at: null,
    });
    expect(read.labels).toMatchObject([{ name: 'roof', color: 'ededed' }]);
    const events = (await octokit.rest.issues.listEvents(issue)).data;
    expect(events.map(({ event }) => event)).toEqual([
      'labeled',
      'renamed',
      'unlabeled',
      'labeled',
      'closed',
      'reopened',
    ]);
  });

  test('must have a title, and no more text than there is room for', async () => {
    const { octokit } = await open();
    const create = (title: string, body = '') => octokit.rest.issues.create({ ...here, title, body });
    await expect(create(' ')).rejects.toMatchObject(
      invalid({ resource: 'Issue', field: 'title', code: 'missing_field' }),
    );
    await expect(create('x'.repeat(257))).rejects.toMatchObject(
      invalid({ field: 'title', message: 'title is too long (maximum is 256 characters)' }),
    );
    await expect(create('x', 'y'.repeat(65_537))).rejects.toMatchObject(
      invalid({ field: 'body', message: 'body is too long (maximum is 65536 characters)' }),
    );
    expect((await create('x'.repeat(256), 'y'.repeat(65_536))).status).toBe(201);
  });

  test('is missing with 404, and with 410 where issues are off', async () => {
    const { github, octokit } = await open({ hasIssues: false });
    const off = refusedWith(410, 'Issues are disabled for this repo');
    await expect(octokit.rest.issues.create({ ...here, title: 'x' })).rejects.toMatchObject(off);
    github.state.repository.hasIssues = true;
    await expect(octokit.rest.issues.get({ ...here, issue_number: 1 })).rejects.toMatchObject({ status: 404 });
    await octokit.rest.issues.create({ ...here, title: 'x' });
    github.state.repository.hasIssues = false;
    await expect(octokit.rest.issues.get({ ...here, issue_number: 1 })).rejects.toMatchObject(off);
    expect((await octokit.rest.issues.listForRepo(here)).data).toEqual([]);
  });

  test('shows how its author stands to the repository', async () => {
    const { github, octokit } = await open();
    Object.assign(github.state.users, { ada: { role: 'write' }, bob: { role: 'none', association: 'CONTRIBUTOR' } });
    for (const login of ['octo', 'ada', 'bob', 'eve']) github.act.openIssue(login, { title: login });
    const { data } = await octokit.rest.issues.listForRepo({ ...here, direction: 'asc' });
    expect(data.map(({ author_association }) => author_association)).toEqual([
      'OWNER',
      'COLLABORATOR',
      'CONTRIBUTOR',
      'NONE',
    ]);
  });

  test('of a pull request needs the permission for either, of an issue that for issues', async () => {
    const { github } = await open();
    await github.act.branch('octo', 'fix', { 'a.md': 'a' });
    github.act.openIssue('ada', { title: 'issue' });
    await github.act.openPull('ada', { title: 'pull', head: 'fix', base: 'main' });
    const octokit = octokitFor(github, { 'pull-requests': 'write' });
    const comment = (issue_number: number) => octokit.rest.issues.createComment({ ...here, issue_number, body: 'x' });
    await expect(comment(1)).rejects.toMatchObject({ status: 403 });
    expect((await comment(2)).status).toBe(201);
  });
});

describe('a list of issues', () => {
  async function five() {
    let minute = 0;
    const now = () => new Date(Date.UTC(2026, 0, 1, 12, minute));
    const opened = await open({ now });
    const { act } = opened.github;
    const later = () => minute++;
    for (const [login, labels] of [
      ['ada', ['bug']],
      ['bob', ['Bug', 'roof']],
      ['ada', []],
    ] as const) {
      later();
      act.openIssue(login, { title: 'x', labels });
    }
    await act.branch('octo', 'fix', { 'a.md': 'a' });
    later();
    await act.openPull('ada', { title: 'pull', head: 'fix', base: 'main' });
    later();
    act.comment('bob', 1, 'hello');
    act.closeIssue('ada', 3);
    const numbers = async (filter: Parameters<typeof opened.octokit.rest.issues.listForRepo>[0] | object) =>
      (await opened.octokit.rest.issues.listForRepo({ ...here, ...filter })).data.map(({ number }) => number);
    return { ...opened, numbers };
  }

  test('has open ones, newest first, and pull requests with a mark', async () => {
    const { octokit, numbers } = await five();
    expect(await numbers({})).toEqual([4, 2, 1]);
    const { data } = await octokit.rest.issues.listForRepo(here);
    expect(data.map(({ pull_request }) => pull_request !== undefined)).toEqual([true, false, false]);
  });

  test.each([
    ['state', { state: 'all' }, [4, 3, 2, 1]],
    ['closed', { state: 'closed' }, [3]],
    ['labels, in any case', { labels: 'bug' }, [2, 1]],
    ['labels, all of them', { labels: 'bug,roof' }, [2]],
    ['creator', { creator: 'ada' }, [4, 1]],
    ['since', { since: '2026-01-01T12:04:00Z' }, [4, 1]],
    ['sort by change', { sort: 'updated' }, [1, 4, 2]],
    ['sort by comments', { sort: 'comments' }, [1, 4, 2]],
    ['direction', { direction: 'asc' }, [1, 2, 4]],
    ['nobody assigned', { assignee: 'none' }, [4, 2, 1]],
    ['assignee', { assignee: 'ada' }, []],
  ])('goes by %s', async (_, filter, expected) => {
    const { numbers } = await five();
    expect(await numbers(filter)).toEqual(expected);
  });

  test('comes in pages that lead to each other', async () => {
    const { github, octokit } = await open();
    for (let count = 0; count < 205; count++) github.act.openIssue('ada', { title: `issue ${count}` });
    expect((await octokit.rest.issues.listForRepo(here)).data).toHaveLength(30);
    const second = await octokit.rest.issues.listForRepo({ ...here, per_page: 100, page: 2 });
    expect(second.data).toHaveLength(100);
    expect(second.headers.link?.match(/page=\d+>; rel="\w+"/g)).toEqual([
      'page=1>; rel="prev"',
      'page=1>; rel="first"',
      'page=3>; rel="next"',
      'page=3>; rel="last"',
    ]);
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, { ...here, per_page: 100 });
    expect(new Set(all.map(({ number }) => number)).size).toBe(205);
    expect((await octokit.rest.issues.listForRepo({ ...here, per_page: 500 })).data).toHaveLength(100);
  });
});

describe('comments', () => {
  test('are written, read and changed', async () => {
    const { github, octokit } = await open();
    github.act.openIssue('ada', { title: 'x' });
    const id = github.act.comment('ada', 1, 'first');
    const { data } = await octokit.rest.issues.createComment({ ...here, issue_number: 1, body: 'second' });
    expect(data).toMatchObject({ body: 'second', user: { login: 'github-actions[bot]' }, author_association: 'NONE' });
    await octokit.rest.issues.updateComment({ ...here, comment_id: id, body: 'changed' });
    const listed = await octokit.rest.issues.listComments({ ...here, issue_number: 1 });
    expect(listed.data.map(({ body }) => body)).toEqual(['changed', 'second']);
    expect((await octokit.rest.issues.get({ ...here, issue_number: 1 })).data.comments).toBe(2);
  });

  test('must say something, and be there to be changed', async () => {
    const { github, octokit } = await open();
    github.act.openIssue('ada', { title: 'x' });
    const missing = { ...here, comment_id: 5, body: 'x' };
    await expect(octokit.rest.issues.updateComment(missing)).rejects.toMatchObject({ status: 404 });
    await expect(octokit.rest.issues.createComment({ ...here, issue_number: 1, body: '' })).rejects.toMatchObject(
      invalid({ resource: 'IssueComment', field: 'body' }),
    );
  });

  test('are listed since a time', async () => {
    let now = new Date('2026-01-01T12:00:00Z');
    const { github, octokit } = await open({ now: () => now });
    github.act.openIssue('ada', { title: 'x' });
    github.act.comment('ada', 1, 'old');
    now = new Date('2026-01-02T12:00:00Z');
    github.act.comment('ada', 1, 'new');
    const { data } = await octokit.rest.issues.listComments({
      ...here,
      issue_number: 1,
      since: '2026-01-02T00:00:00Z',
    });
    expect(data.map(({ body }) => body)).toEqual(['new']);
  });
});
