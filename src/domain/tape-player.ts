import { redactExchange } from './exchange-redaction.ts';
import { FORGE_OPERATIONS, type ForgeReply, type ForgeRequest, isGrantable } from './forge.ts';
import type { GenerateAnswer, GenerateRequest } from './generation.ts';
import { createRedactor } from './redaction.ts';
import type { AgentCall, FetchAnswer } from './script-protocol.ts';
import type { Exchange, Tape } from './tape.ts';

type FetchParams = Extract<AgentCall, { method: 'fetch' }>['params'];

/** Answers a script's calls from a tape, as they were answered then. */
export interface TapePlayer {
  fetch(params: FetchParams): Promise<FetchAnswer>;
  git(args: readonly string[]): Promise<string>;
  generate(request: GenerateRequest): Promise<GenerateAnswer>;
  forge(request: ForgeRequest): Promise<ForgeReply>;
  /** Calls that the tape has no answer for; they threw. */
  readonly strays: readonly string[];
  /** Calls behind the end of the tape that were answered as in another call. */
  readonly borrowed: readonly string[];
}

/** Stands for a secret that a script is granted: the tape holds only its mask. */
export const tapedSecret = (name: string): string => `steward-tape-secret-${name}`;

export const tapedSecrets = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, tapedSecret(name)]));

/**
 * Plays a tape: the same request gets the same answers in the same order, and the last one again after that. A request
 * that was never made has no answer: it throws, and is one of the strays.
 * @param secrets names of the secrets that the script is granted; their stand-ins are masked as the real ones were
 * @param later a call that went well: what the tape can not answer, since it ends with a failure, is answered as there,
 *   by address and whatever was sent
 */
export function playTape(
  tape: Pick<Tape, 'exchanges'>,
  secrets: readonly string[],
  later: readonly Exchange[] = [],
): TapePlayer {
  const strays: string[] = [];
  const borrowed: string[] = [];
  const redact = createRedactor(Object.values(tapedSecrets(secrets)));
  const recorded = openReels(tape.exchanges, later);
  const next = <K extends Exchange['kind']>(asked: Extract<Exchange, { kind: K }>): Extract<Exchange, { kind: K }> => {
    const masked = redactExchange(asked, redact) as typeof asked;
    const { exchange, isBorrowed = false } = recorded(masked) ?? {};
    if (isBorrowed) borrowed.push(exchangeKind(asked));
    if (exchange === undefined) strays.push(exchangeKind(asked));
    if (exchange === undefined) throw new Error(`the tape has no answer for ${exchangeKind(masked)}`);
    if (exchange.error !== undefined) throw new Error(exchange.error);
    return exchange as Extract<Exchange, { kind: K }>;
  };
  return {
    strays,
    borrowed,
    async fetch({ method, url, headers, body }) {
      const text = body === null ? null : Buffer.from(body, 'base64').toString('utf8');
      const { response } = next<'fetch'>({ kind: 'fetch', request: { method, url, headers, body: text } });
      if (!response) throw new Error('the recording ended before the answer came');
      const { status, encoding } = response;
      const bytes = encoding === 'utf8' ? Buffer.from(response.body).toString('base64') : response.body;
      return { status, statusText: '', url, headers: response.headers, body: bytes };
    },
    git: async (args) => next<'git'>({ kind: 'git', args: [...args] }).stdout ?? '',
    generate: async (request) => next<'generate'>({ kind: 'generate', ...request }).answer ?? NO_ANSWER,
    forge: async (request) => next<'forge'>({ kind: 'forge', ...request }).answer ?? NO_ANSWER,
  };
}

/** Finds the recorded exchange for a call, or the one that another call had at its address. */
function openReels(
  exchanges: readonly Exchange[],
  later: readonly Exchange[],
): (asked: Exchange) => { exchange: Exchange; isBorrowed?: true } | undefined {
  const reels = Map.groupBy(exchanges, nameOf);
  // Something else sent to an address that the tape knows is another call, and not a later one.
  const known = new Set(exchanges.map(addressOf));
  const rest = later.filter((each) => !known.has(addressOf(each)));
  return (asked) => {
    const reel = reels.get(nameOf(asked));
    const own = reel && (reel.length > 1 ? reel.shift() : reel[0]);
    if (own) return { exchange: own };
    const place = rest.findIndex((each) => addressOf(each) === addressOf(asked));
    // What reads may read again; what is done is done once.
    const other = place >= 0 && isEffect(asked) ? rest.splice(place, 1)[0] : rest[place];
    return other && { exchange: other, isBorrowed: true };
  };
}

const NO_ANSWER = { unavailable: 'the recording ended before the answer came' };

/** What makes two calls the same call. Headers may hold dates and versions. */
function nameOf(exchange: Exchange): string {
  if (exchange.kind === 'git') return JSON.stringify(['git', ...exchange.args]);
  if (exchange.kind === 'forge') return JSON.stringify(['forge', exchange.operation, exchange.params]);
  if (exchange.kind === 'generate')
    return JSON.stringify(['generate', exchange.task, exchange.prompt, exchange.material]);
  const { method, url, body } = exchange.request;
  return JSON.stringify(['fetch', method, url, body]);
}

/** Where a call goes, without what it sends. */
function addressOf(exchange: Exchange): string {
  if (exchange.kind === 'fetch') return `${exchange.request.method} ${exchange.request.url}`;
  return exchange.kind === 'git' ? nameOf(exchange) : exchangeKind(exchange);
}

/** The kind of call in a few words: `GET api.example.org`, `git log`, `forge issues.upsert`. */
export function exchangeKind(exchange: Exchange): string {
  if (exchange.kind === 'git') return `git ${exchange.args[0] ?? ''}`;
  if (exchange.kind === 'forge') return `forge ${exchange.operation}`;
  if (exchange.kind === 'generate') return `generate ${exchange.task}`;
  const { method, url } = exchange.request;
  return `${method} ${URL.parse(url)?.host ?? 'an address that is none'}`;
}

const READING = ['GET', 'HEAD', 'OPTIONS'];

/** Whether the call changes something outside. */
export function isEffect(exchange: Exchange): boolean {
  if (exchange.kind === 'fetch') return !READING.includes(exchange.request.method);
  return exchange.kind === 'forge' && isGrantable(exchange.operation) && FORGE_OPERATIONS[exchange.operation].isWrite;
}
