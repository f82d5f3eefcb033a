import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';

/** A workflow file as its rules and the runner look at it: what YAML says, and the comments beside it. */
export interface Workflow {
  /** Without its folder: `cycle.yml`. */
  file: string;
  text: string;
  name: string;
  /** Events with what stands below them. */
  on: Record<string, unknown>;
  /** Undefined when nothing is said. */
  permissions: unknown;
  env: Record<string, unknown>;
  concurrency: unknown;
  jobs: Job[];
}

export interface Job {
  id: string;
  /** What people see; the id where it has none. */
  name: string;
  /** The lines of the job, its own key included. */
  text: string;
  /** Ids of the jobs that it waits for. */
  needs: string[];
  if?: string;
  /** Expressions by name. */
  outputs: Record<string, unknown>;
  /** Undefined when the job does not say. */
  grants: Grant[] | undefined;
  timeoutMinutes: unknown;
  concurrency: unknown;
  env: Record<string, unknown>;
  /** The workflow that it calls, where it has no steps of its own. */
  uses?: ActionReference;
  steps: Step[];
}

export interface ActionReference {
  /** `owner/name`, perhaps with a folder. */
  action: string;
  /** What stands behind the @. */
  ref: string;
  comment: string;
}

/** One line below a job's `permissions`. */
export interface Grant {
  name: string;
  level: string;
  /** What stands behind it; empty without a comment. */
  comment: string;
}

export interface Step {
  /** Its name, id, action or number: whatever a reader finds it by. */
  label: string;
  id?: string;
  if?: string;
  uses?: ActionReference;
  run?: string;
  with: Record<string, unknown>;
  env: Record<string, unknown>;
}

/** Throws with the parser's words when it is no YAML. */
export function parseWorkflow(file: string, text: string): Workflow {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('\n')}`);
  const content = objectOf(document.toJS());
  return {
    file,
    text,
    name: String(content.name ?? file),
    on: eventsOf(content.on),
    permissions: content.permissions,
    env: objectOf(content.env),
    concurrency: content.concurrency,
    jobs: itemsOf(document.get('jobs')).map(({ key, value, from }) =>
      readJob({ id: key, node: value, text: text.slice(from, endOf(value, text)) }),
    ),
  };
}

function readJob({ id, node, text }: { id: string; node: Node | undefined; text: string }): Job {
  const content = objectOf(isMap(node) ? node.toJSON() : undefined);
  const permissions = isMap(node) ? node.get('permissions') : undefined;
  const steps = isMap(node) ? node.get('steps') : undefined;
  return {
    id,
    name: String(content.name ?? id),
    text,
    needs: [content.needs ?? []].flat().map(String),
    ...(content.if === undefined ? {} : { if: String(content.if) }),
    outputs: objectOf(content.outputs),
    grants: isMap(permissions) ? itemsOf(permissions).map(readGrant) : undefined,
    timeoutMinutes: content['timeout-minutes'],
    concurrency: content.concurrency,
    env: objectOf(content.env),
    ...readUses(node),
    steps: isSeq(steps) ? steps.items.map((step, index) => readStep(step, index)) : [],
  };
}

const readGrant = ({ key, value }: Item): Grant => ({
  name: key,
  level: isScalar(value) ? String(value.value) : '',
  comment: value?.comment?.trim() ?? '',
});

function readStep(node: unknown, index: number): Step {
  const content = objectOf(isMap(node) ? node.toJSON() : undefined);
  return {
    label: String(content.name ?? content.id ?? content.uses ?? `step ${index + 1}`),
    ...(typeof content.id === 'string' ? { id: content.id } : {}),
    ...(content.if === undefined ? {} : { if: String(content.if) }),
    ...readUses(node),
    ...(typeof content.run === 'string' ? { run: content.run } : {}),
    with: objectOf(content.with),
    env: objectOf(content.env),
  };
}

function readUses(node: unknown): { uses?: ActionReference } {
  const uses = isMap(node) ? node.get('uses', true) : undefined;
  if (typeof uses?.value !== 'string') return {};
  const [action = '', ref = ''] = uses.value.split('@');
  return { uses: { action, ref, comment: uses.comment?.trim() ?? '' } };
}

interface Item {
  key: string;
  value: Node | undefined;
  /** Where its key begins in the text. */
  from: number;
}

function itemsOf(node: unknown): Item[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key: String(key.value), value: value as Node, from: key.range?.[0] ?? 0 }] : [],
  );
}

const endOf = (node: Node | undefined, text: string): number => node?.range?.[2] ?? text.length;

/** `on` is a name, a list of names, or an object. */
function eventsOf(on: unknown): Record<string, unknown> {
  if (typeof on === 'string') return { [on]: null };
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [String(name), null]));
  return objectOf(on);
}

export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
