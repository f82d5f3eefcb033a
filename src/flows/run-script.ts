import { AgentError } from '../domain/agent-error.ts';
import type { Directive } from '../domain/directive.ts';
import { sha256 } from '../domain/occurrence.ts';
import type { ScriptDescription, ScriptRun } from '../ports.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { loadDirectives } from './gather.ts';
import { noModel } from './generate.ts';
import { forgeFor } from './script-forge.ts';

/** What a script may do when it is run by hand: what the directives that use it grant it. */
export interface Grants {
  directives: string[];
  writes: string[];
  spawn: 'git'[];
  secrets: string[];
  forge: string[];
  timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** Finds `repo_status`, `repo_status.ts` or `execution/repo_status.ts` and what it takes. */
export async function describeScript(
  ports: Ports,
  name: string,
): Promise<{ script: string; description: ScriptDescription }> {
  const script = `execution/${name.replace(/^(\.\/)?execution\//, '').replace(/\.ts$/, '')}.ts`;
  const known = (await ports.documents.list('execution')).filter((file) => file.endsWith('.ts'));
  if (!known.includes(script.slice('execution/'.length))) {
    throw new AgentError('SCRIPT_MISSING', {
      script,
      known: known.map((file) => file.replace(/\.ts$/, '')).join(', ') || 'none',
    });
  }
  const result = await ports.runner.describe(script);
  if ('failure' in result) throw new AgentError('SCRIPT_INVALID', { script, reason: result.failure.message });
  return { script, description: result.description };
}

export async function grantsFor(ports: Ports, setting: Setting, script: string): Promise<Grants> {
  const { directives } = await loadDirectives(ports.documents, Object.keys(setting.config.vars));
  const users = directives.filter((directive) => directive.tools.some((tool) => tool.script === script));
  const all = <T>(pick: (directive: Directive) => readonly T[]) => [...new Set(users.flatMap(pick))];
  return {
    directives: users.map(({ name }) => name),
    writes: all(({ writes }) => writes),
    spawn: all(({ spawn }) => spawn),
    secrets: all(({ secrets }) => secrets),
    forge: all(({ forge }) => forge),
    timeoutMs: Math.max(...users.map(({ timeoutMs }) => timeoutMs), 0) || DEFAULT_TIMEOUT_MS,
  };
}

/** Runs one script once, by hand: no decision, no ledger entry, no commit. */
export async function runScript(
  ports: Ports,
  setting: Setting,
  input: { script: string; flags: Readonly<Record<string, unknown>>; grants: Grants },
): Promise<ScriptRun> {
  const { script, flags, grants } = input;
  const now = ports.clock.now();
  const secrets = Object.fromEntries(
    grants.secrets.flatMap((name) => (setting.secrets[name] ? [[name, setting.secrets[name]]] : [])),
  );
  const key = sha256(`by-hand\n${script}\n${now.toISOString()}`);
  return ports.runner.run({
    script,
    input: { ...flags },
    key,
    now,
    writes: grants.writes,
    secrets,
    spawn: grants.spawn,
    timeoutMs: grants.timeoutMs,
    generate: noModel(
      'run by hand: a text that costs money is only asked for in a cycle, which books it (cycle --directive)',
    ),
    forge: forgeFor(ports.forge, { operations: grants.forge, isLooking: false }),
  });
}
