import { headCommitBody } from './commit-body.ts';
import { minimalRepositoryBody } from './repository-body.ts';
import type { JobState, RunState } from './state.ts';
import { apiPath, nodeId, type Store, stableNumber, webPath } from './store.ts';
import { userBody } from './user-body.ts';

/** Runs of workflows and their jobs. */
export async function runBody(store: Store, run: RunState) {
  const { id, path, name, event, status, conclusion, branch, sha, actor, number, createdAt, startedAt, updatedAt } =
    run;
  const person = userBody(store, actor);
  const repository = minimalRepositoryBody(store);
  return {
    id,
    node_id: nodeId('WorkflowRun', id),
    name,
    path,
    display_title: name,
    run_number: number,
    run_attempt: 1,
    event,
    status,
    conclusion,
    head_branch: branch,
    head_sha: sha,
    workflow_id: stableNumber(path),
    pull_requests: [],
    ...runUrls(store, run),
    check_suite_id: id,
    check_suite_node_id: nodeId('CheckSuite', id),
    referenced_workflows: [],
    created_at: createdAt,
    updated_at: updatedAt,
    run_started_at: startedAt,
    actor: person,
    triggering_actor: person,
    head_commit: await headCommitBody(store, sha),
    repository,
    head_repository: repository,
  };
}

function runUrls(store: Store, { id, path }: RunState) {
  const url = apiPath(store, `/actions/runs/${id}`);
  return {
    url,
    html_url: webPath(store, `/actions/runs/${id}`),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    artifacts_url: `${url}/artifacts`,
    workflow_url: apiPath(store, `/actions/workflows/${stableNumber(path)}`),
    check_suite_url: apiPath(store, `/check-suites/${id}`),
    previous_attempt_url: null,
  };
}

export function jobBody(store: Store, run: RunState, job: JobState) {
  const { id, name, status, conclusion, startedAt, completedAt, steps } = job;
  const runner = {
    runner_id: 1,
    runner_name: 'GitHub Actions 1',
    runner_group_id: 0,
    runner_group_name: 'GitHub Actions',
  };
  return {
    id,
    node_id: nodeId('CheckRun', id),
    run_id: run.id,
    run_url: apiPath(store, `/actions/runs/${run.id}`),
    name,
    run_attempt: 1,
    head_sha: run.sha,
    head_branch: run.branch,
    workflow_name: run.name,
    status,
    conclusion,
    url: apiPath(store, `/actions/jobs/${id}`),
    html_url: webPath(store, `/actions/runs/${run.id}/job/${id}`),
    check_run_url: apiPath(store, `/check-runs/${id}`),
    labels: ['ubuntu-26.04'],
    ...runner,
    created_at: run.createdAt,
    started_at: startedAt,
    completed_at: completedAt,
    steps: steps.map((step, index) => ({
      name: step.name,
      number: index + 1,
      status: 'completed',
      conclusion: step.conclusion,
      started_at: startedAt,
      completed_at: completedAt,
    })),
  };
}
