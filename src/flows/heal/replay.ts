import type { Failure } from '../../domain/record.ts';
import type { Exchange, Tape } from '../../domain/tape.ts';
import { exchangeKind, isEffect, playTape, tapedSecrets } from '../../domain/tape-player.ts';
import type { ScriptRun, ScriptRunner } from '../../ports.ts';
import type { Scratch } from '../../repo-port.ts';
import type { TapedServices } from '../../sandbox-port.ts';

/** What the script may do, as its directive grants it. */
export interface ReplayGrants {
  writes: readonly string[];
  secrets: readonly string[];
  spawn: readonly 'git'[];
  timeoutMs: number;
}

/** Opens a runner for the scripts of a tree, whose calls the given services answer. */
export type OpenRunner = (place: { workspace: string; services: TapedServices }) => ScriptRunner;

export interface Replay {
  run: ScriptRun;
  /** Calls that the tape has no answer for. */
  strays: readonly string[];
  /** Calls behind the failure that were answered as in another call. */
  borrowed: readonly string[];
  /** Every kind of call it made, and those of them that change something outside. */
  calls: ReadonlySet<string>;
  effects: ReadonlySet<string>;
  /** Effects that it has more often than the recorded call had. */
  repeated: readonly string[];
  /** Files of the tree that it wrote, by path, with the sha256 of what they hold; undefined for one that it removed. */
  files: ReadonlyMap<string, string | undefined>;
}

/** No network is waited for: what takes this long goes round in circles. */
const REPLAY_TIMEOUT_MS = 15_000;

/**
 * Runs the script of a tree once more on a recorded call: same input, same time, same answers, no network, no secrets.
 * @param later exchanges of a call that went well, for what a tape that ends with a failure can not answer
 */
export async function replay(
  open: OpenRunner,
  tape: Tape,
  tree: Scratch,
  grants: ReplayGrants,
  later: readonly Exchange[] = [],
): Promise<Replay> {
  const once = async () => {
    const player = playTape(tape, grants.secrets, later);
    const runner = open({ workspace: tree.path, services: player });
    const run = await runner.run({
      script: tape.script,
      input: tape.input,
      key: tape.key,
      now: new Date(tape.clock),
      writes: grants.writes,
      secrets: tapedSecrets(grants.secrets),
      spawn: grants.spawn,
      timeoutMs: Math.min(grants.timeoutMs, REPLAY_TIMEOUT_MS),
      generate: player.generate,
      forge: player.forge,
    });
    return { player, run };
  };
  const first = await once();
  const { player, run } = isUnstarted(first.run) ? await once() : first;
  return {
    run,
    strays: player.strays,
    borrowed: player.borrowed,
    calls: new Set(run.exchanges.map(exchangeKind)),
    effects: new Set(run.exchanges.filter(isEffect).map(exchangeKind)),
    repeated: repeatedEffects(run.exchanges, tape.exchanges, player.borrowed),
    files: grants.writes.length > 0 ? await filesOf(tree) : new Map(),
  };
}

/** Where the machine had no thread left for it, Node aborts before the script is loaded: that is no word on the script. */
const isUnstarted = ({ outcome, exchanges }: ScriptRun): boolean =>
  outcome.status === 'failed' && /killed by SIGABRT/.test(outcome.failure.message) && exchanges.length === 0;

/** The tape answers the same call as often as it is made; what is done outside twice would be there twice. */
function repeatedEffects(
  made: readonly Exchange[],
  recorded: readonly Exchange[],
  borrowed: readonly string[],
): string[] {
  const left = [...recorded.filter(isEffect).map(exchangeKind), ...borrowed];
  return made.filter(isEffect).flatMap((exchange) => {
    const kind = exchangeKind(exchange);
    const place = left.indexOf(kind);
    if (place >= 0) left.splice(place, 1);
    return place >= 0 ? [] : [kind];
  });
}

async function filesOf(tree: Scratch): Promise<Replay['files']> {
  const paths = await tree.changedPaths();
  return new Map(await Promise.all(paths.map(async (path) => [path, await tree.digest(path)] as const)));
}

export const failureOfRun = ({ outcome }: ScriptRun): Failure | undefined =>
  outcome.status === 'failed' ? outcome.failure : undefined;

/** Whether the recorded failure happened again; a call that a criterion refuted fails by giving the same wrong output. */
export function isSameFailure(tape: Tape, { outcome }: ScriptRun): boolean {
  if (tape.failure?.kind === 'refuted') return outcome.status === 'ok' && sameJson(outcome.output, tape.output ?? {});
  return outcome.status === 'failed' && outcome.failure.signature === tape.failure?.signature;
}

export const sameJson = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';
