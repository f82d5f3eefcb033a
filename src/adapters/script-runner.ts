import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRedactor, type Redactor, redactJson } from '../domain/redaction.ts';
import { REQUEST_FILE, RESPONSE_FILE, type ScriptRequest, ScriptResponse } from '../domain/script-protocol.ts';
import { type FailureKind, failureSignature } from '../domain/signature.ts';
import type { Exchange } from '../domain/tape.ts';
import type { ScriptCall, ScriptDescription, ScriptFailure, ScriptRun, ScriptRunner } from '../ports.ts';
import { permissionFlags, type ReachablePaths, reachablePaths, WriteGrantError } from './script-permissions.ts';
import { endWithoutResult, type Launch, lastBytes, parseJson, startScript } from './script-process.ts';
import { type AgentServices, serveCalls } from './script-services.ts';
import { keepStripped } from './stripped-sources.ts';

/** The largest result a script may give. */
export const RESPONSE_LIMIT_BYTES = 1024 * 1024;

const agentRoot = fileURLToPath(new URL('../../', import.meta.url));

/** A child as it would be started without more walls than Node's own. */
export interface PlannedChild {
  nodePath: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  workspace: string;
  /** Where its request lies and its response goes. */
  directory: string;
  paths: ReachablePaths;
  timeoutMs: number;
}

/** Says what to start for a child; the child itself, where nobody puts anything around it. */
export type Launcher = (child: PlannedChild) => Promise<Launch>;

const launchPlainly: Launcher = async ({ nodePath, args, env }) => ({ file: nodePath, args, env });

/** Runs scripts of the checkout at `workspace`, each in a child process of its own. */
export class ChildScriptRunner implements ScriptRunner {
  readonly #workspace: string;
  readonly #services: AgentServices;
  readonly #redact: Redactor;
  readonly #nodePath: string;
  readonly #strippedFolder: string | undefined;
  readonly #launcher: Launcher;
  #stripping: Promise<string | undefined> | undefined;

  /**
   * @param options.nodePath the Node that runs the children
   * @param options.strippedFolder where the stripped text of sources is kept, so that children start faster
   * @param options.launcher puts more walls around the children
   */
  constructor(options: {
    workspace: string;
    services: AgentServices;
    redact: Redactor;
    nodePath: string;
    strippedFolder?: string | undefined;
    launcher?: Launcher;
  }) {
    this.#workspace = options.workspace;
    this.#services = options.services;
    this.#redact = options.redact;
    this.#nodePath = options.nodePath;
    this.#strippedFolder = options.strippedFolder;
    this.#launcher = options.launcher ?? launchPlainly;
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
    const { response, failure, exchanges, printedBytes } = await this.#spawn(mode, call);
    const durationMs = performance.now() - started;
    return {
      outcome: this.#outcome(call, response, failure),
      hasFind: response?.has_find ?? (await this.#hasFind(call.script)),
      durationMs,
      exchanges,
      printedBytes,
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
  ): Promise<{ response?: ScriptResponse; failure?: ScriptFailure; exchanges: Exchange[]; printedBytes: number }> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'steward-')));
    try {
      const workspace = await realpath(this.#workspace);
      await writeFile(join(directory, REQUEST_FILE), JSON.stringify(toRequest(mode, call, workspace)));
      const stripped = await this.#strip();
      const paths = await reachablePaths({ agentRoot, workspace, directory, stripped, writes: call.writes });
      const { timeoutMs, secrets: env } = call;
      const start = [join(agentRoot, 'src/child/start.js'), directory, ...(stripped ? [stripped] : [])];
      const args = [...permissionFlags(paths), ...start];
      const nodePath = this.#nodePath;
      const launch = await this.#launcher({ nodePath, args, env, workspace, directory, paths, timeoutMs });
      const child = startScript({ launch, cwd: workspace, timeoutMs });
      const redact = this.#redactorFor(call);
      const exchanges = serveCalls(child, call, { ...this.#services, redact });
      const end = await child.ended;
      const response = end.isTimeout ? undefined : await readResponse(directory);
      const failure = this.#judge(call, { ...end, response, tail: child.tail(redact) });
      const all = { exchanges: await exchanges(), printedBytes: child.printedBytes() };
      return { ...(response ? { response } : {}), ...(failure ? { failure } : {}), ...all };
    } catch (error) {
      if (!(error instanceof WriteGrantError)) throw error;
      return { failure: this.#failure(call, 'input', error.message, '', []), exchanges: [], printedBytes: 0 };
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
