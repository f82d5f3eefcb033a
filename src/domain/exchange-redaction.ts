import { type Redactor, redactJson } from './redaction.ts';
import type { Exchange } from './tape.ts';

const MASK = '***';
/** Headers that let in whoever sends them. */
const CREDENTIALS = /^(authorization|proxy-authorization|cookie|set-cookie|x-[\w-]*(?:key|token)|dpop)$/i;
/**
 * Fields of a JSON body, or of a form, that hold what a service handed out: nobody told the agent that they are secrets. A
 * token that only turns pages is none.
 */
const FIELDS =
  '(?:access|refresh|id|session|bearer|auth)_?(?:token|jwt)|jwt|password|passwd|client_?secret|api_?key|private_?key|email';
const IN_JSON = new RegExp(`("(?:${FIELDS})"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*"`, 'gi');
const IN_FORM = new RegExp(`((?:^|[?&])(?:${FIELDS})=)[^&#\\s]+`, 'gi');

/**
 * An exchange as it may be kept in the repository: without the secrets that are known, and without those that a service
 * gave to the script on the way. A replay sees the masks, and sends them where the script sent the values.
 */
export function redactExchange(exchange: Exchange, redact: Redactor): Exchange {
  const masked = redactJson(exchange, redact);
  if (masked.kind !== 'fetch') return masked;
  const { request, response, ...rest } = masked;
  return {
    ...rest,
    request: {
      ...request,
      url: request.url.replace(IN_FORM, `$1${MASK}`),
      headers: withoutCredentials(request.headers),
      body: request.body === null ? null : withoutFields(request.body),
    },
    ...(response
      ? {
          response: {
            ...response,
            headers: withoutCredentials(response.headers),
            body: response.encoding === 'utf8' ? withoutFields(response.body) : response.body,
          },
        }
      : {}),
  };
}

const withoutCredentials = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, CREDENTIALS.test(name) ? MASK : value]));

const withoutFields = (body: string): string => body.replace(IN_JSON, `$1${MASK}"`).replace(IN_FORM, `$1${MASK}`);
