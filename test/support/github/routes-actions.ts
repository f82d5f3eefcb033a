import { logReply } from './job-log.ts';
import { isObject } from './json-schema.ts';
import { pageOf } from './pagination.ts';
import { noContent, notFound, ok } from './reply.ts';
import type { Call, Route } from './route.ts';
import { jobBody, runBody } from './run-body.ts';
import { runOf } from './run-deeds.ts';
import { runsThatMatch } from './run-list.ts';
import { apiPath, fullName, webPath } from './store.ts';
import { dispatchRepository, dispatchWorkflow } from './workflow-dispatch.ts';
import { allWorkflows, findWorkflow, type Workflow, workflowBody } from './workflow-files.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const WORKFLOW = `${REPOSITORY}/actions/workflows/{workflow_id}`;
const RUN = `${REPOSITORY}/actions/runs/{run_id}`;
const RUN_FILTERS = ['exclude_pull_requests', 'check_suite_id'];

export const ACTION_ROUTES: readonly Route[] = [
  {
    operation: `GET ${REPOSITORY}/actions/workflows`,
    needs: ['actions:read'],
    async handle(call) {
      const all = await allWorkflows(call.store);
      const { items, headers } = pageOf(all, call, `/repos/${fullName(call.store)}/actions/workflows`);
      const workflows = items.map((workflow) => workflowBody(call.store, workflow));
      return { ...ok({ total_count: all.length, workflows }), headers };
    },
  },
  {
    operation: `GET ${WORKFLOW}`,
    needs: ['actions:read'],
    handle: async (call) => ok(workflowBody(call.store, await workflowOf(call))),
  },
  { operation: `PUT ${WORKFLOW}/enable`, needs: ['actions:write'], handle: (call) => setCondition(call, 'active') },
  {
    operation: `PUT ${WORKFLOW}/disable`,
    needs: ['actions:write'],
    handle: (call) => setCondition(call, 'disabled_manually'),
  },
  {
    operation: `POST ${WORKFLOW}/dispatches`,
    needs: ['actions:write'],
    async handle(call) {
      const { store, token, body } = call;
      const inputs = isObject(body.inputs) ? body.inputs : {};
      const order = { login: token.login, ref: String(body.ref), inputs };
      const { id } = await dispatchWorkflow(store, await workflowOf(call), order);
      if (body.return_run_details !== true) return noContent;
      const path = `/actions/runs/${id}`;
      return ok({ workflow_run_id: id, run_url: apiPath(store, path), html_url: webPath(store, path) });
    },
  },
  {
    operation: `GET ${WORKFLOW}/runs`,
    needs: ['actions:read'],
    unsupported: RUN_FILTERS,
    async handle(call) {
      const { path } = await workflowOf(call);
      return runList(call, { path, below: `/actions/workflows/${call.params.workflow_id}/runs` });
    },
  },
  {
    operation: `GET ${REPOSITORY}/actions/runs`,
    needs: ['actions:read'],
    unsupported: RUN_FILTERS,
    handle: (call) => runList(call, { below: '/actions/runs' }),
  },
  {
    operation: `GET ${RUN}`,
    needs: ['actions:read'],
    unsupported: RUN_FILTERS,
    handle: async ({ store, params }) => ok(await runBody(store, runOf(store, params.run_id))),
  },
  {
    operation: `GET ${RUN}/jobs`,
    needs: ['actions:read'],
    handle(call) {
      const run = runOf(call.store, call.params.run_id);
      const { items, headers } = pageOf(run.jobs, call, `/repos/${fullName(call.store)}/actions/runs/${run.id}/jobs`);
      const jobs = items.map((job) => jobBody(call.store, run, job));
      return { ...ok({ total_count: run.jobs.length, jobs }), headers };
    },
  },
  {
    operation: `GET ${REPOSITORY}/actions/jobs/{job_id}/logs`,
    needs: ['actions:read'],
    handle: ({ store, params }) => logReply(store, Number(params.job_id)),
  },
  {
    operation: `POST ${REPOSITORY}/dispatches`,
    needs: ['contents:write'],
    async handle({ store, token, body }) {
      const inputs = isObject(body.client_payload) ? body.client_payload : {};
      await dispatchRepository(store, String(body.event_type), { login: token.login, inputs });
      return noContent;
    },
  },
];

async function workflowOf({ store, params }: Call): Promise<Workflow> {
  const workflow = await findWorkflow(store, params.workflow_id ?? '');
  if (!workflow) throw notFound();
  return workflow;
}

async function setCondition(call: Call, condition: 'active' | 'disabled_manually') {
  const { path } = await workflowOf(call);
  call.store.state.workflows[path] = condition;
  return noContent;
}

async function runList(call: Call, { path, below }: { path?: string; below: string }) {
  const all = runsThatMatch(call, path);
  const { items, headers } = pageOf(all, call, `/repos/${fullName(call.store)}${below}`);
  const runs = await Promise.all(items.map((run) => runBody(call.store, run)));
  return { ...ok({ total_count: all.length, workflow_runs: runs }), headers };
}
