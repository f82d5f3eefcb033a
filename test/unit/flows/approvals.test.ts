import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { hasMarker, withMarker } from '../../../src/domain/forge-words.ts';
import { EMPTY_STATE, type LedgerState } from '../../../src/domain/ledger-state.ts';
import type { Option } from '../../../src/domain/option.ts';
import { approvalMarker, closeApproval, settleApprovals } from '../../../src/flows/approvals.ts';
import type { Situation } from '../../../src/flows/gather.ts';
import { directive, directiveState, option, stateWith } from '../../support/domain-samples.ts';
import { type ForgeStage, forgeStage, withoutForge } from '../../support/forge-context.ts';

const RELEASE = 'steward:approved';
const sweep = directive({ front: 'every: 1d\napproval: required', inputs: '- word: string (default: dust)' });
const mop = directive({ name: 'mop', front: 'every: 1d\napproval: required' });
const HELD = 'waits for a person: approval is required';
const due = (parts: Partial<Option> = {}) => option({ directive: sweep, params: { word: 'dust' }, ...parts });

function situation(approvals: readonly Option[], loaded: readonly Directive[] = [sweep]): Situation {
  return {
    now: new Date('2026-03-04T14:30:00Z'),
    loaded: { directives: [...loaded], problems: [] },
    options: [],
    held: approvals.map(({ directive: { name } }) => ({ directive: name, reason: HELD })),
    approvals: [...approvals],
    recent: [],
    lessons: [],
    requests: [],
  };
}

/** A house in which ada may write, with the run shown once. */
async function shown(approvals: readonly Option[] = [due()]): Promise<ForgeStage> {
  const stage = forgeStage({ blobs: { 'directives/sweep.md': 'b1', 'execution/sweep.ts': 'b2' } });
  stage.forge.permissions.ada = 'write';
  await settle(stage, approvals);
  return stage;
}

const settle = (stage: ForgeStage, approvals: readonly Option[] = [due()], state: LedgerState = EMPTY_STATE) =>
  settleApprovals(stage.context, situation(approvals), state);
const reasons = ({ held }: Situation) => held.map(({ directive: name, reason }) => `${name}: ${reason}`);

describe('a run that waits for a person', () => {
  it('is shown in the one issue of its directive, and is no option', async () => {
    const stage = forgeStage({ blobs: { 'directives/sweep.md': 'b1' } });
    const settled = await settle(stage);
    expect(stage.forge.issues).toMatchObject([
      { title: 'Approval: may `sweep` run?', state: 'open', labels: ['steward', 'steward:approval'] },
    ]);
    expect(stage.forge.issues[0]?.body).toContain('| `word` | `dust` |');
    expect(stage.forge.issues[0]?.body).toContain('cost: nothing, or at most $0.25 where a script asks a model');
    expect(settled).toMatchObject({ options: [], approvals: [] });
    expect(reasons(settled)).toEqual(['sweep: waits for a person: #1 shows what would run']);
  });

  it('is not shown again while nothing changed', async () => {
    const stage = await shown();
    const before = structuredClone(stage.forge.issues);
    await settle(stage);
    expect(stage.forge.issues).toEqual(before);
  });

  it('goes on waiting where there is no forge, and where it does not answer', async () => {
    const stage = forgeStage();
    const waiting = situation([due()]);
    expect(await settleApprovals(withoutForge(stage), waiting, EMPTY_STATE)).toEqual(waiting);
    stage.forge.failures['issues.list'] = { kind: 'limited', message: 'too many requests' };
    expect(await settleApprovals(stage.context, waiting, EMPTY_STATE)).toEqual(waiting);
    expect(stage.warnings).toEqual(['GitHub, issues.list: too many requests']);
  });

  it('says so when its issue can not be written', async () => {
    const stage = forgeStage();
    stage.forge.failures['issues.upsert'] = { kind: 'denied', message: 'Issues are disabled' };
    expect(reasons(await settle(stage))).toEqual(['sweep: waits for a person, and its issue could not be written']);
  });

  it('can not be shown without its inputs: a person starts it with them', async () => {
    const needy = directive({ front: 'approval: required', inputs: '- topic: string (required)' });
    const stage = forgeStage();
    expect(reasons(await settle(stage, [option({ directive: needy })]))).toEqual([
      'sweep: a run that needs approval must know its inputs, and nobody gave topic: start it by hand with them',
    ]);
    expect(stage.forge.issues).toEqual([]);
  });

  it('is the first of its directive: one issue shows one run', async () => {
    const stage = forgeStage();
    const settled = await settle(stage, [due({ id: 'task:1' }), due({ id: 'task:2' }), option({ directive: mop })]);
    expect(stage.forge.issues).toHaveLength(2);
    expect(stage.forge.issues[0]?.body).toContain('occurrence: `task:1`');
    expect(reasons(settled)).toEqual([
      'sweep: waits for a person: #1 shows what would run',
      'mop: waits for a person: #2 shows what would run',
    ]);
  });

  it('leaves other holds and options as they are', async () => {
    const stage = forgeStage();
    const before = situation([due()]);
    const other = option({ directive: directive({ name: 'dust' }) });
    const hold = { directive: 'wax', reason: 'needs the secret A' };
    const settled = await settleApprovals(
      stage.context,
      { ...before, options: [other], held: [hold, ...before.held] },
      EMPTY_STATE,
    );
    expect(settled.options).toEqual([other]);
    expect(settled.held[0]).toEqual(hold);
    expect(settled.held).toHaveLength(2);
  });
});

describe('a label', () => {
  it('by somebody with write access releases the run that is shown', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    expect(await settle(stage)).toMatchObject({
      options: [{ id: 'sweep@2026-03-04T00:00Z', approvedBy: 'ada in #1' }],
      held: [],
      approvals: [],
    });
    // Whatever became of the run is told by closeApproval; until then the word stands.
    expect(stage.forge.issues[0]?.labels).toContain(RELEASE);
  });

  it.each(['read', 'none'] as const)(
    'by somebody who may %s releases nothing, and is taken off',
    async (permission) => {
      const stage = await shown();
      stage.forge.permissions.tim = permission;
      stage.forge.label('tim', 1, RELEASE);
      expect(reasons(await settle(stage))).toEqual([
        'sweep: waits for a person: the approval in #1 does not count, tim has no write access',
      ]);
      expect(stage.forge.issues[0]?.labels).not.toContain(RELEASE);
      expect(stage.warnings).toEqual(['the approval in #1 does not count: tim has no write access']);
    },
  );

  it('is the last one’s who set it, not the first one’s', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    await stage.forge.call('issues.label', { number: 1, remove: [RELEASE] });
    stage.forge.label('tim', 1, RELEASE);
    expect((await settle(stage)).options).toEqual([]);
  });

  it.each([
    ['another input', due({ params: { word: 'dirt' } })],
    ['another occurrence', due({ id: 'task:9' })],
  ])('on another plan (%s) releases nothing: it is off before the new plan is on', async (_, next) => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    stage.forge.calls.length = 0;
    const settled = await settle(stage, [next]);
    expect(reasons(settled)).toEqual(['sweep: waits for a person: #1 shows what would run']);
    expect(stage.forge.issues[0]?.labels).not.toContain(RELEASE);
    const names = stage.forge.calls.map(({ operation }) => operation);
    expect(names.indexOf('issues.label')).toBeLessThan(names.indexOf('issues.upsert'));
    expect((await settle(stage, [next])).options).toEqual([]);
  });

  it('on the old plan, set while the new one was being written, releases nothing either', async () => {
    const stage = await shown();
    const { forge } = stage;
    const racing = {
      repository: forge.repository,
      call: (async (operation, params) => {
        if (operation === 'issues.upsert') forge.label('ada', 1, RELEASE);
        return forge.call(operation, params);
      }) as typeof forge.call,
    };
    const next = [due({ params: { word: 'dirt' } })];
    await settleApprovals({ ...stage.context, forge: racing }, situation(next), EMPTY_STATE);
    expect((await settle(stage, next)).options).toEqual([]);
    expect(stage.forge.issues[0]?.labels).not.toContain(RELEASE);
  });

  it('on another version of a script releases nothing', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    const trees = { ...stage.context.facts.trees, execution: 'changed' };
    const context = { ...stage.context, facts: { ...stage.context.facts, trees } };
    expect((await settleApprovals(context, situation([due()]), EMPTY_STATE)).options).toEqual([]);
  });

  it('counts for one attempt', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    const at = (time: string) =>
      stateWith({ sweep: directiveState({ occurrence: 'sweep@2026-03-04T00:00Z', final: false, at: time }) });
    expect((await settle(stage, [due()], at('2026-03-04T14:29:59.000Z'))).options).toHaveLength(1);
    expect(reasons(await settle(stage, [due()], at('2026-03-04T14:30:00.500Z')))).toEqual([
      expect.stringContaining('it was used already'),
    ]);
  });

  it.each(['issues.labelled', 'users.permission'] as const)(
    'releases nothing where %s is not answered, and stays',
    async (operation) => {
      const stage = await shown();
      stage.forge.label('ada', 1, RELEASE);
      stage.forge.failures[operation] = { kind: 'unreachable', message: 'GitHub does not answer' };
      expect(reasons(await settle(stage))).toEqual(['sweep: waits for a person: it could not be seen who released #1']);
      expect(stage.forge.issues[0]?.labels).toContain(RELEASE);
    },
  );

  it('on an issue of somebody else’s that bears the marker releases nothing', async () => {
    const forged = forgeStage();
    forged.forge.permissions.ada = 'write';
    const { body } = (await shown()).forge.issues[0] ?? { body: '' };
    forged.forge.openIssue('mallory', { body, labels: [RELEASE], association: 'NONE' });
    expect((await settle(forged)).options).toEqual([]);
    expect(forged.forge.issues).toHaveLength(2);
  });
});

describe('a person who declines', () => {
  it('closes the issue: the run is not asked for again', async () => {
    const stage = await shown();
    stage.forge.setState(1, 'closed');
    expect(reasons(await settle(stage))).toEqual(['sweep: declined: #1 was closed']);
    stage.forge.label('ada', 1, RELEASE);
    expect(reasons(await settle(stage))).toEqual(['sweep: declined: #1 was closed']);
    expect(stage.forge.issues[0]?.state).toBe('closed');
  });

  it('is asked about the next one', async () => {
    const stage = await shown();
    stage.forge.setState(1, 'closed');
    const settled = await settle(stage, [due({ id: 'sweep@2026-03-05T00:00Z' })]);
    expect(reasons(settled)).toEqual(['sweep: waits for a person: #1 shows what would run']);
    expect(stage.forge.issues[0]?.state).toBe('open');
  });
});

describe('an approval that is used up', () => {
  it('says what came of it, closes its issue and takes the label off', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    await closeApproval(stage.context, 'sweep', 'Done: @octo <!-- steward:approval:mop -->');
    expect(stage.forge.issues).toMatchObject([{ state: 'closed', labels: ['steward', 'steward:approval'] }]);
    const { body } = stage.forge.issues[0] ?? { body: '' };
    expect(body).toMatch(/^Done: /);
    expect(hasMarker(body, approvalMarker('sweep'))).toBe(true);
    expect(hasMarker(body, approvalMarker('mop'))).toBe(false);
  });

  it('opens no issue where there is none', async () => {
    const stage = forgeStage();
    await closeApproval(stage.context, 'sweep', 'Done.');
    expect(stage.forge.issues).toEqual([]);
  });

  it('whose closing got lost is closed by the next cycle that has nothing to ask', async () => {
    const stage = await shown();
    stage.forge.label('ada', 1, RELEASE);
    await settle(stage, []);
    expect(stage.forge.issues).toMatchObject([{ state: 'closed', labels: ['steward', 'steward:approval'] }]);
    const before = structuredClone(stage.forge.issues);
    await settle(stage, []);
    expect(stage.forge.issues).toEqual(before);
  });

  it('shows the next run in the same issue', async () => {
    const stage = await shown();
    await closeApproval(stage.context, 'sweep', 'Done.');
    await settle(stage, [due({ id: 'sweep@2026-03-05T00:00Z' })]);
    expect(stage.forge.issues).toMatchObject([{ state: 'open' }]);
    expect(stage.forge.issues[0]?.body).toBe(
      withMarker(stage.forge.issues[0]?.body.split('\n\n<!--')[0] ?? '', approvalMarker('sweep')),
    );
  });
});
