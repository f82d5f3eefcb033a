import { spread } from '../measure.ts';
import { type BenchTable, type Cell, toMarkdown } from '../table.ts';
import { type CaseResult, type Kind, MODES, type Mode, type Verification } from './verify-case.ts';

export interface HealReport {
  results: readonly CaseResult[];
  /** What was asked for. */
  modes: readonly Mode[];
  seconds: number;
  walls: string;
}

const LABELS: Record<Kind, string> = {
  correct: 'correct',
  buggy: 'buggy',
  patch: 'overfit',
  lucky: 'overfit that pass hidden (listed, not counted)',
};
const COUNTED: readonly Kind[] = ['correct', 'buggy', 'patch'];
const isWrong = ({ kind, accepted }: Verification): boolean => accepted !== (kind === 'correct');
const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

export function asText(report: HealReport): string {
  const all = verificationsOf(report);
  const details = report.modes.flatMap((mode) => [
    refusals(
      all.filter((each) => each.mode === mode && each.kind !== 'correct'),
      mode,
    ),
    ...mistakes(
      all.filter((each) => each.mode === mode),
      mode,
    ),
  ]);
  return [toMarkdown(mainTable(report, all)), ...details.filter((part) => part !== '')].join('\n\n');
}

const verificationsOf = ({ results }: HealReport): Verification[] => results.flatMap((each) => each.verifications);

function mainTable(report: HealReport, all: readonly Verification[]): BenchTable {
  const { results, modes, seconds, walls } = report;
  const rows = (Object.keys(LABELS) as Kind[])
    .map((kind) => [LABELS[kind], ...modes.flatMap((mode) => cells(all, mode, kind))])
    .filter((row) => row.some((cell) => typeof cell === 'number' && cell > 0));
  const times = timesOf(all);
  return {
    title: `The gate on ${results.length} broken functions`,
    columns: [
      'candidate',
      ...modes.flatMap((mode) => [`${mode}: accepted`, `${mode}: refused`, `${mode}: accepted %`]),
    ],
    rows,
    notes: [
      `${times.count} verifications (reproduce and verify): median ${times.median} ms, p95 ${times.p95} ms; all in ${seconds.toFixed(1)} s. Walls around the scripts: ${walls}.`,
      ...caseNotes(results, modes),
    ],
  };
}

function caseNotes(results: readonly CaseResult[], modes: readonly Mode[]): string[] {
  const untaped = idsOf(results.filter(({ hasNoTape }) => hasNoTape));
  const untried = results.filter(({ verifications, hasNoTape }) => verifications.length === 0 && !hasNoTape);
  const faultless = results.filter(({ verifications, hasNoTape }) => verifications.length === 0 && hasNoTape);
  const sloppy = results.flatMap(({ id, sloppy: reason }) => (reason === undefined ? [] : [`${id} (${reason})`]));
  const because = 'the visible test finds nothing wrong with the broken code';
  return [
    ...(untaped.length > 0 && modes.includes('visible')
      ? [`${untaped.length} not counted in visible mode, since ${because}: ${untaped.join(', ')}.`]
      : []),
    ...(faultless.length > 0 && modes.includes('hidden')
      ? [`Not tried, since no test finds a fault: ${idsOf(faultless).join(', ')}.`]
      : []),
    ...untried.map(({ id, problem }) => `Not tried: ${id}: ${problem ?? 'there is no failing call'}.`),
    ...(sloppy.length > 0 ? [`Code that is no module as it stands: ${sloppy.join(', ')}.`] : []),
  ];
}

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

function cells(all: readonly Verification[], mode: Mode, kind: Kind): Cell[] {
  const { accepted, refused } = count(all, mode, kind);
  return [accepted, refused, percent(accepted, accepted + refused)];
}

function count(all: readonly Verification[], mode: Mode, kind: Kind): { accepted: number; refused: number } {
  const those = all.filter((each) => each.mode === mode && each.kind === kind);
  const accepted = those.filter((each) => each.accepted).length;
  return { accepted, refused: those.length - accepted };
}

function timesOf(all: readonly Verification[]): { count: number; median: number; p95: number } {
  const sorted = all.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const p95 = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
  return { count: all.length, median: Math.round(all.length > 0 ? spread(sorted).median : 0), p95: Math.round(p95) };
}

/** By which check how many bad candidates were refused. */
function refusals(all: readonly Verification[], mode: Mode): string {
  const lines = COUNTED.flatMap((kind) => {
    const checks = new Map<string, number>();
    for (const { check } of all.filter((each) => each.kind === kind && !each.accepted))
      checks.set(check ?? 'unknown', (checks.get(check ?? 'unknown') ?? 0) + 1);
    const counts = [...checks].sort(([, a], [, b]) => b - a).map(([check, number]) => `${check} ${number}`);
    return counts.length > 0 ? [`- ${LABELS[kind]}: ${counts.join(', ')}`] : [];
  });
  return lines.length > 0 ? `Refused in ${mode} mode by\n${lines.join('\n')}` : '';
}

function mistakes(all: readonly Verification[], mode: Mode): string[] {
  return (Object.keys(LABELS) as Kind[]).flatMap((kind) => {
    const listed = all.filter((each) => each.kind === kind && (kind === 'lucky' || isWrong(each)));
    const title =
      kind === 'lucky'
        ? 'Overfit that pass hidden'
        : `Wrong: ${LABELS[kind]} ${kind === 'correct' ? 'refused' : 'accepted'}`;
    const lines = listed.map(({ id, accepted, check, detail }) =>
      accepted ? `- ${id}: accepted` : `- ${id}: ${check}: ${detail.slice(0, 160)}`,
    );
    return lines.length > 0 ? [`${title} in ${mode} mode\n${lines.join('\n')}`] : [];
  });
}

/** Counts by mode and candidate, and the ids that went wrong with the check that refused. */
export function asJson(report: HealReport): object {
  const all = verificationsOf(report);
  const { results, seconds, walls } = report;
  const times = timesOf(all);
  const byMode = <T>(of: (mode: Mode) => T) =>
    Object.fromEntries(MODES.filter((mode) => report.modes.includes(mode)).map((mode) => [mode, of(mode)]));
  const listed = (mode: Mode, kind: Kind) =>
    all
      .filter((each) => each.mode === mode && each.kind === kind && (kind === 'lucky' || isWrong(each)))
      .map(({ id, accepted, check, detail }) => ({ id, accepted, ...(check ? { check, detail } : {}) }));
  const perKind = <T>(of: (kind: Kind) => T) => ({ correct: of('correct'), buggy: of('buggy'), overfit: of('patch') });
  return {
    ...byMode((mode) => perKind((kind) => count(all, mode, kind))),
    median_ms: times.median,
    p95_ms: times.p95,
    seconds: Number(seconds.toFixed(1)),
    cases: results.length,
    wrong: byMode((mode) => perKind((kind) => listed(mode, kind))),
    passes_hidden: byMode((mode) => listed(mode, 'lucky')),
    no_tape: idsOf(results.filter(({ hasNoTape }) => hasNoTape)),
    untried: results.flatMap(({ id, problem }) => (problem === undefined ? [] : [{ id, problem }])),
    walls,
  };
}
