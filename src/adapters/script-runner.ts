import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Redactor } from '../domain/redaction.ts';
import { REQUEST_FILE, RESPONSE_FILE, type ScriptRequest, ScriptResponse } from '../domain/script-protocol.ts';
import { type FailureKind, failureSignature } from '../domain/signature.ts';
import type { Exchange } from '../domain/tape.ts';
import type { ScriptCall, ScriptDescription, ScriptFailure, ScriptRun, ScriptRunner } from '../ports.ts';
import { permissionFlags } from './script-permissions.ts';
import { type AgentServices, serveCalls } from './script-services.ts';

/** What is kept of a script's output, from its end. More is read and dropped, so that a script never blocks on it. */
export const LOG_TAIL_BYTES = 4 * 1024;
/** The largest result a script may give. */
export const RESPONSE_LIMIT_BYTES = 1024 * 1024;

const agentRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Runs scripts of the checkout at `workspace`, each in a child process of its own. */
export class ChildScriptRunner implements ScriptRunner {
  readonly #workspace: string;
  readonly #services: AgentServices;
  readonly #redact: Redactor;
  readonly #nodePath: string;

  constructor(options: { workspace: string; services: AgentServices; redact: Redactor; nodePath: string }) {
    this.#workspace = options.workspace;
    this.#services = options.services;
    this.#redact = options.redact;
    this.#nodePath = options.nodePath;
  }

  run(call: ScriptCall): Promise<ScriptRun> {
    return this.#call('run', call);
  }

  find(call: ScriptCall): Promise<ScriptRun> {
    return this.#call('find', call);
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
    const outcome =
      failure || !response || response.status === 'failed' || response.status === 'described' ? undefined : response;
    return {
      outcome: outcome ?? { status: 'failed', failure: failure ?? this.#failure(call, 'output', 'no result', '', []) },
      hasFind: response?.has_find ?? false,
      durationMs: performance.now() - started,
      exchanges,
    };
  }

  async #spawn(
    mode: ScriptRequest['mode'],
    call: ScriptCall,
  ): Promise<{ response?: ScriptResponse; failure?: ScriptFailure; exchanges: Exchange[] }> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'steward-')));
    try {
      const workspace = await realpath(this.#workspace);
      await writeFile(join(directory, REQUEST_FILE), JSON.stringify(toRequest(mode, call, workspace)));
      const child = execa(
        this.#nodePath,
        [
          ...(await permissionFlags({ agentRoot, workspace, directory, writes: call.writes })),
          join(agentRoot, 'src/script-child.ts'),
          directory,
        ],
        {
          cwd: workspace,
          env: { ...call.secrets },
          extendEnv: false,
          stdin: 'ignore',
          ipc: true,
          serialization: 'json',
          buffer: false,
          reject: false,
          detached: true,
          cleanup: true,
        },
      );
      const tail = keepTail(child.stdout, child.stderr);
      const exchanges = serveCalls(child, call, this.#services);
      const timer = setTimeout(() => killTree(child.pid), call.timeoutMs);
      const started = performance.now();
      const result = await child;
      clearTimeout(timer);
      killTree(child.pid);
      const isTimeout = performance.now() - started >= call.timeoutMs;
      const response = isTimeout ? undefined : await readResponse(directory);
      const failure = this.#judge(call, { response, isTimeout, tail: tail(), result });
      return { ...(response ? { response } : {}), ...(failure ? { failure } : {}), exchanges: await exchanges() };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  #judge(
    call: ScriptCall,
    end: {
      response: ScriptResponse | undefined;
      isTimeout: boolean;
      tail: string;
      result: { exitCode?: number | undefined; signal?: string | undefined };
    },
  ): ScriptFailure | undefined {
    const { response, isTimeout, tail, result } = end;
    if (isTimeout)
      return this.#failure(call, 'timeout', `still running after ${Math.round(call.timeoutMs / 1000)} s`, tail, []);
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
    const how = result.signal ? `was killed by ${result.signal}` : `ended with code ${result.exitCode ?? 'unknown'}`;
    const isCrash = result.signal !== undefined || (result.exitCode !== 0 && result.exitCode !== 13);
    return this.#failure(call, isCrash ? 'crash' : 'output', `the script ${how} without a result`, tail, []);
  }

  #failure(
    call: ScriptCall,
    kind: FailureKind,
    message: string,
    logTail: string,
    frames: readonly string[],
  ): ScriptFailure {
    const text = this.#redact(message).slice(0, 2000);
    const signature = failureSignature({ kind, script: call.script, message: text, frames });
    return {
      kind,
      message: text,
      signature,
      log_tail: this.#redact(logTail).slice(-LOG_TAIL_BYTES),
      script: call.script,
    };
  }
}

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
  const size = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size > RESPONSE_LIMIT_BYTES) {
    return {
      status: 'failed',
      kind: 'output',
      message: `the result is over ${RESPONSE_LIMIT_BYTES} bytes`,
      stack: '',
      has_find: false,
      frames: [],
    };
  }
  const parsed = ScriptResponse.safeParse(parseJson(await readFile(path, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads both streams to their end and keeps the last bytes of what came, in the order it came. */
function keepTail(...streams: (NodeJS.ReadableStream | null | undefined)[]): () => string {
  let kept = Buffer.alloc(0);
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk.subarray(-LOG_TAIL_BYTES)]).subarray(-LOG_TAIL_BYTES);
    });
  }
  return () => kept.toString('utf8');
}

/** The child leads a process group of its own, so that nothing it started outlives it. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
