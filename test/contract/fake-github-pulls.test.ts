import { describe, expect, test } from 'vitest';
import type { Permissions } from '../support/github/auth.ts';
import { octokitFor, refusedWith } from '../support/github/octokit-client.ts';
import { type GitHub, startGitHub } from '../support/github/start-github.ts';

/** Pull requests of the fake GitHub, on real branches. */

const here = { owner: 'octo', repo: 'house' };
const tree = { 'a.md': 'one\n', 'b.md': 'two\n', '.github/workflows/ci.yml': 'on: push\njobs: {}\n' };
const WRITE: Permissions = { contents: 'write', 'pull-requests': 'write' };

async function open(permissions: Permissions = WRITE) {
  const github = await startGitHub({ repository: 'octo/house', tree });
  github.state.settings.mayActionsCreatePulls = true;
  return { github, octokit: octokitFor(github, permissions) };
}

/** A repository with an open pull request, number 1, of branch `fix`. */
async function withPull(files: Readonly<Record<string, string | null>> = { 'a.md': 'fixed\n' }, body = '') {
  const opened = await open();
  const head = await opened.github.act.branch('ada', 'fix', files);
  const { octokit } = opened;
  const { data } = await octokit.rest.pulls.create({ ...here, title: 'Fix a', head: 'fix', base: 'main', body });
  return { ...opened, head, data, pull: { ...here, pull_number: 1 } };
}

const invalid = (error: object) => refusedWith(422, 'Validation Failed', [error]);
const mainOf = async (github: GitHub) =>
  (await octokitFor(github, { contents: 'read' }).rest.git.getRef({ ...here, ref: 'heads/main' })).data.object.sha;

describe('to open one', () => {
  test('takes two branches that differ', async () => {
    const { data, head, github } = await withPull();
    expect(data).toMatchObject({
      number: 1,
      state: 'open',
      mergeable: null,
      commits: 1,
      changed_files: 1,
      additions: 1,
      deletions: 1,
      head: { ref: 'fix', label: 'octo:fix', sha: head },
      base: { ref: 'main', sha: await mainOf(github) },
    });
  });

  test('is not for Actions unless the setting says so', async () => {
    const { github, octokit } = await open();
    github.state.settings.mayActionsCreatePulls = false;
    await github.act.branch('ada', 'fix', { 'a.md': 'x' });
    const fresh = { ...here, title: 'x', head: 'fix', base: 'main' };
    await expect(octokit.rest.pulls.create(fresh)).rejects.toMatchObject(
      refusedWith(403, 'GitHub Actions is not permitted to create or approve pull requests.'),
    );
    expect((await octokitFor(github, WRITE, 'ada').rest.pulls.create(fresh)).status).toBe(201);
  });

  test.each([
    ['a head that is not there', 'gone', 'main', { field: 'head', code: 'invalid' }],
    ['a head of a fork', 'eve:fix', 'main', { field: 'head', code: 'invalid' }],
    ['a base that is not there', 'fix', 'gone', { field: 'base', code: 'invalid' }],
    ['no commits between', 'same', 'main', { code: 'custom', message: 'No commits between main and same' }],
  ])('is refused for %s', async (_, head, base, error) => {
    const { github, octokit } = await open();
    await github.act.branch('ada', 'fix', { 'a.md': 'x' });
    await github.act.branch('ada', 'same');
    await expect(octokit.rest.pulls.create({ ...here, title: 'x', head, base })).rejects.toMatchObject(invalid(error));
  });

  test('is refused where there is one', async () => {
    const { octokit, pull } = await withPull();
    const again = { ...here, title: 'x', head: 'octo:fix', base: 'main' };
    await expect(octokit.rest.pulls.create(again)).rejects.toMatchObject(
      invalid({ resource: 'PullRequest', code: 'custom', message: 'A pull request already exists for octo:fix.' }),
    );
    await octokit.rest.pulls.update({ ...pull, state: 'closed' });
    expect((await octokit.rest.pulls.create(again)).data.number).toBe(2);
  });
});

describe('an open one', () => {
  test('follows its branch, and is closed with it', async () => {
    const { github, octokit, pull } = await withPull();
    const head = await github.act.pushFiles('ada', { 'b.md': 'more\n' }, 'fix');
    expect((await octokit.rest.pulls.get(pull)).data).toMatchObject({
      head: { sha: head },
      commits: 2,
      mergeable: true,
    });
    await octokit.rest.git.deleteRef({ ...here, ref: 'heads/fix' });
    expect((await octokit.rest.pulls.get(pull)).data).toMatchObject({ state: 'closed', merged: false });
  });

  test('lists its files', async () => {
    const { octokit, pull } = await withPull({
      'a.md': 'fixed\nmore\n',
      'b.md': null,
      'c/é.md': 'new\n',
      'd.md': 'two\n',
    });
    const { data } = await octokit.rest.pulls.listFiles(pull);
    const said = data.map(({ status, filename, additions, deletions }) => [status, filename, additions, deletions]);
    expect(said).toEqual([
      ['modified', 'a.md', 2, 1],
      ['added', 'c/é.md', 1, 0],
      ['renamed', 'd.md', 0, 0],
    ]);
    expect(data[0]?.patch).toBe('@@ -1 +1,2 @@\n-one\n+fixed\n+more');
    expect(data[2]?.previous_filename).toBe('b.md');
  });

  test('is found by its head, base and state', async () => {
    const { github, octokit } = await withPull();
    await github.act.branch('ada', 'other', { 'b.md': 'x' });
    await github.act.openPull('ada', { title: 'other', head: 'other', base: 'main' });
    github.act.label('ada', 2, 'blue');
    const numbers = async (filter: object) =>
      (await octokit.rest.pulls.list({ ...here, ...filter })).data.map(({ number }) => number);
    expect(await numbers({})).toEqual([2, 1]);
    expect(await numbers({ head: 'octo:fix' })).toEqual([1]);
    expect(await numbers({ head: 'fix' })).toEqual([2, 1]);
    expect(await numbers({ base: 'fix' })).toEqual([]);
    github.act.closePull('ada', 1);
    expect([await numbers({}), await numbers({ state: 'closed' }), await numbers({ state: 'all' })]).toEqual([
      [2],
      [1],
      [2, 1],
    ]);
  });

  test('does not know at once whether it can be merged', async () => {
    const { github, octokit, pull } = await withPull();
    Object.assign(github.state.issues[0]?.pull ?? {}, { readsUntilMergeable: 1 });
    const read = async () => (await octokit.rest.pulls.get(pull)).data;
    expect(await read()).toMatchObject({ mergeable: null, mergeable_state: 'unknown' });
    expect(await read()).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
    await github.act.pushFile('ada', 'a.md', 'otherwise\n');
    expect(await read()).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
  });
});

describe('a merge', () => {
  test('is one, in git', async () => {
    const { github, octokit, pull, head } = await withPull({ 'a.md': 'fixed\n' }, 'Closes #2, see #3.');
    github.act.openIssue('ada', { title: 'two' });
    github.act.openIssue('ada', { title: 'three' });
    const base = await github.act.pushFile('ada', 'b.md', 'meanwhile\n');
    const { data } = await octokit.rest.pulls.merge({ ...pull, sha: head });
    expect(data).toMatchObject({ merged: true, sha: await mainOf(github) });
    const commit = (await octokit.rest.repos.getCommit({ ...here, ref: 'main' })).data;
    expect(commit.commit.message).toBe('Merge pull request #1 from octo/fix\n\nFix a');
    expect(commit.parents.map(({ sha }) => sha)).toEqual([base, head]);
    const text = await octokit.rest.repos.getContent({ ...here, path: 'a.md', mediaType: { format: 'raw' } });
    expect(text.data).toBe('fixed\n');
    const merged = (await octokit.rest.pulls.get(pull)).data;
    expect(merged).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: data.sha,
      merged_by: { type: 'Bot' },
    });
    expect(github.state.issues.map(({ state }) => state)).toEqual(['closed', 'closed', 'open']);
  });

  test('may be one commit with words of its own, and end its branch', async () => {
    const { github, octokit, pull } = await withPull();
    github.state.settings.deletesBranchOnMerge = true;
    const before = await mainOf(github);
    await octokit.rest.pulls.merge({
      ...pull,
      merge_method: 'squash',
      commit_title: 'fix: a (#1)',
      commit_message: 'why',
    });
    const { data } = await octokit.rest.repos.getCommit({ ...here, ref: 'main' });
    expect([data.commit.message, data.parents.map(({ sha }) => sha)]).toEqual(['fix: a (#1)\n\nwhy', [before]]);
    await expect(octokit.rest.git.getRef({ ...here, ref: 'heads/fix' })).rejects.toMatchObject({ status: 404 });
  });

  test('is refused when it conflicts, when the head moved, and after it was done', async () => {
    const { github, octokit, pull, head } = await withPull();
    const ours = await github.act.pushFile('ada', 'a.md', 'otherwise\n');
    await expect(octokit.rest.pulls.merge(pull)).rejects.toMatchObject(
      refusedWith(405, 'Pull Request is not mergeable'),
    );
    expect(await mainOf(github)).toBe(ours);
    await github.act.pushFile('ada', 'a.md', 'one\n');
    await github.act.pushFiles('ada', { 'a.md': 'fixed\n' }, 'fix');
    await github.act.pushFiles('ada', { 'b.md': 'x\n' }, 'fix');
    await expect(octokit.rest.pulls.merge({ ...pull, sha: head })).rejects.toMatchObject(
      refusedWith(409, 'Head branch was modified. Review and try the merge again.'),
    );
    await github.act.mergePull('ada', 1);
    await expect(octokit.rest.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
  });

  test('is refused in a way that the repository does not allow', async () => {
    const { github, octokit, pull } = await withPull();
    github.state.settings.mergeMethods = ['squash'];
    for (const [merge_method, word] of [
      ['merge', 'Merge'],
      ['rebase', 'Rebase'],
    ] as const)
      await expect(octokit.rest.pulls.merge({ ...pull, merge_method })).rejects.toMatchObject(
        refusedWith(405, `${word} merges are not allowed on this repository.`),
      );
  });

  test('waits for the checks of a protected branch', async () => {
    const { github, octokit, pull, head } = await withPull();
    github.state.protections.main = { by: 'ruleset', needsPull: true, checks: ['ci'] };
    expect((await octokit.rest.pulls.get(pull)).data.mergeable_state).toBe('blocked');
    await expect(octokit.rest.pulls.merge(pull)).rejects.toMatchObject(
      refusedWith(405, 'Repository rule violations found\n\nRequired status check "ci" is expected.\n\n'),
    );
    const statuses = octokitFor(github, { statuses: 'write' });
    const status = (state: 'success' | 'failure') =>
      statuses.rest.repos.createCommitStatus({ ...here, sha: head, state, context: 'ci' });
    await status('failure');
    await expect(octokit.rest.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    await status('success');
    expect((await octokit.rest.pulls.merge(pull)).data.merged).toBe(true);
  });

  test('of a changed workflow is not for a workflow’s token', async () => {
    const { github, octokit, pull } = await withPull({ '.github/workflows/ci.yml': 'on: pull_request\njobs: {}\n' });
    await expect(octokit.rest.pulls.merge(pull)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('refusing to allow a GitHub App to create or update workflow'),
    });
    expect(await github.act.mergePull('ada', 1)).toBe(await mainOf(github));
  });
});

test('changes of text, state and draft', async () => {
  const { github, octokit, pull } = await withPull();
  const changed = await octokit.rest.pulls.update({ ...pull, title: 'Better', body: 'why' });
  expect(changed.data).toMatchObject({ title: 'Better', body: 'why' });
  await octokit.rest.pulls.update({ ...pull, state: 'closed' });
  expect((await octokit.rest.pulls.update({ ...pull, state: 'open' })).data.state).toBe('open');
  await github.act.branch('ada', 'draft', { 'b.md': 'x' });
  const draft = await octokit.rest.pulls.create({ ...here, title: 'x', head: 'draft', base: 'main', draft: true });
  await expect(octokit.rest.pulls.merge({ ...here, pull_number: draft.data.number })).rejects.toMatchObject({
    status: 405,
  });
  await octokit.rest.pulls.merge(pull);
  await expect(octokit.rest.pulls.update({ ...pull, state: 'open' })).rejects.toMatchObject({ status: 422 });
  await expect(octokit.rest.pulls.get({ ...here, pull_number: 9 })).rejects.toMatchObject({ status: 404 });
});
