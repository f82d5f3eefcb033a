import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AgentError } from '../domain/agent-error.ts';
import { GitProcess } from './git-process.ts';

/** What does not change while one process works in the clone. */
export interface GitPlace {
  root: string;
  gitDirectory: string;
  isShallow: boolean;
  branch: string;
  /** The branch that is pushed to; absent without remote. */
  upstream?: { remote: string; branch: string };
  /** `owner/name` from the remote's address. */
  repository?: string;
}

/** Asks for the branch; the one path keeps git from looking at all others. */
const STATUS = [
  'status',
  '--porcelain=v2',
  '--branch',
  '--no-ahead-behind',
  '--untracked-files=no',
  '--',
  ':(top).gitattributes',
];

/** Finds the repository around `directory`, and says what keeps the agent from working in it. */
export async function findGitPlace(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ git: GitProcess; place: GitPlace }> {
  if (!existsSync(directory)) throw new AgentError('NOT_A_REPOSITORY', { path: resolve(directory) });
  const outside = new GitProcess(directory, environment);
  // Asked together: each takes longer to start than to answer.
  const [found, status, config] = await Promise.all([
    outside.try(['rev-parse', '--show-toplevel', '--absolute-git-dir', '--is-shallow-repository']),
    outside.try(STATUS),
    outside.try(['config', '--get-regexp', '^remote\\..*\\.url$']),
  ]);
  if (!found.ok) throw notARepository(directory, found.reason);
  const [root = '', gitDirectory = '', shallow] = found.stdout.trim().split('\n');
  if (root === '') throw new AgentError('NOT_A_REPOSITORY', { path: resolve(directory) });
  if (!status.ok) throw outside.error(STATUS, status.reason);
  const header = (name: string) => new RegExp(`^# branch\\.${name} (.*)$`, 'm').exec(status.stdout)?.[1];
  const branch = header('head') ?? '';
  if (header('oid') === '(initial)') throw new AgentError('EMPTY_REPOSITORY', { path: root });
  if (branch === '(detached)') throw new AgentError('DETACHED_HEAD', { head: header('oid')?.slice(0, 10) ?? '' });
  const remote = chooseRemote(config.ok ? config.stdout : '', branch, header('upstream'));
  return {
    git: new GitProcess(root, environment),
    place: { root, gitDirectory, isShallow: shallow === 'true', branch, ...remote },
  };
}

function notARepository(directory: string, reason: string): AgentError {
  const isNone = /not a git repository|cannot change to|ENOENT|does not exist/i.test(reason);
  if (isNone) return new AgentError('NOT_A_REPOSITORY', { path: resolve(directory) });
  return new AgentError('GIT_FAILED', { command: 'rev-parse', reason });
}

/** The tracked branch of a remote, else `origin` with the branch of the same name, else none. */
function chooseRemote(
  config: string,
  branch: string,
  tracked: string | undefined,
): Pick<GitPlace, 'upstream' | 'repository'> {
  const urls = [...config.matchAll(/^remote\.(.+)\.url (.+)$/gm)].map(([, name = '', url = '']) => ({ name, url }));
  const remote = urls.find(({ name }) => tracked?.startsWith(`${name}/`)) ?? urls.find(({ name }) => name === 'origin');
  if (!remote) return {};
  const upstream = {
    remote: remote.name,
    branch: tracked?.startsWith(`${remote.name}/`) ? tracked.slice(remote.name.length + 1) : branch,
  };
  const repository = repositoryName(remote.url);
  return { upstream, ...(repository ? { repository } : {}) };
}

/** `https://host/owner/name.git`, `git@host:owner/name` -> `owner/name`. A path on this disk names nothing. */
function repositoryName(url: string): string | undefined {
  const [, owner, name] =
    /^(?:\w+:\/\/[^/]+\/|[\w.-]+@[\w.-]+:|[\w.-]{2,}:)(?:.*\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(url) ?? [];
  return owner && name && !url.startsWith('file:') ? `${owner}/${name}` : undefined;
}
