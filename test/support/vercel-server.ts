import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A deployment as the stand-in keeps it. */
export interface VercelDeployment {
  id: string;
  name: string;
  target: string | null;
  meta: Record<string, string>;
  files: Record<string, string>;
  /** How often its state has been asked for; it is READY from `readyAfter` on. */
  asked: number;
  fails: boolean;
}

/** What the test changes in the stand-in's ways. */
export interface VercelRules {
  /** Deployments a day, over which it answers 402. */
  limit: number;
  readyAfter: number;
  /** New deployments end in ERROR. */
  failsBuilds: boolean;
  /** As a server that does not know `meta-`: it lists everything. */
  ignoresMeta: boolean;
  pageSize: number;
  /** Answers for requests such as `POST /v13/deployments`; `lose` does the deed and drops the connection. */
  faults: Record<string, { status: number; body?: unknown; headers?: Record<string, string> } | 'lose'>;
}

export interface VercelServer {
  url: string;
  rules: VercelRules;
  deployments: VercelDeployment[];
  /** By sha1. */
  files: Map<string, Buffer>;
  requests: string[];
}

interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const failure = (status: number, code: string, message: string, more: object = {}): Reply => ({
  status,
  body: { error: { code, message, ...more } },
});

/**
 * Vercel as its reference describes it, as far as a deployment of files needs it: POST /v2/files, POST and
 * GET /v13/deployments, GET /v6/deployments. A deployment whose files were not uploaded is answered with missing_files.
 * `GET /live/PATH` shows a file of the newest production deployment that is ready, as the site would.
 */
export async function startVercel(token: string): Promise<VercelServer> {
  const state: VercelServer = {
    url: '',
    rules: { limit: 100, readyAfter: 1, failsBuilds: false, ignoresMeta: false, pageSize: 20, faults: {} },
    deployments: [],
    files: new Map(),
    requests: [],
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://vercel');
    const name = `${request.method} ${pathname}`;
    state.requests.push(name);
    const body = await buffer(request);
    const fault = state.rules.faults[name];
    const answer = fault && fault !== 'lose' ? fault : route(state, request, { body, token });
    if (fault === 'lose') return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

function route(state: VercelServer, request: IncomingMessage, given: { body: Buffer; token: string }): Reply {
  const url = new URL(request.url ?? '/', 'http://vercel');
  if (url.pathname.startsWith('/live/')) return live(state, url.pathname.slice('/live/'.length));
  if (request.headers.authorization !== `Bearer ${given.token}`) return failure(403, 'forbidden', 'Not authorized');
  const id = /^\/v13\/deployments\/([^/]+)$/.exec(url.pathname)?.[1];
  if (request.method === 'POST' && url.pathname === '/v2/files') return keep(state, request, given.body);
  if (request.method === 'POST' && url.pathname === '/v13/deployments')
    return deploy(state, JSON.parse(given.body.toString('utf8')));
  if (request.method === 'GET' && url.pathname === '/v6/deployments') return list(state, url.searchParams);
  if (request.method === 'GET' && id !== undefined) return show(state, id);
  return failure(404, 'not_found', 'Not Found');
}

function keep({ files }: VercelServer, { headers }: IncomingMessage, body: Buffer): Reply {
  const digest = createHash('sha1').update(body).digest('hex');
  if (headers['x-vercel-digest'] !== digest) return failure(400, 'invalid_digest', 'The digest does not fit the file');
  files.set(digest, body);
  return { status: 200, body: {} };
}

function deploy(
  state: VercelServer,
  given: {
    name: string;
    target?: string;
    meta?: Record<string, string>;
    files: { file: string; sha: string; size: number }[];
  },
): Reply {
  const missing = given.files.filter(({ sha }) => !state.files.has(sha)).map(({ sha }) => sha);
  if (missing.length > 0) return failure(400, 'missing_files', 'Missing files', { missing: [...new Set(missing)] });
  if (state.deployments.length >= state.rules.limit) {
    const limit = { total: state.rules.limit, remaining: 0, reset: Date.UTC(2026, 2, 2, 12) };
    const message = `Resource is limited - try again in 24 hours (more than ${state.rules.limit}, code: "api-deployments-free-per-day").`;
    return failure(402, 'api-deployments-free-per-day', message, { limit });
  }
  const deployment: VercelDeployment = {
    id: `dpl_${state.deployments.length + 1}`,
    name: given.name,
    target: given.target ?? null,
    meta: given.meta ?? {},
    files: Object.fromEntries(given.files.map(({ file, sha }) => [file, sha])),
    asked: 0,
    fails: state.rules.failsBuilds,
  };
  state.deployments.push(deployment);
  return { status: 200, body: described(state, deployment) };
}

function show(state: VercelServer, id: string): Reply {
  const deployment = state.deployments.find((each) => each.id === id);
  if (!deployment) return failure(404, 'not_found', 'The deployment could not be found');
  deployment.asked++;
  return { status: 200, body: described(state, deployment) };
}

const stateOf = ({ rules }: VercelServer, { asked, fails }: VercelDeployment): string =>
  asked < rules.readyAfter ? 'BUILDING' : fails ? 'ERROR' : 'READY';

function described(state: VercelServer, deployment: VercelDeployment): object {
  const readyState = stateOf(state, deployment);
  const isProduction = deployment.target === 'production';
  return {
    id: deployment.id,
    url: `${deployment.name}-${deployment.id.slice(4)}.vercel.app`,
    name: deployment.name,
    target: deployment.target,
    meta: deployment.meta,
    readyState,
    alias: isProduction ? [`${deployment.name}.vercel.app`] : [],
    aliasAssigned: readyState === 'READY' && isProduction ? 1 : null,
    ...(readyState === 'ERROR' ? { errorMessage: 'Command "build" exited with 1' } : {}),
  };
}

function list(state: VercelServer, query: URLSearchParams): Reply {
  const meta = [...query].flatMap(([name, value]) => (name.startsWith('meta-') ? [[name.slice(5), value]] : []));
  const fits = (deployment: VercelDeployment) =>
    (query.get('app') ?? deployment.name) === deployment.name &&
    (query.get('target') ?? deployment.target) === deployment.target &&
    (query.get('state') ?? stateOf(state, deployment)) === stateOf(state, deployment) &&
    (state.rules.ignoresMeta || meta.every(([name = '', value]) => deployment.meta[name] === value));
  const all = [...state.deployments].reverse().filter(fits);
  const size = Math.min(Number(query.get('limit') ?? 20), state.rules.pageSize);
  const deployments = all.slice(0, size).map((each) => {
    const { id, ...rest } = described(state, each) as { id: string };
    return { uid: id, ...rest };
  });
  const next = all.length > size ? 1 : null;
  return { status: 200, body: { deployments, pagination: { count: deployments.length, next, prev: null } } };
}

function live(state: VercelServer, path: string): Reply {
  const shown = [...state.deployments]
    .reverse()
    .find((each) => each.target === 'production' && stateOf(state, each) === 'READY');
  const content = state.files.get(shown?.files[path === '' ? 'index.html' : path] ?? '');
  if (!content) return { status: 404, body: 'not found', headers: { 'content-type': 'text/html' } };
  return { status: 200, body: content.toString('utf8'), headers: { 'content-type': 'text/html' } };
}
