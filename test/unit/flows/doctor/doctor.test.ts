import { describe, expect, test } from 'vitest';
import { FORGE_OPERATIONS } from '../../../../src/domain/forge.ts';
import { createRedactor } from '../../../../src/domain/redaction.ts';
import { examine, healthyForge, NOW } from '../../../support/doctor-house.ts';

const denied = { kind: 'denied' as const, message: 'Resource not accessible by integration' };

describe('the report', () => {
  test('of a house in which nothing is amiss has only good findings, without a word of why', async () => {
    const { open, findings, repairs, repository, at } = await examine();
    expect(open).toEqual({});
    expect(findings.map(({ why }) => why).join('')).toBe('');
    expect({ repairs, repository, at }).toEqual({ repairs: [], repository: 'octo/house', at: NOW });
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
    expect(findings.length).toBeGreaterThan(20);
  });

  test('holds everything at once, each with what, why and fix, whatever else is wrong', async () => {
    const forge = healthyForge();
    Object.assign(forge.about, { is_fork: true, has_issues: false, is_private: true });
    Object.assign(forge.settings, { is_enabled: false, may_open_pulls: false });
    forge.labels.clear();
    forge.rules.rules.push('pull_request');
    for (const workflow of forge.workflows) workflow.state = 'disabled_inactivity';
    const { open } = await examine({
      forge,
      node: '20.1.0',
      setting: { paused: 'for a holiday' },
      keys: [{ keyName: 'GEMINI_API_KEY', status: 'refused', detail: 'API key not valid' }],
      files: { 'directives/broken.md': 'nothing', '.github/workflows/heal.yml': 'on: workflow_dispatch\n' },
    });
    expect(Object.keys(open)).toEqual(
      expect.arrayContaining([
        ...['github.actions', 'github.issues', 'github.labels', 'github.pulls', 'github.branch'],
        ...['schedule.cycle.yml', 'models.GEMINI_API_KEY', 'ledger.pause', 'machine.node'],
      ]),
    );
    for (const { what, why, fix } of Object.values(open))
      expect([what, why, fix].map(Boolean)).toEqual([true, true, true]);
  });

  test('changes nothing unless it is told to', async () => {
    const forge = healthyForge();
    forge.labels.clear();
    forge.about.has_issues = false;
    const { repairs } = await examine({ forge });
    expect(repairs).toEqual([]);
    expect(forge.calls.map(({ operation }) => operation).filter((name) => FORGE_OPERATIONS[name].isWrite)).toEqual([]);
  });

  test('holds no secret, wherever one may stand', async () => {
    const redact = createRedactor(['hunter2-secret']);
    const keys = [{ keyName: 'GEMINI_API_KEY', status: 'unknown' as const, detail: 'no host hunter2-secret' }];
    const report = await examine({ redact, keys, setting: { paused: 'hunter2-secret' } });
    expect(JSON.stringify(report)).not.toContain('hunter2');
    expect(report.finding('ledger.pause').what).toBe('Paused: ***');
  });
});

describe('without an answer from GitHub', () => {
  test('and without a forge there is one finding, with the command that asks; the rest is told all the same', async () => {
    const { open, findings } = await examine({ forge: null });
    expect(Object.keys(open)).toEqual(['github.answers']);
    expect(open['github.answers']).toMatchObject({
      status: 'unknown',
      fix: '`GITHUB_REPOSITORY=octo/house GITHUB_TOKEN=$(gh auth token) npm run steward -- doctor`',
    });
    expect(findings.map(({ id }) => id)).toContain('ledger.own');
  });

  test('a job without token is told the line for its workflow', async () => {
    const { open } = await examine({ forge: null, setting: { isEphemeral: true } });
    expect(open['github.answers']?.fix).toContain('GITHUB_TOKEN: $' + '{{ github.token }}');
  });

  test.each([
    ['denied', 'the token is not accepted: Bad credentials', 'fail'],
    ['missing', 'Not Found', 'fail'],
    ['unreachable', 'GitHub does not answer: ECONNREFUSED', 'unknown'],
    ['limited', 'too many requests', 'unknown'],
  ] as const)('%s: one finding in its words, and nothing more is asked', async (kind, message, status) => {
    const forge = healthyForge();
    forge.failures['repo.get'] = { kind, message };
    const { open } = await examine({ forge, fix: true });
    expect(Object.keys(open)).toEqual(['github.answers']);
    expect(open['github.answers']).toMatchObject({ status, what: expect.stringContaining(message) });
    expect(forge.calls).toHaveLength(1);
  });

  test('to a token that may read nothing, each is unknown with the place to look', async () => {
    const forge = healthyForge();
    for (const name of [
      'settings.get',
      'workflows.list',
      'labels.list',
      'pulls.list',
      'branches.rules',
      'runs.list',
      'clock.get',
    ] as const)
      forge.failures[name] = denied;
    const { open } = await examine({ forge, files: { '.github/workflows/heal.yml': 'on: workflow_dispatch\n' } });
    expect(Object.fromEntries(Object.values(open).map(({ id, status }) => [id, status]))).toEqual({
      'github.token': 'warn',
      'github.actions': 'unknown',
      'github.labels': 'unknown',
      'github.pulls': 'unknown',
      'github.branch': 'unknown',
      'schedule.workflows': 'unknown',
      'schedule.delivered': 'unknown',
      'machine.clock': 'unknown',
    });
    expect(open['github.actions']?.fix).toContain('https://github.com/octo/house/settings/actions');
    expect(open['github.token']?.fix).toContain('`actions: read`, `issues: read`, `pull-requests: read`');
  });
});

describe('--fix', () => {
  test('mends what it can, says so, and shows the state after', async () => {
    const forge = healthyForge();
    forge.about.has_issues = false;
    forge.settings.may_open_pulls = false;
    forge.labels.delete('steward:task');
    const states = ['disabled_inactivity', 'disabled_fork', 'disabled_manually'];
    for (const [index, workflow] of forge.workflows.entries()) workflow.state = states[index] ?? '';
    const files = { '.github/workflows/heal.yml': 'on: workflow_dispatch\n' };
    forge.workflows.push({ file: 'heal.yml', name: 'heal', state: 'active' });
    const { open, repairs } = await examine({ forge, files, fix: true });
    expect(repairs.map(({ what, done }) => [what, done])).toEqual([
      ['enable issues', true],
      ['make the labels steward:task', true],
      ['let Actions open pull requests', true],
      ['enable cycle.yml', true],
      ['enable watchdog.yml', true],
    ]);
    // What a person switched off stays so.
    expect(Object.keys(open)).toEqual(['schedule.consolidate.yml']);
  });

  test('says why it could not, and the finding keeps its click path', async () => {
    const forge = healthyForge();
    forge.about.has_issues = false;
    forge.failures['settings.set'] = denied;
    const { open, repairs } = await examine({ forge, fix: true });
    expect(repairs).toEqual([{ id: 'github.issues', what: 'enable issues', done: false, reason: denied.message }]);
    expect(open['github.issues']?.fix).toContain('Settings > General > Features');
  });

  test('tries what a token may write though it may not read it', async () => {
    const forge = healthyForge();
    forge.failures['settings.get'] = denied;
    const files = { '.github/workflows/heal.yml': 'on: workflow_dispatch\n' };
    forge.workflows.push({ file: 'heal.yml', name: 'heal', state: 'active' });
    const { repairs } = await examine({ forge, files, fix: true });
    expect(repairs).toMatchObject([{ id: 'github.pulls', done: true }]);
  });

  test('has nothing to do in a house where all is well', async () => {
    const forge = healthyForge();
    const { repairs } = await examine({ forge, fix: true });
    expect(repairs).toEqual([]);
    expect(forge.calls.filter(({ operation }) => operation === 'repo.get')).toHaveLength(1);
  });
});
