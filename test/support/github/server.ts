import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { answer, type ExchangeParts, parseBody, type RecordedRequest } from './exchange.ts';
import { answerGit, isGitPath } from './git-http.ts';
import { isBlobPath, serveBlob } from './job-log.ts';

/** The listening part: git below `/owner/name.git`, the REST API below `/api/v3`, logs below `/blobs`, nothing else. */
export interface GitHubServer {
  /** Requests of the REST API, oldest first. */
  requests: RecordedRequest[];
  /** Requests of git. */
  gitRequests: RecordedRequest[];
  close(): void;
}

const API = '/api/v3';

/** Listens first: what the server is made of needs its address. */
export async function listen(): Promise<{ url: string; serve(parts: ExchangeParts, now: () => Date): GitHubServer }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, serve: (parts, now) => serveOn(server, { parts, now }) };
}

function serveOn(server: Server, serving: Serving): GitHubServer {
  const requests: RecordedRequest[] = [];
  const gitRequests: RecordedRequest[] = [];
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    try {
      if (isBlobPath(pathname)) serveBlob(request, response, serving.parts.store);
      else if (isGitPath(pathname)) gitRequests.push(await serveGit(request, response, serving));
      else requests.push(await serveApi(request, response, serving));
    } catch (error) {
      serving.parts.violations.push(`the fake failed at ${request.method} ${request.url}: ${(error as Error).stack}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { requests, gitRequests, close };
}

interface Serving {
  parts: ExchangeParts;
  now: () => Date;
}

async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  { parts, now }: Serving,
): Promise<RecordedRequest> {
  const { method = 'GET' } = request;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const isApi = pathname.startsWith(`${API}/`);
  const path = isApi ? pathname.slice(API.length) : `outside of ${API}: ${pathname}`;
  const query = Object.fromEntries(searchParams);
  const text = (await buffer(request)).toString('utf8');
  const headers = headersOf(request);
  const at = now();
  const reply = await answer({ method, path, query, text, headers }, parts);
  const body = reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
  const id = { 'x-github-request-id': randomUUID() };
  const type = reply.text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  response.writeHead(reply.status, { ...id, ...(body !== '' && { 'content-type': type }), ...reply.headers }).end(body);
  const ifNoneMatch = headers['if-none-match'];
  return {
    method,
    path,
    query,
    body: parseBody(text),
    status: reply.status,
    at,
    login: parts.tokens.find(headers.authorization)?.login,
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
}

async function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  { parts, now }: Serving,
): Promise<RecordedRequest> {
  const { method = 'GET' } = request;
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://localhost');
  const headers = headersOf(request);
  const body = await buffer(request);
  const at = now();
  await parts.faults.hold(method, path);
  const fault = parts.faults.take(method, path);
  const answered =
    fault && !fault.isAfterEffect
      ? undefined
      : await answerGit({ method, path, query: search.slice(1), headers, body }, parts);
  const reply = fault
    ? { status: fault.status, headers: fault.headers ?? {}, body: typeof fault.body === 'string' ? fault.body : '' }
    : answered;
  response.writeHead(reply?.status ?? 500, reply?.headers).end(reply?.body);
  return {
    method,
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    body: undefined,
    at,
    status: reply?.status ?? 500,
    login: parts.tokens.find(headers.authorization)?.login,
  };
}

const headersOf = ({ headers }: IncomingMessage) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === undefined ? value : String(value)]),
  );
