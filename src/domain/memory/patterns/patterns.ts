import { z } from 'zod';
import type { Entry } from '../../record.ts';
import { FAILURE_KINDS, stableMessage } from '../../signature.ts';
import { type EntryFacts, factsOf } from '../entry-facts.ts';
import { DIRECTIVE_NAME, SIGNATURE } from '../lesson.ts';
import { isInstructionLike } from '../model/instruction-like.ts';
import { DirectivePattern, withOutcome } from './directive-pattern.ts';
import { INDEPENDENT, missed, SUCCESSES, seen, Trace } from './trace.ts';

/**
 * What code has seen in the entries so far. Folded entry by entry and kept in ledger/memory.json, so it is bounded:
 * lists drop what was seen least lately, rings hold the last runs, texts are cut.
 */
const FailurePattern = Trace.extend({
  directive: z.string().regex(DIRECTIVE_NAME),
  signature: z.string().regex(SIGNATURE),
  kind: z.enum(FAILURE_KINDS),
  script: z.string().max(120).optional(),
  /**
   * Text from outside: the first line, without what changes from run to run. Empty where it could be read as an order;
   * absent until it was seen at a second occurrence, since most failures never are.
   */
  message: z.string().max(120).optional(),
});
export type FailurePattern = z.infer<typeof FailurePattern>;

const FAILURE_CAP = 200;
/** A script that fails in another way each time must not push out what is known of the others. */
const FAILURES_PER_DIRECTIVE = 25;
const DIRECTIVE_CAP = 100;

export const Patterns = z.object({
  /** What was seen last comes last. */
  failures: z.array(FailurePattern).max(FAILURE_CAP),
  directives: z.array(DirectivePattern).max(DIRECTIVE_CAP),
  /** The newest outcome's time, and when it asked to be woken. */
  wake: z.object({ at: z.string(), next: z.string() }).nullable(),
  /** Times at which the agent was woken much later than it had asked for. */
  gap: Trace.optional(),
});
export type Patterns = z.infer<typeof Patterns>;

export const NO_PATTERNS: Patterns = { failures: [], directives: [], wake: null };

/** The patterns after one more entry of the file of `day`. Only own outcomes count, see factsOf. Pure. */
export function foldEntry(patterns: Patterns, entry: Entry, day: string): Patterns {
  const facts = factsOf(entry);
  if (!facts) return patterns;
  const awake = withWake(patterns, entry, facts, day);
  if (!DIRECTIVE_NAME.test(facts.directive)) return awake;
  const before = patterns.directives.find(({ directive }) => directive === facts.directive);
  const others = patterns.directives.filter((each) => each !== before);
  return {
    ...awake,
    failures: withHealed(withFailure(patterns.failures, entry, facts, day), entry),
    directives: [...others, withOutcome(before, { entry, facts, day })].slice(-DIRECTIVE_CAP),
  };
}

function withFailure(
  failures: readonly FailurePattern[],
  entry: Entry,
  facts: EntryFacts,
  day: string,
): FailurePattern[] {
  const { directive, signature = '', result } = facts;
  if (result === 'success')
    return failures.map((failure) => (failure.directive === directive ? missed(failure, SUCCESSES) : failure));
  // Another failure between them: these successes were not in a row.
  const rest = failures
    .filter((failure) => failure.directive !== directive || failure.signature !== signature)
    .map((failure) => (failure.directive === directive && failure.misses > 0 ? { ...failure, misses: 0 } : failure));
  if (!SIGNATURE.test(signature)) return rest;
  const before = failures.find((failure) => failure.directive === directive && failure.signature === signature);
  const base = before ?? { directive, signature, ...placeOf(entry) };
  const next: FailurePattern = { ...base, ...seen(before, facts, day) };
  const isToldOf = next.times >= INDEPENDENT && next.message === undefined;
  return bounded([...rest, isToldOf ? { ...next, message: messageOf(entry) } : next], directive);
}

function bounded(failures: readonly FailurePattern[], directive: string): FailurePattern[] {
  const own = failures.filter((failure) => failure.directive === directive);
  const [oldest] = own.length > FAILURES_PER_DIRECTIVE ? own : [];
  return failures.filter((failure) => failure !== oldest).slice(-FAILURE_CAP);
}

function placeOf({ failure, criteria }: Entry): Pick<FailurePattern, 'kind' | 'script'> {
  const { script } = failure ?? criteria.find(({ holds }) => holds === false) ?? {};
  return { kind: failure?.kind ?? 'refuted', ...(script ? { script: script.slice(0, 120) } : {}) };
}

/** More takes stableMessage long on hostile text, and is not kept. */
const READ = 300;

/** It is judged whole: what is cut off may be what shows the rest to be an order. */
function messageOf({ failure, criteria }: Entry): string {
  const told = failure?.message ?? criteria.find(({ holds }) => holds === false)?.reason ?? '';
  const text = told.slice(0, READ);
  if (isInstructionLike(stableMessage(text))) return '';
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  // Cut between two halves of a character, it would not come back from a file as it was.
  return stableMessage(line).slice(0, 120).toWellFormed();
}

function withHealed(failures: FailurePattern[], { healed }: Entry): FailurePattern[] {
  if (!healed || healed.length === 0) return failures;
  const over = new Set(healed.map(({ signature }) => signature));
  return failures.map((failure) => (over.has(failure.signature) ? { ...failure, over: 'healed' } : failure));
}

const SHORTEST_GAP_MS = 2 * 3_600_000;
const GAP_FACTOR = 3;
const GAP_FORGOTTEN_MS = 14 * 86_400_000;

function withWake(patterns: Patterns, entry: Entry, facts: EntryFacts, day: string): Patterns {
  const { wake, gap } = patterns;
  const next = { ...patterns, wake: { at: entry.timestamp, next: entry.next_wake } };
  const waitedMs = wake ? Date.parse(entry.timestamp) - Date.parse(wake.at) : 0;
  const askedMs = wake ? Date.parse(wake.next) - Date.parse(wake.at) : 0;
  if (waitedMs > Math.max(SHORTEST_GAP_MS, GAP_FACTOR * askedMs)) return { ...next, gap: seen(gap, facts, day) };
  const isForgotten = gap?.over === null && Date.parse(day) - Date.parse(gap.last) >= GAP_FORGOTTEN_MS;
  return isForgotten ? { ...next, gap: { ...gap, over: 'past' } } : next;
}
