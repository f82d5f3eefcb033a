import type { ForgeAnswer, ForgeOperation, ForgeParams, ForgeReply, ForgeRequest } from './domain/forge.ts';
import type { GenerateAnswer, GenerateRequest } from './domain/generation.ts';
import type { ModelsHealth } from './domain/model-breaker.ts';
import type { MicroCents, Price } from './domain/money.ts';
import type { CallRecord, Failure } from './domain/record.ts';
import type { Exchange } from './domain/tape.ts';
import type { Task } from './domain/task.ts';

/** What the flows need of the outside world. Adapters implement these; tests hold adapter and fake to one contract. */

export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** 0 <= random() < 1; for jitter and ids only. */
  random(): number;
}

/** Files by path relative to a root, with forward slashes; read from the work tree or from a commit. */
export interface ReadableDocuments {
  read(path: string): Promise<string | undefined>;
  /** The last `bytes` bytes and where in the file they begin; undefined when there is no such file. */
  readTail(path: string, bytes: number): Promise<{ text: string; offset: number } | undefined>;
  /** Names in a folder, sorted, folders with a trailing slash; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
}

export interface Documents extends ReadableDocuments {
  /** Replaces the file in one step (a reader sees the old or the new text), making folders as needed. */
  write(path: string, text: string): Promise<void>;
  /** Appends and waits until it is on disk. */
  append(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** One running cycle per clone, and a note of what it was about to write in case it dies. */
export interface RunMarker {
  pid: number;
  since: string;
  /** Id of the run, once it has one. */
  run?: string | undefined;
  /** Folders and files the run may write. */
  roots: string[];
}

export interface RunLock {
  /** Takes the lock. `left` is the marker of a process that died holding it. Throws AGENT_RUNNING when it lives. */
  acquire(): Promise<{ left?: RunMarker }>;
  mark(run: string, roots: readonly string[]): Promise<void>;
  release(): Promise<void>;
}

export interface ScriptCall {
  /** `execution/<name>.ts`, relative to the checkout. */
  script: string;
  input: Record<string, unknown>;
  key: string;
  now: Date;
  /** Glob patterns the child may write. */
  writes: readonly string[];
  /** Granted secrets by name. */
  secrets: Readonly<Record<string, string>>;
  spawn: readonly 'git'[];
  timeoutMs: number;
  /** Asks a model for the script; `signal` aborts when the script is gone. */
  generate(request: GenerateRequest, signal: AbortSignal): Promise<GenerateAnswer>;
  /** Asks the forge for the script. Throws what the script should fail with: not granted, refused, not there. */
  forge(request: ForgeRequest): Promise<ForgeReply>;
}

export type ScriptFailure = Failure;

export interface ScriptRun {
  outcome:
    | { status: 'ok'; output: Record<string, unknown> }
    | { status: 'skipped'; reason: string }
    | { status: 'absent' }
    | { status: 'unknown'; reason: string }
    | { status: 'failed'; failure: ScriptFailure };
  hasFind: boolean;
  durationMs: number;
  exchanges: Exchange[];
  /** Of its log, which is kept only in part. */
  printedBytes?: number;
}

export interface ScriptDescription {
  summary: string;
  /** JSON Schemas. */
  input: { properties?: Record<string, unknown>; required?: string[] };
  output: { properties?: Record<string, unknown> };
  hasFind: boolean;
}

export interface ScriptRunner {
  /** A script will be run soon: loads what that takes while there is something else to wait for. */
  prepare(): void;
  run(call: ScriptCall): Promise<ScriptRun>;
  /** Asks a script whether the effect of `call.key` is there. */
  find(call: ScriptCall): Promise<ScriptRun>;
  describe(script: string): Promise<{ description: ScriptDescription } | { failure: ScriptFailure }>;
}

export interface Prompt {
  /** Stable part first: vendors cache it. */
  system: string;
  user: string;
  /** JSON Schema of the answer; without it the answer is plain text. */
  schema?: object | undefined;
}

/** Money that is set aside before it is spent. */
export interface Purse {
  /** Sets the most that one call can cost aside. A `probe` is granted to one run at a time. */
  reserve(call: {
    task: Task;
    model: string;
    microCents: MicroCents;
    isProbe: boolean;
  }): Promise<{ reserved: MicroCents } | { refused: string }>;
  /** Says what a reserved call came to. */
  settle(reserved: MicroCents, cost: MicroCents): void;
}

export interface LlmRequest {
  task: Task;
  prompt: Prompt;
  /** Accepts the text or gives the words for the one correction round. */
  check(text: string): string[];
  purse: Purse;
  standing: Standing;
  /** Models that are asked only where no other one answers. */
  avoid?: readonly string[];
  signal?: AbortSignal | undefined;
}

/** Who asks, and what is known of the models. */
export interface Standing {
  run: string;
  health: ModelsHealth;
}

/** `passedOver`: why the models before the one that answered did not. */
export type LlmAnswer =
  | { text: string; model: string; passedOver: string[]; calls: CallRecord[] }
  | { unavailable: string; calls: CallRecord[] };

/** A configured model, as far as it is known. */
export interface ModelFacts {
  alias: string;
  vendor: string;
  model: string;
  /** The environment variable that holds its vendor's key, and whether one is there. */
  keyName: string;
  hasKey: boolean;
  /** Absent where nobody wrote it down: such a model is never asked. */
  price?: { rates: Price; source: string; read: string };
}

/** What a vendor says of the key in `keyName`. `unknown`: it gave no answer that tells. */
export interface KeyCheck {
  keyName: string;
  status: 'accepted' | 'refused' | 'unknown';
  /** The vendor's words; empty where it accepts the key. */
  detail: string;
}

/** The place where the repository is hosted: issues, pull requests, workflow runs. */
export interface Forge {
  /** `owner/name` */
  readonly repository: string;
  /** One operation of the table in domain/forge.ts. Never throws for what the forge says: the reason comes back as `failed`. */
  call<O extends ForgeOperation>(operation: O, params: ForgeParams<O>): Promise<ForgeAnswer<O>>;
}

/** Every model call of the agent. Never throws for what vendors do: the reason comes back as `unavailable`. */
export interface Llm {
  generate(request: LlmRequest): Promise<LlmAnswer>;
  /** The model that would be asked first; the reason where none can be. */
  availability(task: Task, standing: Standing): { model: string } | { unavailable: string };
  /** Every configured model, in the order of the config. */
  models(): ModelFacts[];
  /** Asks each vendor that has a key whether it accepts the key, at no cost. */
  checkKeys(): Promise<KeyCheck[]>;
  /** The most one call of the task could cost, in micro-cents. */
  estimate(task: Task, prompt: Prompt, standing: Standing): number;
}

/** What a person sees while the agent works. */
export interface Log {
  /** A step that takes time; `done` ends its line with a tick or a cross. */
  step(title: string): { done(isGood: boolean, detail?: string): void };
  info(text: string): void;
  warn(text: string): void;
}

/** A remark about the run, or about a line of a file. */
export interface Notice {
  level: 'error' | 'warning' | 'notice';
  message: string;
  title?: string;
  file?: string;
  line?: number;
}

/** Where a runner shows what a run did, beside its log. */
export interface RunPage {
  show(page: {
    markdown: string;
    outputs: Readonly<Record<string, string>>;
    notices: readonly Notice[];
  }): Promise<void>;
}
