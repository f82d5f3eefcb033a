import { Octokit } from '@octokit/rest';
import type { Permissions } from './auth.ts';
import type { GitHub } from './start-github.ts';
import { ACTIONS_BOT } from './state.ts';

/** GitHub's own client with a fresh token, and without its log of failed requests. */
export function octokitFor(github: GitHub, permissions: Permissions = {}, login = ACTIONS_BOT): Octokit {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return new Octokit({ baseUrl: github.apiUrl, auth: github.token({ login, permissions }), log: silent });
}

/** What a refusal looks like to the client. */
export const refusedWith = (status: number, message: string, errors?: readonly object[]) => ({
  status,
  response: { data: { message, ...(errors && { errors }) } },
});

/** A request without a client that would mend or refuse it, by somebody who may write issues. */
export async function rawRequest(github: GitHub, path: string, init: RequestInit = {}) {
  const token = github.token({ login: 'ada', permissions: { issues: 'write' } });
  const headers = { authorization: `token ${token}`, ...init.headers };
  const response = await fetch(`${github.apiUrl}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
