import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/**
 * Real git repositories for tests, written as an inline tree:
 *
 *     const repo = await gitFixture({ 'README.md': '# Hello\n' });
 *     await repo.commit({ message: 'Add a page', author: 'Ada', at: '2026-03-01T12:00:00Z', files: { 'a.md': 'x' } });
 *     await repo.branch('feature');                            // makes it and switches to it
 *     await repo.commit({ files: { 'README.md': null } });     // null deletes
 *     const clone = await repo.clone({ depth: 1 });            // a shallow clone by file:// of a bare copy
 *
 * Call inside a test: everything is removed when that test ends. Nothing of the machine's own git setup is read, and
 * every commit has a fixed author and date unless the test gives its own, so ids are the same on each run.
 */
export interface GitFixture {
  /** Absolute and real path of the work tree. */
  path: string;
  /**
   * Runs any git command in the repository and gives its trimmed output; throws with git's words when it fails. What it
   * commits (a merge, a tag) has the date of the last commit.
   */
  git(...args: string[]): Promise<string>;
  /** Changes work tree files without committing; null deletes. */
  write(files: Tree): Promise<void>;
  /** Commits `files`, or everything that changed when there are none, and gives the commit's id. May be empty. */
  commit(commit?: CommitSpec): Promise<string>;
  /** Makes a branch at `from` (default HEAD) and switches to it. */
  branch(name: string, from?: string): Promise<void>;
  /** Makes a bare repository from this one, adds it as `origin`, pushes all branches and tags; gives its path. */
  addRemote(): Promise<string>;
  /** Clones the bare copy (made when there is none) over file://, as a runner would. */
  clone(options?: CloneSpec): Promise<GitFixture>;
}

/** Content by path; null deletes the file. */
export type Tree = Readonly<Record<string, string | Uint8Array | null>>;

export interface CommitSpec {
  message?: string;
  files?: Tree;
  /** ISO 8601; default: a minute after the commit before, from FIRST_COMMIT_AT. */
  at?: string;
  /** A name, or `Name <mail>`. */
  author?: string;
}

export interface CloneSpec {
  depth?: number;
  /** For example `blob:none`. */
  filter?: string;
  branch?: string;
}

export const FIRST_COMMIT_AT = '2026-01-01T00:00:00Z';

/** A new folder with a real path, gone when the running test ends. */
export async function temporaryFolder(prefix = 'steward-test-'): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), prefix)));
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** A repository on branch `main` whose first commit holds `tree`; without a tree it has no commit at all. */
export async function gitFixture(tree?: Tree, first: Omit<CommitSpec, 'files'> = {}): Promise<GitFixture> {
  const path = await temporaryFolder();
  await runGit(path, ['init', '--quiet', '--initial-branch=main']);
  const fixture = await open(path);
  if (tree) await fixture.commit({ message: 'Initial commit', at: FIRST_COMMIT_AT, ...first, files: tree });
  return fixture;
}

async function open(path: string): Promise<GitFixture> {
  // Background maintenance would race with the test's own reads and with the removal at its end.
  for (const key of ['gc.auto', 'maintenance.auto']) await runGit(path, ['config', key, '0']);
  let lastAt = Date.parse(FIRST_COMMIT_AT) - 60_000;
  const dated = (author: string) =>
    identity(author, new Date(Math.max(lastAt, Date.parse(FIRST_COMMIT_AT))).toISOString());
  const git = (...args: string[]) => runGit(path, args, dated('Ada Lovelace'));
  return {
    path,
    git,
    write: (files) => writeTree(path, files),
    async commit({ message = 'Change files', files = {}, at, author = 'Ada Lovelace' } = {}) {
      lastAt = at === undefined ? lastAt + 60_000 : Date.parse(at);
      await writeTree(path, files);
      await git('add', '--all', '--', ...(Object.keys(files).length > 0 ? Object.keys(files) : ['.']));
      await runGit(path, ['commit', '--quiet', '--allow-empty', '--message', message], dated(author));
      return git('rev-parse', 'HEAD');
    },
    async branch(name, from = 'HEAD') {
      await git('switch', '--quiet', '--create', name, from);
    },
    addRemote: () => addRemote(path),
    async clone(options = {}) {
      const hasRemote = (await git('remote')) !== '';
      return cloneOf(hasRemote ? await git('remote', 'get-url', 'origin') : await addRemote(path), options);
    },
  };
}

async function addRemote(path: string): Promise<string> {
  const bare = await temporaryFolder('steward-bare-');
  await runGit(bare, ['init', '--quiet', '--bare', '--initial-branch=main']);
  await runGit(bare, ['config', 'uploadpack.allowFilter', 'true']);
  await runGit(path, ['remote', 'add', 'origin', bare]);
  await runGit(path, ['push', '--quiet', '--set-upstream', '--all', 'origin']);
  await runGit(path, ['push', '--quiet', '--tags', 'origin']);
  return bare;
}

async function cloneOf(bare: string, { depth, filter, branch }: CloneSpec): Promise<GitFixture> {
  const path = await temporaryFolder();
  const options = [
    ...(depth === undefined ? [] : [`--depth=${depth}`]),
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...(branch === undefined ? [] : [`--branch=${branch}`]),
  ];
  await runGit(path, ['clone', '--quiet', ...options, `file://${bare}`, '.']);
  return open(path);
}

async function writeTree(root: string, files: Tree): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    if (content === null) await rm(path, { recursive: true, force: true });
    else {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
}

function identity(author: string, when: string): Record<string, string> {
  const [, name = author, mail = 'someone@example.com'] = /^(.*?)\s*<(.*)>$/.exec(author) ?? [];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: mail,
    GIT_AUTHOR_DATE: when,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: mail,
    GIT_COMMITTER_DATE: when,
  };
}

async function runGit(cwd: string, args: string[], extra: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execa('git', args, {
    cwd,
    stdin: 'ignore',
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      ...extra,
    },
  });
  return stdout;
}
