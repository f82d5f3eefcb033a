import { type CronLine, ticksBetween } from './cron-ticks.ts';

/** Minutes a month that GitHub's free plan gives private repositories; in public ones standard runners are free. */
export const FREE_MINUTES = 2000;

const MONTH_MS = 30 * 86_400_000;
const MINUTE_MS = 60_000;

export interface ScheduledWorkflow {
  file: string;
  crons: readonly CronLine[];
  jobs: number;
  /** Finished runs that the schedule started, as far as they are known. */
  runs: readonly { started: string; updated: string }[];
}

export interface ScheduleMinutes {
  file: string;
  /** In 30 days. */
  ticks: number;
  /** Minutes that a run is billed, on average. */
  perRun: number;
  /** Runs that `perRun` rests on; without any it is one minute for each job. */
  measured: number;
  minutes: number;
}

/** What GitHub bills in 30 days when it starts every tick. A line that can not be read asks for none. */
export function scheduleMinutes(workflows: readonly ScheduledWorkflow[], now: Date): ScheduleMinutes[] {
  const end = new Date(now.getTime() + MONTH_MS);
  return workflows.map(({ file, crons, jobs, runs }) => {
    const ticks = crons.reduce((sum, line) => sum + (ticksBetween(line, now, end)?.length ?? 0), 0);
    const total = runs.reduce((sum, run) => sum + billedMinutes(jobs, run), 0);
    const perRun = runs.length > 0 ? total / runs.length : jobs;
    return { file, ticks, perRun, measured: runs.length, minutes: Math.round(ticks * perRun) };
  });
}

/** Each job is rounded up to a whole minute. A run tells only how long it took in all, so its jobs are taken to follow each other. */
function billedMinutes(jobs: number, { started, updated }: { started: string; updated: string }): number {
  const minutes = Math.ceil((Date.parse(updated) - Date.parse(started)) / MINUTE_MS);
  return Math.max(1, minutes) + jobs - 1;
}
