import { type Finding, fine } from '../../domain/finding.ts';
import { FREE_MINUTES, type ScheduleMinutes, scheduleMinutes } from '../../domain/schedule-minutes.ts';
import { WORKFLOW_FOLDER } from '../../domain/workflow-file.ts';
import { CYCLE_FILE, type Facts, type ForgeFacts } from './facts.ts';

/** What the schedules cost in a private repository. */
export function minutes(facts: Facts): Finding[] {
  const id = 'schedule.minutes';
  const { forge, workflows, now } = facts;
  const scheduled = workflows.filter(({ crons }) => crons.length > 0);
  if (scheduled.length === 0) return [];
  const known = forge && !('silent' in forge) ? forge : undefined;
  const parts = scheduleMinutes(
    scheduled.map((workflow) => ({ ...workflow, runs: finishedRuns(known, workflow.file) })),
    now,
  );
  const total = parts.reduce((sum, part) => sum + part.minutes, 0);
  const sum = `The schedules take ${total} minutes a month (${parts.map(partText).join(', ')})`;
  if (known && !known.about.is_private) return [fine(id, `${sum}; runs in a public repository are free`)];
  if (total <= FREE_MINUTES) return [fine(id, `${sum}; a private repository has ${FREE_MINUTES} free ones`)];
  return [
    {
      id,
      status: known ? 'fail' : 'warn',
      what: `${sum}: more than the ${FREE_MINUTES} that a private repository has for free`,
      why: 'When they are used up GitHub starts nothing until the month is over, or bills what goes beyond.',
      fix: `A wider cron, such as \`23 */2 * * *\`, in ${WORKFLOW_FOLDER}/${dearest(parts)}; a public repository costs nothing.`,
    },
  ];
}

function finishedRuns(forge: ForgeFacts | undefined, file: string): { started: string; updated: string }[] {
  const answer = forge?.scheduled.get(file);
  if (!answer || 'failed' in answer) return [];
  return answer.value
    .filter(({ status, conclusion }) => status === 'completed' && conclusion !== 'skipped')
    .slice(0, 20);
}

const partText = ({ file, ticks, perRun }: ScheduleMinutes) =>
  `${file.replace(/\.ya?ml$/, '')} ${ticks} x ${Number(perRun.toFixed(1))}`;

const dearest = (parts: readonly ScheduleMinutes[]) =>
  parts.toSorted((a, b) => b.minutes - a.minutes)[0]?.file ?? CYCLE_FILE;
