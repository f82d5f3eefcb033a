import { expect, onTestFinished, test } from 'vitest';
import { failedJob } from '../support/ci-log-samples.ts';
import { type House, houseOnGitHub } from '../support/house-on-github.ts';
import { productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const WORKFLOW = "name: ci\non: push\njobs: { a: { runs-on: x, steps: [{ run: 'true' }] } }\n";
const LOG = ['FAIL  test/sum.test.js > adds', 'AssertionError: expected 3 to be 4', '    at src/summing.js:3:1'];

/** A house where CI was green, then somebody changed a file, and CI fails and says so. */
async function brokenHouse(): Promise<House> {
  const tree = {
    ...(await productTree(['ci_doctor'])),
    'README.md': '# House\n',
    '.github/workflows/ci.yml': WORKFLOW,
  };
  const house = await houseOnGitHub(tree);
  const { act } = house.github;
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  act.finishRun(await act.startRun('ci.yml', { event: 'push', createdAt: at(30) }), 'success');
  await act.pushFile('ada', 'docs/far.md', 'far\n');
  await act.pushFile('ada', 'src/summing.js', 'export const sum = (a, b) => a - b;\n');
  act.finishRun(await act.startRun('ci.yml', { event: 'push', createdAt: at(20) }), 'failure', [failedJob(LOG)]);
  await house.agent.git('pull', '--quiet', '--rebase');
  return house;
}

/** Cycles until there is nothing left to do: the event and the day's slot are one occurrence each. */
async function settle(house: House, environment: Record<string, string> = {}): Promise<unknown[]> {
  const entries: unknown[] = [];
  for (let count = 0; count < 5; count++) {
    const { entry, idle } = await house.cycle([], environment);
    if (idle) return entries;
    expect(entry).toMatchObject({ decision: 'ci_doctor', result: 'success', verification: 'verified' });
    entries.push(entry);
  }
  throw new Error('the house does not come to rest');
}

test('without a model: one issue with the log, the suspect and a link; closed when CI is green again', async () => {
  const house = await brokenHouse();
  const { act, state } = house.github;
  const [first] = await settle(house);
  expect(first).toMatchObject({ steps: [{ output: { runs: 1, unseen: 1, diagnosed_by: ['template'] } }] });
  expect(state.issues).toHaveLength(1);
  const [issue] = state.issues;
  expect(issue).toMatchObject({ state: 'open', title: expect.stringContaining('npm test fails in ci.yml') });
  expect(issue?.body).toContain('AssertionError: expected 3 to be 4');
  expect(issue?.body).toMatch(/\/compare\/[0-9a-f]{40}\.\.\.[0-9a-f]{40}/);
  const suspects = (issue?.body ?? '').split('\n').filter((line) => line.startsWith('| `'));
  expect(suspects[0]).toContain('`src/summing.js`');
  expect(await house.agent.git('show', 'HEAD:knowledge/ci/failures.json')).toContain('"state": "failing"');

  act.finishRun(await act.startRun('ci.yml', { event: 'push' }), 'success');
  const task = {
    title: 'Task',
    body: '### Directive\n\nci_doctor\n\n### Inputs\n\n_No response_\n',
    labels: ['steward:task'],
  };
  act.openIssue('octo', task);
  const [second] = await settle(house);
  expect(second).toMatchObject({ steps: [{ output: { green: 1 } }] });
  expect(state.issues[0]).toMatchObject({ state: 'closed', body: expect.stringContaining('It is over') });
});

test('with a model: its words are in the issue, paid once', async () => {
  const server = await startVendorServer({
    gemini: ({ body }) => {
      const isDiagnosis = body.includes('CI failed');
      const option = /event:ci_doctor\.run-\d+/.exec(body)?.[0];
      return {
        json: isDiagnosis
          ? { cause: 'The sum subtracts where it should add.', remedy: 'Mend the sign in src/summing.js.' }
          : { option, inputs: [], reason: 'CI fails', lessons: [] },
      };
    },
  });
  onTestFinished(() => server.close());
  const house = await brokenHouse();
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  await settle(house, environment);
  expect(house.github.state.issues).toHaveLength(1);
  expect(house.github.state.issues[0]?.body).toContain('The sum subtracts where it should add.');
  expect(house.github.state.issues[0]?.body).toContain('Suggested by');
  const asked = server.requests.filter(({ body }) => body.includes('CI failed'));
  expect(asked).toHaveLength(1);
  expect(asked[0]?.body).toContain('expected 3 to be 4');
});
