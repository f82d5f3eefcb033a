import { type AppliesWhen, CLAIM_LIMIT, type PatternKind } from '../lesson.ts';
import { isInstructionLike } from '../model/instruction-like.ts';
import { type DirectivePattern, REPEATS } from './directive-pattern.ts';
import type { FailurePattern, Patterns } from './patterns.ts';
import { INDEPENDENT, type Trace } from './trace.ts';

/** One pattern, as a lesson would say it. */
export interface Finding {
  pattern: PatternKind;
  when: AppliesWhen;
  trace: Trace;
  /** Sightings without which it is no lesson yet. */
  least: number;
  claim(): string;
}

/** Lessons on when the agent wakes are for what is due at a time, see tagsOf. */
export const SCHEDULE_TAG = 'slot';

/** Every pattern that was seen at all, over or not; what was seen last comes last. */
export function findingsOf({ failures, directives, gap }: Patterns): Finding[] {
  const gaps = gap
    ? [
        finding(
          'gap',
          { tag: SCHEDULE_TAG },
          gap,
          () => 'The agent was woken hours later than it asked for, more than once. Choose first what is due soonest.',
        ),
      ]
    : [];
  return [...failures.map(failureFinding), ...directives.flatMap(directiveFindings), ...gaps];
}

const finding = (
  pattern: PatternKind,
  when: AppliesWhen,
  trace: Trace,
  claim: () => string,
  least = INDEPENDENT,
): Finding => ({ pattern, when, trace, least, claim });

function failureFinding(failure: FailurePattern): Finding {
  const { directive, signature } = failure;
  return finding('failure', { directive, signature }, failure, () => failureClaim(failure));
}

function directiveFindings(known: DirectivePattern): Finding[] {
  const { directive, no_effect, cost, slow, flapping, streak } = known;
  const of = (pattern: PatternKind, trace: Trace | undefined, claim: string, least = INDEPENDENT): Finding[] =>
    trace ? [finding(pattern, { directive }, trace, () => claim, least)] : [];
  return [
    ...of(
      'no-effect',
      no_effect,
      `${directive} gave the same outputs run after run, and nothing confirmed an effect. Prefer another option unless its inputs have changed.`,
      REPEATS,
    ),
    ...of(
      'cost',
      cost,
      `Some runs of ${directive} cost over four times as much as it usually does. Choose it where its result is worth that.`,
    ),
    ...of(
      'slow',
      slow,
      `${slow ? placeOf(slow.script) : 'A step'} in ${directive} took over four times as long as it usually does. Leave room for that, or choose something else when time is short.`,
    ),
    ...of(
      'flapping',
      flapping,
      `${directive} keeps changing between success and failure: one success does not show that it works again.`,
    ),
    ...of(
      'streak',
      streak,
      `${directive} fails time after time, each time in another way. Choose something else until what it depends on works again.`,
    ),
  ];
}

const REMEDY = 'Choose something else until the script or its surroundings changed.';
const SHORTEST_QUOTE = 8;

/** Names the place, the kind and the signature, and quotes the message where that is harmless and fits. */
function failureClaim({ directive, signature, kind, script, message = '' }: FailurePattern): string {
  const place = script ? ` in ${placeOf(script)}` : '';
  const head =
    kind === 'refuted'
      ? `${directive} does its work, but a success criterion refutes it${place}`
      : `${directive} fails${place} with ${kind} ${signature}`;
  const plain = `${head}. ${REMEDY}`;
  const quote = quoteOf(message, CLAIM_LIMIT - plain.length - ': “”'.length);
  return quote ? `${head}: “${quote}”. ${REMEDY}` : plain;
}

/** The file's name without its folder; what is no plain name is not repeated. */
const placeOf = (script: string): string => /([\w-][\w.-]{0,59})$/.exec(script)?.[1] ?? 'a step';

/** Words of the decision itself: a message that uses them speaks to whoever decides. */
const DECIDING = /\b(?:choose|chose|choice|prefer|pick|select|decide|decision|option|directive|lesson)/i;

/** A message can hold text from outside: what could be read as more than a message is left out. */
function quoteOf(message: string, room: number): string | undefined {
  if (isInstructionLike(message) || DECIDING.test(message)) return undefined;
  const text = message
    .replaceAll(/[\p{Cc}\p{Cf}\ufffd“”`]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const fits = text.length > room ? `${text.slice(0, Math.max(0, room - 1)).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return fits.length < SHORTEST_QUOTE ? undefined : fits;
}
