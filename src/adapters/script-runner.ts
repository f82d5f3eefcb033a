import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRedactor, type Redactor, redactJson } from '../domain/redaction.ts';
import { REQUEST_FILE, RESPONSE_FILE, type ScriptRequest, ScriptResponse } from '../domain/script-protocol.ts';
import { type FailureKind, failureSignature } from '../domain/signature.ts';
import type { Exchange } from '../domain/tape.ts';
import type { ScriptCall, ScriptDescription, ScriptFailure, ScriptRun, ScriptRunner } from '../ports.ts';
import { HEAP_LIMIT_MB, permissionFlags, WriteGrantError } from './script-permissions.ts';
import { LOG_TAIL_BYTES, parseJson, startScript } from './script-process.ts';
import { type AgentServices, serveCalls } from './script-services.ts';
import { keepStripped } from './stripped-sources.ts';

/** The largest result a script may give. */
export const RESPONSE_LIMIT_BYTES = 1024 * 1024;

const agentRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Runs scripts of the checkout at `workspace`, each in a child process of its own. */
export class ChildScriptRunner implements ScriptRunner {
  readonly #workspace: string;
  readonly #services: AgentServices;
  readonly #redact: Redactor;
  readonly #nodePath: string;
  readonly #strippedFolder: string | undefined;
  #stripping: Promise<string | undefined> | undefined;

  /**
   * @param options.nodePath the Node that runs the children
   * @param options.strippedFolder where the stripped text of sources is kept, so that children start faster
   */
  constructor(options: {
    workspace: string;
    services: AgentServices;
    redact: Redactor;
    nodePath: string;
    strippedFolder?: string;
  }) {
    this.#workspace = options.workspace;
    this.#services = options.services;
    this.#redact = options.redact;
    this.#nodePath = options.nodePath;
    this.#strippedFolder = options.strippedFolder;
  }

  prepare(): void {
    void this.#strip();
  }

  run(call: ScriptCall): Promise<ScriptRun> {
    return this.#call('run', call);
  }

  find(call: ScriptCall): Promise<ScriptRun> {
    return this.#call('find', { ...call, generate: async () => ({ unavailable: 'find() asks no model' }) });
  }

  async describe(script: string): Promise<{ description: ScriptDescription } | { failure: ScriptFailure }> {
    const call: ScriptCall = {
      script,
      input: {},
      key: '',
      now: new Date(0),
      writes: [],
      secrets: {},
      spawn: [],
      timeoutMs: 20_000,
      generate: async () => ({ unavailable: 'describing a script asks no model' }),
      forge: async () => ({ unavailable: 'describing a script asks no forge' }),
    };
    const { response, failure } = await this.#spawn('describe', call);
    if (response?.status === 'described') {
      return {
        description: {
          summary: response.summary,
          input: response.input,
          output: response.output,
          hasFind: response.has_find,
        },
      };
    }
    return { failure: failure ?? this.#failure(call, 'output', 'the script did not describe itself', '', []) };
  }

  async #call(mode: 'run' | 'find', call: ScriptCall): Promise<ScriptRun> {
    const started = performance.now();
    const { response, failure, exchanges } = await this.#spawn(mode, call);
    const durationMs = performance.now() - started;
    return {
      outcome: this.#outcome(call, response, failure),
      hasFind: response?.has_find ?? (await this.#hasFind(call.script)),
      durationMs,
      exchanges,
    };
  }

  /** A script that was killed could not say it itself; whether its effect can be looked for matters then most. */
  async #hasFind(script: string): Promise<boolean> {
    const described = await this.describe(script);
    return 'description' in described && described.description.hasFind;
  }

  #outcome(call: ScriptCall, response: ScriptResponse | undefined, failure?: ScriptFailure): ScriptRun['outcome'] {
    if (failure || !response || response.status === 'failed' || response.status === 'described')
      return { status: 'failed', failure: failure ?? this.#failure(call, 'output', 'no result', '', []) };
    const redact = this.#redactorFor(call);
    if (response.status === 'ok') return { status: 'ok', output: redactJson(response.output, redact) };
    if (response.status === 'absent') return { status: 'absent' };
    return { status: response.status, reason: redact(response.reason) };
  }

  async #spawn(
    mode: ScriptRequest['mode'],
    call: ScriptCall,
  ): Promise<{ response?: ScriptResponse; failure?: ScriptFailure; exchanges: Exchange[] }> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'steward-')));
    try {
      const workspace = await realpath(this.#workspace);
      await writeFile(join(directory, REQUEST_FILE), JSON.stringify(toRequest(mode, call, workspace)));
      const stripped = await this.#strip();
      const flags = await permissionFlags({ agentRoot, workspace, directory, stripped, writes: call.writes });
      const child = startScript({
        nodePath: this.#nodePath,
        args: [...flags, join(agentRoot, 'src/child/start.js'), directory, ...(stripped ? [stripped] : [])],
        cwd: workspace,
        env: call.secrets,
        timeoutMs: call.timeoutMs,
      });
      const redact = this.#redactorFor(call);
      const exchanges = serveCalls(child, call, { ...this.#services, redact });
      const end = await child.ended;
      const response = end.isTimeout ? undefined : await readResponse(directory);
      const failure = this.#judge(call, { ...end, response, tail: child.tail(redact) });
      return { ...(response ? { response } : {}), ...(failure ? { failure } : {}), exchanges: await exchanges() };
    } catch (error) {
      if (!(error instanceof WriteGrantError)) throw error;
      return { failure: this.#failure(call, 'input', error.message, '', []), exchanges: [] };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** The folder of stripped sources, brought up to date once; undefined where it can not be kept. */
  #strip(): Promise<string | undefined> {
    const folder = this.#strippedFolder;
    const own = ['script-child.ts', 'script.ts', 'lean-zod.ts', 'child', 'domain'].map((name) =>
      join(agentRoot, 'src', name),
    );
    this.#stripping ??= folder
      ? keepStripped(folder, [...own, join(this.#workspace, 'execution')]).then(
          () => folder,
          () => undefined,
        )
      : Promise.resolve(undefined);
    return this.#stripping;
  }

  /** What is granted is secret whatever its name says. */
  #redactorFor(call: ScriptCall): Redactor {
    const granted = createRedactor(Object.values(call.secrets));
    return (text) => granted(this.#redact(text));
  }

  #judge(
    call: ScriptCall,
    end: {
      response: ScriptResponse | undefined;
      isTimeout: boolean;
      tail: string;
      exitCode: number | null;
      signal: string | null;
    },
  ): ScriptFailure | undefined {
    const { response, isTimeout, tail, exitCode, signal } = end;
    if (isTimeout) return this.#failure(call, 'timeout', `still running after ${call.timeoutMs / 1000} s`, tail, []);
    if (response?.status === 'failed') {
      return this.#failure(
        call,
        response.kind,
        response.message,
        [tail, response.stack].filter(Boolean).join('\n'),
        response.frames,
      );
    }
    if (response) return undefined;
    const isCrash = signal !== null || exitCode !== 0;
    return this.#failure(call, isCrash ? 'crash' : 'output', endWithoutResult(end), tail, []);
  }

  #failure(
    call: ScriptCall,
    kind: FailureKind,
    message: string,
    logTail: string,
    frames: readonly string[],
  ): ScriptFailure {
    const redact = this.#redactorFor(call);
    const text = redact(message).slice(0, 2000);
    const signature = failureSignature({ kind, script: call.script, message: text, frames });
    return { kind, message: text, signature, log_tail: lastBytes(redact(logTail)), script: call.script };
  }
}

function endWithoutResult({
  tail,
  exitCode,
  signal,
}: {
  tail: string;
  exitCode: number | null;
  signal: string | null;
}) {
  if (/heap out of memory/.test(tail)) return `the script used more than ${HEAP_LIMIT_MB} MB of memory`;
  if (signal !== null) return `the script was killed by ${signal} without a result`;
  const reason = exitCode === 0 ? ': it left early, or waits for something that never comes' : '';
  return `the script ended with code ${exitCode} without a result${reason}`;
}

/** The end of a text, in whole characters. */
const lastBytes = (text: string): string =>
  Buffer.from(text)
    .subarray(-LOG_TAIL_BYTES)
    .toString('utf8')
    .replace(/^\uFFFD+/, '');

function toRequest(mode: ScriptRequest['mode'], call: ScriptCall, workspace: string): ScriptRequest {
  return {
    mode,
    file: join(workspace, call.script),
    workspace,
    input: JSON.parse(JSON.stringify(call.input)),
    key: call.key,
    clock: call.now.toISOString(),
    secrets: Object.keys(call.secrets),
  };
}

async function readResponse(directory: string): Promise<ScriptResponse | undefined> {
  const path = join(directory, RESPONSE_FILE);
  // A script may have put something else than a file there.
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  if (found.size > RESPONSE_LIMIT_BYTES) {
    const message = `the result is over ${RESPONSE_LIMIT_BYTES} bytes`;
    return { status: 'failed', kind: 'output', message, stack: '', has_find: false, frames: [] };
  }
  const parsed = ScriptResponse.safeParse(parseJson(await readFile(path, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}
