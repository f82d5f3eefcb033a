import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AgentError } from '../domain/agent-error.ts';
import type {
  AgentCommit,
  CommitPlan,
  Divergence,
  FileChange,
  PushResult,
  ReadableDocuments,
  Repo,
  RepoFacts,
} from '../ports.ts';
import { CommitDocuments } from './commit-documents.ts';
import { AGENT_EMAIL, fastImportStream } from './fast-import.ts';
import type { GitPlace } from './git-place.ts';
import type { GitProcess } from './git-process.ts';

const WORK_REF = 'refs/steward/next';
const EMPTY_ID = '0'.repeat(40);
/** Refusals that mean "somebody pushed in between": fetch, check again, push again. */
const LOST_RACE =
  /\[rejected\]|fetch first|non-fast-forward|cannot lock ref|incorrect old value|failed to update ref|stale info/;

/** The repository port on git's own commands. Opened by `openRepo` of git-place.ts. */
export class GitRepo implements Repo {
  readonly #git: GitProcess;
  readonly #place: GitPlace;

  constructor(git: GitProcess, place: GitPlace) {
    this.#git = git;
    this.#place = place;
  }

  async facts(): Promise<RepoFacts> {
    const { root, branch, isShallow, upstream, repository } = this.#place;
    const asked = ['HEAD', 'HEAD:directives', 'HEAD:execution', 'HEAD:.github'];
    const answers = await this.#git.feed(
      ['cat-file', '--batch-check=%(objectname)'],
      Buffer.from(`${asked.join('\n')}\n`),
    );
    const ids = answers.split('\n').map((line) => (/^[0-9a-f]{40,64}$/.test(line) ? line : EMPTY_ID));
    const [head = EMPTY_ID, directives = EMPTY_ID, execution = EMPTY_ID, github = EMPTY_ID] = ids;
    return {
      root,
      head,
      branch,
      isShallow,
      trees: { directives, execution, github },
      ...(upstream ? { upstream } : {}),
      ...(repository ? { repository } : {}),
    };
  }

  async firstCommit(): Promise<string | undefined> {
    if (this.#place.isShallow) return undefined;
    const roots = (await this.#git.run(['rev-list', '--max-parents=0', 'HEAD'])).trim().split('\n');
    return roots.at(-1);
  }

  async changedPaths(roots: readonly string[]): Promise<string[]> {
    if (roots.length === 0) return [];
    const pathspecs = roots.map((root) => `:(literal,top)${root}`);
    const status = await this.#git.run([
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--no-renames',
      '--',
      ...pathspecs,
    ]);
    return status
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  async setAside(paths: readonly string[], label: string): Promise<string> {
    const folder = join(this.#place.gitDirectory, 'steward', 'set-aside', label);
    for (const path of paths) {
      const copy = join(folder, path);
      await mkdir(dirname(copy), { recursive: true });
      // A path that was deleted has nothing to copy.
      await copyFile(join(this.#place.root, path), copy).catch(() => {});
    }
    await this.#restore(paths);
    return folder;
  }

  async commit(plans: readonly CommitPlan[]): Promise<string> {
    await this.#import(`refs/heads/${this.#place.branch}`, await this.#head(), await this.#stage(plans));
    return this.#head();
  }

  async propose(branch: string, plan: CommitPlan): Promise<void> {
    const head = await this.#head();
    // A run that died after this point left the branch of the same occurrence: it is made anew.
    await this.#git.run(['update-ref', `refs/heads/${branch}`, head]);
    await this.#import(`refs/heads/${branch}`, head, await this.#stage([plan]));
    await this.#restore(plan.files.map(({ path }) => path));
  }

  async fetch(): Promise<{ tip: string } | { offline: string }> {
    const { remote, branch } = this.#upstream();
    const depth = this.#place.isShallow ? ['--depth=50'] : [];
    const result = await this.#git.try([
      'fetch',
      '--quiet',
      '--no-tags',
      ...depth,
      remote,
      `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`,
    ]);
    if (!result.ok) return { offline: result.reason };
    return { tip: (await this.#git.run(['rev-parse', `refs/remotes/${remote}/${branch}`])).trim() };
  }

  async compare(tip: string): Promise<Divergence & { base: string }> {
    const base = (await this.#git.run(['merge-base', 'HEAD', tip])).trim();
    const behind = Number((await this.#git.run(['rev-list', '--count', `${base}..${tip}`])).trim());
    const format = '%H%x00%ae%x00%ct%x00%(trailers:key=Steward-Id,valueonly,separator=%x2C)%x00%B%x00%x00';
    const log = await this.#git.run(['log', '--reverse', '--first-parent', `--format=${format}`, `${base}..HEAD`]);
    const commits = log
      .split('\0\0')
      .map((text) => text.replace(/^\n/, '').split('\0'))
      .filter((fields) => fields.length === 5);
    const isOurs = (fields: string[]) => fields[1] === AGENT_EMAIL && fields[3] !== '';
    const agent = await Promise.all(commits.filter(isOurs).map((fields) => this.#agentCommit(fields)));
    return { base, behind, agent, human: commits.length - agent.length };
  }

  async rebuildOn(tip: string, plans: readonly CommitPlan[]): Promise<string> {
    const head = await this.#head();
    await this.#git.run(['update-ref', WORK_REF, tip]);
    if (plans.length > 0) await this.#import(WORK_REF, tip, plans);
    const rebuilt = (await this.#git.run(['rev-parse', WORK_REF])).trim();
    const moved = await this.#git.try(['read-tree', '-m', '-u', 'HEAD', rebuilt]);
    if (!moved.ok) {
      const paths = [...moved.reason.matchAll(/Entry '([^']+)' not uptodate|^\t(.+)$/gm)].map(
        (match) => match[1] ?? match[2],
      );
      throw new AgentError('UPDATE_BLOCKED', { paths: paths.join(', ') || moved.reason });
    }
    await this.#git.run(['update-ref', `refs/heads/${this.#place.branch}`, rebuilt, head]);
    return rebuilt;
  }

  async push(): Promise<PushResult> {
    const { remote, branch } = this.#upstream();
    const result = await this.#git.try(['push', '--porcelain', '--no-verify', remote, `HEAD:refs/heads/${branch}`]);
    if (result.ok) return { kind: 'pushed' };
    return LOST_RACE.test(result.reason) ? { kind: 'rejected' } : { kind: 'refused', reason: refusal(result.reason) };
  }

  async unpushedByPeople(): Promise<number | string> {
    const { remote, branch } = this.#upstream();
    const authors = await this.#git.try(['log', '--format=%ae', `refs/remotes/${remote}/${branch}..HEAD`]);
    if (!authors.ok) return `${remote} has no branch ${branch} yet: push it once by hand`;
    return authors.stdout.split('\n').filter((email) => email !== '' && email !== AGENT_EMAIL).length;
  }

  at(commit: string): ReadableDocuments {
    return new CommitDocuments(this.#git, commit);
  }

  async blobAt(commit: string, path: string): Promise<string | undefined> {
    const line = await this.#git.run(['ls-tree', commit, '--', path]);
    return /^\d+ blob (\w+)/.exec(line)?.[1];
  }

  async #head(): Promise<string> {
    return (await this.#git.run(['rev-parse', 'HEAD'])).trim();
  }

  #upstream(): { remote: string; branch: string } {
    if (this.#place.upstream) return this.#place.upstream;
    throw new AgentError('GIT_FAILED', { command: 'push', reason: 'the clone has no remote' });
  }

  /** Puts paths back to what HEAD has; what HEAD does not have is removed. */
  async #restore(paths: readonly string[]): Promise<void> {
    const tracked = await this.#git.run(['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', ...paths]);
    const inHead = new Set(tracked.split('\0'));
    const known = paths.filter((path) => inHead.has(path));
    const unknown = paths.filter((path) => !inHead.has(path));
    if (known.length > 0) await this.#git.run(['checkout', '-q', 'HEAD', '--', ...known]);
    if (unknown.length > 0) {
      await this.#git.run(['rm', '-q', '--cached', '--ignore-unmatch', '--', ...unknown]);
      await Promise.all(unknown.map((path) => rm(join(this.#place.root, path), { force: true })));
    }
  }

  /** Stages the work tree's content of every planned path and gives the plans with what the index then holds. */
  async #stage(plans: readonly CommitPlan[]): Promise<CommitPlan[]> {
    const paths = plans.flatMap((plan) => plan.files.map((file) => file.path));
    await this.#git.run(['add', '-A', '--', ...paths.map((path) => `:(literal,top)${path}`)]);
    const staged = await this.#staged(paths);
    return plans.map((plan) => ({
      ...plan,
      files: plan.files.map(({ path }) => staged.get(path) ?? { path, content: null }),
    }));
  }

  async #import(ref: string, from: string, plans: readonly CommitPlan[]): Promise<void> {
    await this.#git.feed(['fast-import', '--quiet', '--done', '--date-format=raw'], fastImportStream(ref, from, plans));
  }

  async #staged(paths: readonly string[]): Promise<Map<string, FileChange>> {
    const listed = await this.#git.run(['ls-files', '-s', '-z', '--', ...paths.map((path) => `:(literal,top)${path}`)]);
    const files = listed.split('\0').flatMap((line) => {
      const [, mode, blob, path] = /^(\d+) (\w+) \d+\t([\s\S]+)$/.exec(line) ?? [];
      return mode && blob && path ? [{ path, mode, blob }] : [];
    });
    return new Map(files.map((file) => [file.path, file]));
  }

  async #agentCommit([id = '', , seconds = '0', run = '', message = '']: string[]): Promise<AgentCommit> {
    const diff = await this.#git.run(['diff-tree', '-r', '-z', '--no-renames', '--no-commit-id', id]);
    const fields = diff.split('\0').filter(Boolean);
    const files = fields.flatMap((meta, index): FileChange[] => {
      if (index % 2 === 1) return [];
      const [, mode = '', , blob = '', status] = meta.split(' ');
      const path = fields[index + 1] ?? '';
      return [status === 'D' ? { path, content: null } : { path, mode, blob }];
    });
    return { id, message, at: new Date(Number(seconds) * 1000), files, run };
  }
}

/** The telling line of a failed push: the hook's or server's own words, without the noise around. */
function refusal(reason: string): string {
  const lines = reason.split('\n').map((line) => line.replace(/^remote:\s*/, '').trim());
  const telling = lines.filter(
    (line) => /^(fatal|error|!|GH\d+|ERROR)/i.test(line) || /declined|denied|protected|refus/i.test(line),
  );
  return [...new Set(telling.length > 0 ? telling : lines)].slice(0, 3).join('; ').slice(0, 300);
}
