import { describe, expect, test } from 'vitest';
import { errorAt } from '../../../../src/domain/problem.ts';
import type { KeyCheck } from '../../../../src/ports.ts';
import { CYCLE_WORKFLOW, directive, examine, healthyForge, RECORDS } from '../../../support/doctor-house.ts';
import { entry } from '../../../support/ledger-samples.ts';

const SECRET_LINE = 'VERCEL_TOKEN: $' + '{{ secrets.VERCEL_TOKEN }}';

describe('model keys', () => {
  const check = (status: KeyCheck['status'], detail = ''): KeyCheck => ({ keyName: 'GEMINI_API_KEY', status, detail });

  test('are not needed: without any the way to one is a remark', async () => {
    const { finding } = await examine();
    expect(finding('models.keys')).toMatchObject({
      status: 'ok',
      fix: expect.stringMatching(/aistudio\.google\.com\/apikey.*New repository secret.*GEMINI_API_KEY$/),
    });
  });

  test.each([
    ['accepted', 'ok'],
    ['refused', 'fail'],
    ['unknown', 'unknown'],
  ] as const)('%s: %s', async (verdict, status) => {
    const { finding } = await examine({ keys: [check(verdict, 'API key not valid')] });
    expect(finding('models.GEMINI_API_KEY').status).toBe(status);
    if (status !== 'ok') expect(finding('models.GEMINI_API_KEY').what).toContain('(API key not valid)');
  });
});

describe('the budget', () => {
  test('is told with what is spent of it', async () => {
    const { finding } = await examine();
    expect(finding('models.budget')).toMatchObject({
      status: 'ok',
      what: 'The budget is $0.50 a day, $10.00 a month, $0.25 a run; $0 spent today, $0 this month',
    });
  });

  test('of nothing asks no model, and says who decided so', async () => {
    const { finding } = await examine({
      config: { budget: { day: 0 } },
      setting: { secrets: { STEWARD_BUDGET_USD_PER_DAY: '0' } },
    });
    expect(finding('models.budget')).toMatchObject({
      status: 'ok',
      what: expect.stringMatching(/asks no model, as the variable STEWARD_BUDGET_USD_PER_DAY says$/),
    });
  });

  test('that is used up is a warning', async () => {
    const metrics = { cost: 0.5, duration_s: 1, tokens_in: 0, tokens_out: 0, calls: [] };
    const { open } = await examine({
      records: [...RECORDS, entry({ metrics, timestamp: '2026-03-04T14:00:00.000Z' })],
    });
    expect(open['models.budget']).toMatchObject({
      status: 'warn',
      what: expect.stringContaining('$0.5000 spent today'),
    });
  });
});

describe('files', () => {
  test('with mistakes are told with line, what was found and what was expected', async () => {
    const { open } = await examine({
      configProblems: [errorAt('.github/steward.yml', 3, 'the unknown key `budgt`', 'one of budget')],
      files: { 'directives/post.md': directive('post', 'evry: 1d') },
    });
    expect(open['directives.steward.yml:3']).toMatchObject({ status: 'fail', fix: 'Expected one of budget.' });
    expect(open['directives.post.md:2']).toMatchObject({
      status: 'fail',
      what: expect.stringContaining('evry'),
      why: 'The directive is left out of every cycle.',
    });
  });

  test('that do not pass on what directives are granted are told the line', async () => {
    const files = { 'directives/post.md': directive('post', 'every: 1d\nsecrets: [VERCEL_TOKEN]') };
    const { findings } = await examine({ files, setting: { secrets: { VERCEL_TOKEN: 'x' } } });
    const found = findings.filter(({ id }) => id.startsWith('directives.cycle.yml:'));
    expect(found).toMatchObject([{ status: 'fail', fix: expect.stringContaining(SECRET_LINE) }]);
  });

  test('of workflows that are gone are missed, the one that wakes the agent most', async () => {
    const files = { '.github/workflows/cycle.yml': null, '.github/workflows/watchdog.yml': null };
    const there = await examine({ files });
    expect([there.open['directives.cycle.yml'], there.open['directives.watchdog.yml']]).toMatchObject([
      { status: 'fail' },
      { status: 'warn' },
    ]);
    expect((await examine({ files, forge: null })).open['directives.cycle.yml']?.status).toBe('warn');
  });

  test('of a cycle without schedule are a warning', async () => {
    const text = CYCLE_WORKFLOW.replace(/ {2}schedule:\n.*\n/, '');
    const { open } = await examine({ files: { '.github/workflows/cycle.yml': text } });
    expect(open['directives.cycle.yml']).toMatchObject({
      status: 'warn',
      what: expect.stringContaining('no schedule'),
    });
  });
});

describe('secrets of directives', () => {
  const env = `        env: { ${SECRET_LINE} }\n`;
  const files = {
    'directives/post.md': directive('post', 'every: 1d\nsecrets: [VERCEL_TOKEN]'),
    '.github/workflows/cycle.yml': `${CYCLE_WORKFLOW}${env}`,
  };
  const doctorFile = (line: string) => ({
    ...files,
    '.github/workflows/doctor.yml': `on: workflow_dispatch\n${line}\n`,
  });

  test('that are set are named', async () => {
    const { finding } = await examine({ files, setting: { secrets: { VERCEL_TOKEN: 'hunter2' } } });
    expect(finding('directives.secrets').what).toBe('The secrets of the directives are set: VERCEL_TOKEN');
  });

  test('that are missing are a failure for each directive, with place and line', async () => {
    const { open } = await examine({ files });
    expect(open['directives.secrets.post']).toMatchObject({
      status: 'fail',
      what: 'post needs VERCEL_TOKEN, which is not set here',
      fix: expect.stringContaining(SECRET_LINE),
    });
    expect(open['directives.secrets.post']?.fix).toContain('Settings > Secrets and variables > Actions');
  });

  test.each([
    ['passes it on', `env: { ${SECRET_LINE} }`, 'fail'],
    ['mentions it in a comment', `# ${SECRET_LINE}`, 'unknown'],
  ])('on a runner whose workflow %s: %s', async (_, line, status) => {
    const forge = healthyForge();
    forge.workflows.push({ file: 'doctor.yml', name: 'doctor', state: 'active' });
    const { open } = await examine({ files: doctorFile(line), forge, setting: { isEphemeral: true } });
    expect(open['directives.secrets.post']?.status).toBe(status);
  });

  test('of a directive that is off are not missed', async () => {
    const off = { 'directives/post.md': directive('post', 'enabled: false\nsecrets: [VERCEL_TOKEN]') };
    expect((await examine({ files: off })).open).toEqual({});
  });
});

test.each([
  ['22.18.0', 'ok'],
  ['24.21.0', 'ok'],
  ['22.17.9', 'fail'],
  ['20.19.0', 'fail'],
])('Node %s: %s', async (node, status) => {
  expect((await examine({ node })).finding('machine.node').status).toBe(status);
});
