import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { may, type Token, type Tokens } from './auth.ts';
import { GIT_ENVIRONMENT } from './bare-repository.ts';
import { declinePush } from './git-push.ts';
import { parsePush } from './pkt-line.ts';
import { fullName, type Store } from './store.ts';

/** Git's smart HTTP: `git http-backend`, a CGI program, behind what GitHub asks of a token. */

export interface GitRequest {
  method: string;
  path: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

export interface GitReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export const isGitPath = (path: string) => /\/(info\/refs|git-(upload|receive)-pack)$/.test(path);

export async function answerGit(
  request: GitRequest,
  { store, tokens }: { store: Store; tokens: Tokens },
): Promise<GitReply> {
  const { path, query, headers } = request;
  const token = tokens.find(headers.authorization);
  if (!token) return unauthorized(headers.authorization !== undefined);
  const isPush = `${path}?${query}`.includes('git-receive-pack');
  const isOwn = new RegExp(`^/${fullName(store)}(\\.git)?/`, 'i').test(path);
  if (!isOwn || !may(token, 'contents:read')) return said(404, 'Repository not found.');
  const isArchived = isPush && store.state.repository.isArchived;
  if (isArchived) return said(403, 'This repository was archived so it is read-only.');
  if (isPush && !may(token, 'contents:write'))
    return said(403, `Permission to ${fullName(store)}.git denied to ${token.login}.`);
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body;
  const isPackSent = isPush && request.method === 'POST';
  const declined = isPackSent ? await declinePush(store, token, parsePush(body)) : undefined;
  if (declined) return packResult(declined);
  return runBackend({ ...request, body }, store, token);
}

function unauthorized(isWrong: boolean): GitReply {
  const words = 'Invalid username or token. Password authentication is not supported for Git operations.';
  const reply = said(401, isWrong ? words : 'Repository not found.');
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Basic realm="GitHub"' } };
}

/** git prints such a text behind `remote:`. */
const said = (status: number, text: string): GitReply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(`${text}\n`),
});

const packResult = (body: Buffer): GitReply => ({
  status: 200,
  headers: { 'content-type': 'application/x-git-receive-pack-result', 'cache-control': 'no-cache' },
  body,
});

async function runBackend(request: GitRequest, { bare }: Store, { login }: Token): Promise<GitReply> {
  const { method, path, query, headers, body } = request;
  const service = path.slice(path.search(/\/(info|git-)/));
  const env = {
    ...GIT_ENVIRONMENT,
    GIT_PROJECT_ROOT: dirname(bare.path),
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: headers['git-protocol'] ?? '',
    PATH_INFO: `/${bare.path.slice(dirname(bare.path).length + 1)}${service}`,
    REQUEST_METHOD: method,
    QUERY_STRING: query,
    REMOTE_USER: login,
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    CONTENT_LENGTH: String(body.length),
  };
  const { stdout } = await execa('git', ['http-backend'], {
    env,
    extendEnv: false,
    input: body,
    encoding: 'buffer',
  });
  return parseCgi(Buffer.from(stdout));
}

/** Headers, an empty line, the body; the header `Status` is the status line. */
function parseCgi(output: Buffer): GitReply {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
