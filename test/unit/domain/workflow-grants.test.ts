import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { formatProblem } from '../../../src/domain/problem.ts';
import { CYCLE_WORKFLOW, workflowProblems } from '../../../src/domain/workflow-grants.ts';
import { directive } from '../../support/domain-samples.ts';

const shipped = readFileSync(fileURLToPath(new URL(`../../../${CYCLE_WORKFLOW}`, import.meta.url)), 'utf8');
const WORKFLOW = `name: cycle
on:
  schedule:
    - cron: '23 * * * *'
  issues: { types: [opened] }
jobs:
  other:
    steps:
      - run: echo
  cycle:
    permissions:
      contents: write
      issues: read
    steps:
      - uses: actions/checkout@v7
      - name: cycle
        env:
          A_KEY: \${{ secrets.A_KEY }}
          B_KEY: \${{ vars.B_KEY }}
        run: node src/steward.js cycle --cycles 5
`;
/** As workflows write it. */
const secret = (name: string) => `\${{ secrets.${name} }}`;
const problems = (text: string, ...directives: Directive[]) =>
  workflowProblems(text, directives).map((problem) => formatProblem(problem).replace(`${CYCLE_WORKFLOW}:`, ''));
const lineOf = (text: string, line: string) => text.split('\n').findIndex((each) => each.includes(line)) + 1;

describe('what cycle.yml does not pass on', () => {
  it('is nothing, for what it does', () => {
    const modest = directive({
      front: 'every: 1d\non: [task, issue]\nforge: [issues.list, repo.get]\nsecrets: [A_KEY]',
    });
    expect(problems(WORKFLOW, modest)).toEqual([]);
    expect(problems(WORKFLOW)).toEqual([]);
  });

  it('is nothing for any event, and for every operation but one, in the workflow that is shipped', () => {
    const greedy = directive({
      front: `on: [task, dispatch, issue, ci-failed, merge]\ndeliver: pull-request\nforge: [issues.upsert, pulls.list, runs.list, workflows.dispatch]`,
    });
    expect(problems(shipped, greedy)).toEqual([]);
    expect(problems(shipped, directive({ front: 'forge: [statuses.create]' }))).toEqual([
      expect.stringContaining('no `statuses: write` for directives/sweep.md'),
    ]);
  });

  it('is a secret, with the line to add and where', () => {
    const line = lineOf(WORKFLOW, 'env:');
    expect(problems(WORKFLOW, directive({ front: 'secrets: [A_KEY, B_KEY, C_KEY]' }))).toEqual([
      `${line}: found no \`B_KEY\` for directives/sweep.md, which grants it, expected the line \`B_KEY: \${{ secrets.B_KEY }}\` under \`env:\` of the step that runs the cycle. Its value goes to Settings, Secrets and variables, Actions`,
      expect.stringContaining(`C_KEY: ${secret('C_KEY')}`),
    ]);
  });

  it('is an event, with the line to add', () => {
    expect(problems(WORKFLOW, directive({ front: 'on: [task, dispatch, ci-failed, merge]' }))).toEqual([
      '2: found no trigger `repository_dispatch` for directives/sweep.md, which says `on: [dispatch]`, expected the line `repository_dispatch: { types: [steward] }` under `on:`',
      expect.stringContaining('`workflow_run: { workflows: [ci], types: [completed] }`'),
      expect.stringContaining('`pull_request: { types: [closed] }`'),
    ]);
  });

  it('is a permission, with the line to add and where', () => {
    const line = lineOf(WORKFLOW, 'permissions:');
    const front = 'forge: [issues.upsert, issues.list, runs.list]\ndeliver: pull-request';
    expect(problems(WORKFLOW, directive({ front }))).toEqual([
      `${line}: found no \`issues: write\` for directives/sweep.md, which needs it, expected the line \`issues: write\` under \`permissions:\` of the job`,
      expect.stringContaining('no `actions: read`'),
      expect.stringContaining('no `pull-requests: write`'),
    ]);
  });

  it('matters to enabled directives only', () => {
    expect(problems(WORKFLOW, directive({ front: 'secrets: [C_KEY]\non: [merge]\nenabled: false' }))).toEqual([]);
  });

  it('is all of it, without a step that runs a cycle', () => {
    for (const text of [WORKFLOW.replace('steward.js cycle', 'steward.js check'), 'name: x\n', 'jobs: 3\n', ''])
      expect(problems(text, directive())).toEqual([
        '1: found no step that runs a cycle, expected a step with `node src/steward.js cycle`',
      ]);
  });

  it('can not be told of a file that is no YAML: that is the finding', () => {
    expect(problems('on: [a\n', directive())).toEqual([expect.stringContaining('YAML that does not parse')]);
  });
});

it('what no workflow can grant is not asked of it', () => {
  expect(problems(WORKFLOW, directive({ front: 'forge: [traffic.get, repo.get]' }))).toEqual([]);
});

describe('what says the same in other words', () => {
  const needs = (front: string) => directive({ front });

  it.each(['on: [schedule, issues]', 'on:\n  - issues', 'on: issues'])('%j, as a list of events', (on) => {
    const text = WORKFLOW.replace(/on:\n[\s\S]*?(?=jobs:)/, `${on}\n`);
    expect(problems(text, needs('on: [task]'))).toEqual([]);
    expect(problems(text, needs('on: [merge]'))).toHaveLength(1);
  });

  it('a secret without spaces around it', () => {
    expect(
      problems(WORKFLOW.replace(secret('A_KEY'), secret('A_KEY').replaceAll(' ', '')), needs('secrets: [A_KEY]')),
    ).toEqual([]);
    expect(problems(WORKFLOW.replace('secrets.A_KEY', 'secrets.OTHER'), needs('secrets: [A_KEY]'))).toHaveLength(1);
  });

  it.each([
    ['the job', '  cycle:\n', `  cycle:\n    env: { C_KEY: "${secret('C_KEY')}" }\n`],
    ['the workflow', 'jobs:\n', `env: { C_KEY: "${secret('C_KEY')}" }\njobs:\n`],
  ])('a secret in the environment of %s', (_, before, after) => {
    expect(problems(WORKFLOW.replace(before, after), needs('secrets: [C_KEY]'))).toEqual([]);
  });

  it.each([
    ['permissions: write-all', 0],
    ['permissions: read-all', 1],
    ['permissions: {}', 2],
  ])('%s', (line, missing) => {
    const text = WORKFLOW.replace(/ {4}permissions:\n(?: {6}.*\n)+/, `    ${line}\n`);
    expect(problems(text, needs('forge: [issues.upsert, runs.list]'))).toHaveLength(missing);
  });

  it('permissions of the workflow, where the job says none', () => {
    const bare = WORKFLOW.replace(/ {4}permissions:\n(?: {6}.*\n)+/, '');
    const front = needs('forge: [issues.upsert]');
    expect(problems(bare, front)).toHaveLength(1);
    expect(problems(bare.replace('jobs:\n', 'permissions: { issues: write }\njobs:\n'), front)).toEqual([]);
    expect(problems(WORKFLOW.replace('jobs:\n', 'permissions: { issues: write }\njobs:\n'), front)).toHaveLength(1);
  });

  it.each(['npm run steward -- cycle', 'npm start', 'npx steward cycle'])('%s', (run) => {
    const text = WORKFLOW.replace('node src/steward.js cycle --cycles 5', run);
    expect(problems(text, needs('secrets: [A_KEY]'))).toEqual([]);
  });
});
