import { describe, expect, test } from 'vitest';
import { octokitFor, refusedWith } from '../support/github/octokit-client.ts';
import { type GitHubOptions, startGitHub } from '../support/github/start-github.ts';

/** The repository itself in the fake GitHub: settings, people, refs, commits, statuses, files, rules. */

const here = { owner: 'octo', repo: 'house' };

async function open(options: Partial<GitHubOptions> = {}) {
  const tree = { 'README.md': '# House\n', 'docs/a.md': 'a\n', 'docs/deep/b.md': 'b\n' };
  const github = await startGitHub({ repository: 'octo/house', tree, ...options });
  const octokit = octokitFor(github, { contents: 'write', statuses: 'write' });
  const main = (await octokit.rest.git.getRef({ ...here, ref: 'heads/main' })).data.object.sha;
  return { github, octokit, main };
}

describe('settings', () => {
  test('are read by everybody and changed by who administers', async () => {
    const { github, octokit } = await open({ isPrivate: true });
    expect((await octokit.rest.repos.get(here)).data).toMatchObject({ private: true, has_issues: true, fork: false });
    const changes = { ...here, has_issues: false, delete_branch_on_merge: true, allow_merge_commit: false };
    await expect(octokit.rest.repos.update(changes)).rejects.toMatchObject({ status: 403 });
    const admin = octokitFor(github, { administration: 'write' }, 'octo');
    expect((await admin.rest.repos.update(changes)).data).toMatchObject({
      has_issues: false,
      delete_branch_on_merge: true,
      allow_merge_commit: false,
      permissions: { admin: true },
    });
    expect(github.state.settings).toMatchObject({ deletesBranchOnMerge: true, mergeMethods: ['squash'] });
  });

  test('of a fork begin without issues', async () => {
    const { octokit } = await open({ isFork: true });
    expect((await octokit.rest.repos.get(here)).data).toMatchObject({ fork: true, has_issues: false });
  });

  test('of an archive let nobody write', async () => {
    const { github, octokit, main } = await open();
    github.state.repository.isArchived = true;
    await expect(octokit.rest.git.createRef({ ...here, ref: 'refs/heads/x', sha: main })).rejects.toMatchObject(
      refusedWith(403, 'Repository was archived so is read-only.'),
    );
    const clone = await github.clone('ada');
    await clone.commit({ files: { 'a.md': 'a' } });
    await expect(clone.git('push')).rejects.toThrow(/This repository was archived so it is read-only/);
  });

  test('of Actions', async () => {
    const { github } = await open();
    const admin = octokitFor(github, { administration: 'write' }, 'octo');
    expect((await admin.rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(here)).data).toEqual({
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: false,
    });
    await admin.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...here,
      default_workflow_permissions: 'write',
      can_approve_pull_request_reviews: true,
    });
    expect(github.state.settings).toMatchObject({ defaultWorkflowPermissions: 'write', mayActionsCreatePulls: true });
    expect((await admin.rest.actions.getGithubActionsPermissionsRepository(here)).data.enabled).toBe(true);
    await admin.rest.actions.setGithubActionsPermissionsRepository({ ...here, enabled: false });
    expect((await admin.rest.actions.getGithubActionsPermissionsRepository(here)).data).toEqual({ enabled: false });
    await expect(
      octokitFor(github, { actions: 'write' }).rest.actions.getGithubActionsPermissionsRepository(here),
    ).rejects.toMatchObject({ status: 403 });
  });
});

test.each([
  ['octo', false, 'admin', 'admin'],
  ['ada', false, 'write', 'maintain'],
  ['tia', true, 'read', 'triage'],
  ['eve', false, 'read', 'read'],
  ['eve', true, 'none', 'none'],
])('%s (private: %s) has the permission %s and the role %s', async (username, isPrivate, permission, role) => {
  const { github, octokit } = await open({ isPrivate });
  Object.assign(github.state.users, { ada: { role: 'maintain' }, tia: { role: 'triage' }, eve: { role: 'none' } });
  const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...here, username });
  expect([data.permission, data.role_name, data.user?.login]).toEqual([permission, role, username]);
  await expect(
    octokit.rest.repos.getCollaboratorPermissionLevel({ ...here, username: 'nobody' }),
  ).rejects.toMatchObject(refusedWith(404, 'nobody is not a user'));
});

describe('refs', () => {
  test('are made, moved and deleted', async () => {
    const { github, octokit, main } = await open();
    const made = await octokit.rest.git.createRef({ ...here, ref: 'refs/heads/steward/heal/x', sha: main });
    expect(made.data).toMatchObject({ ref: 'refs/heads/steward/heal/x', object: { type: 'commit', sha: main } });
    const next = await github.act.pushFile('ada', 'c.md', 'c');
    const ref = { ...here, ref: 'heads/steward/heal/x' };
    expect((await octokit.rest.git.updateRef({ ...ref, sha: next })).data.object.sha).toBe(next);
    await expect(octokit.rest.git.updateRef({ ...ref, sha: main })).rejects.toMatchObject(
      refusedWith(422, 'Update is not a fast forward'),
    );
    expect((await octokit.rest.git.updateRef({ ...ref, sha: main, force: true })).data.object.sha).toBe(main);
    await octokit.rest.git.deleteRef(ref);
    await expect(octokit.rest.git.getRef(ref)).rejects.toMatchObject(refusedWith(404, 'Not Found'));
    await expect(octokit.rest.git.deleteRef(ref)).rejects.toMatchObject(refusedWith(422, 'Reference does not exist'));
    await expect(octokit.rest.git.updateRef({ ...ref, sha: main })).rejects.toMatchObject({ status: 422 });
  });

  test('are refused when they are there, unnamed or of nothing', async () => {
    const { octokit, main } = await open();
    const create = (ref: string, sha: string) => octokit.rest.git.createRef({ ...here, ref, sha });
    await expect(create('refs/heads/main', main)).rejects.toMatchObject(refusedWith(422, 'Reference already exists'));
    await expect(create('main', main)).rejects.toMatchObject(refusedWith(422, 'main is not a valid ref name.'));
    await expect(create('refs/heads/x', '1'.repeat(40))).rejects.toMatchObject(
      refusedWith(422, 'Object does not exist'),
    );
  });

  test('of a protected branch keep its rules', async () => {
    const { github, octokit, main } = await open();
    await github.act.branch('ada', 'fix', { 'a.md': 'a' });
    const { sha } = (await octokit.rest.git.getRef({ ...here, ref: 'heads/fix' })).data.object;
    const move = () => octokit.rest.git.updateRef({ ...here, ref: 'heads/main', sha });
    github.state.protections.main = { by: 'ruleset', needsPull: true };
    const words = 'Changes must be made through a pull request.';
    await expect(move()).rejects.toMatchObject(refusedWith(422, `Repository rule violations found\n\n${words}\n\n`));
    github.state.protections.main = { by: 'branch protection', needsPull: true };
    await expect(move()).rejects.toMatchObject(refusedWith(422, words));
    expect((await octokit.rest.git.getRef({ ...here, ref: 'heads/main' })).data.object.sha).toBe(main);
  });
});

describe('a branch', () => {
  test('tells its rules', async () => {
    const { github, octokit, main } = await open();
    const rules = async () =>
      (await octokit.rest.repos.getBranchRules({ ...here, branch: 'main' })).data.map(({ type }) => type);
    const branch = async () => (await octokit.rest.repos.getBranch({ ...here, branch: 'main' })).data;
    expect(await rules()).toEqual([]);
    expect(await branch()).toMatchObject({ name: 'main', protected: false, commit: { sha: main } });
    github.state.protections.main = { by: 'ruleset', needsPull: true, checks: ['ci'] };
    expect(await rules()).toEqual(['deletion', 'non_fast_forward', 'pull_request', 'required_status_checks']);
    github.state.protections.main = { by: 'branch protection', checks: ['ci'] };
    expect(await rules()).toEqual([]);
    expect(await branch()).toMatchObject({
      protected: true,
      protection: { required_status_checks: { contexts: ['ci'] } },
    });
    await expect(octokit.rest.repos.getBranch({ ...here, branch: 'gone' })).rejects.toMatchObject(
      refusedWith(404, 'Branch not found'),
    );
  });
});

describe('a commit', () => {
  test('tells its author and what it changed', async () => {
    const { github, octokit, main } = await open();
    const sha = await github.act.pushFile('ada', 'docs/a.md', 'a\nmore\n');
    const { data } = await octokit.rest.repos.getCommit({ ...here, ref: 'main' });
    expect(data).toMatchObject({
      sha,
      author: { login: 'ada' },
      parents: [{ sha: main }],
      stats: { additions: 1, deletions: 0, total: 1 },
      files: [{ filename: 'docs/a.md', status: 'modified', additions: 1 }],
    });
    const first = (await octokit.rest.repos.getCommit({ ...here, ref: main.slice(0, 8) })).data;
    expect(first.files?.map(({ status }) => status)).toEqual(['added', 'added', 'added']);
    const mediaType = { format: 'sha' };
    expect((await octokit.rest.repos.getCommit({ ...here, ref: 'main', mediaType })).data).toBe(sha);
    await expect(octokit.rest.repos.getCommit({ ...here, ref: 'gone' })).rejects.toMatchObject(
      refusedWith(422, 'No commit found for SHA: gone'),
    );
  });

  test('gathers statuses, the newest of each context', async () => {
    const { octokit, main: sha } = await open();
    const combined = async () => (await octokit.rest.repos.getCombinedStatusForRef({ ...here, ref: 'main' })).data;
    const post = (state: 'pending' | 'success' | 'error', context: string) =>
      octokit.rest.repos.createCommitStatus({ ...here, sha, state, context, description: 'why' });
    expect(await combined()).toMatchObject({ state: 'pending', total_count: 0 });
    expect((await post('pending', 'ci')).data).toMatchObject({ context: 'ci', creator: { type: 'Bot' } });
    await post('success', 'lint');
    expect(await combined()).toMatchObject({ state: 'pending', total_count: 2 });
    await post('success', 'ci');
    expect((await combined()).state).toBe('success');
    await post('error', 'ci');
    expect((await combined()).state).toBe('failure');
    await expect(
      octokit.rest.repos.createCommitStatus({ ...here, sha: '1'.repeat(40), state: 'success' }),
    ).rejects.toMatchObject(refusedWith(422, `No commit found for SHA: ${'1'.repeat(40)}`));
    await expect(
      octokit.rest.repos.createCommitStatus({ ...here, sha, state: 'success', description: 'x'.repeat(141) }),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('contents', () => {
  test('are files, whole or raw, and folders, at a ref', async () => {
    const { github, octokit, main } = await open();
    const long = 'long line\n'.repeat(50);
    await github.act.pushFile('ada', 'docs/a.md', long);
    const file = { ...here, path: 'docs/a.md' };
    const { data } = await octokit.rest.repos.getContent(file);
    expect(data).toMatchObject({ type: 'file', encoding: 'base64', size: 500 });
    expect(Buffer.from('content' in data ? data.content : '', 'base64').toString()).toBe(long);
    expect((await octokit.rest.repos.getContent({ ...file, ref: main, mediaType: { format: 'raw' } })).data).toBe(
      'a\n',
    );
    const folder = await octokit.rest.repos.getContent({ ...here, path: 'docs' });
    expect(folder.data).toMatchObject([
      { type: 'file', path: 'docs/a.md' },
      { type: 'dir', path: 'docs/deep' },
    ]);
    await expect(octokit.rest.repos.getContent({ ...here, path: 'gone.md' })).rejects.toMatchObject({ status: 404 });
    await expect(octokit.rest.repos.getContent({ ...file, ref: 'gone' })).rejects.toMatchObject(
      refusedWith(404, 'No commit found for the ref gone'),
    );
  });

  test('of more than a megabyte come raw only', async () => {
    const { github, octokit } = await open();
    const large = 'x'.repeat(1024 * 1024 + 1);
    await github.act.pushFile('ada', 'large.txt', large);
    const file = { ...here, path: 'large.txt' };
    expect((await octokit.rest.repos.getContent(file)).data).toMatchObject({
      content: '',
      encoding: 'none',
      size: large.length,
    });
    expect((await octokit.rest.repos.getContent({ ...file, mediaType: { format: 'raw' } })).data).toBe(large);
  });
});
