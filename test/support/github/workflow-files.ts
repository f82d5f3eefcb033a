import { parse } from 'yaml';
import { isObject, type JsonObject } from './json-schema.ts';
import type { WorkflowCondition } from './state.ts';
import { apiPath, nodeId, type Store, stableNumber, webPath } from './store.ts';

/** Workflows are the files of `.github/workflows` on the default branch. */
export interface Workflow {
  id: number;
  path: string;
  name: string;
  condition: WorkflowCondition;
  /** Its events with what stands below them. */
  events: JsonObject;
}

const FOLDER = '.github/workflows/';

export async function allWorkflows(store: Store): Promise<Workflow[]> {
  const { bare, state } = store;
  const ref = state.repository.defaultBranch;
  const listed = await bare.ask('ls-tree', '--name-only', ref, '--', FOLDER);
  const paths = (listed ?? '').split('\n').filter((path) => /\.ya?ml$/.test(path));
  const read = await Promise.all(paths.map((path) => readWorkflow(store, path, ref)));
  return read.filter((workflow) => workflow !== undefined);
}

/** By id, or by the file's name without its folder. */
export async function findWorkflow(store: Store, key: string): Promise<Workflow | undefined> {
  return (await allWorkflows(store)).find(({ id, path }) => String(id) === key || path === `${FOLDER}${key}`);
}

/** As it stands at a ref: a dispatch runs the file of the branch that it names. */
export async function readWorkflow(store: Store, path: string, ref: string): Promise<Workflow | undefined> {
  const text = await store.bare.read(ref, path);
  if (text === undefined) return undefined;
  const content: unknown = parse(text);
  const { name, on } = isObject(content) ? content : {};
  const events = eventsOf(on);
  const isOff = store.state.repository.isFork && 'schedule' in events;
  const condition = store.state.workflows[path] ?? (isOff ? 'disabled_fork' : 'active');
  return { id: stableNumber(path), path, name: typeof name === 'string' ? name : path, condition, events };
}

/** `on` is a name, a list of names, or an object. */
function eventsOf(on: unknown): JsonObject {
  if (isObject(on)) return on;
  const names = Array.isArray(on) ? on : [on];
  return Object.fromEntries(names.map((name) => [String(name), null]));
}

export function workflowBody(store: Store, { id, path, name, condition }: Workflow) {
  const { createdAt, defaultBranch } = store.state.repository;
  return {
    id,
    node_id: nodeId('Workflow', id),
    name,
    path,
    state: condition,
    created_at: createdAt,
    updated_at: createdAt,
    url: apiPath(store, `/actions/workflows/${id}`),
    html_url: webPath(store, `/blob/${defaultBranch}/${path}`),
    badge_url: webPath(store, `/workflows/${encodeURIComponent(name)}/badge.svg`),
  };
}
