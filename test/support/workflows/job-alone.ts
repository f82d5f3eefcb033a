import { parse, stringify } from 'yaml';
import { objectOf } from './workflow-file.ts';

/** How a job ended, as the jobs that need it see it in `needs`. */
export interface JobEnd {
  /** `skipped` when its own condition, or what became of a job that it needs, kept it from running. */
  result: 'success' | 'failure' | 'skipped';
  outputs: Readonly<Record<string, string>>;
}

/** The job that writes down how the one before it ended. */
export const WITNESS = 'witness';

/**
 * A workflow with one of its jobs, so that act gives that job a token of its own. In the place of each job that has ended
 * stands one that ends just so and does nothing else: conditions and `needs` are evaluated as in the whole. Act is told to
 * run WITNESS, which needs the job and writes its JobEnd to a file.
 * @param file the path of that file
 */
export function jobAlone(
  text: string,
  { job, ended, file }: { job: string; ended: Readonly<Record<string, JobEnd>>; file: string },
): string {
  const workflow = objectOf(parse(text));
  const jobs = objectOf(workflow.jobs);
  const before = Object.entries(ended).map(([id, end]) => [id, standIn(objectOf(jobs[id]).needs, end)]);
  return stringify(
    forAct({ ...workflow, jobs: { ...Object.fromEntries(before), [job]: jobs[job], [WITNESS]: witness(job, file) } }),
  );
}

const ALWAYS = `\${{ always() }}`;
const RUNNER = 'ubuntu-26.04';

function standIn(needs: unknown, { result, outputs }: JobEnd): object {
  const literals = Object.entries(outputs).map(([name, value]) => [name, `\${{ '${value.replaceAll("'", "''")}' }}`]);
  return {
    ...(needs === undefined ? {} : { needs }),
    if: result === 'skipped' ? `\${{ always() && false }}` : ALWAYS,
    'runs-on': RUNNER,
    outputs: Object.fromEntries(literals),
    steps: [{ run: result === 'failure' ? 'exit 1' : 'true' }],
  };
}

const witness = (job: string, file: string): object => ({
  needs: [job],
  if: ALWAYS,
  'runs-on': RUNNER,
  steps: [{ run: 'printf %s "$END" > "$FILE"', env: { END: `\${{ toJSON(needs.${job}) }}`, FILE: file } }],
});

/** act knows nothing of queues, and refuses a workflow that has one; it runs what it is told to, whatever the group. */
function forAct(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forAct);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => key !== 'queue' || inner !== 'max');
  return Object.fromEntries(kept.map(([key, inner]) => [key, forAct(inner)]));
}
