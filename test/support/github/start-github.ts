import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type GitFixture, gitFixture, type Tree, temporaryFolder } from '../git-fixture.ts';
import { type Acts, createActs } from './act.ts';
import { ALL_PERMISSIONS, createTokens, type Token } from './auth.ts';
import { type BareRepository, createBareRepository } from './bare-repository.ts';
import type { ExchangeParts, RecordedRequest } from './exchange.ts';
import { createFaults, type Fault, type Pause, type RequestFilter } from './faults.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRouter } from './route.ts';
import { ACTION_ROUTES } from './routes-actions.ts';
import { COMMIT_ROUTES } from './routes-commits.ts';
import { CONTENT_ROUTES } from './routes-contents.ts';
import { ISSUE_ROUTES } from './routes-issues.ts';
import { LABEL_ROUTES } from './routes-labels.ts';
import { PULL_ROUTES } from './routes-pulls.ts';
import { REF_ROUTES } from './routes-refs.ts';
import { RELEASE_ROUTES } from './routes-releases.ts';
import { ACTIONS_SETTINGS_ROUTES, REPOSITORY_ROUTES, rateLimitRoute } from './routes-repository.ts';
import { TRAFFIC_ROUTES } from './routes-traffic.ts';
import { listen } from './server.ts';
import { type GitHubState, initialState, type StateOptions } from './state.ts';
import { inSeconds, type Store } from './store.ts';

/**
 * A GitHub for the length of the running test: one repository, really in git, behind git's smart HTTP and the REST API.
 *
 *     const github = await startGitHub({ repository: 'octo/house', tree: { 'README.md': '# Hello\n' } });
 *     const token = github.token({ login: 'github-actions[bot]', permissions: { issues: 'write' } });
 *
 * Every request and every successful answer is held against GitHub's own OpenAPI description. What breaks it stands in
 * `violations`, and fails the test at its end: a test that expects some empties the list.
 */
export interface GitHub {
  /** GITHUB_SERVER_URL. */
  url: string;
  /** GITHUB_API_URL. */
  apiUrl: string;
  /** Where git clones from, without credentials. */
  cloneUrl: string;
  /** The folder of the bare repository. */
  bare: string;
  state: GitHubState;
  act: Acts;
  /** Requests of the REST API, in the order they were answered. */
  requests: readonly RecordedRequest[];
  /** Requests of git, apart, so that tests can count the others. */
  gitRequests: readonly RecordedRequest[];
  violations: string[];
  /** Throws when there are violations. Runs by itself when the test ends. */
  assertConformity(): void;
  /** Makes a token. Permissions are those of workflow files. */
  token(token: Token): string;
  /** A clone over HTTP by somebody with all permissions, which stand in its remote's address. */
  clone(login: string): Promise<GitFixture>;
  /** Answers in GitHub's place: errors of servers and proxies, rate limits, lost answers. */
  fail(fault: Fault): void;
  /** Holds requests until they are released, for races and timeouts. */
  pause(filter: RequestFilter): Pause;
}

export interface GitHubOptions extends StateOptions {
  /** The first commit of `main`. Default: a README. */
  tree?: Tree;
  /** The time that things are given. Default: the machine's. */
  now?: () => Date;
}

const FIRST_ID = 1000;

export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const { repository, tree = { 'README.md': '# House\n' }, now = () => new Date() } = options;
  const state = initialState(options, inSeconds(now()));
  const path = join(await temporaryFolder('steward-github-'), `${repository}.git`);
  const bare = await createBareRepository(path, state.repository.defaultBranch);
  const { owner, defaultBranch: branch } = state.repository;
  await bare.commit({ branch, files: tree, message: 'Initial commit', login: owner, at: inSeconds(now()) });

  const { url, serve } = await listen();
  const store = createStore({ state, bare, url, now });
  const parts = createParts(store, now);
  const server = serve(parts, now);
  const { tokens, faults, violations } = parts;
  const cloneUrl = `${url}/${repository}.git`;
  const assertConformity = () => {
    if (violations.length > 0) throw new Error(`GitHub's description was broken:\n${violations.join('\n')}`);
  };
  onTestFinished(() => {
    faults.releaseAll();
    server.close();
    assertConformity();
  });
  return {
    url,
    apiUrl: store.apiUrl,
    cloneUrl,
    bare: path,
    state,
    act: createActs(store),
    requests: server.requests,
    gitRequests: server.gitRequests,
    violations,
    assertConformity,
    token: tokens.issue,
    fail: faults.fail,
    pause: faults.pause,
    clone: (login) => cloneWith(tokens.issue({ login, permissions: ALL_PERMISSIONS }), cloneUrl),
  };
}

function createParts(store: Store, now: () => Date): ExchangeParts {
  const rateLimit = createRateLimit(store, now);
  const routes = [
    rateLimitRoute(rateLimit),
    ...REPOSITORY_ROUTES,
    ...ACTIONS_SETTINGS_ROUTES,
    ...COMMIT_ROUTES,
    ...REF_ROUTES,
    ...CONTENT_ROUTES,
    ...ISSUE_ROUTES,
    ...LABEL_ROUTES,
    ...PULL_ROUTES,
    ...ACTION_ROUTES,
    ...RELEASE_ROUTES,
    ...TRAFFIC_ROUTES,
  ];
  return {
    store,
    tokens: createTokens(),
    faults: createFaults(),
    rateLimit,
    match: createRouter(routes),
    violations: [],
  };
}

interface StoreParts {
  state: GitHubState;
  bare: BareRepository;
  url: string;
  now: () => Date;
}

function createStore({ state, bare, url, now }: StoreParts): Store {
  let id = FIRST_ID;
  return { state, bare, url, apiUrl: `${url}/api/v3`, now: () => inSeconds(now()), nextId: () => ++id };
}

async function cloneWith(token: string, cloneUrl: string): Promise<GitFixture> {
  const clone = await gitFixture();
  await clone.git('remote', 'add', 'origin', cloneUrl.replace('://', `://x-access-token:${token}@`));
  await clone.git('fetch', '--quiet', 'origin');
  await clone.git('switch', '--quiet', 'main');
  return clone;
}
