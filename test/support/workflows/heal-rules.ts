import type { Job, Workflow } from './workflow-file.ts';

/** What heal.yml must be like beside WORKFLOW_RULES: who meets what a model wrote, and what that job holds. */

/** All that a kind of job holds and does. */
interface Part {
  command: string;
  install: string;
  secrets: readonly string[];
  /** The job's token, beyond the checkout of its code. */
  hasToken: boolean;
  grants: Readonly<Record<string, 'read' | 'write'>>;
}

/** None of the packages' own scripts, nor what only tests need. */
const LEAN = 'npm ci --omit=dev --ignore-scripts ';

const PARTS: Readonly<Record<string, Part>> = {
  propose: {
    command: 'node src/steward.js heal propose ',
    install: LEAN,
    secrets: ['ANTHROPIC_API_KEY', 'GEMINI_API_KEY'],
    hasToken: true,
    grants: { contents: 'read', issues: 'read', 'pull-requests': 'read' },
  },
  verify: {
    command: 'node src/steward.js heal verify',
    install: 'npm ci ',
    secrets: [],
    hasToken: false,
    grants: { contents: 'read' },
  },
  publish: {
    command: 'node src/steward.js heal publish',
    install: LEAN,
    secrets: ['STEWARD_DEPLOY_KEY', 'STEWARD_TOKEN'],
    hasToken: true,
    grants: { contents: 'write', 'pull-requests': 'write', issues: 'write', statuses: 'write' },
  },
};

const ROUNDS = [1, 2, 3];
const PAIRS = ROUNDS.flatMap((round) => [`propose-${round}`, `verify-${round}`]);

export const HEAL_RULES = {
  knownJobs: ({ jobs }) => {
    const ids = jobs.map(({ id }) => id);
    const wanted = [...PAIRS, 'publish'];
    return ids.toSorted().join() === wanted.toSorted().join()
      ? []
      : [`its jobs are ${ids.join()}, not ${wanted.join()}`];
  },

  ownSecrets: (workflow) =>
    eachPart(workflow, ({ text }, { secrets }) =>
      [...text.matchAll(/\bsecrets\b\W*(\w*)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !secrets.includes(name))
        .map((name) => `must not hold the secret ${name}`),
    ),

  ownToken: (workflow) =>
    eachPart(workflow, ({ text }, { hasToken }) =>
      !hasToken && /\bgithub\W+token\b|\b(GITHUB|GH)_TOKEN\b/i.test(text) ? ['must not hold a token'] : [],
    ),

  ownGrants: (workflow) =>
    eachPart(workflow, (job, part) =>
      (job.grants ?? [])
        .filter(({ name, level }) => part.grants[name] !== level)
        .map(({ name, level }) => `must not be granted ${name}: ${level}`),
    ),

  ownCommand: (workflow) =>
    eachPart(workflow, ({ steps }, { command, install }) => {
      const [checkout, ...runs] = steps;
      const isAsWanted =
        checkout?.uses?.action === 'actions/checkout' &&
        runs.length === 2 &&
        `${runs[0]?.run} `.startsWith(install) &&
        `${runs[1]?.run}`.startsWith(command) &&
        !/[;&|]|\$\(|`/.test(runs.map(({ run }) => run).join(' '));
      return isAsWanted ? [] : [`must check out, install by \`${install.trim()}\`, and run \`${command.trim()}\` only`];
    }),

  chain: (workflow) =>
    eachPart(workflow, (job, _, [kind, round]) => {
      const needs = kind === 'publish' ? PAIRS : kind === 'verify' ? [`propose-${round}`] : [];
      const before = `verify-${Number(round) - 1}`;
      const condition =
        kind === 'verify'
          ? `needs.propose-${round}.outputs.verify == 'true'`
          : kind === 'propose' && round !== '1'
            ? `needs.${before}.outputs.again == 'true'`
            : '';
      return [
        ...[...needs, ...(condition.includes(before) ? [before] : [])]
          .filter((id) => !job.needs.includes(id))
          .map((id) => `must wait for ${id}`),
        ...((job.if ?? '').includes(condition) ? [] : [`must ask \`${condition}\``]),
      ];
    }),

  /** Written out three times, since GitHub has no loops: what holds for one must hold for all. */
  alikeRounds: (workflow) =>
    eachPart(workflow, (job, _, [kind]) => {
      const first = workflow.jobs.find(({ id }) => id === `${kind}-1`) ?? job;
      return shapeOf(job) === shapeOf(first) ? [] : [`is not what ${first.id} is`];
    }),
} satisfies Record<string, (workflow: Workflow) => string[]>;

/** All but what comes from other jobs. */
function shapeOf({ id, grants, timeoutMinutes, steps }: Job): string {
  const kept = steps.map(({ env: _, run = '', ...step }) => ({ ...step, run: run.replace(/--attempt \d.*/, '') }));
  return JSON.stringify([id.replace(/\d$/, ''), grants, timeoutMinutes, kept]);
}

function eachPart(
  { file, jobs }: Workflow,
  judge: (job: Job, part: Part, name: readonly [kind: string, round: string]) => string[],
): string[] {
  return jobs.flatMap((job) => {
    const [kind = '', round = ''] = job.id.split('-');
    const part = PARTS[kind];
    return part ? judge(job, part, [kind, round]).map((finding) => `${file}, job ${job.id}: ${finding}`) : [];
  });
}
