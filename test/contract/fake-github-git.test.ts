import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import type { Permissions } from '../support/github/auth.ts';
import { type GitHub, startGitHub } from '../support/github/start-github.ts';
import type { ProtectionState } from '../support/github/state.ts';

/** Git over HTTP of the fake GitHub: real clones and pushes, and GitHub's refusals in its words. */

const tree = { 'README.md': '# House\n', '.github/workflows/ci.yml': 'on: push\njobs: {}\n' };
const open = () => startGitHub({ repository: 'octo/house', tree });

/** A clone with a workflow's token, given as actions/checkout gives it: in a header that git's config adds. */
async function cloneAs(github: GitHub, permissions: Permissions): Promise<GitFixture> {
  const token = github.token({ login: 'github-actions[bot]', permissions });
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const clone = await gitFixture();
  await clone.git('config', `http.${github.url}/.extraheader`, `AUTHORIZATION: basic ${basic}`);
  await clone.git('remote', 'add', 'origin', github.cloneUrl);
  await clone.git('fetch', '--quiet', 'origin');
  await clone.git('switch', '--quiet', 'main');
  return clone;
}

const tip = (github: GitHub, clone: GitFixture, ref = 'main') => clone.git('--git-dir', github.bare, 'rev-parse', ref);

describe('git', () => {
  test('clones and pushes', async () => {
    const github = await open();
    const clone = await cloneAs(github, { contents: 'write' });
    // More than a megabyte, so that git asks first and then sends it in pieces.
    const commit = await clone.commit({ files: { 'a.md': 'a', large: randomBytes(1_500_000) } });
    await clone.git('push', '--quiet', 'origin', 'main', 'main:refs/heads/other');
    expect([await tip(github, clone), await tip(github, clone, 'other')]).toEqual([commit, commit]);
    await clone.git('push', '--quiet', 'origin', ':other');
    await expect(tip(github, clone, 'other')).rejects.toThrow();
    expect(github.gitRequests.map(({ status }) => status)).not.toContain(403);
    expect(github.requests).toEqual([]);
  });

  test('lets a person clone with a token in the address, shallow or without blobs', async () => {
    const github = await open();
    const clone = await github.clone('ada');
    expect(await clone.git('ls-files')).toBe('.github/workflows/ci.yml\nREADME.md');
    await github.act.pushFile('ada', 'b.md', 'b');
    const shallow = await gitFixture();
    const url = await clone.git('remote', 'get-url', 'origin');
    await shallow.git('fetch', '--quiet', '--depth=1', '--filter=blob:none', url, 'main');
    expect(await shallow.git('rev-list', '--count', 'FETCH_HEAD')).toBe('1');
  });

  test('loses the race to a faster push', async () => {
    const github = await open();
    const [first, second] = [await github.clone('ada'), await github.clone('bob')];
    await first.commit({ files: { 'a.md': 'a' } });
    await second.commit({ files: { 'b.md': 'b' } });
    await first.git('push', '--quiet');
    await expect(second.git('push')).rejects.toThrow(/\[rejected\].*fetch first/);
    await second.git('pull', '--quiet', '--rebase');
    await second.git('push', '--quiet');
    expect(await tip(github, second)).toBe(await second.git('rev-parse', 'HEAD'));
  });
});

describe('git is refused', () => {
  test('without credentials, or with wrong ones', async () => {
    const github = await open();
    const nobody = await gitFixture();
    await expect(nobody.git('ls-remote', github.cloneUrl)).rejects.toThrow(/could not read Username/);
    const wrong = github.cloneUrl.replace('://', '://x-access-token:ghs_wrong@');
    await expect(nobody.git('ls-remote', wrong)).rejects.toThrow(/Invalid username or token.*Authentication failed/s);
  });

  test('reads without the permission, and other repositories', async () => {
    const github = await open();
    await expect(cloneAs(github, {})).rejects.toThrow(/Repository not found/);
    const clone = await cloneAs(github, { contents: 'read' });
    await expect(clone.git('ls-remote', `${github.url}/octo/other.git`)).rejects.toThrow(/Repository not found/);
  });

  test('pushes with a token that may only read', async () => {
    const github = await open();
    const clone = await cloneAs(github, { contents: 'read' });
    await clone.commit({ files: { 'a.md': 'a' } });
    await expect(clone.git('push')).rejects.toThrow(
      /remote: Permission to octo\/house\.git denied to github-actions\[bot\]\.\nfatal: .* error: 403/,
    );
  });

  test('changes of workflows by a workflow’s token, on any branch', async () => {
    const github = await open();
    const clone = await cloneAs(github, { contents: 'write' });
    const before = await tip(github, clone);
    await clone.commit({ files: { '.github/workflows/ci.yml': 'on: pull_request\njobs: {}\n' } });
    const refused =
      /refusing to allow a GitHub App to create or update workflow `\.github\/workflows\/ci\.yml` without `workflows` permission/;
    await expect(clone.git('push')).rejects.toThrow(refused);
    await expect(clone.git('push', 'origin', 'HEAD:refs/heads/new')).rejects.toThrow(refused);
    expect(await tip(github, clone)).toBe(before);
    const ada = await github.clone('ada');
    await ada.commit({ files: { '.github/workflows/ci.yml': 'on: push\njobs: {}\n#\n' } });
    await ada.git('push', '--quiet');
    await clone.git('fetch', '--quiet');
    await clone.git('switch', '--quiet', '--create', 'later', 'origin/main');
    await clone.commit({ files: { 'a.md': 'a' } });
    await clone.git('push', '--quiet', 'origin', 'later');
  });
});

describe('a protected branch', () => {
  async function guarded(protection: ProtectionState) {
    const github = await open();
    github.state.protections.main = protection;
    const clone = await cloneAs(github, { contents: 'write' });
    const base = await clone.git('rev-parse', 'HEAD');
    const commit = await clone.commit({ files: { 'a.md': 'a' } });
    return { github, clone, base, commit };
  }

  test('wants a pull request, in the words of branch protection', async () => {
    const { github, clone, base } = await guarded({ by: 'branch protection', needsPull: true });
    await expect(clone.git('push')).rejects.toThrow(
      /remote: error: GH006: Protected branch update failed for refs\/heads\/main\.\s+remote: error: Changes must be made through a pull request\.\s+.*\[remote rejected\] main -> main \(protected branch hook declined\)/s,
    );
    expect(await tip(github, clone)).toBe(base);
    await clone.git('push', '--quiet', 'origin', 'HEAD:refs/heads/free');
  });

  test('and in those of a ruleset', async () => {
    const { clone } = await guarded({ by: 'ruleset', needsPull: true });
    await expect(clone.git('push')).rejects.toThrow(
      /remote: error: GH013: Repository rule violations found for refs\/heads\/main\..*- Changes must be made through a pull request\..*\(push declined due to repository rule violations\)/s,
    );
  });

  test('lets pass whom it does not bind', async () => {
    const { github, clone, commit } = await guarded({
      by: 'ruleset',
      needsPull: true,
      bypass: ['github-actions[bot]'],
    });
    await clone.git('push', '--quiet');
    expect(await tip(github, clone)).toBe(commit);
  });

  test('wants its checks', async () => {
    const { github, clone, commit } = await guarded({ by: 'branch protection', checks: ['ci'] });
    await expect(clone.git('push')).rejects.toThrow(/error: Required status check "ci" is expected\./);
    const status = { id: 1, sha: commit, context: 'ci', state: 'success', createdAt: '2026-01-01T00:00:00Z' } as const;
    github.state.statuses.push({ ...status, description: null, targetUrl: null, creator: 'octo' });
    await clone.git('push', '--quiet');
  });

  test('is not forced and not deleted', async () => {
    const { github, clone, base } = await guarded({ by: 'ruleset' });
    await clone.git('push', '--quiet');
    await clone.git('reset', '--quiet', '--hard', base);
    await clone.commit({ files: { 'b.md': 'b' } });
    await expect(clone.git('push', '--force')).rejects.toThrow(/- Cannot force-push to this branch/);
    github.state.protections = { other: { by: 'branch protection' } };
    await clone.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other');
    await expect(clone.git('push', 'origin', ':other')).rejects.toThrow(/error: Cannot delete this branch/);
  });
});

describe('the network', () => {
  test('fails as the test says, also after the push has arrived', async () => {
    const github = await open();
    const clone = await cloneAs(github, { contents: 'write' });
    const commit = await clone.commit({ files: { 'a.md': 'a' } });
    github.fail({ method: 'GET', path: /info\/refs$/, status: 502 });
    await expect(clone.git('push')).rejects.toThrow(/error: 502/);
    github.fail({ method: 'POST', path: /git-receive-pack$/, status: 502, isAfterEffect: true });
    await expect(clone.git('push')).rejects.toThrow(/502/);
    expect(await tip(github, clone)).toBe(commit);
  });
});
