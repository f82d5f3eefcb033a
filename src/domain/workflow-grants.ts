import type { Directive } from './directive.ts';
import { FORGE_OPERATIONS } from './forge.ts';
import { errorAt, type Problem } from './problem.ts';
import { parseYamlObject, type YamlObject } from './yaml-object.ts';

export const CYCLE_WORKFLOW = '.github/workflows/cycle.yml';

/** The event of GitHub behind each word of a directive's `on:`, and the lines that listen for it. */
const TRIGGERS: Record<Directive['on'][number], { event: string; lines: string }> = {
  task: { event: 'issues', lines: 'issues: { types: [opened, reopened, labeled] }' },
  issue: { event: 'issues', lines: 'issues: { types: [opened, reopened, labeled] }' },
  dispatch: { event: 'repository_dispatch', lines: 'repository_dispatch: { types: [steward] }' },
  'ci-failed': { event: 'workflow_run', lines: 'workflow_run: { workflows: [ci], types: [completed] }' },
  merge: { event: 'pull_request', lines: 'pull_request: { types: [closed] }' },
};

interface Place<T> {
  path: (string | number)[];
  value: T;
}

/**
 * What directives are granted and cycle.yml does not pass on: secrets, events and permissions, each with the line to
 * add. GitHub hands a job only what its workflow names, and naming all of them would hand out too much.
 */
export function workflowProblems(text: string, directives: readonly Directive[]): Problem[] {
  const yaml = parseYamlObject(text, CYCLE_WORKFLOW);
  if (yaml.problems.length > 0) return yaml.problems;
  const workflow = asObject(yaml.value);
  const step = cycleStep(workflow);
  if (!step)
    return [errorAt(CYCLE_WORKFLOW, 1, 'no step that runs a cycle', 'a step with `node src/steward.js cycle`')];
  const active = directives.filter(({ enabled }) => enabled);
  return active.flatMap((directive) => [
    ...missingSecrets(yaml, step.environment, directive),
    ...missingTriggers(yaml, triggersOf(workflow.on), directive),
    ...missingPermissions(yaml, step.permissions, directive),
  ]);
}

function missingSecrets(
  yaml: YamlObject,
  { path, value }: Place<Record<string, unknown>>,
  directive: Directive,
): Problem[] {
  return directive.secrets
    .filter((name) => String(value[name]).replaceAll(' ', '') !== `\${{secrets.${name}}}`)
    .map((name) =>
      errorAt(
        CYCLE_WORKFLOW,
        yaml.lineOf(path),
        `no \`${name}\` for ${directive.file}, which grants it`,
        `the line \`${name}: \${{ secrets.${name} }}\` under \`env:\` of the step that runs the cycle`,
        'Its value goes to Settings, Secrets and variables, Actions',
      ),
    );
}

/** `on: push`, `on: [push, issues]` and a block of events say the same. */
function triggersOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(asObject(on));
}

function missingTriggers(yaml: YamlObject, triggers: readonly string[], directive: Directive): Problem[] {
  const missing = directive.on.filter((word) => !triggers.includes(TRIGGERS[word].event));
  return missing.map((word) =>
    errorAt(
      CYCLE_WORKFLOW,
      yaml.lineOf(['on']),
      `no trigger \`${TRIGGERS[word].event}\` for ${directive.file}, which says \`on: [${word}]\``,
      `the line \`${TRIGGERS[word].lines}\` under \`on:\``,
    ),
  );
}

/** Every token may read the one; no workflow can grant the other: that takes a token of one's own, STEWARD_TOKEN. */
const UNGRANTABLE = ['metadata', 'administration'];

function missingPermissions(yaml: YamlObject, { path, value }: Place<unknown>, directive: Directive): Problem[] {
  const needed = new Set(directive.forge.map((operation) => FORGE_OPERATIONS[operation].permission));
  if (directive.deliver === 'pull-request') needed.add('pull-requests: write');
  return [...needed]
    .filter((line) => {
      const [name = '', level] = line.split(': ');
      return !UNGRANTABLE.includes(name) && !['write', level].includes(levelOf(value, name));
    })
    .map((line) =>
      errorAt(
        CYCLE_WORKFLOW,
        yaml.lineOf(path),
        `no \`${line}\` for ${directive.file}, which needs it`,
        `the line \`${line}\` under \`permissions:\` of the job`,
      ),
    );
}

/** `permissions: write-all` goes for every name. */
const levelOf = (permissions: unknown, name: string): string =>
  typeof permissions === 'string' ? permissions.replace(/-all$/, '') : String(asObject(permissions)[name]);

function cycleStep(
  workflow: Record<string, unknown>,
): { environment: Place<Record<string, unknown>>; permissions: Place<unknown> } | undefined {
  for (const [name, raw] of Object.entries(asObject(workflow.jobs))) {
    const job = asObject(raw);
    const steps = Array.isArray(job.steps) ? job.steps.map(asObject) : [];
    const index = steps.findIndex(({ run }) => /steward(\.js)?( --)? cycle|npm start/.test(String(run)));
    if (index < 0) continue;
    return {
      environment: {
        path: ['jobs', name, 'steps', index, 'env'],
        value: { ...asObject(workflow.env), ...asObject(job.env), ...asObject(steps[index]?.env) },
      },
      permissions: {
        path: ['jobs', name, 'permissions'],
        value: job.permissions ?? workflow.permissions,
      },
    };
  }
  return undefined;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
