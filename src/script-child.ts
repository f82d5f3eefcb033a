/**
 * The child process that describes or runs one script: `node --permission ... script-child.ts RUN_DIR`. The request
 * comes from RUN_DIR/request.json, the response goes to RUN_DIR/response.json, calls to the agent over file descriptor 3.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { isNativeError } from 'node:util/types';
import { z } from 'zod';
import { closeDoors } from './child/closed-doors.ts';
import { closeNetwork } from './child/closed-network.ts';
import { createContext } from './child/script-context.ts';
import { resolveLikeTheAgent } from './child/script-resolution.ts';
import { fitInput } from './domain/script-input.ts';
import { REQUEST_FILE, RESPONSE_FILE, ScriptRequest, type ScriptResponse } from './domain/script-protocol.ts';
import { framesIn } from './domain/signature.ts';
import type { Script } from './script.ts';

const runDirectory = process.argv[2] ?? '.';
const request = ScriptRequest.parse(JSON.parse(readFileSync(join(runDirectory, REQUEST_FILE), 'utf8')));
const state = { hasFind: false, isAnswered: false };

/** Loads the script and does what the request asks. Whatever goes wrong becomes a response. */
async function respond(): Promise<ScriptResponse> {
  const script = await load();
  state.hasFind = typeof script.find === 'function';
  const meta = { has_find: state.hasFind, frames: [] };
  if (request.mode === 'describe') {
    const { input, output } = script;
    return {
      status: 'described',
      summary: script.summary,
      input: jsonSchema(input, 'input'),
      output: jsonSchema(output, 'output'),
      ...meta,
    };
  }
  // Looking is never doing: a script that can not look has nothing else to answer with.
  if (request.mode === 'find' && !script.find)
    return { status: 'unknown', reason: 'the script has no find()', ...meta };
  const input = script.input.safeParse(
    fitInput(request.input, z.toJSONSchema(script.input, { io: 'input', unrepresentable: 'any' })),
  );
  if (!input.success) return failed('input', z.prettifyError(input.error));
  const context = createContext(request);
  const act = request.mode === 'find' ? script.find : script.run;
  return judge(script, await act?.call(script, context, input.data), meta);
}

async function load(): Promise<Script> {
  const module: { default?: Partial<Script> } = await import(pathToFileURL(request.file).href);
  const script = module.default;
  if (
    typeof script?.run !== 'function' ||
    !(script.input instanceof z.ZodObject) ||
    !(script.output instanceof z.ZodObject)
  ) {
    throw new TypeError('the file has no `export default defineScript({ summary, input, output, run })`');
  }
  return script as Script;
}

function judge(script: Script, result: unknown, meta: { has_find: boolean; frames: string[] }): ScriptResponse {
  const answer = (typeof result === 'object' && result !== null ? result : {}) as Record<string, unknown>;
  if (typeof answer.skipped === 'string' && !('skipped' in script.output.shape))
    return { status: 'skipped', reason: answer.skipped, ...meta };
  if (request.mode === 'find' && answer.absent === true) return { status: 'absent', ...meta };
  if (request.mode === 'find' && !('found' in answer))
    return { status: 'unknown', reason: String(answer.unknown ?? 'find gave no answer'), ...meta };
  const output = script.output.safeParse(request.mode === 'find' ? answer.found : result);
  if (!output.success)
    return failed('output', `the result does not fit the output schema:\n${z.prettifyError(output.error)}`);
  return { status: 'ok', output: JSON.parse(JSON.stringify(output.data)), ...meta };
}

function failed(kind: 'input' | 'crash' | 'output', message: string, stack = ''): ScriptResponse {
  const frames = framesIn(stack, basename(request.file));
  return { status: 'failed', kind, message: fromCheckout(message), stack, has_find: state.hasFind, frames };
}

/** Paths as people of the repository know them, and the same in every clone. */
function fromCheckout(text: string): string {
  const { workspace } = request;
  const short = text.replaceAll(`${pathToFileURL(workspace).href}/`, '').replaceAll(`${workspace}/`, '');
  return short.replaceAll(workspace, (path, at) => (/[\w.-]/.test(short[at + path.length] ?? '') ? path : '.'));
}

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') =>
  z
    .record(z.string(), z.json())
    .parse(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))));

function crashed(error: unknown): ScriptResponse {
  const { name, message, stack } =
    isNativeError(error) || error instanceof Error ? error : new Error(thrownText(error));
  return failed('crash', deniedAccess(error) ?? `${name}: ${message}${syntaxPlace(name, stack)}`, stack ?? '');
}

/** A mistake in the syntax has its place in front of the stack only. */
function syntaxPlace(name: string, stack = ''): string {
  const place = name === 'SyntaxError' ? /^(?:file:\/\/)?\S+\.[cm]?[jt]s:\d+$/m.exec(stack)?.[0] : undefined;
  return place ? ` (${place})` : '';
}

/** Anything can be thrown, and little of it has a text. */
const thrownText = (thrown: unknown): string =>
  typeof thrown === 'string'
    ? thrown
    : inspect(thrown, { customInspect: false, breakLength: Number.POSITIVE_INFINITY });

/** Node's own message for a forbidden access names neither the path nor the way out. */
function deniedAccess(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_ACCESS_DENIED') return undefined;
  const { permission, resource } = error as Error & { permission?: string; resource?: string };
  const remedy: Record<string, string> = {
    FileSystemRead:
      'scripts read the files and folders of the checkout, not .git, .env* or the listing of its root (ask git ls-files)',
    FileSystemWrite: "scripts write only where the directive's `writes` say",
    ChildProcess: 'scripts start no programs; context.git reads the repository where the directive says `spawn: [git]`',
  };
  if (!permission) return `Access denied: ${error.message}`;
  return `Access denied: ${permission} ${resource ?? ''}: ${remedy[permission] ?? 'scripts may not do this'}`;
}

/** The first response stands: a script that ends the process, or fails later in the background, can not change it. */
function answer(response: ScriptResponse): never {
  if (!state.isAnswered) {
    state.isAnswered = true;
    writeFileSync(join(runDirectory, RESPONSE_FILE), JSON.stringify(response));
  }
  process.exit(0);
}

// Else what was printed last is lost when the process ends.
for (const stream of [process.stdout, process.stderr]) Reflect.get(stream, '_handle')?.setBlocking?.(true);
resolveLikeTheAgent(request.workspace);
closeNetwork();
closeDoors();
process.on('uncaughtException', (error) => answer(crashed(error)));
process.on('unhandledRejection', (error) => answer(crashed(error)));
respond().then(answer, (error: unknown) => answer(crashed(error)));
