import type { CriterionRecord, Failure } from '../domain/record.ts';
import { failureSignature } from '../domain/signature.ts';
import type { Context } from './cycle-context.ts';
import type { EntryFacts, Job } from './entry.ts';
import { type StepsResult, writtenFiles } from './run-steps.ts';
import { verify } from './verify.ts';

/** What the steps' end means for the entry, and what becomes of the files they wrote. */
export async function judge(
  context: Context,
  job: Job,
  result: StepsResult,
  dirtyBefore: readonly string[],
): Promise<EntryFacts> {
  const { work } = job;
  const { files, strays } = await writtenFiles(context, work.directive, dirtyBefore);
  const weighed = await weigh(context, job, result, { files, strays });
  const isFailure = weighed.result === 'failure' || weighed.verification === 'refuted';
  const facts = { ...weighed, final: weighed.final || (isFailure && (work.isLastTry ?? false)) };
  const keepsFiles =
    facts.verification !== 'refuted' && (facts.result === 'success' || (facts.result === 'skipped' && facts.final));
  if (keepsFiles) return { ...facts, files };
  await discard(context, work.run, [...files, ...strays]);
  return facts;
}

async function weigh(
  context: Context,
  job: Job,
  { steps, end }: StepsResult,
  { files, strays }: Awaited<ReturnType<typeof writtenFiles>>,
): Promise<EntryFacts> {
  const { directive, occurrence } = job.work;
  const base = { steps, criteria: [], files: [], verification: 'unverified' as const };
  if (end.kind === 'superseded') {
    return { ...base, result: 'skipped', final: false, reason: `superseded: another run took ${occurrence} first` };
  }
  if (end.kind === 'undecided') return { ...base, result: 'interrupted', final: true, reason: end.reason };
  if (end.kind === 'failed') return { ...base, result: 'failure', final: !end.mayRetry, failure: end.failure };
  if (strays.length > 0)
    return { ...base, result: 'failure', final: false, failure: strayFailure(directive.name, strays) };
  if (end.kind === 'skipped') return { ...base, result: 'skipped', final: true, reason: end.reason };
  // The world does not have it before a person has merged it: then the criteria are run.
  if (directive.deliver === 'pull-request' && files.length > 0) return { ...base, result: 'success', final: true };
  const { criteria, verification } = await verify(context, job.work, steps);
  if (verification !== 'refuted') return { ...base, criteria, verification, result: 'success', final: true };
  const failure = refutation(directive.name, criteria);
  return { ...base, criteria, verification, result: 'success', final: directive.effects === 'external', failure };
}

async function discard(context: Context, run: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const folder = await context.repo.setAside(paths, run);
  context.log.info(`${paths.length} written file${paths.length > 1 ? 's' : ''} not committed; a copy is in ${folder}`);
}

function strayFailure(directive: string, strays: readonly string[]): Failure {
  const message = `wrote outside its \`writes\`: ${strays.join(', ')}`;
  return {
    kind: 'output',
    message,
    signature: failureSignature({ kind: 'output', script: directive, message }),
    log_tail: '',
  };
}

export function refutation(directive: string, criteria: readonly CriterionRecord[]): Failure {
  const refuted = criteria.find(({ holds }) => holds === false);
  const message = `${refuted?.script} says: ${refuted?.reason ?? 'no'}`;
  return {
    kind: 'refuted',
    message,
    signature: failureSignature({ kind: 'refuted', script: directive, message }),
    log_tail: '',
    script: refuted?.script,
  };
}
