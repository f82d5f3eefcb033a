import type { ForgeArguments, ForgeResult } from '../../domain/forge.ts';
import type { Workflow, WorkflowRun } from '../../domain/forge-words.ts';
import type { GithubClient } from './client.ts';
import { takePages } from './pages.ts';

/** Newest first. */
export async function listRuns(
  { octokit, owner, repo }: GithubClient,
  { workflow, branch, event, status, since, limit }: ForgeArguments<'runs.list'>,
): Promise<WorkflowRun[]> {
  const filters = Object.entries({ branch, event, status, created: since && `>=${since}` }).filter(
    ([, value]) => value,
  );
  const query = { owner, repo, ...(Object.fromEntries(filters) as { branch?: string }) };
  const found = await takePages(limit, async (page) => {
    const { data } = workflow
      ? await octokit.rest.actions.listWorkflowRuns({ ...query, workflow_id: workflow, ...page })
      : await octokit.rest.actions.listWorkflowRunsForRepo({ ...query, ...page });
    return { size: data.workflow_runs.length, items: data.workflow_runs };
  });
  return found.map((run) => ({
    id: run.id,
    workflow: fileName(run.path),
    event: run.event,
    status: run.status ?? 'unknown',
    conclusion: run.conclusion,
    branch: run.head_branch ?? '',
    sha: run.head_sha,
    actor: run.actor?.login ?? 'ghost',
    created: run.created_at,
    started: run.run_started_at ?? run.created_at,
    updated: run.updated_at,
    url: run.html_url,
  }));
}

/** `.github/workflows/ci.yml@refs/heads/main` -> `ci.yml` */
const fileName = (path: string): string => path.replace(/@.*$/, '').split('/').at(-1) ?? path;

export async function listWorkflows({ octokit, owner, repo }: GithubClient): Promise<Workflow[]> {
  const found = await takePages(300, async (page) => {
    const { data } = await octokit.rest.actions.listRepoWorkflows({ owner, repo, ...page });
    return { size: data.workflows.length, items: data.workflows };
  });
  return found.map(({ path, name, state }) => ({ file: fileName(path), name, state }));
}

export async function dispatchWorkflow(
  { octokit, owner, repo }: GithubClient,
  { workflow, ref, inputs }: ForgeArguments<'workflows.dispatch'>,
): Promise<ForgeResult<'workflows.dispatch'>> {
  await octokit.rest.actions.createWorkflowDispatch({ owner, repo, workflow_id: workflow, ref, inputs });
  return { dispatched: true };
}

export async function enableWorkflow(
  { octokit, owner, repo }: GithubClient,
  { workflow }: ForgeArguments<'workflows.enable'>,
): Promise<ForgeResult<'workflows.enable'>> {
  await octokit.rest.actions.enableWorkflow({ owner, repo, workflow_id: workflow });
  return { enabled: true };
}

export async function createStatus(
  { octokit, owner, repo }: GithubClient,
  { sha, context, state, description, url }: ForgeArguments<'statuses.create'>,
): Promise<ForgeResult<'statuses.create'>> {
  const target = url ? { target_url: url } : {};
  const { data } = await octokit.rest.repos.createCommitStatus({
    owner,
    repo,
    sha,
    context,
    state,
    description,
    ...target,
  });
  return { id: data.id };
}
