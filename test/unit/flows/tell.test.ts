import { describe, expect, it } from 'vitest';
import { hasMarker } from '../../../src/domain/forge-words.ts';
import { answerMarker, EMPTY_INBOX } from '../../../src/flows/inbox.ts';
import { answerLate, pokeWatchdog, refuseTasks, tell } from '../../../src/flows/tell.ts';
import { option } from '../../support/domain-samples.ts';
import { type ForgeStage, forgeStage, ledgerOf, STAGE_NOW, withoutForge } from '../../support/forge-context.ts';
import { entry, genesis, placed } from '../../support/ledger-samples.ts';

const COMMIT = 'a'.repeat(40);
const done = placed({
  id: '20260304t143000-0000aaaa',
  occurrence: 'task:1',
  steps: [{ script: 'execution/sweep.ts', status: 'success', duration_s: 0.4 }],
  criteria: [{ script: 'execution/check.ts', holds: true, reason: 'all clean', duration_s: 0.1 }],
  metrics: { cost: 0.0031, duration_s: 1.5, tokens_in: 0, tokens_out: 0, calls: [] },
  run_url: 'https://github.com/octo/house/actions/runs/4711',
});
const failed = (message: string, kind: 'crash' | 'output' = 'output') => ({
  kind,
  message,
  signature: 'abc',
  log_tail: '',
  script: 'execution/sweep.ts',
});
const asked = (): ForgeStage => {
  const stage = forgeStage();
  stage.forge.openIssue('octo', { labels: ['steward:task'] });
  return stage;
};
const answer = ({ forge }: ForgeStage) => forge.issues[0]?.comments[0]?.body ?? '';

describe('the answer to a task', () => {
  it('says what came of it, what it cost and where it is written down, and closes the task', async () => {
    const stage = asked();
    await tell(stage.context, { entry: done, commit: COMMIT });
    expect(answer(stage)).toBe(`\`sweep\` -> **success, verified** ($0.0031, 1.5 s)

- \`execution/sweep.ts\`: success, 0.4 s
- \`execution/check.ts\`: holds, \`all clean\`

[Ledger entry 20260304t143000-0000aaaa](https://github.com/octo/house/commit/${COMMIT}), [run](https://github.com/octo/house/actions/runs/4711). Reopen this issue to have it done again.

<!-- steward:answer:task:1 -->
`);
    expect(stage.forge.issues[0]?.state).toBe('closed');
    expect(stage.forge.calls.at(-1)).toMatchObject({ params: { number: 1, reason: 'completed' } });
  });

  it.each([
    ['a failure', { result: 'failure', failure: failed('it broke') } as const],
    ['a refuted success', { result: 'success', verification: 'refuted', failure: failed('not clean') } as const],
    ['a step that had nothing to do', { result: 'skipped' } as const],
  ])('closes the task as not done after %s', async (_, parts) => {
    const stage = asked();
    await tell(stage.context, { entry: { ...done, ...parts }, commit: COMMIT });
    expect(stage.forge.calls.at(-1)).toMatchObject({ operation: 'issues.close', params: { reason: 'not_planned' } });
  });

  it('waits while the task may be tried again', async () => {
    const stage = asked();
    await tell(stage.context, { entry: { ...done, result: 'failure', final: false }, commit: COMMIT });
    expect(stage.forge.calls).toEqual([]);
  });

  it('of a second round is a second comment, and of a round told again the same', async () => {
    const stage = asked();
    await tell(stage.context, { entry: done, commit: COMMIT });
    await tell(stage.context, { entry: done, commit: COMMIT });
    await tell(stage.context, { entry: { ...done, occurrence: 'task:1.2' }, commit: COMMIT });
    expect(stage.forge.issues[0]?.comments).toHaveLength(2);
  });

  it('is not put into the comment of a stranger who wrote its marker', async () => {
    const stage = asked();
    stage.forge.comment('mallory', 1, '<!-- steward:answer:task:1 -->');
    await tell(stage.context, { entry: done, commit: COMMIT });
    expect(stage.forge.issues[0]?.comments).toMatchObject([
      { author: 'mallory', body: '<!-- steward:answer:task:1 -->' },
      { author: 'github-actions[bot]' },
    ]);
  });

  it('leaves the task open when it can not be written', async () => {
    const stage = asked();
    stage.forge.failures['issues.comment'] = { kind: 'unreachable', message: 'GitHub does not answer' };
    await tell(stage.context, { entry: done, commit: COMMIT });
    expect(stage.forge.issues[0]?.state).toBe('open');
    expect(stage.warnings).toEqual(['GitHub, issues.comment: GitHub does not answer']);
  });

  it('quotes what scripts say without mention, markup or marker', async () => {
    const stage = asked();
    const hostile = '`@octo`\n```\n<!-- steward:answer:task:1.2 -->\n# @everyone ![x](https://evil.example)';
    const criteria = [{ script: 'execution/check.ts', holds: null, reason: hostile, duration_s: 0 }];
    await tell(stage.context, {
      entry: {
        ...done,
        result: 'failure',
        failure: failed(hostile),
        criteria,
        proposal_url: 'https://github.com/octo/house/pull/2',
      },
      commit: COMMIT,
    });
    const body = answer(stage);
    expect(hasMarker(body, answerMarker('task:1.2'))).toBe(false);
    expect(body).toContain('\nFor review: https://github.com/octo/house/pull/2\n');
    // Outside of code nothing of it is left.
    const outside = body.replaceAll(/^```$[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
    expect(outside).not.toMatch(/octo@|@|evil|everyone|^#/m);
    expect(body.match(/^```$/gm)).toHaveLength(2);
  });

  it('cuts what a script says at length', async () => {
    const stage = asked();
    await tell(stage.context, {
      entry: { ...done, result: 'failure', failure: failed('x'.repeat(9000)) },
      commit: COMMIT,
    });
    expect(answer(stage).length).toBeLessThan(3000);
  });
});

describe('what a cycle tells besides', () => {
  it('is nothing without a forge, and nothing of a slot that went well', async () => {
    const stage = asked();
    await tell(withoutForge(stage), { entry: done, commit: COMMIT });
    await tell(stage.context, { entry: placed(), commit: COMMIT, option: option() });
    expect(stage.forge.calls).toEqual([]);
  });

  it('closes the approval it used up', async () => {
    const stage = forgeStage();
    const body = 'Plan.\n\n<!-- steward:approval:sweep -->\n';
    stage.forge.openIssue('github-actions[bot]', { body, labels: ['steward', 'steward:approval', 'steward:approved'] });
    await tell(stage.context, { entry: placed(), commit: COMMIT, option: option({ approvedBy: 'ada in #1' }) });
    expect(stage.forge.issues).toMatchObject([{ state: 'closed', labels: ['steward', 'steward:approval'] }]);
    expect(stage.forge.issues[0]?.body).toContain('**success, verified**');
  });

  it('asks heal.yml to look at a crash, and at nothing else', async () => {
    const stage = forgeStage();
    stage.forge.workflows.push({ file: 'heal.yml', name: 'heal', state: 'active' });
    await tell(stage.context, { entry: placed({ result: 'failure', failure: failed('x') }), commit: COMMIT });
    expect(stage.forge.dispatches).toEqual([]);
    const crash = placed({ id: 'e9', result: 'failure', failure: failed('x', 'crash') });
    await tell(stage.context, { entry: crash, commit: COMMIT });
    expect(stage.forge.dispatches).toEqual([{ workflow: 'heal.yml', ref: 'main', inputs: { entry: 'e9' } }]);
  });

  it.each([
    [{ kind: 'missing', message: 'Not Found' } as const, [], ['there is no heal.yml to look at the crash']],
    [{ kind: 'denied', message: 'no' } as const, ['heal.yml could not be started: no'], []],
  ])('warns of a heal.yml that could be started, not of one that is missing: %j', async (failure, warnings, news) => {
    const stage = forgeStage();
    stage.forge.failures['workflows.dispatch'] = failure;
    const crash = placed({ result: 'failure', failure: failed('x', 'crash') });
    await tell(stage.context, { entry: crash, commit: COMMIT });
    expect(stage).toMatchObject({ warnings, news });
  });
});

describe('a refusal', () => {
  const inbox = { ...EMPTY_INBOX, refusals: [{ number: 1, occurrence: 'task:1', problems: ['No.', 'Never.'] }] };

  it('says every problem, closes the task, and stays one comment', async () => {
    const stage = asked();
    await refuseTasks(stage.context, inbox);
    await refuseTasks(stage.context, inbox);
    expect(stage.forge.issues[0]).toMatchObject({ state: 'closed', comments: { length: 1 } });
    expect(answer(stage)).toContain('- No.\n- Never.\n\nEdit the issue and reopen it');
    expect(stage.forge.calls.at(1)).toMatchObject({ params: { reason: 'not_planned' } });
  });

  it('leaves the task open when it can not be written', async () => {
    const stage = asked();
    stage.forge.failures['issues.comment'] = { kind: 'denied', message: 'locked' };
    await refuseTasks(stage.context, inbox);
    expect(stage.forge.issues[0]?.state).toBe('open');
    expect(stage.warnings).toEqual(['GitHub, issues.comment: locked', 'task 1 can not be done: No. Never.']);
  });
});

it('the answer to a task that was skipped says why', async () => {
  const stage = asked();
  const reason = 'no model key. asked for by task:1';
  await tell(stage.context, { entry: { ...done, result: 'skipped', reason }, commit: COMMIT });
  expect(answer(stage)).toContain('Why: `no model key. asked for by task:1`');
});

describe('an answer that got lost', () => {
  const unanswered = [{ number: 1, occurrence: 'task:1' }];

  it('is made up for from the ledger', async () => {
    const stage = asked();
    await ledgerOf(stage.documents, [
      genesis,
      entry({ id: 'e1', occurrence: 'task:1', final: false, result: 'failure' }),
      entry({ id: 'e2', occurrence: 'task:1' }),
      entry({ id: 'e3', occurrence: 'task:1', final: false, result: 'skipped' }),
      entry({ id: 'e4' }),
    ]);
    await answerLate(stage.context, { ...EMPTY_INBOX, unanswered });
    expect(answer(stage)).toContain('[Ledger entry e2]');
    expect(stage.forge.issues[0]?.state).toBe('closed');
  });

  it('of a run that is nowhere in the ledger stays out, and of nobody reads nothing', async () => {
    const stage = asked();
    await ledgerOf(stage.documents, [genesis, entry({ id: 'e3' })]);
    await answerLate(stage.context, { ...EMPTY_INBOX, unanswered });
    await answerLate({ ...stage.context, documents: forgeStage().documents }, EMPTY_INBOX);
    expect(stage.forge.calls).toEqual([]);
  });
});

describe('the watchdog', () => {
  const lastRun = (hours: number): ForgeStage => {
    const stage = forgeStage();
    stage.forge.workflows.push({ file: 'watchdog.yml', name: 'watchdog', state: 'disabled_inactivity' });
    const at = new Date(Date.parse(STAGE_NOW) - hours * 3_600_000).toISOString();
    const run = { workflow: 'watchdog.yml', event: 'schedule', status: 'completed', conclusion: 'success' };
    stage.forge.runs.push({
      ...run,
      id: 1,
      branch: 'main',
      sha: '',
      actor: '',
      created: at,
      started: at,
      updated: at,
      url: '',
    });
    return stage;
  };

  it('that ran lately is left alone', async () => {
    const stage = lastRun(6.9);
    await pokeWatchdog(stage.context);
    expect(stage.forge.calls.map(({ operation }) => operation)).toEqual(['runs.list']);
  });

  it('that is silent is enabled and started', async () => {
    const stage = lastRun(7.1);
    await pokeWatchdog(stage.context);
    expect(stage.forge.workflows[0]?.state).toBe('active');
    expect(stage.forge.dispatches).toEqual([{ workflow: 'watchdog.yml', ref: 'main', inputs: {} }]);
  });

  it('that a person switched off stays so', async () => {
    const stage = lastRun(48);
    stage.forge.workflows[0] = { file: 'watchdog.yml', name: 'watchdog', state: 'disabled_manually' };
    await pokeWatchdog(stage.context);
    expect(stage.forge).toMatchObject({ dispatches: [], workflows: [{ state: 'disabled_manually' }] });
  });

  it('that never ran is started', async () => {
    const stage = lastRun(8);
    stage.forge.runs.length = 0;
    await pokeWatchdog(stage.context);
    expect(stage.forge.dispatches).toHaveLength(1);
    expect(stage.news).toEqual(['the watchdog has not run yet: starting it']);
  });

  it('is nobody’s matter where there is none, and off a runner', async () => {
    const none = forgeStage();
    await pokeWatchdog(none.context);
    expect(none).toMatchObject({ warnings: [], forge: { dispatches: [] } });
    const local = lastRun(8);
    await pokeWatchdog({ ...local.context, setting: { ...local.context.setting, isEphemeral: false } });
    await pokeWatchdog(withoutForge(local));
    expect(local.forge.calls).toEqual([]);
  });
});
