import type { Job, ScriptContext, WorkflowRun } from '../../../src/script.ts';
import { askForge, ifAnswered } from '../forge-reading.ts';
import { fingerprintOf } from './ci-fingerprint.ts';
import { errorLines, excerptOf, failingPart, logLines } from './ci-log.ts';
import { maskSecrets } from './secret-mask.ts';

/** The agent's own workflows: its watchdog looks after them. */
const OWN_WORKFLOWS = ['cycle.yml', 'consolidate.yml', 'heal.yml', 'watchdog.yml', 'doctor.yml'];
const FAILED = ['failure', 'timed_out'];
const OVER = [...FAILED, 'success'];
/** A matrix may fail in a hundred legs; three tell what is wrong. */
const JOBS_PER_RUN = 3;
const ERRORS = 3;
const EXCERPT = 24;

/** One failed job: what it is known by, and what it wrote. */
export interface FailedJob {
  fingerprint: string;
  job: string;
  step: string;
  errors: string[];
  excerpt: string[];
  part: string[];
}

/** Runs of others' workflows that failed on the branch, oldest first. A pull request's run says nothing of the branch. */
export async function failedRuns(
  context: ScriptContext,
  { branch, since }: { branch: string; since: string },
): Promise<{ value: WorkflowRun[] } | { reason: string }> {
  const asked = { branch, status: 'failure', since, limit: 100 };
  const reading = await askForge(context, () => context.forge.runs.list(asked));
  if (!('value' in reading)) return { reason: 'refused' in reading ? reading.refused : reading.unavailable };
  const theirs = reading.value.filter(
    ({ workflow, event, branch: of }) => of === branch && event !== 'pull_request' && !OWN_WORKFLOWS.includes(workflow),
  );
  return { value: theirs.toReversed() };
}

/** The jobs of a run that failed, one for each way of failing. `unavailable`: look again another time. */
export async function failedJobs(
  context: ScriptContext,
  run: WorkflowRun,
): Promise<{ value: FailedJob[] } | { unavailable: string }> {
  const listed = await askForge(context, () => context.forge.runs.jobs({ run: run.id }));
  if ('unavailable' in listed) return listed;
  const all = 'value' in listed ? listed.value : [];
  const found: FailedJob[] = [];
  for (const job of all.filter(({ conclusion }) => FAILED.includes(conclusion ?? '')).slice(0, JOBS_PER_RUN)) {
    const log = await askForge(context, () => context.forge.runs.log({ job: job.id, kilobytes: 48 }));
    if ('unavailable' in log) return log;
    const failed = examine(run, job, 'value' in log ? log.value.text : '');
    if (!found.some(({ fingerprint }) => fingerprint === failed.fingerprint)) found.push(failed);
  }
  return { value: found.length > 0 ? found : [withoutJob(run)] };
}

/** A run may fail before it has a job: its workflow file is wrong, or GitHub could start none. */
function withoutJob({ workflow }: WorkflowRun): FailedJob {
  const place = { job: workflow, step: 'the start of the run', errors: [] };
  return { ...place, fingerprint: fingerprintOf({ workflow, ...place }), excerpt: [], part: [] };
}

/** Everything is masked before anything else is done with it. */
function examine({ workflow }: WorkflowRun, job: Job, log: string): FailedJob {
  const part = failingPart(maskSecrets(logLines(log)));
  const errors = errorLines(part, ERRORS);
  const place = { job: job.name.slice(0, 100), step: (job.failed_steps[0] ?? job.name).slice(0, 100) };
  return {
    ...place,
    fingerprint: fingerprintOf({ workflow, ...place, errors }),
    errors: errors.map((line) => line.slice(0, 200)),
    excerpt: excerptOf(part, errors, EXCERPT).map((line) => line.slice(0, 200)),
    part,
  };
}

/** The commit of the newest green run of the workflow before a time; null where none is known. */
export async function lastGreen(
  context: ScriptContext,
  { workflow, branch, before }: { workflow: string; branch: string; before: string },
): Promise<string | null> {
  const runs = await ifAnswered(context, () =>
    context.forge.runs.list({ workflow, branch, status: 'success', limit: 30 }),
  );
  return runs?.find(({ created }) => created < before)?.sha ?? null;
}

/** Whether the workflow's newest run that is over, on the branch and not before a time, was green. */
export async function isGreenSince(
  context: ScriptContext,
  { workflow, branch, since }: { workflow: string; branch: string; since: string },
): Promise<boolean> {
  const runs = await ifAnswered(context, () => context.forge.runs.list({ workflow, branch, limit: 30 }));
  const newest = runs?.find(({ conclusion, event }) => event !== 'pull_request' && OVER.includes(conclusion ?? ''));
  return newest !== undefined && newest.conclusion === 'success' && newest.created >= since;
}
