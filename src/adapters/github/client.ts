import { Octokit } from '@octokit/rest';
import type { ForgeFailure } from '../../domain/forge.ts';
import type { Redactor } from '../../domain/redaction.ts';
import type { Clock } from '../../ports.ts';
import { repeatCall } from '../../retry/repeat-call.ts';
import { retryAfter } from '../../retry/retry-after.ts';

/** GitHub's REST API for one repository, with its manners: waits when told to, asks again what may be asked again. */
export interface GithubClient {
  octokit: Octokit;
  owner: string;
  repo: string;
}

export interface GithubAccess {
  /** `owner/name` */
  repository: string;
  token: string;
  apiUrl: string;
}

const ATTEMPTS = 4;
/** One call waits so long at most, limits included; a cycle must not hang for an hour. */
const PATIENCE_MS = 120_000;
/** GitHub asks for a minute where it does not say how long a secondary limit holds. */
const SECONDARY_LIMIT_WAIT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 20_000;

type Outcome = { response: unknown } | { error: unknown };

export function openGithub({ repository, token, apiUrl }: GithubAccess, clock: Clock): GithubClient {
  const [owner = '', repo = ''] = repository.split('/');
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'steward',
    // The reasons come back as values; nobody reads a second copy on standard error.
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const known = new Map<string, { etag: string; response: object }>();
  octokit.hook.wrap('request', async (request, options) => {
    const url = `${options.url} ${JSON.stringify({ ...options, headers: undefined, request: undefined })}`;
    const isRead = options.method === 'GET';
    const once = async (): Promise<Outcome> => {
      const seen = isRead ? known.get(url) : undefined;
      // Octokit hands the very object to the hooks below: only a change in place reaches them.
      if (seen) options.headers['if-none-match'] = seen.etag;
      options.request = { ...options.request, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) };
      try {
        const response = await request(options);
        const { etag } = response.headers;
        if (isRead && etag) known.set(url, { etag, response });
        return { response };
      } catch (error) {
        // Unchanged since it was asked last: GitHub counts no such answer against the rate limit.
        if (seen && statusOf(error) === 304) return { response: seen.response };
        return { error };
      }
    };
    const pacing = { clock, attempts: ATTEMPTS, deadlineMs: clock.now().getTime() + PATIENCE_MS };
    const last = await repeatCall(once, (outcome) => waitBefore(outcome, isRead, clock.now()), pacing);
    if ('error' in last) throw last.error;
    return last.response as Awaited<ReturnType<typeof request>>;
  });
  return { octokit, owner, repo };
}

/**
 * Milliseconds to wait before asking again; undefined when the outcome stands. What a limit refused was not done, so it
 * may be sent again whatever it is. After a broken answer only a read may: the write may have happened.
 */
function waitBefore(outcome: Outcome, isRead: boolean, now: Date): number | undefined {
  if (!('error' in outcome)) return undefined;
  const { error } = outcome;
  if (isLimit(error)) return limitWaitMs(error, now);
  const status = statusOf(error);
  return isRead && (status === undefined || status >= 500) ? 0 : undefined;
}

interface HttpError {
  status: number;
  message: string;
  response?: { headers?: Record<string, string | number | undefined>; data?: { errors?: unknown } };
}

const isHttpError = (error: unknown): error is HttpError =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number';

/** Octokit gives a request that got no answer the status 500; only a response has headers. */
const statusOf = (error: unknown): number | undefined =>
  isHttpError(error) && error.response ? error.status : undefined;

const headersOf = (error: unknown): Headers =>
  new Headers(
    Object.entries(isHttpError(error) ? (error.response?.headers ?? {}) : {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  );

function isLimit(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 429) return true;
  const headers = headersOf(error);
  const isSpent = headers.get('x-ratelimit-remaining') === '0';
  const words = isHttpError(error) ? error.message : '';
  return status === 403 && (isSpent || headers.has('retry-after') || /rate limit|abuse/i.test(words));
}

/** Retry-After, else the moment the primary limit is reset, else the minute that GitHub recommends. */
function limitWaitMs(error: unknown, now: Date): number {
  const headers = headersOf(error);
  const { retryAfterMs } = retryAfter(headers);
  if (retryAfterMs !== undefined) return retryAfterMs;
  if (headers.get('x-ratelimit-remaining') !== '0') return SECONDARY_LIMIT_WAIT_MS;
  return Math.max(0, Number(headers.get('x-ratelimit-reset') ?? 0) * 1000 - now.getTime());
}

/** What GitHub's refusal means, in its own words and with what to do about it. */
export function toFailure(error: unknown, permission: string, redact: Redactor): ForgeFailure {
  const message = redact(wordsOf(error));
  const status = statusOf(error);
  if (isLimit(error)) return { kind: 'limited', message: `too many requests: ${message}` };
  if (status === undefined || status >= 500)
    return { kind: 'unreachable', message: `GitHub does not answer: ${message}` };
  if (status === 401) return { kind: 'denied', message: `the token is not accepted: ${message}` };
  const needed = /not accessible/i.test(message) ? ` (the token needs \`${permission}\`)` : '';
  if (status === 403) return { kind: 'denied', message: `${message}${needed}` };
  if (status === 404 || status === 410) return { kind: 'missing', message };
  return { kind: status === 409 || status === 405 ? 'conflict' : 'invalid', message };
}

/** `Validation Failed` says little; the list behind it says what. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message.replace(/ - https:\/\/docs\.github\.com\S*$/, '')}${cause}`.slice(0, 500);
}
