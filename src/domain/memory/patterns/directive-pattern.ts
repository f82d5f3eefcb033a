import { z } from 'zod';
import { sha256 } from '../../occurrence.ts';
import type { Entry, StepRecord } from '../../record.ts';
import type { EntryFacts } from '../entry-facts.ts';
import { DIRECTIVE_NAME } from '../lesson.ts';
import { medianOf, missed, SUCCESSES, seen, seenTogether, Trace } from './trace.ts';

const OUTCOMES = 8;
const SAMPLES = 20;
const STEP_CAP = 6;

const Samples = z.array(z.number()).max(SAMPLES);

/** What the last outcomes of one directive were like, and what stood out in them. */
export const DirectivePattern = z.object({
  directive: z.string().regex(DIRECTIVE_NAME),
  /** Of the last occurrences, oldest first: the newest attempt at each. No signature where it came out well. */
  outcomes: z
    .array(z.object({ id: z.string(), occurrence: z.string(), signature: z.string().max(12).nullable() }))
    .max(OUTCOMES),
  /** US dollars of the last runs that cost anything. */
  costs: Samples,
  /** Seconds of the last successes of each script; what ran last comes last. */
  steps: z.array(z.object({ script: z.string(), durations: Samples })).max(STEP_CAP),
  /** sha256 of what the last run gave, where it may have had no effect. */
  output: z.string().nullable(),
  no_effect: Trace.optional(),
  cost: Trace.optional(),
  slow: Trace.extend({ script: z.string() }).optional(),
  flapping: Trace.optional(),
  streak: Trace.optional(),
});
export type DirectivePattern = z.infer<typeof DirectivePattern>;

/** Own outcomes of one directive as they come. */
interface Outcome {
  entry: Entry;
  facts: EntryFacts;
  day: string;
}

/** The directive after one more of its outcomes. */
export function withOutcome(before: DirectivePattern | undefined, outcome: Outcome): DirectivePattern {
  const { facts } = outcome;
  const start = before ?? { directive: facts.directive, outcomes: [], costs: [], steps: [], output: null };
  const latest = {
    id: facts.id,
    occurrence: keyOf(facts.occurrence),
    signature: facts.result === 'success' ? null : (facts.signature ?? '').slice(0, 12),
  };
  const isAgain = start.outcomes.at(-1)?.occurrence === latest.occurrence;
  const others = isAgain ? start.outcomes.slice(0, -1) : start.outcomes;
  const pattern = { ...start, outcomes: [...others, latest].slice(-OUTCOMES) };
  return withSteps(
    withCost(withEffect(withStreak(withFlapping(pattern, outcome), outcome), outcome), outcome),
    outcome,
  );
}

const keyOf = (occurrence: string): string => (occurrence.length > 80 ? sha256(occurrence) : occurrence);

const FLAPS = 4;
const STEADY = 6;

/** It alternates: four times or more among the last eight occurrences. Six in a row that did not end it. */
function withFlapping(pattern: DirectivePattern, { entry, facts, day }: Outcome): DirectivePattern {
  // The next attempt may yet succeed.
  if (facts.result === 'failure' && !entry.final) return pattern;
  const turns = pattern.outcomes.filter((outcome, index, all) => {
    const last = all[index - 1];
    return last !== undefined && (last.signature === null) !== (outcome.signature === null);
  });
  const hasTurned = turns.at(-1) === pattern.outcomes.at(-1);
  if (!hasTurned) return withTrace(pattern, 'flapping', missed(pattern.flapping, STEADY));
  if (turns.length < FLAPS) return pattern;
  return withTrace(pattern, 'flapping', seenTogether(pattern.flapping, turns.map(factsFrom(facts)), day));
}

const STREAK = 3;

/** Three failures or more in a row, and not all in one way: that would be one failure, which has a pattern of its own. */
function withStreak(pattern: DirectivePattern, { facts, day }: Outcome): DirectivePattern {
  if (facts.result === 'success') return withTrace(pattern, 'streak', missed(pattern.streak, SUCCESSES));
  const lastSuccess = pattern.outcomes.findLastIndex(({ signature }) => signature === null);
  const row = pattern.outcomes.slice(lastSuccess + 1);
  const isMixed = new Set(row.map(({ signature }) => signature)).size > 1;
  if (row.length < STREAK || !isMixed) return pattern;
  return withTrace(pattern, 'streak', seenTogether(pattern.streak, row.map(factsFrom(facts)), day));
}

const factsFrom =
  ({ directive, result }: EntryFacts) =>
  ({ id, occurrence }: { id: string; occurrence: string }): EntryFacts => ({ id, occurrence, directive, result });

/** Repeats after the first such run; fewer are no pattern. */
export const REPEATS = 3;
const EFFECTS = 3;

/**
 * A run without visible effect: it succeeded, no criterion confirmed it, no step acted outside, nothing was proposed, and
 * its steps gave the same as those of the run before. Files are not in the ledger, so one that wrote the same file anew
 * looks alike: the lesson says what was seen and no more.
 */
function withEffect(pattern: DirectivePattern, { entry, facts, day }: Outcome): DirectivePattern {
  const output = facts.result === 'success' && mayLackEffect(entry) ? outputHash(entry.steps) : null;
  const next = { ...pattern, output };
  if (output !== null && output === pattern.output)
    return withTrace(next, 'no_effect', seen(pattern.no_effect, facts, day));
  const { no_effect, ...rest } = next;
  // In a row, or not at all.
  if (!no_effect || no_effect.sightings.length < REPEATS) return rest;
  return facts.result === 'failure' ? next : withTrace(next, 'no_effect', missed(no_effect, EFFECTS));
}

const mayLackEffect = ({ verification, proposal, steps }: Entry): boolean =>
  verification === 'unverified' &&
  proposal === undefined &&
  steps.every(({ status, key, adopted, output }) => {
    const actedOutside = key !== undefined && status === 'success' && adopted === undefined;
    // An output that was too long for the record can not be compared.
    const isLeftOut = status === 'success' && output === undefined;
    return !actedOutside && !isLeftOut;
  });

const outputHash = (steps: readonly StepRecord[]): string =>
  sha256(JSON.stringify(steps.map(({ script, status, output }) => [script, status, output ?? null])));

const OUTLIER = 4;
const PAID_RUNS = 5;
const LEAST_COST = 0.01;
/** Ordinary runs in a row that end an outlier: those come now and then, or not at all. */
const ORDINARY = 10;

/** Free runs say nothing about what a paid one costs. */
function withCost(pattern: DirectivePattern, { entry, facts, day }: Outcome): DirectivePattern {
  const { cost } = entry.metrics;
  if (!(cost > 0)) return pattern;
  const median = medianOf(pattern.costs, PAID_RUNS);
  const next = { ...pattern, costs: [...pattern.costs, cost].slice(-SAMPLES) };
  if (median === undefined) return next;
  const isOutlier = cost >= OUTLIER * median && cost >= LEAST_COST;
  return withTrace(next, 'cost', isOutlier ? seen(pattern.cost, facts, day) : missed(pattern.cost, ORDINARY));
}

const TIMED_RUNS = 8;
const LEAST_SECONDS = 5;

function withSteps(pattern: DirectivePattern, outcome: Outcome): DirectivePattern {
  const timed = outcome.entry.steps.filter(({ status }) => status === 'success');
  return timed.reduce((sum, step) => withStep(sum, step, outcome), pattern);
}

function withStep(pattern: DirectivePattern, step: StepRecord, { facts, day }: Outcome): DirectivePattern {
  const script = step.script.slice(0, 120);
  const before = pattern.steps.find((each) => each.script === script);
  const durations = [...(before?.durations ?? []), step.duration_s].slice(-SAMPLES);
  const others = pattern.steps.filter((each) => each !== before);
  const next = { ...pattern, steps: [...others, { script, durations }].slice(-STEP_CAP) };
  const median = medianOf(before?.durations ?? [], TIMED_RUNS);
  const { slow } = pattern;
  if (median === undefined) return next;
  if (step.duration_s < OUTLIER * median || step.duration_s < LEAST_SECONDS)
    return slow?.script === script ? { ...next, slow: missed(slow, ORDINARY) } : next;
  // One script of a directive at a time: there is one lesson for both.
  if (slow && slow.script !== script && slow.over === null) return next;
  return { ...next, slow: { script, ...seen(slow?.script === script ? slow : undefined, facts, day) } };
}

const withTrace = (
  pattern: DirectivePattern,
  name: 'no_effect' | 'cost' | 'flapping' | 'streak',
  trace: Trace | undefined,
): DirectivePattern => (trace ? { ...pattern, [name]: trace } : pattern);
