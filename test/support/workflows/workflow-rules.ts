import type { Job, Step, Workflow } from './workflow-file.ts';

/** What a workflow of Steward's must be like. Each rule takes one workflow and gives what is wrong with it, a line each. */
export type WorkflowRule = (workflow: Workflow) => string[];

/** The branch as it is now, whatever event started the run. */
const BY_BRANCH = /^\$\{\{ *github\.(event\.repository\.default_branch|ref_name)\b[^}]*\}\}$/;
const PAUSE = `\${{ vars.STEWARD_PAUSED }}`;
/** What stops when it is paused. `check` only looks. */
const RUNS_AGENT = /\.github\/scripts\/\w+\.sh\b|src\/steward\.js (?!check\b)/;
const INSTALLS = /\bnpm (ci|install|i)\b|\bnpx\b/;
const IS_DUE = "steps.gate.outputs.run == 'true'";

export const WORKFLOW_RULES = {
  noForeignCode: ({ file, on }) =>
    'pull_request_target' in on
      ? [`${file}: pull_request_target gives a stranger's change the token and the secrets`]
      : [],

  oddMinutes: ({ file, on }) =>
    [on.schedule].flat().flatMap((each) => {
      const cron = String((each as { cron?: unknown } | undefined)?.cron ?? '');
      const isOdd = /^\d*[13579]$/.test(cron.split(' ')[0] ?? '');
      return each === undefined || isOdd
        ? []
        : [`${file}: the schedule ${cron} is not at one odd minute, off the rush`];
    }),

  nothingByDefault: ({ file, permissions }) =>
    JSON.stringify(permissions) === '{}' ? [] : [`${file}: permissions at the top must be {}`],

  explainedGrants: (workflow) =>
    eachJob(workflow, ({ grants }) => [
      ...(grants === undefined ? ['lists no permissions of its own'] : []),
      ...(grants ?? []).flatMap(({ name, level, comment }) => [
        ...(['read', 'write'].includes(level) ? [] : [`${name}: ${level} is neither read nor write`]),
        ...(comment === '' ? [`${name}: ${level} stands there without a comment that says what for`] : []),
      ]),
    ]),

  timeLimits: (workflow) =>
    eachJob(workflow, ({ timeoutMinutes }) =>
      typeof timeoutMinutes === 'number' && timeoutMinutes > 0 ? [] : ['has no timeout-minutes'],
    ),

  oneWriter: (workflow) => [
    ...(groupOf(workflow.concurrency) === 'steward-state'
      ? [`${workflow.file}: the group steward-state is for jobs; a workflow that holds it waits for itself`]
      : []),
    ...eachJob(workflow, (job) => {
      const isWriter = mayWrite(job, 'contents');
      if (isWriter !== (groupOf(job.concurrency) === 'steward-state'))
        return [
          isWriter
            ? 'pushes, but outside of the group steward-state'
            : 'is in the group steward-state, but pushes nothing',
        ];
      const { 'cancel-in-progress': cancels, queue } = { ...(job.concurrency as Record<string, unknown>) };
      return isWriter && (cancels !== false || queue !== 'max')
        ? ['must have cancel-in-progress: false and queue: max, or a run is lost']
        : [];
    }),
  ],

  pinnedActions: (workflow) =>
    referencesOf(workflow).flatMap(({ action, ref, comment }) =>
      /^[0-9a-f]{40}$/.test(ref) && /^v\d+\.\d+\.\d+$/.test(comment)
        ? []
        : [`${workflow.file}: ${action}@${ref} is not pinned as a commit's 40 digits with # vX.Y.Z behind them`],
    ),

  freshCheckout: (workflow) =>
    workflow.file === 'ci.yml'
      ? []
      : eachStep(workflow, (step) =>
          isCheckout(step) && !BY_BRANCH.test(String(step.with.ref))
            ? ['must say the branch in ref, or a run that waited starts from an old commit']
            : [],
        ),

  forgottenCredentials: (workflow) =>
    eachStep(workflow, (step, job) => {
      const keeps = step.with['persist-credentials'];
      if (!isCheckout(step) || keeps === false) return [];
      return keeps === true && mayWrite(job, 'contents')
        ? []
        : ['must say persist-credentials: false where nothing is pushed, and say true where something is'];
    }),

  noExpressionsInShell: (workflow) =>
    eachStep(workflow, ({ run }) =>
      run?.includes(`\${{`) ? ['has an expression in its run: whoever fills it writes shell; pass it by env'] : [],
    ),

  namedSecrets: ({ file, text, env, jobs }) => [
    ...(/^\s*secrets\s*:\s*inherit\b/m.test(text) ? [`${file}: secrets: inherit hands over all of them`] : []),
    ...expressionsOf(text)
      .filter((each) => /\bsecrets\b(?!\.[A-Z][A-Z0-9_]*\b)/i.test(each))
      .map((each) => `${file}: ${each} names no single secret`),
    ...(/\bsecrets\b/i.test(JSON.stringify([env, jobs.map((job) => job.env)]))
      ? [`${file}: a secret stands in the env of more than one step`]
      : []),
  ],

  noCaches: (workflow) =>
    eachStep(workflow, ({ uses, with: inputs }, job) => {
      const action = uses?.action ?? '';
      if (action === 'actions/setup-node') return ['is not needed: the runner has Node'];
      const caches = action.startsWith('actions/cache') || Object.keys(inputs).some((name) => name.startsWith('cache'));
      return caches && isTrusted(job)
        ? ['brings a cache, which other runs may have written, into a job with rights']
        : [];
    }),

  pauseIsPassed: (workflow) =>
    eachStep(workflow, (step, job) => {
      const passed = step.env.STEWARD_PAUSED ?? job.env.STEWARD_PAUSED ?? workflow.env.STEWARD_PAUSED;
      return RUNS_AGENT.test(step.run ?? '') && passed !== PAUSE
        ? [`must have STEWARD_PAUSED: ${PAUSE} in its env`]
        : [];
    }),

  knownOutputs: (workflow) =>
    eachJob(workflow, ({ text, needs, steps }) => [
      ...[...text.matchAll(/\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g)].flatMap(([said, id = '', name = '']) => {
        const needed = needs.includes(id) ? workflow.jobs.find((job) => job.id === id) : undefined;
        return needed && name in needed.outputs ? [] : [`reads ${said}, which is no output of a job that it needs`];
      }),
      ...[...text.matchAll(/\bsteps\.([\w-]+)\./g)]
        .filter(([, id]) => !steps.some((step) => step.id === id))
        .map(([, id]) => `reads of the step ${id}, which it does not have`),
    ]),

  gateFirst: ({ file, jobs }) =>
    file !== 'cycle.yml' ? [] : eachJob({ file, jobs }, ({ steps }) => brokenGate(steps)),
} satisfies Record<string, (workflow: Workflow) => string[]>;

/** The first two steps are checkout and gate, and what comes after them waits for the gate's word. */
function brokenGate([checkout, gate, ...others]: readonly Step[]): string[] {
  const isGate = gate?.id === 'gate' && gate.if === undefined && gate.run?.trim() === 'bash .github/scripts/gate.sh';
  if (!checkout || !isCheckout(checkout) || !isGate) return ['must begin with a checkout and the step gate'];
  const early = others.filter((step) => step.if !== IS_DUE);
  return early.map(({ label, run }) =>
    INSTALLS.test(run ?? '')
      ? `installs in ${label} before the gate was asked`
      : `does not ask the gate before ${label}`,
  );
}

/** Over all workflows together. */
export function tooManyActions(workflows: readonly Workflow[]): string[] {
  const names = workflows.flatMap(referencesOf).map(({ action }) => action.split('/').slice(0, 2).join('/'));
  const distinct = [...new Set(names)];
  return distinct.length > 2 ? [`more than two actions of others are used: ${distinct.join(', ')}`] : [];
}

const referencesOf = ({ jobs }: Workflow) =>
  jobs.flatMap((job) => [job.uses, ...job.steps.map(({ uses }) => uses)]).filter((uses) => uses !== undefined);

const expressionsOf = (text: string) => [
  ...(text.match(/\$\{\{.*?\}\}/gs) ?? []),
  // A condition is an expression without braces.
  ...(text.match(/^\s*(- )?if:.*$/gm) ?? []),
];

const mayWrite = ({ grants }: Job, name: string) =>
  grants?.some((grant) => grant.name === name && grant.level === 'write') ?? false;

const isTrusted = ({ grants, text }: Job) =>
  grants === undefined || grants.some(({ level }) => level === 'write') || /\bsecrets\b/i.test(text);

const isCheckout = ({ uses }: Step) => uses?.action === 'actions/checkout';

const groupOf = (concurrency: unknown) =>
  typeof concurrency === 'object' ? (concurrency as { group?: unknown } | null)?.group : concurrency;

const eachJob = ({ file, jobs }: Pick<Workflow, 'file' | 'jobs'>, judge: (job: Job) => string[]) =>
  jobs.flatMap((job) => judge(job).map((finding) => `${file}, job ${job.id}: ${finding}`));

const eachStep = (workflow: Workflow, judge: (step: Step, job: Job) => string[]) =>
  eachJob(workflow, (job) =>
    job.steps.flatMap((step) => judge(step, job).map((finding) => `${step.label} ${finding}`)),
  );
