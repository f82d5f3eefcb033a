import { z } from 'zod';
import { redactExchange } from '../domain/exchange-redaction.ts';
import type { ForgeReply, ForgeRequest } from '../domain/forge.ts';
import { type GenerateAnswer, type GenerateRequest, schemaProblem } from '../domain/generation.ts';
import { type Redactor, redactJson } from '../domain/redaction.ts';
import { type AgentAnswer, AgentCall, type FetchAnswer } from '../domain/script-protocol.ts';
import type { Exchange } from '../domain/tape.ts';
import type { ScriptCall } from '../ports.ts';

/** What the agent does for a script while it runs. */
export interface AgentServices {
  fetch(params: Extract<AgentCall, { method: 'fetch' }>['params'], signal: AbortSignal): Promise<FetchAnswer>;
  git(args: readonly string[]): Promise<string>;
  redact: Redactor;
}

/** The messages of a running child. */
export interface CallChannel {
  getEachMessage(): AsyncIterable<unknown>;
  sendMessage(message: AgentAnswer): Promise<void>;
}

/** Answers the child's calls and records each as an exchange. The returned function waits for the last and gives them all. */
export function serveCalls(channel: CallChannel, call: ScriptCall, services: AgentServices): () => Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  const abort = new AbortController();
  const running = new Set<Promise<void>>();
  const generate = limitedGenerate(call);
  const take = (message: unknown) => {
    const parsed = AgentCall.safeParse(message);
    if (!parsed.success) return void channel.sendMessage(misfit(message, parsed.error)).catch(() => {});
    const slot = exchanges.push({ kind: 'git', args: [] }) - 1;
    const work = serve(parsed.data, { ...call, generate }, services, abort.signal).then(
      async ({ answer, exchange }) => {
        exchanges[slot] = redactExchange(exchange, services.redact);
        // A child that ended meanwhile no longer wants the answer.
        await channel.sendMessage({ call: parsed.data.call, ...answer }).catch(() => {});
      },
    );
    running.add(work);
  };
  const reading = readMessages(channel, take);
  return async () => {
    abort.abort();
    await reading;
    await Promise.allSettled(running);
    return exchanges;
  };
}

async function readMessages(channel: CallChannel, take: (message: unknown) => void): Promise<void> {
  try {
    for await (const message of channel.getEachMessage()) take(message);
  } catch {
    // The channel breaks when the child dies; the way it died is judged elsewhere.
  }
}

/** A message of no known form: its sender waits for an answer all the same. */
function misfit(message: unknown, error: z.ZodError): AgentAnswer {
  const { call = 0 } = z.object({ call: z.int() }).partial().safeParse(message).data ?? {};
  return { call, error: `the agent does not understand the call:\n${z.prettifyError(error)}` };
}

/** One run of a script asks for so many texts at most, with so many bytes of prompt, material and schema each. */
const GENERATE_LIMIT = 20;
const GENERATE_LIMIT_BYTES = 200_000;

function limitedGenerate({ generate }: ScriptCall): ScriptCall['generate'] {
  let asked = 0;
  return async (request, signal) => {
    asked += 1;
    if (asked > GENERATE_LIMIT) throw new Error(`generate: at most ${GENERATE_LIMIT} texts in one run of a script`);
    const problem = sizeProblem(request) ?? schemaProblem(request.schema);
    if (problem) throw new Error(`generate: ${problem}`);
    return generate(request, signal);
  };
}

function sizeProblem({ prompt, material, schema }: GenerateRequest): string | undefined {
  const sizes = { prompt: Buffer.byteLength(prompt), material: jsonBytes(material), schema: jsonBytes(schema) };
  if (sizes.prompt + sizes.material + sizes.schema <= GENERATE_LIMIT_BYTES) return undefined;
  const parts = Object.entries(sizes).map(([part, bytes]) => `${part} ${bytes}`);
  return `too much to send (${parts.join(', ')} bytes); at most ${GENERATE_LIMIT_BYTES} bytes together`;
}

/** Both are sent as JSON. */
const jsonBytes = (part: object | undefined): number => (part ? Buffer.byteLength(JSON.stringify(part)) : 0);

type Served = {
  answer: { value: FetchAnswer | string | GenerateAnswer | ForgeReply } | { error: string };
  exchange: Exchange;
};

async function serve(
  request: AgentCall,
  call: ScriptCall,
  services: AgentServices,
  signal: AbortSignal,
): Promise<Served> {
  if (request.method === 'git') return serveGit(request.params.args, call, services);
  if (request.method === 'generate') return serveGenerate(request.params, call, signal);
  if (request.method === 'forge') return serveForge(request.params, call, services);
  const { method, url, headers, body } = request.params;
  const asked = { method, url, headers, body: body === null ? null : Buffer.from(body, 'base64').toString('utf8') };
  try {
    const value = await services.fetch(request.params, signal);
    const { text, encoding } = readableBody(value);
    const response = { status: value.status, headers: value.headers, body: text, encoding };
    return { answer: { value }, exchange: { kind: 'fetch', request: asked, response } };
  } catch (error) {
    const reason = errorText(error);
    return { answer: { error: reason }, exchange: { kind: 'fetch', request: asked, error: reason } };
  }
}

async function serveGenerate(request: GenerateRequest, { generate }: ScriptCall, signal: AbortSignal): Promise<Served> {
  try {
    const value = await generate(request, signal);
    return { answer: { value }, exchange: { kind: 'generate', ...request, answer: value } };
  } catch (error) {
    const reason = errorText(error);
    return { answer: { error: reason }, exchange: { kind: 'generate', ...request, error: reason } };
  }
}

/** What a script writes outside is redacted like what it logs: secrets never leave. */
async function serveForge(request: ForgeRequest, { forge }: ScriptCall, services: AgentServices): Promise<Served> {
  const asked = { ...request, params: redactJson(request.params, services.redact) };
  try {
    const value = await forge(asked);
    return { answer: { value }, exchange: { kind: 'forge', ...asked, answer: value } };
  } catch (error) {
    const reason = errorText(error);
    return { answer: { error: reason }, exchange: { kind: 'forge', ...asked, error: reason } };
  }
}

async function serveGit(args: readonly string[], call: ScriptCall, services: AgentServices): Promise<Served> {
  try {
    if (!call.spawn.includes('git')) throw new Error('git is not granted: the directive must say `spawn: [git]`');
    const stdout = await services.git(args);
    return { answer: { value: stdout }, exchange: { kind: 'git', args: [...args], stdout } };
  } catch (error) {
    const reason = errorText(error);
    return { answer: { error: reason }, exchange: { kind: 'git', args: [...args], error: reason } };
  }
}

function readableBody(answer: FetchAnswer): { text: string; encoding: 'utf8' | 'base64' } {
  const bytes = Buffer.from(answer.body, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { text, encoding: 'utf8' } : { text: answer.body, encoding: 'base64' };
}

/** `fetch failed` says nothing; its cause (ECONNREFUSED, ENOTFOUND) does. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error ? `: ${(error.cause as NodeJS.ErrnoException).code ?? error.cause.message}` : '';
  return `${error.message}${cause}`;
}
