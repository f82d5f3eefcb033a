import { AgentError } from '../domain/agent-error.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Entry, Unsealed } from '../domain/record.ts';
import type { Context, Ports, Setting } from './cycle-context.ts';
import { blankEntry, withWake } from './entry.ts';
import { loadDirectives } from './gather.ts';
import { recordsBackwards } from './ledger-reader.ts';
import { openCycle } from './open-cycle.ts';
import { type Recorded, record } from './record.ts';

export type Verdict = 'done' | 'retry';

/** Writes down what a person found out about an interrupted run: its effect is there, or it may be run again. */
export async function resolve(
  ports: Ports,
  setting: Setting,
  input: { id: string; verdict: Verdict },
): Promise<Recorded<Entry>> {
  const { left } = await ports.lock.acquire();
  try {
    const { context, state, recovered } = await openCycle(ports, setting, left);
    const interrupted = await findInterrupted(context, state, input.id);
    const entry = await toResolution(context, state, { interrupted, verdict: input.verdict });
    return await record<Entry>(context, state, entry, { files: [], tapes: [], recovered });
  } finally {
    await ports.lock.release();
  }
}

/** The blocked run whose id is, or begins with, `id`. */
async function findInterrupted({ documents }: Context, state: LedgerState, id: string): Promise<Entry> {
  const waiting = Object.values(state.directives).flatMap(({ blocked }) => (blocked ? [blocked] : []));
  const [match, ...others] = waiting.filter((blocked) => id !== '' && blocked.startsWith(id));
  if (match === undefined || others.length > 0) throw new AgentError('ENTRY_UNKNOWN', { id });
  for await (const found of recordsBackwards(documents)) {
    if (found.kind === 'entry' && found.id === match) return found;
  }
  throw new AgentError('ENTRY_UNKNOWN', { id });
}

async function toResolution(
  context: Context,
  state: LedgerState,
  { interrupted, verdict }: { interrupted: Entry; verdict: Verdict },
): Promise<Unsealed<Entry>> {
  const { documents, setting } = context;
  const { directives } = await loadDirectives(documents, Object.keys(setting.config.vars));
  const { occurrence, decision, params, steps, id } = interrupted;
  const isDone = verdict === 'done';
  const entry: Unsealed<Entry> = {
    ...blankEntry(context, state, 'resolve'),
    occurrence,
    decision,
    params,
    steps,
    reason: isDone ? `a person found the effect of ${id}` : `a person released ${id} to run again`,
    options: [occurrence],
    decided_by: 'person',
    result: isDone ? 'success' : 'skipped',
    final: isDone,
    resolves: id,
  };
  return withWake(context, state, entry, { directives });
}
