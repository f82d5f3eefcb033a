import type { WorkflowRun } from '../../../src/script.ts';
import { code, paragraphs, table } from '../markdown-text.ts';
import { daysFromTo, monthOf } from '../utc-days.ts';

export interface ActionsMinutes {
  used: number;
  /** At the month's end, if it goes on so. */
  expected: number;
  byWorkflow: [string, number][];
  /** There were more runs than GitHub was asked for. */
  isCut: boolean;
}

const MINUTE_MS = 60_000;

/**
 * The minutes that finished runs took, each rounded up. GitHub bills jobs and rounds each of them up, so that a run of
 * several short jobs costs more than this says.
 */
export function actionsMinutes(
  runs: readonly WorkflowRun[],
  { today, limit }: { today: string; limit: number },
): ActionsMinutes {
  const { first, last } = monthOf(today);
  const finished = runs.filter(({ status, created }) => status === 'completed' && created.slice(0, 10) >= first);
  const byWorkflow = [...Map.groupBy(finished, ({ workflow }) => workflow)]
    .map(([name, group]): [string, number] => [name, group.reduce((sum, run) => sum + minutesOf(run), 0)])
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
  const used = byWorkflow.reduce((sum, [, minutes]) => sum + minutes, 0);
  const rate = used / (daysFromTo(first, today) + 1);
  return { used, expected: Math.round(used + rate * daysFromTo(today, last)), byWorkflow, isCut: runs.length >= limit };
}

const minutesOf = ({ started, updated }: WorkflowRun): number =>
  Math.max(0, Math.ceil((Date.parse(updated) - Date.parse(started)) / MINUTE_MS)) || 0;

/** The section of the page. `included`: the minutes of the plan. */
export function minutesSection({ used, expected, byWorkflow, isCut }: ActionsMinutes, included: number): string {
  return paragraphs(
    '## Actions minutes',
    `${isCut ? 'At least ' : ''}**${used} of ${included} minutes** this month, and about ${expected} when it ends if it goes on so.`,
    table(
      ['Workflow', 'Minutes'],
      byWorkflow.map(([workflow, minutes]) => [code(workflow), minutes]),
    ),
    'An estimate: finished runs, each rounded up to a minute. GitHub bills each job so, and some kinds of runner dearer.',
  );
}

export const NOT_BILLED = paragraphs('## Actions minutes', 'GitHub does not bill the minutes of a public repository.');
