import type { AgentAnswer, FetchAnswer, ScriptRequest } from '../domain/script-protocol.ts';
import type { ScriptContext } from '../script.ts';

/** The context a script is given. Its calls go to the agent, one message each, and come back by number. */
export function createContext(request: ScriptRequest): ScriptContext {
  const ask = connect();
  const fetch = createFetch(ask);
  globalThis.fetch = fetch as typeof globalThis.fetch;
  return {
    workspace: request.workspace,
    key: request.key,
    clock: { now: () => new Date(request.clock) },
    secrets: Object.freeze(Object.fromEntries(request.secrets.map((name) => [name, process.env[name] ?? '']))),
    log: (message) => process.stderr.write(`${message}\n`),
    fetch,
    git: async (args) => String(await ask('git', { args })),
    skip: (reason) => ({ skipped: reason }),
  };
}

type Ask = (method: string, params: object) => Promise<unknown>;

function connect(): Ask {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void; settled(): void }>();
  let calls = 0;
  const send = process.send?.bind(process);
  process.on('message', (message: AgentAnswer) => {
    const caller = waiting.get(message.call);
    waiting.delete(message.call);
    caller?.settled();
    if ('error' in message) caller?.reject(new Error(message.error));
    else caller?.resolve(message.value);
  });
  process.channel?.unref();
  return (method, params) =>
    new Promise((resolve, reject) => {
      const call = ++calls;
      if (!send) return reject(new Error(`${method} needs the agent, and there is none`));
      // The channel keeps the process alive only while an answer is awaited.
      process.channel?.ref();
      const settled = () => {
        if (waiting.size === 0) process.channel?.unref();
      };
      waiting.set(call, { resolve, reject, settled });
      send({ call, method, params });
    });
}

function createFetch(ask: Ask): ScriptContext['fetch'] {
  return async (url, init = {}) => {
    const request = new Request(url, init);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer()).toString('base64');
    const redirect = init.redirect ?? 'follow';
    const params = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body,
      redirect,
    };
    const answer = (await abortable(ask('fetch', params), init.signal)) as FetchAnswer;
    const isEmpty = [101, 204, 205, 304].includes(answer.status);
    const response = new Response(isEmpty ? null : Buffer.from(answer.body, 'base64'), {
      status: answer.status,
      statusText: answer.statusText,
      headers: answer.headers,
    });
    Object.defineProperty(response, 'url', { value: answer.url });
    return response;
  };
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  return Promise.race([promise, aborted]);
}
