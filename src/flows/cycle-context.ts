import type { StewardConfig } from '../domain/config.ts';
import type { Redactor } from '../domain/redaction.ts';
import type { Clock, Documents, Forge, Llm, Log, RunLock, ScriptRunner } from '../ports.ts';
import type { Repo, RepoFacts } from '../repo-port.ts';

/** The outside world as the flows of one agent process see it. */
export interface Ports {
  clock: Clock;
  repo: Repo;
  lock: RunLock;
  documents: Documents;
  runner: ScriptRunner;
  llm: Llm;
  log: Log;
  redact: Redactor;
  /** Absent where the repository is hosted nowhere that the agent knows. */
  forge?: Forge;
  /** Tells a dead-man's switch outside that the agent lives; absent where none is configured. */
  ping?: () => Promise<void>;
}

/** What is settled before a flow starts. */
export interface Setting {
  config: StewardConfig;
  /** Values of the secrets that directives may grant, by name. */
  secrets: Readonly<Record<string, string>>;
  /** What poked the agent: `manual`, `schedule`, `workflow_dispatch` ... */
  trigger: string;
  /** `owner/name` as the platform says it; else the remote's address does. */
  repository?: string;
  /** On a runner a commit that can not be pushed vanishes with it. */
  isEphemeral: boolean;
  /** The forge's address for people, such as https://github.com. */
  serverUrl: string;
  /** The runner's name for this run, the same when it is repeated. */
  runId?: string;
  /** The page of this run, for trailers. */
  runUrl?: string;
  /** Why the agent must rest; absent when it may work. */
  paused?: string;
}

/** A directive that was asked for by name, past the schedule. */
export interface Forced {
  directive: string;
  params: Readonly<Record<string, unknown>>;
  /** Names the occurrence: `dispatch:ID`. A repeated run of the same request is the same occurrence. */
  id: string;
  /** Another program asked (repository_dispatch); absent for a person. */
  origin?: 'dispatch';
}

export interface Context extends Ports {
  setting: Setting;
  facts: RepoFacts;
}

/** `20260304t143000-9f8e7d6c`: sorts by time, unique without a counter, fixed before anything is pushed. */
export function newRunId(clock: Clock): string {
  const stamp = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase();
  const noise = Array.from({ length: 8 }, () => Math.floor(clock.random() * 16).toString(16)).join('');
  return `${stamp}-${noise}`;
}
