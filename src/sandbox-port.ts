import type { AgentCall, FetchAnswer } from './domain/script-protocol.ts';
import type { ScriptRunner } from './ports.ts';

/** Where code that nobody has reviewed may run; adapters/sandbox implements it. */

/** What answers the calls of a script that is replayed: its tape. */
export interface TapedServices {
  fetch(params: Extract<AgentCall, { method: 'fetch' }>['params']): Promise<FetchAnswer>;
  git(args: readonly string[]): Promise<string>;
}

/**
 * `script-tests`: the tests of one script; `types`: the compiler over the whole tree; `suite`: `npm test` as package.json
 * of the tree says it.
 */
export type ProjectCheck = { kind: 'script-tests'; script: string } | { kind: 'types' } | { kind: 'suite' };

export interface CheckRun {
  passed: boolean;
  /** In a few words for a person, such as `12 tests passed`, or why it could not run. */
  detail: string;
  /** Its own last words, for a person only: a model never sees them. */
  log: string;
  durationMs: number;
}

/** Without network, secrets or other programs' processes, as nobody, within limits of memory, time and processes. */
export interface Sandbox {
  /**
   * Tries it out: starts one and looks whether network, files and environment are closed. `missing` says what stands in the
   * way and what to do about it; then nothing may run, and the other methods throw SANDBOX_MISSING.
   */
  probe(): Promise<{ kind: string } | { missing: string }>;
  /** Runs scripts of the tree at `workspace`; they may write there only what the call's `writes` cover. */
  runner(place: { workspace: string; services: TapedServices }): ScriptRunner;
  /** Runs one of the project's own checks on a whole tree with its tests; node_modules are the agent's own. */
  check(workspace: string, check: ProjectCheck): Promise<CheckRun>;
}
