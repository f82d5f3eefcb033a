import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseWorkflow, type Workflow } from '../support/workflows/workflow-file.ts';
import { tooManyActions, WORKFLOW_RULES } from '../support/workflows/workflow-rules.ts';

const folder = new URL('../../.github/workflows/', import.meta.url);
const OWN = ['ci.yml', 'consolidate.yml', 'cycle.yml', 'doctor.yml', 'heal.yml', 'watchdog.yml'];

/** Steward's own, and those of a copy that run the agent. What else its owner has there is none of our business. */
const workflows = readdirSync(folder)
  .filter((file) => /\.ya?ml$/.test(file))
  .map((file) => parseWorkflow(file, readFileSync(new URL(file, folder), 'utf8')))
  .filter(({ file, text }) => OWN.includes(file) || text.includes('src/steward.js'));

const rules = Object.entries(WORKFLOW_RULES);
const findings = (workflow: Workflow) =>
  rules.flatMap(([name, rule]) => rule(workflow).map((each) => `${name}: ${each}`));

describe('the workflows', () => {
  test.each(workflows.map((workflow) => [workflow.file, workflow] as const))('%s keeps the rules', (_, workflow) => {
    expect(workflow.jobs.length).toBeGreaterThan(0);
    expect(findings(workflow)).toEqual([]);
  });

  test('use no more than two actions of others', () => {
    expect(tooManyActions(workflows)).toEqual([]);
  });
});

const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
/** Keeps every rule; each test below breaks one line of it. */
const GOOD = `name: cycle
on:
  schedule:
    - cron: '23 * * * *'
permissions: {}
jobs:
  cycle:
    runs-on: ubuntu-26.04
    timeout-minutes: 30
    concurrency:
      group: steward-state
      cancel-in-progress: false
      queue: max
    permissions:
      contents: write # pushes
      actions: read # looks
    steps:
      - uses: ${CHECKOUT}
        with:
          ref: \${{ github.event.repository.default_branch || github.ref_name }}
          persist-credentials: true # it pushes
      - name: gate
        id: gate
        env:
          STEWARD_PAUSED: \${{ vars.STEWARD_PAUSED }}
        run: bash .github/scripts/gate.sh
      - name: install
        if: steps.gate.outputs.run == 'true'
        run: npm ci
      - name: cycle
        if: steps.gate.outputs.run == 'true'
        env:
          GEMINI_API_KEY: \${{ secrets.GEMINI_API_KEY }}
          STEWARD_PAUSED: \${{ vars.STEWARD_PAUSED }}
        run: node src/steward.js cycle
`;

/** A job that pushes nothing. */
const READER = `name: doctor
on: [workflow_dispatch]
permissions: {}
jobs:
  doctor:
    runs-on: ubuntu-26.04
    timeout-minutes: 5
    permissions:
      contents: read # reads
    steps:
      - uses: ${CHECKOUT}
        with:
          ref: \${{ github.ref_name }}
          persist-credentials: false
      - run: node src/steward.js check
`;

/** Waits for the reader, and for something that it does not put out. */
const OTHER = `
  other:
    needs: doctor
    if: needs.doctor.outputs.word
    outputs: { seen: x }
`;

describe('each rule', () => {
  test('has nothing against good workflows', () => {
    expect(findings(parseWorkflow('cycle.yml', GOOD))).toEqual([]);
    expect(findings(parseWorkflow('doctor.yml', READER))).toEqual([]);
  });

  type Planted = [rule: keyof typeof WORKFLOW_RULES, file: string, from: string, to: string];
  const planted: Planted[] = [
    ['noForeignCode', 'cycle.yml', 'on:', 'on:\n  pull_request_target:'],
    ['noForeignCode', 'doctor.yml', '[workflow_dispatch]', '[workflow_dispatch, pull_request_target]'],
    ['oddMinutes', 'cycle.yml', "'23 *", "'0 *"],
    ['oddMinutes', 'cycle.yml', "'23 *", "'24 *"],
    ['oddMinutes', 'cycle.yml', "'23 *", "'*/7 *"],
    ['oddMinutes', 'cycle.yml', "* * *'", "* * *'\n    - cron: '30 1 * * *'"],
    ['nothingByDefault', 'cycle.yml', 'permissions: {}\n', ''],
    ['nothingByDefault', 'cycle.yml', 'permissions: {}', 'permissions: { contents: read }'],
    ['nothingByDefault', 'cycle.yml', 'permissions: {}', 'permissions: read-all'],
    ['explainedGrants', 'cycle.yml', ' # looks', ''],
    ['explainedGrants', 'cycle.yml', 'actions: read', 'actions: all'],
    ['explainedGrants', 'doctor.yml', '    permissions:\n      contents: read # reads\n', ''],
    ['explainedGrants', 'doctor.yml', 'permissions:\n      contents: read # reads', 'permissions: write-all'],
    ['timeLimits', 'cycle.yml', '    timeout-minutes: 30\n', ''],
    ['timeLimits', 'cycle.yml', 'timeout-minutes: 30', 'timeout-minutes: 0'],
    ['oneWriter', 'cycle.yml', 'group: steward-state', 'group: mine'],
    ['oneWriter', 'cycle.yml', 'cancel-in-progress: false', 'cancel-in-progress: true'],
    ['oneWriter', 'cycle.yml', '      cancel-in-progress: false\n', ''],
    ['oneWriter', 'cycle.yml', '      queue: max\n', ''],
    ['oneWriter', 'cycle.yml', 'contents: write', 'contents: read'],
    ['oneWriter', 'doctor.yml', '    timeout', '    concurrency: steward-state\n    timeout'],
    ['oneWriter', 'doctor.yml', 'jobs:', 'concurrency: steward-state\njobs:'],
    ['pinnedActions', 'cycle.yml', CHECKOUT, 'actions/checkout@v7 # v7.0.1'],
    ['pinnedActions', 'cycle.yml', CHECKOUT, 'actions/checkout@3d3c42e # v7.0.1'],
    ['pinnedActions', 'cycle.yml', ' # v7.0.1', ''],
    ['pinnedActions', 'cycle.yml', ' # v7.0.1', ' # v7'],
    ['pinnedActions', 'cycle.yml', CHECKOUT, './.github/checkout'],
    ['pinnedActions', 'doctor.yml', 'jobs:', 'jobs:\n  other:\n    uses: octo/flows/.github/workflows/a.yml@main'],
    [
      'freshCheckout',
      'cycle.yml',
      `\${{ github.event.repository.default_branch || github.ref_name }}`,
      `\${{ github.sha }}`,
    ],
    ['freshCheckout', 'cycle.yml', 'github.event.repository.default_branch || github.ref_name', 'github.head_ref'],
    ['freshCheckout', 'doctor.yml', `          ref: \${{ github.ref_name }}\n`, ''],
    ['forgottenCredentials', 'doctor.yml', '          persist-credentials: false\n', ''],
    ['forgottenCredentials', 'doctor.yml', 'persist-credentials: false', 'persist-credentials: true'],
    ['forgottenCredentials', 'cycle.yml', '          persist-credentials: true # it pushes\n', ''],
    ['noExpressionsInShell', 'cycle.yml', 'run: npm ci', `run: echo \${{ github.event.issue.title }}`],
    [
      'noExpressionsInShell',
      'cycle.yml',
      'run: npm ci',
      `run: |\n          npm ci\n          echo "\${{ inputs.params }}"`,
    ],
    ['noExpressionsInShell', 'cycle.yml', 'run: npm ci', `run: git switch \${{ github.head_ref }}`],
    ['namedSecrets', 'cycle.yml', 'secrets.GEMINI_API_KEY', 'toJSON(secrets)'],
    ['namedSecrets', 'cycle.yml', 'secrets.GEMINI_API_KEY', 'secrets[github.event.label.name]'],
    ['namedSecrets', 'cycle.yml', 'secrets.GEMINI_API_KEY', 'secrets.*'],
    ['namedSecrets', 'cycle.yml', "if: steps.gate.outputs.run == 'true'", "if: contains(toJSON(secrets), 'a')"],
    ['namedSecrets', 'cycle.yml', '    timeout', `    env:\n      KEY: \${{ secrets.KEY }}\n    timeout`],
    ['namedSecrets', 'cycle.yml', 'permissions: {}', `permissions: {}\nenv:\n  KEY: \${{ secrets.KEY }}`],
    ['namedSecrets', 'doctor.yml', 'jobs:', 'jobs:\n  other:\n    uses: a/b/c.yml@main\n    secrets: inherit'],
    ['noCaches', 'cycle.yml', '- name: install', '- uses: actions/cache@v5\n      - name: install'],
    ['noCaches', 'cycle.yml', '- name: install', '- uses: actions/cache/restore@v5\n      - name: install'],
    ['noCaches', 'cycle.yml', 'persist-credentials: true', 'cache: npm'],
    ['noCaches', 'doctor.yml', '- run:', '- uses: actions/setup-node@v7\n      - run:'],
    ['knownOutputs', 'cycle.yml', 'if: steps.gate.outputs.run', 'if: steps.gates.outputs.run'],
    ['knownOutputs', 'doctor.yml', '    timeout', '    if: needs.other.outputs.word\n    timeout'],
    ['knownOutputs', 'doctor.yml', 'jobs:', `jobs:${OTHER.replace('needs: doctor', 'needs: []')}`],
    ['knownOutputs', 'doctor.yml', 'jobs:', `jobs:${OTHER}`],
    [
      'pauseIsPassed',
      'cycle.yml',
      `          STEWARD_PAUSED: \${{ vars.STEWARD_PAUSED }}\n        run: bash`,
      '        run: bash',
    ],
    [
      'pauseIsPassed',
      'cycle.yml',
      `          STEWARD_PAUSED: \${{ vars.STEWARD_PAUSED }}\n        run: node`,
      '        run: node',
    ],
    ['pauseIsPassed', 'cycle.yml', `\${{ vars.STEWARD_PAUSED }}\n        run: node`, "''\n        run: node"],
    ['pauseIsPassed', 'doctor.yml', 'src/steward.js check', 'src/steward.js heal'],
    ['gateFirst', 'cycle.yml', '- name: gate', '- run: npm ci\n      - name: gate'],
    [
      'gateFirst',
      'cycle.yml',
      "        if: steps.gate.outputs.run == 'true'\n        run: npm ci",
      '        run: npm ci',
    ],
    [
      'gateFirst',
      'cycle.yml',
      "if: steps.gate.outputs.run == 'true'\n        run: npm ci",
      'if: always()\n        run: npm ci',
    ],
    ['gateFirst', 'cycle.yml', '        id: gate\n', ''],
    ['gateFirst', 'cycle.yml', 'bash .github/scripts/gate.sh', 'bash .github/scripts/gate.sh || true'],
  ];
  test.each(planted)('catches what breaks it: %s, %s, %j -> %j', (rule, file, from, to) => {
    const good = file === 'cycle.yml' ? GOOD : READER;
    expect(good).toContain(from);
    const bad = parseWorkflow(
      file,
      good.replace(from, () => to),
    );
    expect(WORKFLOW_RULES[rule](bad)).not.toEqual([]);
  });

  test('is planted against', () => {
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules.map(([name]) => name)));
  });

  test('over all files: a third action of others is one too many, a second folder of one is not', () => {
    const using = (...actions: string[]) =>
      parseWorkflow('x.yml', `jobs: { a: { steps: [${actions.map((action) => `{ uses: ${action} }`).join(', ')}] } }`);
    expect(tooManyActions([using('a/b@1'), using('c/d/e@1', 'c/d/f@1', 'a/b@2')])).toEqual([]);
    expect(tooManyActions([using('a/b@1'), using('c/d@1'), using('e/f@1')])).toHaveLength(1);
  });

  test('tells of the place', () => {
    const bad = parseWorkflow('cycle.yml', GOOD.replace(' # looks', '').replace('run: npm ci', `run: echo \${{ 1 }}`));
    expect(findings(bad)).toEqual([
      'explainedGrants: cycle.yml, job cycle: actions: read stands there without a comment that says what for',
      'noExpressionsInShell: cycle.yml, job cycle: install has an expression in its run: whoever fills it writes shell; pass it by env',
    ]);
  });
});
