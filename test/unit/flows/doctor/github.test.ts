import { describe, expect, test } from 'vitest';
import {
  CYCLE_WORKFLOW,
  directive,
  examine,
  type HouseOptions,
  healthyForge,
  RECORDS,
} from '../../../support/doctor-house.ts';
import { entry } from '../../../support/ledger-samples.ts';
import type { MemoryForge } from '../../../support/memory-forge.ts';

const denied = { kind: 'denied' as const, message: 'Resource not accessible by integration' };

const forgeWith = (change: {
  about?: Partial<MemoryForge['about']>;
  settings?: Partial<MemoryForge['settings']>;
  rules?: Partial<MemoryForge['rules']>;
  failures?: MemoryForge['failures'];
}): MemoryForge => {
  const forge = healthyForge();
  for (const part of ['about', 'settings', 'rules', 'failures'] as const) Object.assign(forge[part], change[part]);
  return forge;
};

const HEAL = { '.github/workflows/heal.yml': 'on: workflow_dispatch\n' };

describe('Actions', () => {
  test('disabled are a failure, with the way to the switch', async () => {
    const { open } = await examine({ forge: forgeWith({ settings: { is_enabled: false } }) });
    expect(open['github.actions']).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('Settings > Actions > General > Actions permissions'),
    });
  });

  test('are enabled where this runs in them, whatever the token may read', async () => {
    const forge = forgeWith({ failures: { 'settings.get': denied } });
    const { finding } = await examine({ forge, setting: { isEphemeral: true } });
    expect(finding('github.actions').status).toBe('ok');
  });
});

describe('the token', () => {
  test('is told by what it reads; administration is not missed', async () => {
    const forge = forgeWith({ failures: { 'settings.get': denied } });
    const { finding } = await examine({ forge, setting: { isEphemeral: true } });
    expect(finding('github.token')).toMatchObject({
      status: 'ok',
      what: "This job's token is accepted and reads actions, issues, pull-requests",
    });
  });

  test('that lacks a permission is told the line to add', async () => {
    const forge = forgeWith({ failures: { 'labels.list': denied } });
    const { open } = await examine({ forge, setting: { isEphemeral: true } });
    expect(open['github.token']).toMatchObject({
      status: 'warn',
      fix: '`issues: read` under `permissions:` of the job in .github/workflows/doctor.yml.',
    });
  });

  test('is not blamed for a GitHub that stumbles', async () => {
    const forge = forgeWith({ failures: { 'labels.list': { kind: 'unreachable', message: 'HTTP 502' } } });
    const { open } = await examine({ forge });
    expect(Object.keys(open)).toEqual(['github.labels']);
    expect(open['github.labels']).toMatchObject({ status: 'unknown', what: expect.stringContaining('HTTP 502') });
  });
});

describe('a fork', () => {
  test('whose schedules are off is told the clicks', async () => {
    const forge = forgeWith({ about: { is_fork: true } });
    for (const workflow of forge.workflows) workflow.state = 'disabled_fork';
    const { open } = await examine({ forge });
    expect(open['github.fork']).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('"I understand my workflows, go ahead and enable them"'),
    });
    expect(open['schedule.cycle.yml']?.status).toBe('fail');
  });

  test('whose schedules are on is as good as any', async () => {
    const { finding } = await examine({ forge: forgeWith({ about: { is_fork: true } }) });
    expect(finding('github.fork').status).toBe('ok');
  });
});

describe('pull requests by Actions', () => {
  const closed = () => forgeWith({ settings: { may_open_pulls: false } });

  test.each([
    ['a directive', { 'directives/post.md': directive('post', 'every: 1d\ndeliver: pull-request') }, 'post'],
    ['heal', HEAL, 'heal.yml'],
  ])('are missed where %s would open them', async (_, files, who) => {
    const { open } = await examine({ forge: closed(), files });
    expect(open['github.pulls']).toMatchObject({
      status: 'warn',
      what: `Actions may not open pull requests, as ${who} would`,
      why: expect.stringContaining('a branch and an issue'),
      fix: expect.stringContaining('"Allow GitHub Actions to create and approve pull requests"'),
    });
  });

  test('are no matter where nobody would open any', async () => {
    const files = { 'directives/post.md': directive('post', 'enabled: false\nevery: 1d\ndeliver: pull-request') };
    const { finding } = await examine({ forge: closed(), files });
    expect(finding('github.pulls')).toMatchObject({ status: 'ok', what: expect.stringContaining('No directive') });
  });

  test('that are allowed, or opened by a token of their own, are fine', async () => {
    const { finding } = await examine({ files: HEAL });
    expect(finding('github.pulls')).toMatchObject({ status: 'ok', what: 'Actions may open pull requests' });
    const own = await examine({ forge: closed(), files: HEAL, setting: { secrets: { STEWARD_TOKEN: 'x' } } });
    expect(own.finding('github.pulls')).toMatchObject({ status: 'ok', what: expect.stringContaining('STEWARD_TOKEN') });
  });
});

describe('issues', () => {
  const off = () => forgeWith({ about: { has_issues: false } });

  test('that are off are a warning, and a failure where a directive needs them', async () => {
    expect((await examine({ forge: off() })).open['github.issues']?.status).toBe('warn');
    const files = { 'directives/post.md': directive('post', 'every: 1d\napproval: required') };
    const { open } = await examine({ forge: off(), files });
    expect(open['github.issues']).toMatchObject({ status: 'fail', why: expect.stringContaining('post can not be') });
  });
});

describe('labels', () => {
  test('are compared as GitHub does, and the missing ones named', async () => {
    const forge = healthyForge();
    forge.labels.delete('steward');
    forge.labels.add('Steward');
    forge.labels.delete('steward:approval');
    const { open } = await examine({ forge });
    expect(open['github.labels']).toMatchObject({ status: 'warn', what: 'Labels are missing: steward:approval' });
  });
});

describe('the branch', () => {
  test.each([
    [['deletion', 'non_fast_forward', 'required_linear_history'], 'ok'],
    [['pull_request', 'deletion'], 'fail'],
    [['required_status_checks'], 'fail'],
    [['update'], 'fail'],
    [['required_signatures'], 'fail'],
    [['commit_message_pattern'], 'warn'],
    [['a_rule_of_next_year'], 'warn'],
  ])('with %s: %s', async (rules, status) => {
    const forge = forgeWith({ rules: { rules, is_protected: true } });
    const { finding } = await examine({ forge });
    expect(finding('github.branch').status).toBe(status);
    if (status === 'ok') return;
    const { what, fix } = finding('github.branch');
    expect(what).toContain(rules[0]);
    expect(what).not.toContain('deletion');
    expect(fix).toMatch(/STEWARD_DEPLOY_KEY.*GitHub App.*GITHUB_TOKEN can never be.*422/);
  });

  describe('with rules that refuse the ledger, and a checkout with a key of its own', () => {
    const steps = '    steps:\n      - uses: actions/checkout@v7\n        with:\n          ssh-key: x\n';
    const files = { '.github/workflows/cycle.yml': CYCLE_WORKFLOW.replace('    steps:\n', steps) };
    const look = async (more: HouseOptions = {}) => {
      const forge = forgeWith({ rules: { rules: ['pull_request'] } });
      return (await examine({ forge, files, ...more })).finding('github.branch');
    };

    test('is not to be seen through from here', async () => {
      expect(await look()).toMatchObject({ status: 'unknown', fix: expect.stringContaining('STEWARD_DEPLOY_KEY') });
    });

    test('fails where the workflow says that the secret is empty', async () => {
      const { status } = await look({ setting: { secrets: { STEWARD_HAS_DEPLOY_KEY: 'false' } } });
      expect(status).toBe('fail');
    });

    test.each([
      ['2026-03-04T14:00:00.000Z', 'ok'],
      ['2026-02-04T14:00:00.000Z', 'unknown'],
    ])('has proved itself by a cycle on a runner at %s: %s', async (timestamp, status) => {
      const last = entry({ timestamp, next_wake: '2026-03-05T00:00:00.000Z', run_url: 'https://github.com/x' });
      expect(await look({ records: [...RECORDS.slice(0, 1), last] })).toMatchObject({ status });
    });
  });

  test('under the older protection keeps its terms to itself', async () => {
    const forge = forgeWith({ rules: { is_protected: true } });
    const { open } = await examine({ forge });
    expect(open['github.branch']).toMatchObject({
      status: 'unknown',
      fix: expect.stringContaining('https://github.com/octo/house/settings/branches'),
    });
  });
});

describe('the clock', () => {
  test.each([
    ['2026-03-04T14:31:50.000Z', 'ok', 'agrees'],
    ['2026-03-04T14:40:00.000Z', 'warn', '600 s ahead of'],
    ['2026-03-04T14:20:00.000Z', 'warn', '600 s behind'],
  ])('at %s is %s', async (now, status, words) => {
    const { finding } = await examine({ now });
    expect(finding('machine.clock')).toMatchObject({ status, what: expect.stringContaining(words) });
  });
});
