import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { button } from '../support/workflows/happenings.ts';
import { houseWithWorkflows } from '../support/workflows/house-with-workflows.ts';
import type { WorkflowRun } from '../support/workflows/workflow-runner.ts';

/** The runner of these tests: what GitHub does with several jobs is done here by act, one job at a time. */

const houseOf = (jobs: Record<string, object>) =>
  houseWithWorkflows({
    '.github/workflows/steps.yml': stringify({
      name: 'steps',
      on: ['workflow_dispatch'],
      permissions: {},
      jobs: Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, { 'runs-on': 'ubuntu-26.04', ...job }])),
    }),
  });

/** Fails when GitHub says no. */
const ask = (data: string) => ({
  env: { TOKEN: expression('github.token') },
  run: `curl --silent --fail --header "authorization: Bearer $TOKEN" ${data} "$GITHUB_API_URL/repos/octo/house/issues"`,
});
const say = (value: string) => ({
  id: 'say',
  env: { VALUE: value },
  run: 'echo "word=$VALUE" >> "$GITHUB_OUTPUT"',
});
const expression = (text: string) => `\${{ ${text} }}`;
const outputs = { word: expression('steps.say.outputs.word') };
const results = ({ jobs }: WorkflowRun) => Object.entries(jobs).map(([id, { conclusion }]) => `${id}: ${conclusion}`);

test('each job has a token that may do what that job asks for, and no more', async () => {
  const open = ask(`--json '{"title": "Hello"}'`);
  const house = await houseOf({
    reader: { permissions: { issues: 'read' }, steps: [open] },
    writer: { permissions: { issues: 'write' }, steps: [open] },
    nobody: { steps: [ask('')] },
  });
  const run = await house.run('steps.yml', button());
  expect(results(run)).toEqual(['reader: failure', 'writer: success', 'nobody: failure']);
  expect(run.conclusion).toBe('failure');
  expect(house.github.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
    'POST 403',
    'POST 201',
    'GET 403',
  ]);
  expect(house.github.state.runs[0]?.jobs).toMatchObject([
    { name: 'reader', conclusion: 'failure' },
    { name: 'writer', conclusion: 'success' },
    { name: 'nobody', conclusion: 'failure' },
  ]);
});

test('a job sees what those before it put out, and its condition is asked with how they ended', async () => {
  const word = `it's {{ "x" }} $HOME`;
  const ends = ['one', 'two', 'three'].map((id) => expression(`needs.${id}.result`)).join(' ');
  const house = await houseOf({
    late: { needs: ['one', 'two', 'three'], if: expression('!cancelled()'), steps: [say(ends)] },
    one: { outputs: { ...outputs, none: expression('steps.no.outputs.x') }, steps: [say(word)] },
    two: { needs: 'one', if: "needs.one.outputs.word == ''", outputs, steps: [say('no')] },
    three: { needs: 'one', outputs, steps: [say('lost'), { run: 'exit 3' }] },
    echo: {
      needs: ['one', 'three'],
      if: 'always()',
      steps: [
        say(expression('needs.one.outputs.word')),
        { ...say(expression('needs.three.outputs.word')), id: 'more' },
      ],
    },
    none: {
      needs: 'two',
      if: 'always()',
      steps: [say(`<${expression('needs.two.outputs.word')}>`)],
    },
    // Its own need ended well, but a need of that one did not.
    after: { needs: 'echo', steps: [say('no')] },
    waits: { needs: 'two', if: 'needs.two.outputs.word != 1', steps: [say('no')] },
  });
  const run = await house.run('steps.yml', button());
  expect(results(run)).toEqual([
    'one: success',
    'two: skipped',
    'three: failure',
    'late: success',
    'echo: success',
    'none: success',
    'after: skipped',
    'waits: skipped',
  ]);
  expect(run.jobs.one?.outputs).toEqual({ word, none: '' });
  expect(run.jobs.late?.steps.map(({ outputs }) => outputs.word)).toContain('success skipped failure');
  expect(run.jobs.none?.steps.map(({ outputs }) => outputs.word)).toEqual(['<>']);
  expect(run.jobs.echo?.steps.map(({ outputs }) => outputs.word)).toEqual([word, 'lost']);
  expect(run.conclusion).toBe('failure');
});

test('a job has the secrets that it names, and an output with one in it does not leave it', async () => {
  const house = await houseOf({
    one: {
      outputs: { ...outputs, plain: 'nothing in it' },
      steps: [say(`<${expression('secrets.PASS')}>`)],
    },
    two: { needs: 'one', steps: [say(expression("needs.one.outputs.word || secrets['PASS'] || 'nothing'"))] },
  });
  const run = await house.run('steps.yml', button(), { secrets: { PASS: 'hunter2' } });
  expect(run.conclusion).toBe('success');
  expect(run.jobs.one?.outputs).toEqual({ word: '', plain: 'nothing in it' });
  expect(run.jobs.two?.steps.map(({ outputs }) => outputs.word)).toEqual(['nothing']);
  expect(run.text).not.toContain('hunter2');
});

test('jobs that wait for each other are no workflow', async () => {
  const steps = [say('no')];
  const house = await houseOf({ one: { needs: 'two', steps }, two: { needs: 'one', steps } });
  await expect(house.run('steps.yml', button())).rejects.toThrow('jobs wait for each other');
});
