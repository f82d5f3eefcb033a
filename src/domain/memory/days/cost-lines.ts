import { formatDollars, fromDollars, type MicroCents, toDollars } from '../../money.ts';
import type { Entry } from '../../record.ts';
import { code, counted } from './page-words.ts';

interface Group {
  calls: number;
  microCents: MicroCents;
}

const LISTED = 12;

/** What the entries cost: all of it, then by directive, task and model. Whatever no call explains is in the sum alone. */
export function costLines(entries: readonly Entry[]): string[] {
  const total = entries.reduce((sum, { metrics }) => sum + fromDollars(metrics.cost), 0);
  const calls = entries.flatMap(({ metrics }) => metrics.calls);
  if (total === 0 && calls.length === 0) return ['Nothing: no model was asked.'];
  const byDirective = new Map<string, Group>();
  for (const { decision, metrics } of entries)
    add(byDirective, decision, { calls: callsOf(metrics.calls), microCents: fromDollars(metrics.cost) });
  const by = (nameOf: (call: (typeof calls)[number]) => string) => {
    const groups = new Map<string, Group>();
    for (const call of calls) add(groups, nameOf(call), { calls: call.count ?? 1, microCents: fromDollars(call.cost) });
    return groups;
  };
  return [
    `**${formatDollars(toDollars(total))}** for ${counted(callsOf(calls), 'model call')}.`,
    '',
    '| by | | calls | cost |',
    '|---|---|--:|--:|',
    ...rows('directive', byDirective),
    ...rows(
      'task',
      by(({ task }) => task),
    ),
    ...rows(
      'model',
      by(({ model }) => model),
    ),
  ];
}

const callsOf = (calls: Entry['metrics']['calls']): number => calls.reduce((sum, { count = 1 }) => sum + count, 0);

function add(groups: Map<string, Group>, name: string, { calls, microCents }: Group): void {
  const same = groups.get(name);
  groups.set(name, { calls: (same?.calls ?? 0) + calls, microCents: (same?.microCents ?? 0) + microCents });
}

/** Dearest first; the small ones together. */
function rows(kind: string, groups: ReadonlyMap<string, Group>): string[] {
  const sorted = [...groups]
    .filter(([, { calls, microCents }]) => calls > 0 || microCents > 0)
    .sort(([a, x], [b, y]) => y.microCents - x.microCents || (a < b ? -1 : 1));
  const row = (name: string, { calls, microCents }: Group) =>
    `| ${kind} | ${name} | ${calls} | ${formatDollars(toDollars(microCents))} |`;
  const rest = sorted.slice(LISTED).map(([, group]) => group);
  const others = rest.reduce(
    (sum, { calls, microCents }) => ({
      calls: sum.calls + calls,
      microCents: sum.microCents + microCents,
    }),
    { calls: 0, microCents: 0 },
  );
  return [
    ...sorted.slice(0, LISTED).map(([name, group]) => row(code(name, 64), group)),
    ...(rest.length > 0 ? [row(`${rest.length} others`, others)] : []),
  ];
}
