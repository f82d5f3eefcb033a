import { z } from 'zod';
import { GRANTABLE_OPERATIONS } from '../domain/forge.ts';
import type { GenerateAnswer } from '../domain/generation.ts';
import type { FetchAnswer, ScriptRequest } from '../domain/script-protocol.ts';
import type { Generated, ScriptContext } from '../script.ts';
import { type Ask, connectToAgent } from './agent-line.ts';
import { toJsonSchema } from './json-schema.ts';

/** The context a script is given. Its calls go to the agent, one message each, and come back by number. */
export function createContext(request: ScriptRequest): ScriptContext {
  const ask = connectToAgent();
  const fetch = createFetch(ask);
  globalThis.fetch = fetch as typeof globalThis.fetch;
  return {
    workspace: request.workspace,
    key: request.key,
    clock: { now: () => new Date(request.clock) },
    secrets: Object.freeze(Object.fromEntries(request.secrets.map((name) => [name, process.env[name] ?? '']))),
    log: (message) => process.stderr.write(`${message}\n`),
    fetch,
    generate: createGenerate(ask),
    forge: createForge(ask),
    git: async (args) => String(await ask('git', { args })),
    skip: (reason) => ({ skipped: reason }),
  };
}

function createGenerate(ask: Ask): ScriptContext['generate'] {
  return async <T>({ schema, ...request }: { task: string; prompt: string; schema?: z.ZodType<T> }) => {
    const params = schema ? { ...request, schema: toJsonSchema(schema) } : request;
    const answer = (await ask('generate', params)) as GenerateAnswer;
    if ('unavailable' in answer || !schema) return answer as Generated<T>;
    // The agent has held the answer against the JSON Schema; only zod knows what that can not say.
    const parsed = await schema.safeParseAsync(answer.generated);
    if (parsed.success) return { generated: parsed.data, model: answer.model };
    return { unavailable: `the answer does not fit the schema: ${z.prettifyError(parsed.error)}` };
  };
}

/** `forge.issues.list({})` asks the agent for `issues.list`. */
function createForge(ask: Ask): ScriptContext['forge'] {
  const groups: Record<string, Record<string, (params: object) => Promise<unknown>>> = {};
  for (const operation of GRANTABLE_OPERATIONS) {
    const [group = '', name = ''] = operation.split('.');
    groups[group] = { ...groups[group], [name]: (params) => ask('forge', { operation, params }) };
  }
  return groups as unknown as ScriptContext['forge'];
}

function createFetch(ask: Ask): ScriptContext['fetch'] {
  return async (url, init = {}) => {
    const request = new Request(url, init);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer()).toString('base64');
    const { method, redirect, signal } = request;
    signal.throwIfAborted();
    const params = { method, url: request.url, headers: Object.fromEntries(request.headers), body, redirect };
    const answer = (await abortable(ask('fetch', params), signal)) as FetchAnswer;
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

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  return Promise.race([promise, aborted]);
}
