import { formatSpan } from '../domain/duration.ts';
import { formatDollars } from '../domain/money.ts';
import { formatProblem } from '../domain/problem.ts';
import type { CycleReport } from '../flows/cycle.ts';

/** The end of a cycle, for a person: what was done, where it stands, when the agent wakes next. */
export function cycleSummary(report: CycleReport, now: Date): string {
  const lines = [
    ...report.problems.map((problem) => `! ${formatProblem(problem)}`),
    '',
    ...(report.entry ? workLines(report) : idleLines(report)),
  ];
  if (report.nextWake > now || report.entry) lines.push(`  next wake ${wakeText(report.nextWake, now)}`);
  return lines.join('\n');
}

function workLines({ entry, commit, pushed, pushReason }: CycleReport): string[] {
  if (!entry) return [];
  const { decision, result, verification, metrics, failure, id } = entry;
  const verified = result === 'success' ? `, ${verification}` : '';
  const lines = [
    `${decision} -> ${result}${verified}  (${formatDollars(metrics.cost)}, ${metrics.duration_s.toFixed(1)} s)`,
    `  why       ${entry.reason}`,
  ];
  if (failure) lines.push(`  failure   ${failure.kind} ${failure.signature}: ${failure.message.split('\n')[0]}`);
  for (const { script, after_s } of entry.healed ?? [])
    lines.push(`  healed    ${script}, ${formatSpan(after_s)} after it failed`);
  if (failure?.kind === 'crash' && !entry.run_url) lines.push(`  repair    npm run steward -- heal --entry ${id}`);
  if (entry.proposal) lines.push(`  review    branch ${entry.proposal}`);
  if (entry.fallback) lines.push(`  fallback  ${entry.model} answered; ${entry.fallback}`);
  if (entry.degraded) lines.push(`  degraded  ${entry.degraded}`);
  if (result === 'interrupted') lines.push(`  decide    npm run steward -- resolve ${id} done | retry`);
  lines.push(`  commit    ${commit?.slice(0, 10)} ${pushed ? 'pushed' : `kept here (${pushReason})`}`);
  return lines;
}

function idleLines({ reason }: CycleReport): string[] {
  return [`Nothing to do: ${reason}. No commit was made.`];
}

function wakeText(wake: Date, now: Date): string {
  const minutes = Math.round((wake.getTime() - now.getTime()) / 60_000);
  if (minutes <= 0) return 'now: more is due, start again';
  const span = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  return `${wake.toISOString().slice(0, 16).replace('T', ' ')} UTC (in ${span})`;
}
