import type { Directive } from '../domain/directive.ts';
import type { DirectiveState, LedgerState } from '../domain/ledger-state.ts';
import { nextSlotStart, slotOccurrence, slotStart } from '../domain/occurrence.ts';
import type { Held } from '../domain/option.ts';
import { formatProblem, type Problem } from '../domain/problem.ts';

/**
 * `due`: the next cycle may do it. `ready`: it waits for its time, or for what asks for it. `off`: a person switched it
 * off. `unusable`: its file or a script is wrong. The others say what it waits for.
 */
export type StandingWord =
  | 'due'
  | 'ready'
  | 'off'
  | 'unusable'
  | 'blocked'
  | 'broken'
  | 'quarantined'
  | 'incomplete'
  | 'waiting';

export interface ListedDirective {
  name: string;
  file: string;
  enabled: boolean;
  /** `1d`; null where no clock asks for it. */
  every: string | null;
  on: string[];
  state: StandingWord;
  /** Why it is not offered, in the words of a cycle. */
  reasons: string[];
  /** What somebody has to add before it can do all it is for: secrets, lines of cycle.yml, variables, scripts. */
  missing: string[];
  /** When it is due next, or since when it is; null where no clock asks for it, or it is off. */
  next_due: string | null;
  last: { result: string; verification: string; at: string; entry: string } | null;
}

/** A file that is no directive yet. */
export function unusable(file: string, problems: readonly Problem[], state: LedgerState): ListedDirective {
  const name = file.replace(/^directives\/|\.md$/g, '');
  return {
    name,
    file,
    enabled: false,
    every: null,
    on: [],
    state: 'unusable',
    reasons: problems.map(formatProblem),
    missing: [],
    next_due: null,
    last: lastRun(state.directives[name]),
  };
}

export interface Known {
  hold: Held | undefined;
  /** Warnings: it can be used in spite of them. */
  problems: readonly Problem[];
  lacks: string[];
  state: LedgerState;
  now: Date;
}

/** One that can be used, and what a cycle would say of it. */
export function listed(directive: Directive, { hold, problems, lacks, state, now }: Known): ListedDirective {
  const { name, file, enabled, everyMs, on } = directive;
  const last = state.directives[name];
  const due = enabled && everyMs !== undefined ? nextDue(name, everyMs, { last, now }) : undefined;
  const until = hold?.until ? ` (until ${minute(hold.until)} UTC)` : '';
  const reasons = hold ? [`${hold.reason}${until}`] : [];
  return {
    name,
    file,
    enabled,
    every: everyMs === undefined ? null : interval(everyMs),
    on,
    state: enabled ? standing(hold, due?.isNow ?? false) : 'off',
    reasons: [...reasons, ...problems.map(formatProblem)],
    missing: lacks,
    next_due: due?.at.toISOString() ?? null,
    last: lastRun(last),
  };
}

function nextDue(
  name: string,
  everyMs: number,
  { last, now }: { last: DirectiveState | undefined; now: Date },
): { at: Date; isNow: boolean } {
  const slot = slotStart(everyMs, now);
  const isNow = last?.done_slot !== slotOccurrence(name, slot);
  return { at: isNow ? slot : nextSlotStart(everyMs, now), isNow };
}

/** A cycle's reasons begin with what a directive is. */
function standing(hold: Held | undefined, isDue: boolean): StandingWord {
  if (!hold) return isDue ? 'due' : 'ready';
  const word = (['blocked', 'broken', 'quarantined'] as const).find((each) => hold.reason.startsWith(`${each}:`));
  return word ?? (hold.reason.startsWith('needs ') ? 'incomplete' : 'waiting');
}

const UNITS_MS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** `1d`, as a directive says it: in the largest unit that it is a whole number of. */
function interval(everyMs: number): string {
  const [unit, unitMs] = Object.entries(UNITS_MS).find(([, size]) => everyMs % size === 0) ?? ['s', 1000];
  return `${everyMs / unitMs}${unit}`;
}

const lastRun = (last: DirectiveState | undefined): ListedDirective['last'] =>
  last ? { result: last.result, verification: last.verification, at: last.at, entry: last.entry } : null;

const minute = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');
