import { asProse } from '../domain/foreign-text.ts';
import type { Attempt, Verdict } from '../domain/heal/fix.ts';
import { evidenceTable } from '../domain/heal/proposal-text.ts';
import { formatDollars } from '../domain/money.ts';
import type { HealReport } from '../flows/heal/finish.ts';
import type { RunPage } from '../ports.ts';

const MARKS = { pass: '✔', fail: '✖', note: '·' } as const;

/** An attempt for a person at a terminal. */
export function attemptText({
  patient,
  outcome,
  cause,
  reason,
  explanation,
  failure_mode,
  source,
  calls,
}: Attempt): string {
  const cost = calls.reduce((sum, call) => sum + call.cost, 0);
  return [
    `${patient.script} ${patient.signature} (entry ${patient.entry})`,
    `  cause      ${cause}`,
    `  outcome    ${OUTCOMES[outcome]}`,
    `  reason     ${reason}`,
    ...(explanation ? [`  explains   ${explanation}`] : []),
    ...(failure_mode ? [`  to note    ${failure_mode}`] : []),
    ...(source === null
      ? []
      : [`  code       ${source.split('\n').length} lines, not run yet: \`heal verify\` tries them`]),
    `  cost       ${formatDollars(cost)}`,
  ].join('\n');
}

const OUTCOMES: Record<Attempt['outcome'], string> = {
  fix: 'new code for the script',
  note: 'one more known failure mode, no code',
  escalate: 'a person must look',
  none: 'nothing to open',
};

export const attemptPage = ({ patient, outcome, cause, reason }: Attempt): string =>
  `## ${asProse(patient.script)}: ${OUTCOMES[outcome]}\n\n- cause: ${cause}\n- ${asProse(reason)}\n- ledger entry: \`${patient.entry}\``;

export function verdictText({ patient, outcome, evidence, duration_s }: Verdict): string {
  const width = Math.max(...evidence.map(({ check }) => check.length));
  return [
    ...evidence.map(({ check, status, detail }) => `${MARKS[status]} ${check.padEnd(width)}  ${detail}`),
    `${patient.script}: ${outcome} (${duration_s.toFixed(1)} s)`,
  ].join('\n');
}

export const verdictPage = ({ patient, outcome, evidence }: Verdict): string =>
  [`## ${asProse(patient.script)}: ${outcome}`, ...evidenceTable(evidence)].join('\n');

/** What became of a failure, all attempts taken together. */
export function healText({ script, published, tried, cost, pushed, entry }: HealReport): string {
  const { outcome, url, branch, reason } = published;
  const verdicts = tried.flatMap(({ verdict }) => (verdict ? [verdictText(verdict), ''] : []));
  const where = url ?? (branch ? `the branch ${branch}` : '');
  const head = {
    proposed: `A repair is up for review: ${where}`,
    escalated: `No repair: ${reason}${where ? `\n${where}` : ''}`,
    none: `Nothing is opened for ${script}: ${reason}`,
  }[outcome];
  const next =
    outcome === 'proposed' && !url && branch
      ? [`Look at it with \`git diff HEAD...${branch}\`, accept it with \`git merge ${branch}\`.`]
      : [];
  const kept = entry && !pushed ? ' (kept here)' : '';
  return [
    ...verdicts,
    head,
    ...next,
    `${formatDollars(cost)}${entry ? `, written down as ${entry.id}${kept}` : ''}`,
  ].join('\n');
}

export function healPage(report: HealReport): Parameters<RunPage['show']>[0] {
  const { script, published, tried } = report;
  const { outcome, url, branch, reason } = published;
  const evidence = tried.flatMap(({ verdict }) => (verdict ? [verdictPage(verdict), ''] : []));
  const markdown = [
    `## ${asProse(script)}: ${outcome}`,
    '',
    asProse(reason),
    '',
    ...(url ? [url] : []),
    '',
    ...evidence,
  ].join('\n');
  return { markdown, outputs: { outcome, url: url ?? '', branch: branch ?? '' }, notices: [] };
}
