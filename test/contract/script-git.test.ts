import { access, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScriptGit } from '../../src/adapters/script-git.ts';
import { type GitFixture, gitFixture, temporaryFolder } from '../support/git-fixture.ts';

const path = process.env.PATH ?? '';

/** Sets every configuration that makes reading commands run a program to one that leaves a mark. */
async function armed(repo: GitFixture): Promise<{ wasRun: () => Promise<boolean> }> {
  const mark = join(repo.path, '.git', 'was-run');
  const program = join(repo.path, '.git', 'program.sh');
  await writeFile(program, `#!/bin/sh\necho run >> '${mark}'\ncat "$1" 2>/dev/null\nexit 0\n`);
  await chmod(program, 0o755);
  for (const [key, value] of Object.entries({
    'core.fsmonitor': program,
    'core.pager': program,
    'core.hooksPath': join(repo.path, '.git'),
    'core.sshCommand': program,
    'diff.external': program,
    'diff.evil.command': program,
    'diff.evil.textconv': program,
    'diff.submodule': 'diff',
    'filter.evil.clean': program,
    'filter.evil.smudge': program,
    'gpg.program': program,
    'log.showSignature': 'true',
    'format.pretty': '%G?',
    'remote.origin.uploadpack': program,
    'alias.log': `!${program}`,
  })) {
    await repo.git('config', key, value);
  }
  return {
    wasRun: () =>
      access(mark).then(
        () => true,
        () => false,
      ),
  };
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** A commit with a signature, as `gpg.program` would be asked to verify it. */
async function signedCommit(repo: GitFixture): Promise<void> {
  const raw = await repo.git('cat-file', 'commit', 'HEAD');
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----';
  await writeFile(join(repo.path, '.git', 'signed'), `${raw.replace(/^(committer .*)$/m, `$1\n${signature}`)}\n`);
  const id = await repo.git('hash-object', '-t', 'commit', '-w', join(repo.path, '.git', 'signed'));
  await repo.git('update-ref', 'HEAD', id);
}

describe('git for scripts', () => {
  it('gives the output as it is, with the last newline and NUL characters', async () => {
    const repo = await gitFixture({ 'ü b.md': 'x\n' });
    const git = createScriptGit({ workspace: repo.path, path });
    expect(await git(['ls-files', '-z'])).toBe('ü b.md\0');
    expect(await git(['show', 'HEAD:ü b.md'])).toBe('x\n');
  });

  it('runs no program that the repository names', async () => {
    const repo = await gitFixture({ '.gitattributes': '* diff=evil filter=evil\n', 'a.txt': 'one\n' });
    await repo.commit({ files: { 'a.txt': 'two\n' } });
    await signedCommit(repo);
    const { wasRun } = await armed(repo);
    const git = createScriptGit({ workspace: repo.path, path });
    const commands = [
      ['log', '-p'],
      ['log', '--format=%H', '--stat'],
      ['show'],
      ['show', 'HEAD:a.txt'],
      ['diff', 'HEAD~1', 'HEAD', '--'],
      ['diff', '--stat', 'HEAD~1..HEAD', '--', 'a.txt'],
      ['blame', 'HEAD', '--', 'a.txt'],
      ['ls-files', '-s'],
      ['cat-file', '-p', 'HEAD:a.txt'],
      ['for-each-ref'],
      ['shortlog', '-s', 'HEAD'],
    ];
    for (const command of commands) expect(await git(command)).not.toBe('');
    expect(await wasRun()).toBe(false);
    // The trap works: git as people run it does start these programs.
    await repo.git('show', 'HEAD:a.txt', '--textconv');
    expect(await wasRun()).toBe(true);
  });

  it('does not let a clone without file contents fetch them', async () => {
    const origin = await gitFixture({ 'a.txt': 'one\n' });
    await origin.commit({ files: { 'a.txt': 'two\n' } });
    const clone = await origin.clone({ filter: 'blob:none' });
    const { wasRun } = await armed(clone);
    const git = createScriptGit({ workspace: clone.path, path });
    await expect(git(['show', 'HEAD~1:a.txt'])).rejects.toThrow(/git show: /);
    expect(await git(['log', '--name-only', '--no-renames', '--format=%s'])).toContain('a.txt');
    expect(await wasRun()).toBe(false);
  });

  it('refuses before it runs anything', async () => {
    const repo = await gitFixture({ 'a.txt': 'x\n' });
    const git = createScriptGit({ workspace: repo.path, path });
    const target = join(repo.path, 'written');
    await expect(git(['log', `--output=${target}`])).rejects.toThrow('may not have `--output=');
    expect(await exists(target)).toBe(false);
  });

  it('says in git’s own words why a command failed', async () => {
    const repo = await gitFixture();
    const git = createScriptGit({ workspace: repo.path, path });
    await expect(git(['log'])).rejects.toThrow("git log: fatal: your current branch 'main' does not have any commits");
    await expect(git(['rev-parse', '--verify', '--quiet', 'HEAD'])).rejects.toThrow('git rev-parse: ended with code 1');
  });

  it('does not find a repository above the checkout', async () => {
    const outer = await gitFixture({ 'inner/a.txt': 'x\n' });
    const git = createScriptGit({ workspace: join(outer.path, 'inner'), path });
    await expect(git(['log'])).rejects.toThrow('not a git repository');
  });

  it('makes too much output an error, not a cut text', async () => {
    const repo = await gitFixture({ 'big.txt': 'x'.repeat(4 * 1024 * 1024 + 1) });
    const git = createScriptGit({ workspace: repo.path, path });
    await expect(git(['show', 'HEAD:big.txt'])).rejects.toThrow('the output is over 4194304 bytes');
  });

  it('ends a command that takes too long', async () => {
    const repo = await gitFixture({ 'a.txt': 'x\n' });
    const slow = await temporaryFolder();
    await writeFile(join(slow, 'git'), '#!/bin/sh\nexec sleep 20\n', { mode: 0o755 });
    const git = createScriptGit({ workspace: repo.path, path: `${slow}:${path}`, timeoutMs: 300 });
    await expect(git(['log'])).rejects.toThrow('git log: still running after 0.3 s');
  });

  it('needs a git on the path it was given', async () => {
    const repo = await gitFixture({ 'a.txt': 'x\n' });
    await expect(createScriptGit({ workspace: repo.path, path: '/nowhere' })(['log'])).rejects.toThrow('git log: ');
  });
});
