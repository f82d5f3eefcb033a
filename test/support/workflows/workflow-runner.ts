import { execa } from 'execa';
import type { PermissionName, Permissions } from '../github/auth.ts';
import { GIT_ENVIRONMENT } from '../github/bare-repository.ts';
import type { GitHub } from '../github/start-github.ts';
import { type ActRun, runAct } from './act-run.ts';
import type { Happening } from './happenings.ts';
import { objectOf, parseWorkflow, type Workflow } from './workflow-file.ts';

export interface Circumstances {
  /** The commit of the event. Default: where `main` stands. */
  sha?: string;
  /** A run that is queued on the fake already. Default: a new one. */
  run?: number;
  secrets?: Readonly<Record<string, string>>;
  vars?: Readonly<Record<string, string>>;
  /** How far the clock of shells is ahead; Node's is not moved. */
  aheadMs?: number;
}

const FOLDER = '.github/workflows';
const BOT = 'github-actions[bot]';

/**
 * Runs a workflow of the fake's default branch as GitHub would run it for this event: with a token that may do what the
 * job asks for and nothing else, and with a line in the list of runs. Throws when GitHub would not have started it.
 */
export async function runWorkflow(
  github: GitHub,
  { workflow: file, event, actor, payload }: Happening & { workflow: string },
  { sha, run, secrets = {}, vars = {}, aheadMs = 0 }: Circumstances = {},
): Promise<ActRun> {
  const main = await inBare(github, 'rev-parse', 'main');
  const workflow = parseWorkflow(file, await inBare(github, 'show', `${main}:${FOLDER}/${file}`));
  if (!isWanted(workflow, event, payload)) throw new Error(`${file} does not ask for ${event} ${payload.action ?? ''}`);
  const id = run ?? (await github.act.startRun(file, { event, actor }));
  const done = await runAct({
    text: workflow.text,
    name: file,
    actions: actionsOf(workflow),
    event,
    payload,
    actor,
    secrets: { GITHUB_TOKEN: github.token({ login: BOT, permissions: permissionsOf(workflow) }), ...secrets },
    vars,
    env: runnerEnvironment(github, { id, sha: sha ?? main }),
    programs: aheadMs === 0 ? {} : { date: clockAhead(aheadMs) },
  });
  github.act.finishRun(id, done.conclusion);
  return done;
}

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

/** What the file asks for; a run has one token, so that jobs with different grants would have to be run apart. */
function permissionsOf({ file, jobs }: Workflow): Permissions {
  const [job, ...others] = jobs;
  if (others.length > 0) throw new Error(`${file} has several jobs, each with a token of its own`);
  return Object.fromEntries((job?.grants ?? []).map(({ name, level }) => [name as PermissionName, level]));
}

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
