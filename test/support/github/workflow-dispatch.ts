import { isObject, type Json, type JsonObject } from './json-schema.ts';
import { refusal } from './reply.ts';
import { addRun } from './run-deeds.ts';
import type { RunState } from './state.ts';
import type { Store } from './store.ts';
import { allWorkflows, readWorkflow, type Workflow } from './workflow-files.ts';

export interface WorkflowOrder {
  login: string;
  ref: string;
  inputs: JsonObject;
}

/** Starts a workflow by hand or by token. Throws GitHub's refusals, which it makes before anything is queued. */
export async function dispatchWorkflow(store: Store, workflow: Workflow, order: WorkflowOrder): Promise<RunState> {
  const { login, ref, inputs } = order;
  if (workflow.condition !== 'active')
    throw refusal(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  if (!store.state.settings.areActionsEnabled) throw refusal(422, 'Actions has been disabled for this repository.');
  const sha = await store.bare.commitOf(ref);
  if (sha === undefined) throw refusal(422, `No ref found for: ${ref}`);
  const atRef = await readWorkflow(store, workflow.path, ref);
  if (!atRef || !('workflow_dispatch' in atRef.events))
    throw refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
  checkInputs(atRef, inputs);
  const branch = ref.replace(/^refs\/(heads|tags)\//, '');
  store.state.dispatches.push({ kind: 'workflow', target: workflow.path, login, at: store.now(), ref: branch, inputs });
  return addRun(store, atRef, { event: 'workflow_dispatch', actor: login, branch, sha });
}

/** Queues every workflow that waits for such an event of the repository. */
export async function dispatchRepository(
  store: Store,
  type: string,
  { login, inputs }: Omit<WorkflowOrder, 'ref'>,
): Promise<void> {
  const { state, bare } = store;
  const branch = state.repository.defaultBranch;
  const sha = await bare.git('rev-parse', branch);
  state.dispatches.push({ kind: 'repository', target: type, login, at: store.now(), ref: branch, inputs });
  if (!state.settings.areActionsEnabled) return;
  for (const workflow of await allWorkflows(store)) {
    if (workflow.condition !== 'active' || !waitsFor(workflow, type)) continue;
    addRun(store, workflow, { event: 'repository_dispatch', actor: login, branch, sha });
  }
}

function waitsFor({ events }: Workflow, type: string): boolean {
  if (!('repository_dispatch' in events)) return false;
  const listener = events.repository_dispatch;
  const types = isObject(listener) ? listener.types : undefined;
  return types === undefined || [types].flat().includes(type);
}

function checkInputs({ events }: Workflow, given: JsonObject): void {
  const trigger = events.workflow_dispatch;
  const known = isObject(trigger) && isObject(trigger.inputs) ? trigger.inputs : {};
  const strange = Object.keys(given).filter((name) => !Object.hasOwn(known, name));
  if (strange.length > 0) throw refusal(422, `Unexpected inputs provided: ${JSON.stringify(strange)}`);
  for (const [name, input] of Object.entries(known)) checkInput(name, isObject(input) ? input : {}, given[name]);
}

function checkInput(name: string, { required, default: preset, options }: JsonObject, value: Json | undefined): void {
  if (value === undefined) {
    if (required === true && preset === undefined) throw refusal(422, `Required input '${name}' not provided`);
    return;
  }
  if (typeof value !== 'string') throw refusal(422, `Invalid value for input '${name}': not a string`);
  const isListed = !Array.isArray(options) || options.includes(value);
  if (!isListed) throw refusal(422, `Provided value '${value}' for input '${name}' not in the list of allowed values`);
}
