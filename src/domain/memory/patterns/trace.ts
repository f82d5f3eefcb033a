import { z } from 'zod';
import { sha256 } from '../../occurrence.ts';
import type { EntryFacts } from '../entry-facts.ts';
import { EVIDENCE_LIMIT } from '../lesson.ts';

/** The outcomes that showed one pattern, and what has spoken against it since. */
export const Trace = z.object({
  /** One for each occurrence, oldest first; the first two say since when, the others that it still holds. */
  sightings: z
    .array(z.object({ entry: z.string().max(80), occurrence: z.string().max(80) }))
    .min(1)
    .max(EVIDENCE_LIMIT),
  /** Outcomes that showed it, further attempts at one occurrence included. */
  times: z.int().min(1),
  /** The UTC day on which it was seen last. */
  last: z.iso.date(),
  /** Outcomes in a row that showed the contrary. */
  misses: z.int().min(0),
  /** Why it holds no longer; null while it does. */
  over: z.enum(['healed', 'past']).nullable(),
});
export type Trace = z.infer<typeof Trace>;

/** One outcome is chance; two of different occurrences are a pattern. */
export const INDEPENDENT = 2;
/** So many good outcomes in a row speak against a way of failing. */
export const SUCCESSES = 3;
const FIRST_KEPT = 2;

/**
 * Another attempt at an occurrence shows that the pattern holds, and is no further evidence. A pattern that was over and
 * comes back begins anew.
 */
export function seen(trace: Trace | undefined, { id, occurrence }: EntryFacts, day: string): Trace {
  const isNew = !trace || (trace.over !== null && trace.sightings.length >= INDEPENDENT);
  const before = isNew ? [] : trace.sightings;
  const key = occurrence.length > 80 ? sha256(occurrence) : occurrence;
  const isKnown = before.some((sighting) => sighting.occurrence === key);
  const all = isKnown ? before : [...before, { entry: id, occurrence: key }];
  const sightings =
    all.length > EVIDENCE_LIMIT ? [...all.slice(0, FIRST_KEPT), ...all.slice(FIRST_KEPT - EVIDENCE_LIMIT)] : all;
  return { sightings, times: isNew ? 1 : trace.times + 1, last: day, misses: 0, over: null };
}

/** The trace of a pattern that several outcomes show together: all of them at first, then each further one. */
export function seenTogether(
  trace: Trace | undefined,
  outcomes: readonly EntryFacts[],
  day: string,
): Trace | undefined {
  const isLive = trace !== undefined && trace.over === null;
  const latest = isLive ? outcomes.slice(-1) : outcomes;
  return latest.reduce<Trace | undefined>((sum, outcome) => seen(sum, outcome, day), isLive ? trace : undefined);
}

/** An outcome that showed the contrary; `patience` of them in a row end the pattern. */
export function missed<T extends Trace | undefined>(trace: T, patience: number): T {
  if (!trace || trace.over !== null) return trace;
  const misses = trace.misses + 1;
  return { ...trace, misses, over: misses >= patience ? 'past' : null };
}

/** Of numbers; undefined where there are fewer than `least`. */
export function medianOf(values: readonly number[], least: number): number | undefined {
  if (values.length < least) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
