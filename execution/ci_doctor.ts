import { z } from 'zod';
import { defineScript, type ScriptContext, type WorkflowRun } from '../src/script.ts';
import { diagnose, template } from './lib/ci/ci-diagnosis.ts';
import { ciIssue } from './lib/ci/ci-issue.ts';
import { bounded, CI_MEMORY, CiMemory, EMPTY_MEMORY, type Failure } from './lib/ci/ci-memory.ts';
import { type FailedJob, failedJobs, failedRuns, isGreenSince, lastGreen } from './lib/ci/ci-runs.ts';
import { findSuspects } from './lib/ci/ci-suspects.ts';
import { askForge } from './lib/forge-reading.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { readState, writeState } from './lib/state-file.ts';

const DAY_MS = 86_400_000;
/** With three ways of failing each and the issues that close, well below the writes a run may do. */
const RUNS_PER_CALL = 5;
const CLOSED_PER_CALL = 4;
const DIAGNOSES_PER_CALL = 3;

const input = z.strictObject({
  days: z.int().min(1).max(30).default(7).describe('How far back failed runs are looked at'),
  path: z.string().default(CI_MEMORY).describe('The file that remembers them'),
});

/** What is met again is answered from memory: only a way of failing that nobody has seen costs a diagnosis. */
export default defineScript({
  summary: 'Finds out why CI fails on the default branch: one issue per way of failing, closed when it is green again.',
  input,
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    runs: z.int(),
    unseen: z.int(),
    again: z.int(),
    green: z.int(),
    diagnosed_by: z.array(z.string()),
    fingerprints: z.array(z.string()),
  }),
  async run(context, { days, path }) {
    const about = await askForge(context, () => context.forge.repo.get({}));
    if (!('value' in about)) return context.skip('refused' in about ? about.refused : about.unavailable);
    const { default_branch: branch, url } = about.value;
    const since = new Date(context.clock.now().getTime() - days * DAY_MS).toISOString().slice(0, 19);
    const failed = await failedRuns(context, { branch, since: `${since}Z` });
    if ('reason' in failed) return context.skip(failed.reason);
    const memory = (await readState(context, path, CiMemory)) ?? EMPTY_MEMORY;
    const fresh = failed.value.filter(({ id }) => !memory.runs.includes(id)).slice(0, RUNS_PER_CALL);
    const round = new Round(memory.failures, branch);
    const looked = await lookAt(context, round, fresh);
    const green = await closeGreen(context, round);
    const told = await tellAll(context, round, url);
    const next = bounded({ runs: [...memory.runs, ...looked], failures: told });
    return {
      path,
      // A house whose CI has never failed needs no file that says so.
      changed: (fresh.length > 0 || memory !== EMPTY_MEMORY) && (await writeState(context, path, CiMemory, next)),
      runs: looked.length,
      unseen: round.unseen.size,
      again: round.again,
      green,
      diagnosed_by: [...new Set([...round.unseen].map((name) => round.failures.get(name)?.diagnosis.by ?? ''))],
      fingerprints: [...round.touched].slice(0, 20),
    };
  },
});

/** The failures as they stand, and those that this call has news about. */
class Round {
  readonly failures: Map<string, Failure>;
  readonly touched = new Set<string>();
  readonly unseen = new Set<string>();
  readonly branch: string;
  again = 0;

  constructor(failures: readonly Failure[], branch: string) {
    this.failures = new Map(failures.map((failure) => [failure.fingerprint, failure]));
    this.branch = branch;
  }

  keep(failure: Failure): void {
    this.failures.set(failure.fingerprint, failure);
    this.touched.add(failure.fingerprint);
  }

  repeat(failure: Failure, run: WorkflowRun): void {
    this.again += 1;
    this.keep({ ...failure, count: failure.count + 1, last: placeOf(run), state: 'failing' });
  }
}

/** Gives the runs that were looked at: up to the first that GitHub would not answer for. */
async function lookAt(context: ScriptContext, round: Round, runs: readonly WorkflowRun[]): Promise<number[]> {
  const looked: number[] = [];
  for (const run of runs) {
    const jobs = await failedJobs(context, run);
    if ('unavailable' in jobs) return looked;
    for (const job of jobs.value) {
      const known = round.failures.get(job.fingerprint);
      if (known) round.repeat(known, run);
      else round.keep(await meet(context, round, { run, job }));
    }
    looked.push(run.id);
  }
  return looked;
}

/** The first time that something fails so. */
async function meet(
  context: ScriptContext,
  round: Round,
  { run, job: { part, ...job } }: { run: WorkflowRun; job: FailedJob },
): Promise<Failure> {
  const { workflow, sha } = run;
  const place = placeOf(run);
  const base = await lastGreen(context, { workflow, branch: round.branch, before: run.created });
  const suspects = await findSuspects(context, { base, head: sha }, part);
  const met = { ...job, workflow, count: 1, first: place, last: place, base, suspects, issue: null };
  const failure = { ...met, state: 'failing' as const };
  const mayAsk = round.unseen.size < DIAGNOSES_PER_CALL;
  round.unseen.add(job.fingerprint);
  return { ...failure, diagnosis: mayAsk ? await diagnose(context, failure, part) : template(failure) };
}

async function closeGreen(context: ScriptContext, round: Round): Promise<number> {
  let closed = 0;
  for (const failure of [...round.failures.values()].filter(({ state }) => state === 'failing')) {
    const { workflow, last } = failure;
    if (closed >= CLOSED_PER_CALL) break;
    if (!(await isGreenSince(context, { workflow, branch: round.branch, since: last.at }))) continue;
    round.keep({ ...failure, state: 'green' });
    closed += 1;
  }
  return closed;
}

/** Also those that could not be told before. A failure that came and went before anybody was told stays untold. */
async function tellAll(context: ScriptContext, round: Round, repositoryUrl: string): Promise<Failure[]> {
  const told: Failure[] = [];
  for (const failure of round.failures.values()) {
    const isNews = round.touched.has(failure.fingerprint) || (failure.issue === null && failure.state === 'failing');
    const answer = isNews ? await tell(context, failure, { branch: round.branch, repositoryUrl }) : undefined;
    told.push(answer === undefined ? failure : { ...failure, issue: answer });
  }
  return told;
}

/** The number of the issue; undefined where nobody could be told, as where the repository has no issues. */
async function tell(
  context: ScriptContext,
  failure: Failure,
  { branch, repositoryUrl }: { branch: string; repositoryUrl: string },
): Promise<number | undefined> {
  const issue = ciIssue(failure, branch, repositoryUrl);
  const answer = await askForge(context, async () => ({ value: await tellIssue(context, issue) }));
  if (!('value' in answer) || 'untold' in answer.value) return undefined;
  return answer.value.number ?? undefined;
}

const placeOf = ({ id, created, sha, url }: WorkflowRun) => ({ run: id, at: created, sha, url });
