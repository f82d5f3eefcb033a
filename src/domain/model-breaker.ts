import { z } from 'zod';
import type { CallRecord } from './record.ts';

/** A model that failed lately. One that answers has no such note. */
export const ModelHealth = z.object({
  /** Failed calls in a row. */
  failures: z.int().min(1),
  /** The kind of the newest failure. */
  kind: z.string(),
  /** Set while the breaker is open: when it lets one probe through. */
  until: z.string().nullable(),
  /** How often it has opened in this streak: each time it stays open twice as long. */
  opened: z.int(),
  /** The run that may probe; others wait until it has told what it found, or has died. */
  probe: z.object({ run: z.string(), until: z.string() }).nullable(),
});
export type ModelHealth = z.infer<typeof ModelHealth>;

/** By model id. */
export type ModelsHealth = Readonly<Record<string, ModelHealth>>;

/** Failed calls in a row that open the breaker: more than one bad cycle makes, with its retries. */
export const FAILURES_TO_OPEN = 5;
const FIRST_COOL_DOWN_MS = 15 * 60_000;
const LONGEST_COOL_DOWN_MS = 6 * 3_600_000;
/** A run is over by then, or dead. */
const PROBE_MS = 10 * 60_000;

/** A refusal or a cut-off answer says something about the question, not about the model. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['content', 'truncated']);

/** The models' health after one more call, made at or before `at` (an ISO time). */
export function healthAfterCall(health: ModelsHealth, call: CallRecord, at: string): ModelsHealth {
  const { model_asked: model, outcome, count = 1 } = call;
  if (SAYS_NOTHING.has(outcome)) return health;
  const before = Object.hasOwn(health, model) ? health[model] : undefined;
  if (outcome === 'ok') {
    const { [model]: _, ...others } = health;
    return before ? others : health;
  }
  const failures = (before?.failures ?? 0) + count;
  // It is open already, and this call was made before: its answer only came in late.
  if (before?.until && at < before.until) return { ...health, [model]: { ...before, failures, kind: outcome } };
  const opened = failures >= FAILURES_TO_OPEN ? (before?.opened ?? 0) + 1 : 0;
  const coolDownMs = Math.min(LONGEST_COOL_DOWN_MS, FIRST_COOL_DOWN_MS * 2 ** (opened - 1));
  const until = opened > 0 ? new Date(Date.parse(at) + coolDownMs).toISOString() : null;
  return { ...health, [model]: { failures, kind: outcome, until, opened, probe: null } };
}

/** The health after a run has said that it probes; the first to say so may. */
export function healthAfterProbe(
  health: ModelsHealth,
  probe: { model: string; run: string; at: string },
): ModelsHealth {
  const { model, run, at } = probe;
  const before = Object.hasOwn(health, model) ? health[model] : undefined;
  // Who did not see yet that the last probe failed, or that there is one, does not get another.
  if (!before?.until || at < before.until || (before.probe && at < before.probe.until)) return health;
  const until = new Date(Date.parse(at) + PROBE_MS).toISOString();
  return { ...health, [model]: { ...before, probe: { run, until } } };
}

/**
 * Whether a run may ask a model now: as usual (`closed`), with one careful call (`probe`), or not before a time
 * (`open`).
 */
export function standingOf(
  health: ModelHealth | undefined,
  run: string,
  now: Date,
): { kind: 'closed' | 'probe' } | { kind: 'open'; until: string } {
  if (!health?.until) return { kind: 'closed' };
  const at = now.toISOString();
  if (at < health.until) return { kind: 'open', until: health.until };
  if (health.probe && health.probe.run !== run && at < health.probe.until)
    return { kind: 'open', until: health.probe.until };
  return { kind: 'probe' };
}
