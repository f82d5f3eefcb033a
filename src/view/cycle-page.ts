import { formatSpan } from '../domain/duration.ts';
import { asProse } from '../domain/foreign-text.ts';
import { formatCap, formatDollars } from '../domain/money.ts';
import { formatProblem } from '../domain/problem.ts';
import type { CriterionRecord, Entry, StepRecord } from '../domain/record.ts';
import type { CycleReport } from '../flows/cycle.ts';
import type { Notice, RunPage } from '../ports.ts';

type Page = Parameters<RunPage['show']>[0];

/** What a run's page must know beside the cycle itself. */
export interface PageFacts {
  /** US dollars. */
  budget: { day: number; month: number };
  /** The repository's address for people; absent outside the forge. */
  repositoryUrl?: string;
}

/**
 * A cycle as the page of its run: what was decided and why, what came of it, what it cost, when the agent wakes next.
 * @param entries all of this run so far, for the outputs: a later cycle must not hide what an earlier one came to
 */
export function cyclePage(
  report: CycleReport,
  facts: PageFacts,
  entries: readonly Entry[] = report.entry ? [report.entry] : [],
): Page {
  const { entry } = report;
  const lines = entry ? workLines(entry, report, facts) : [`## Nothing to do`, '', asProse(report.reason ?? '')];
  return {
    markdown: [...lines, '', ...moneyLines(report, facts), '', ...problemLines(report)].join('\n'),
    outputs: outputsOf(report, entries),
    notices: [...noticesOf(entry), ...report.problems.map(problemNotice)],
  };
}

function workLines(entry: Entry, { commit, pushed, pushReason, nextWake }: CycleReport, facts: PageFacts): string[] {
  const { decision, result, verification, failure, reason, decided_by, model, degraded, proposal, proposal_url } =
    entry;
  const outcome = result === 'success' ? `${result}, ${verification}` : result;
  const link =
    facts.repositoryUrl && commit
      ? `[${commit.slice(0, 10)}](${facts.repositoryUrl}/commit/${commit})`
      : commit?.slice(0, 10);
  return [
    `## ${decision} -> ${outcome}`,
    '',
    `- **why**: ${asProse(reason)}`,
    `- **decided by**: ${decided_by}${model ? ` (${model})` : ''}${degraded ? `, degraded: ${asProse(degraded)}` : ''}`,
    ...(failure
      ? [`- **failure**: ${failure.kind} \`${failure.signature}\`: ${asProse(failure.message.split('\n')[0] ?? '')}`]
      : []),
    ...(entry.healed ?? []).map(
      ({ script, after_s }) => `- **healed**: \`${script}\`, ${formatSpan(after_s)} after it failed`,
    ),
    ...(proposal ? [`- **for review**: ${proposal_url ?? `\`${proposal}\``}`] : []),
    ...(result === 'interrupted' ? [`- **decide**: \`npm run steward -- resolve ${entry.id} done\` or \`retry\``] : []),
    `- **ledger**: \`${entry.id}\`, commit ${link ?? 'none'}${pushed ? '' : `, kept here (${asProse(pushReason ?? '')})`}`,
    `- **next wake**: ${nextWake.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    ...tableOf(entry.steps, entry.criteria),
  ];
}

function tableOf(steps: readonly StepRecord[], criteria: readonly CriterionRecord[]): string[] {
  if (steps.length + criteria.length === 0) return [];
  const verdict = (holds: boolean | null) => (holds === null ? 'could not tell' : holds ? 'holds' : 'does not hold');
  return [
    '| step | outcome | time |',
    '|---|---|---|',
    ...steps.map(
      ({ script, status, reason, duration_s, adopted }) =>
        `| \`${script}\` | ${status}${adopted ? ' (found)' : ''}${reason ? `: ${asProse(reason)}` : ''} | ${duration_s} s |`,
    ),
    ...criteria.map(
      ({ script, holds, reason, duration_s }) =>
        `| verify \`${script}\` | ${verdict(holds)}${reason ? `: ${asProse(reason)}` : ''} | ${duration_s} s |`,
    ),
  ];
}

function moneyLines({ entry, spend }: CycleReport, { budget }: PageFacts): string[] {
  if (!spend) return [];
  return [
    '| cost | spent | budget |',
    '|---|---|---|',
    ...(entry ? [`| this cycle | ${formatDollars(entry.metrics.cost)} | |`] : []),
    `| today | ${formatDollars(spend.today)} | ${formatCap(budget.day)} |`,
    `| this month | ${formatDollars(spend.month)} | ${formatCap(budget.month)} |`,
  ];
}

const problemLines = ({ problems }: CycleReport): string[] =>
  problems.length > 0 ? ['### Findings', '', ...problems.map((problem) => `- ${asProse(formatProblem(problem))}`)] : [];

function outputsOf(
  { idle, entry, commit, pushed, nextWake }: CycleReport,
  entries: readonly Entry[],
): Record<string, string> {
  return {
    idle: String(idle),
    directive: entry?.decision ?? '',
    result: entry?.result ?? '',
    verification: entry?.verification ?? '',
    entry: entry?.id ?? '',
    entries: entries.map(({ id }) => id).join(' '),
    commit: commit ?? '',
    pushed: String(pushed),
    cost: entry ? entry.metrics.cost.toFixed(8) : '0',
    crashed: String(entries.some(({ failure }) => failure?.kind === 'crash')),
    next_wake: nextWake.toISOString(),
  };
}

function noticesOf(entry: Entry | null): Notice[] {
  if (!entry?.failure) return [];
  const { kind, message, signature, script } = entry.failure;
  const level = entry.result === 'failure' ? 'error' : 'warning';
  const title = `${entry.decision}: ${kind} ${signature}`;
  return [{ level, title, message: message.slice(0, 2000), ...(script ? { file: script } : {}) }];
}

const problemNotice = (problem: CycleReport['problems'][number]): Notice => ({
  level: problem.severity,
  message: formatProblem(problem),
  file: problem.file,
  line: problem.line,
});
