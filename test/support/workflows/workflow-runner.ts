import { execa } from 'execa';
import type { PermissionName, Permissions } from '../github/auth.ts';
import { GIT_ENVIRONMENT } from '../github/bare-repository.ts';
import type { GitHub } from '../github/start-github.ts';
import { type ActLog, joinLogs } from './act-log.ts';
import { type ActRun, runAct } from './act-run.ts';
import type { Happening } from './happenings.ts';
import { type Job, objectOf, parseWorkflow, type Workflow } from './workflow-file.ts';

export interface Circumstances {
  /** The commit of the event. Default: where `main` stands. */
  sha?: string;
  /** A run that is queued on the fake already. Default: a new one. */
  run?: number;
  secrets?: Readonly<Record<string, string>>;
  vars?: Readonly<Record<string, string>>;
  /** What the runner tells every step beside what GitHub does. */
  env?: Readonly<Record<string, string>>;
  /** How far the clock of shells is ahead; Node's is not moved. */
  aheadMs?: number;
}

/** All of a run's jobs, read as one. */
export interface WorkflowRun extends ActLog {
  /** `skipped` when no job ran at all. */
  conclusion: ActRun['conclusion'];
  /** By id, in the order they ran. */
  jobs: Readonly<Record<string, ActRun>>;
  /** Wall clock of all of them. */
  seconds: number;
}

const FOLDER = '.github/workflows';
const BOT = 'github-actions[bot]';

/**
 * Runs a workflow of the fake's default branch as GitHub would run it for this event: each job with a token that may do
 * what it asks for and nothing else, with the secrets that it names, and with a line in the list of runs. Throws when
 * GitHub would not have started it.
 */
export async function runWorkflow(
  github: GitHub,
  { workflow: file, ...happening }: Happening & { workflow: string },
  circumstances: Circumstances = {},
): Promise<WorkflowRun> {
  const { event, actor, payload } = happening;
  const main = await inBare(github, 'rev-parse', 'main');
  const workflow = parseWorkflow(file, await inBare(github, 'show', `${main}:${FOLDER}/${file}`));
  if (!isWanted(workflow, event, payload)) throw new Error(`${file} does not ask for ${event} ${payload.action ?? ''}`);
  const id = circumstances.run ?? (await github.act.startRun(file, { event, actor }));
  const run = { id, sha: circumstances.sha ?? main };
  const jobs: Record<string, ActRun> = {};
  for (const job of inOrder(workflow.jobs))
    jobs[job.id] = await runJob(github, { workflow, job, run, jobs, happening, circumstances });
  const done = Object.values(jobs);
  const conclusion = conclude(done);
  github.act.finishRun(
    id,
    conclusion,
    workflow.jobs.map((job) => ({ name: job.name, conclusion: jobs[job.id]?.conclusion ?? 'skipped' })),
  );
  return { ...joinLogs(done), conclusion, jobs, seconds: done.reduce((sum, { seconds }) => sum + seconds, 0) };
}

/** One after the other, each behind those that it needs. */
function inOrder(jobs: readonly Job[]): Job[] {
  const sorted: Job[] = [];
  const isReady = (job: Job) => job.needs.every((id) => sorted.some((each) => each.id === id));
  while (sorted.length < jobs.length) {
    const next = jobs.find((job) => !sorted.includes(job) && isReady(job));
    if (!next) throw new Error('jobs wait for each other, or for one that is not there');
    sorted.push(next);
  }
  return sorted;
}

function conclude(jobs: readonly ActRun[]): ActRun['conclusion'] {
  const results = jobs.map(({ conclusion }) => conclusion);
  return results.includes('failure') ? 'failure' : results.includes('success') ? 'success' : 'skipped';
}

interface JobOrder {
  workflow: Workflow;
  job: Job;
  run: { id: number; sha: string };
  /** Those that ran before. */
  jobs: Readonly<Record<string, ActRun>>;
  happening: Happening;
  circumstances: Circumstances;
}

async function runJob(
  github: GitHub,
  { workflow, job, run, jobs, happening, circumstances }: JobOrder,
): Promise<ActRun> {
  const { secrets = {}, vars = {}, env = {}, aheadMs = 0 } = circumstances;
  const own = {
    GITHUB_TOKEN: github.token({ login: BOT, permissions: permissionsOf(job) }),
    ...Object.fromEntries(Object.entries(secrets).filter(([name]) => job.text.includes(`secrets.${name}`))),
  };
  const done = await runAct({
    ...happening,
    text: workflow.text,
    name: workflow.file,
    job: job.id,
    ended: Object.fromEntries(
      Object.entries(jobs).map(([id, { conclusion, outputs }]) => [id, { result: conclusion, outputs }]),
    ),
    actions: actionsOf(workflow),
    secrets: own,
    vars,
    env: { ...runnerEnvironment(github, run), ...env },
    programs: aheadMs === 0 ? {} : { date: clockAhead(aheadMs) },
  });
  return { ...done, outputs: withheld(done.outputs, Object.values(own)) };
}

/** GitHub hands an output on only where it sees none of the job's secrets in it. */
const withheld = (outputs: ActRun['outputs'], secrets: readonly string[]): ActRun['outputs'] =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      secrets.some((secret) => secret !== '' && value.includes(secret)) ? '' : value,
    ]),
  );

/** Git's answer about the repository on the fake. */
export async function inBare(github: GitHub, ...args: string[]): Promise<string> {
  const options = { cwd: github.bare, env: GIT_ENVIRONMENT, extendEnv: false, stripFinalNewline: false } as const;
  return (await execa('git', args, options)).stdout.replace(/\n$/, '');
}

function isWanted({ on }: Workflow, event: string, { action }: Happening['payload']): boolean {
  const { types } = objectOf(on[event]);
  const isListed = Array.isArray(types) ? types.includes(action) : types === action;
  return event in on && (types === undefined || isListed);
}

/** What the job asks for, and nothing where it says nothing: our workflows grant nothing at the top. */
const permissionsOf = ({ grants = [] }: Job): Permissions =>
  Object.fromEntries(grants.map(({ name, level }) => [name as PermissionName, level]));

const actionsOf = ({ jobs }: Workflow) =>
  jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => (uses ? [`${uses.action}@${uses.ref}`] : [])));

function runnerEnvironment({ url, apiUrl, state }: GitHub, run: { id: number; sha: string }): Record<string, string> {
  const { owner, name, defaultBranch } = state.repository;
  return {
    GITHUB_SERVER_URL: url,
    GITHUB_API_URL: apiUrl,
    GITHUB_GRAPHQL_URL: `${url}/api/graphql`,
    GITHUB_REPOSITORY: `${owner}/${name}`,
    GITHUB_REF: `refs/heads/${defaultBranch}`,
    GITHUB_RUN_ID: String(run.id),
    // By this name act takes github.sha.
    SHA_REF: run.sha,
  };
}

const clockAhead = (ms: number) =>
  `exec /usr/bin/date --date "@$(($(/usr/bin/date +%s) + ${Math.round(ms / 1000)}))" "$@"`;
