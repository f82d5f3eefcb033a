import { cp, lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError } from '../domain/agent-error.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { CommitPlan, Divergence, FileChange, PushResult, Repo, RepoFacts } from '../repo-port.ts';
import { readAgentCommit } from './agent-commit.ts';
import { commitsSince } from './agent-history.ts';
import { CommitDocuments } from './commit-documents.ts';
import { deepen } from './deepen.ts';
import { AGENT_EMAIL, fastImportStream } from './fast-import.ts';
import type { GitPlace } from './git-place.ts';
import type { GitProcess } from './git-process.ts';
import { pushBranch } from './push-branch.ts';
import { pushResult } from './push-result.ts';

const WORK_REF = 'refs/steward/next';
/** Id, mail, time, trailer, message. */
const COMMIT_FIELDS = 5;
const EMPTY_ID = '0'.repeat(40);
/** How git names a file that an update would overwrite. */
const IN_THE_WAY = /(?:Entry|Untracked working tree file|Updating) '(.+?)' (?:not uptodate|would )/g;

/** A pathspec for this very path, whatever characters it has. */
const literal = (path: string): string => `:(literal,top)${path}`;

/** The repository port on git's own commands. Opened by `openRepo` of git-place.ts. */
export class GitRepo implements Repo {
  readonly #git: GitProcess;
  #place: GitPlace;

  constructor(git: GitProcess, place: GitPlace) {
    this.#git = git;
    this.#place = place;
  }

  async facts(): Promise<RepoFacts> {
    const { root, branch, isShallow, upstream, repository } = this.#place;
    const tracking = upstream ? [`refs/remotes/${upstream.remote}/${upstream.branch}`] : [];
    const asked = ['HEAD', 'HEAD:directives', 'HEAD:execution', 'HEAD:.github', ...tracking];
    const answers = await this.#git.feed(
      ['cat-file', '--batch-check=%(objectname)'],
      Buffer.from(`${asked.join('\n')}\n`),
    );
    const ids = answers.split('\n').map((line) => (/^[0-9a-f]{40,64}$/.test(line) ? line : undefined));
    const [head = EMPTY_ID, directives = EMPTY_ID, execution = EMPTY_ID, github = EMPTY_ID, upstreamTip] = ids;
    return {
      root,
      head,
      branch,
      isShallow,
      trees: { directives, execution, github },
      ...(upstream ? { upstream } : {}),
      ...(upstreamTip ? { upstreamTip } : {}),
      ...(repository ? { repository } : {}),
    };
  }

  async firstCommit(): Promise<string | undefined> {
    if (this.#place.isShallow) return undefined;
    const roots = (await this.#git.run(['rev-list', '--max-parents=0', 'HEAD'])).trim().split('\n');
    return roots.at(-1);
  }

  async hasCommit(id: string): Promise<boolean> {
    return (await this.#git.try(['rev-parse', '--quiet', '--verify', `${id}^{commit}`])).ok;
  }

  async changedPaths(roots: readonly string[]): Promise<string[]> {
    if (roots.length === 0) return [];
    const form = ['--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
    const status = await this.#git.run(['status', ...form, '--', ...roots.map(literal)]);
    return status
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  async setAside(paths: readonly string[], label: string): Promise<string> {
    const folder = join(this.#place.gitDirectory, 'steward', 'set-aside', label);
    for (const path of paths) {
      const source = join(this.#place.root, path);
      // A path that was deleted has nothing to copy.
      if (await isThere(source)) await cp(source, join(folder, path), { recursive: true });
    }
    await this.#restore(paths);
    return folder;
  }

  async commit(plans: readonly CommitPlan[]): Promise<string> {
    const branch = `refs/heads/${this.#place.branch}`;
    return this.#import(branch, `${branch}^0`, await this.#stage(plans));
  }

  async propose(branch: string, plan: CommitPlan): Promise<void> {
    const head = await this.#head();
    // A run that died after this point left the branch of the same occurrence: it is made anew.
    await this.#git.run(['update-ref', `refs/heads/${branch}`, head]);
    await this.#import(`refs/heads/${branch}`, head, await this.#stage([plan]));
    await this.#restore(plan.files.map(({ path }) => path));
  }

  async openBranches(prefix: string): Promise<string[]> {
    const refs = ['--format=%(refname:short)', '--no-merged=HEAD', `refs/heads/${prefix}*`];
    return (await this.#git.run(['for-each-ref', ...refs])).split('\n').filter(Boolean);
  }

  async fetch(): Promise<{ offline?: string }> {
    if (!this.#place.upstream) return {};
    const { remote, branch } = this.#place.upstream;
    const depth = this.#place.isShallow ? ['--depth=50'] : [];
    const result = await this.#git.try([
      'fetch',
      '--quiet',
      '--no-tags',
      ...depth,
      remote,
      `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`,
    ]);
    return result.ok ? {} : { offline: result.reason };
  }

  async deepen(): Promise<{ offline?: string }> {
    if (!this.#place.isShallow || !this.#place.upstream) return {};
    const deepened = await deepen(this.#git, this.#place.upstream.remote);
    if (deepened.offline === undefined) this.#place = { ...this.#place, isShallow: false };
    return deepened;
  }

  commitsSince(since: Date): Promise<ReadonlyMap<string, string>> {
    return commitsSince(this.#git, this.#place, since);
  }

  async compare(tip: string): Promise<Divergence & { base: string }> {
    const merged = await this.#git.try(['merge-base', 'HEAD', tip]);
    const base = merged.ok ? merged.stdout.trim() : '';
    // Without a common commit every count below would be wrong, and commits would be taken for pushed ones.
    if (base === '') throw new AgentError('DIVERGED', { branch: this.#place.branch, upstream: tip.slice(0, 10) });
    const behind = Number((await this.#git.run(['rev-list', '--count', `${base}..${tip}`])).trim());
    const format = '%H%x00%ae%x00%ct%x00%(trailers:key=Steward-Id,valueonly,separator=%x2C)%x00%B%x00';
    const log = await this.#git.run(['log', '--reverse', '--first-parent', `--format=${format}`, `${base}..HEAD`]);
    const fields = log.split('\0').slice(0, -1);
    const commits = fields.flatMap((id, index) =>
      index % COMMIT_FIELDS === 0 ? [[id.trimStart(), ...fields.slice(index + 1, index + COMMIT_FIELDS)]] : [],
    );
    const isOurs = (fields: string[]) => fields[1] === AGENT_EMAIL && fields[3] !== '';
    const agent = await Promise.all(commits.filter(isOurs).map((fields) => readAgentCommit(this.#git, fields)));
    return { base, behind, agent, human: commits.length - agent.length };
  }

  async rebuildOn(tip: string, plans: readonly CommitPlan[]): Promise<string> {
    const head = await this.#head();
    const rebuilt = plans.length > 0 ? await this.#import(WORK_REF, tip, plans) : tip;
    await this.#git.run(['update-ref', '-d', WORK_REF]);
    const move = ['read-tree', '-m', '-u', 'HEAD', rebuilt];
    const moved = await this.#git.try(move);
    if (!moved.ok) {
      const paths = [...moved.reason.matchAll(IN_THE_WAY)].map((match) => match[1]);
      if (paths.length > 0) throw new AgentError('UPDATE_BLOCKED', { paths: paths.join(', ') });
      throw this.#git.error(move, moved.reason);
    }
    await this.#git.run(['update-ref', `refs/heads/${this.#place.branch}`, rebuilt, head]);
    return rebuilt;
  }

  async push(): Promise<PushResult> {
    const { remote, branch } = this.#upstream();
    return pushResult(await this.#git.try(['push', '--porcelain', remote, `HEAD:refs/heads/${branch}`]));
  }

  pushBranch(branch: string): Promise<PushResult> {
    return pushBranch(this.#git, this.#upstream().remote, branch);
  }

  async unpushedByPeople(): Promise<number | string> {
    const { remote, branch } = this.#upstream();
    const authors = await this.#git.try(['log', '--format=<%ae>', `refs/remotes/${remote}/${branch}..HEAD`]);
    if (!authors.ok) return `${remote} has no branch ${branch} yet: push it once by hand`;
    return authors.stdout.split('\n').filter((email) => email !== '' && email !== `<${AGENT_EMAIL}>`).length;
  }

  at(commit: string): ReadableDocuments {
    return new CommitDocuments(this.#git, commit);
  }

  async blobAt(commit: string, path: string): Promise<string | undefined> {
    const line = await this.#git.run(['ls-tree', commit, '--', literal(path)]);
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
    const tracked = await this.#git.run(['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', ...paths.map(literal)]);
    const inHead = new Set(tracked.split('\0'));
    const known = paths.filter((path) => inHead.has(path));
    const unknown = paths.filter((path) => !inHead.has(path));
    // First, since a new file may stand where HEAD has a folder, or the other way round.
    if (unknown.length > 0) {
      await this.#git.run(['rm', '-q', '-r', '--cached', '--ignore-unmatch', '--', ...unknown.map(literal)]);
      await Promise.all(unknown.map((path) => rm(join(this.#place.root, path), { force: true, recursive: true })));
    }
    if (known.length > 0) await this.#git.run(['checkout', '-q', 'HEAD', '--', ...known.map(literal)]);
  }

  /** Stages the work tree's content of every planned path and gives the plans with what the index then holds. */
  async #stage(plans: readonly CommitPlan[]): Promise<CommitPlan[]> {
    const paths = plans.flatMap((plan) => plan.files.map((file) => file.path));
    await this.#git.run(['add', '-A', '--', ...paths.map(literal)]);
    const staged = await this.#staged(paths);
    return plans.map((plan) => ({
      ...plan,
      files: plan.files.map(({ path }) => staged.get(path) ?? { path, content: null }),
    }));
  }

  /** Makes the commits and moves `ref` to the last of them, whose id it gives. */
  async #import(ref: string, from: string, plans: readonly CommitPlan[]): Promise<string> {
    const stream = fastImportStream(ref, from, plans);
    // What a run that died left under the work ref may lie elsewhere; a branch only ever moves forward.
    const force = ref === WORK_REF ? ['--force'] : [];
    return (await this.#git.feed(['fast-import', '--quiet', '--done', '--date-format=raw', ...force], stream)).trim();
  }

  async #staged(paths: readonly string[]): Promise<Map<string, FileChange>> {
    const listed = await this.#git.run(['ls-files', '-s', '-z', '--', ...paths.map(literal)]);
    const files = listed.split('\0').flatMap((line) => {
      const [, mode, blob, path] = /^(\d+) (\w+) \d+\t([\s\S]+)$/.exec(line) ?? [];
      return mode && blob && path ? [{ path, mode, blob }] : [];
    });
    return new Map(files.map((file) => [file.path, file]));
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
