import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { EMPTY_STATE, type LedgerState } from '../../../src/domain/ledger-state.ts';
import type { Forced } from '../../../src/flows/cycle-context.ts';
import { look, survey } from '../../../src/flows/survey.ts';
import { directive, stateWith } from '../../support/domain-samples.ts';
import { type ForgeStage, forgeStage, STAGE_NOW } from '../../support/forge-context.ts';
import { taskBody } from '../../support/house-on-github.ts';

const sweep = directive({ front: 'every: 1d\non: [task, dispatch]\nwrites: ["out/**"]', inputs: '- word: string' });
const post = directive({ name: 'post', front: 'every: 1d\non: [task]\ndeliver: pull-request' });
const known = (directives: Directive[], parts: { state?: LedgerState; forced?: Forced } = {}) => ({
  state: parts.state ?? EMPTY_STATE,
  loaded: { directives, problems: [] },
  forced: parts.forced,
});
const fileTask = ({ forge }: ForgeStage, name: string, inputs = '') =>
  forge.openIssue('octo', { body: taskBody(name, inputs), labels: ['steward:task'] });
const ids = ({ options }: { options: readonly { id: string }[] }) => options.map(({ id }) => id);
const FORCED = { directive: 'sweep', params: { word: 'x' }, id: '4711' };

describe('what the agent may do now', () => {
  it('is what is asked for, then what is due', async () => {
    const stage = forgeStage();
    fileTask(stage, 'sweep', 'word: x');
    const situation = await survey(stage.context, known([sweep]));
    expect(ids(situation)).toEqual(['task:1', 'sweep@2026-03-04T00:00Z']);
    expect(situation.options[0]?.params).toEqual({ word: 'x' });
  });

  it('is said to whoever waits for a word: refused tasks and lost answers', async () => {
    const stage = forgeStage();
    fileTask(stage, 'dance');
    await survey(stage.context, known([sweep]));
    expect(stage.forge.issues[0]).toMatchObject({ state: 'closed', comments: { length: 1 } });
  });

  it('is looked at without a word to anybody', async () => {
    const stage = forgeStage();
    fileTask(stage, 'dance');
    const approved = directive({ front: 'every: 1d\non: [task]\napproval: required' });
    const { inbox, situation } = await look(stage.context, known([approved]));
    expect(inbox.refusals).toHaveLength(1);
    expect(situation.approvals).toHaveLength(1);
    expect(stage.forge.calls.map(({ operation }) => operation)).toEqual(['issues.list']);
  });

  it('is not what a person is working on', async () => {
    const stage = forgeStage({ changed: ['out/a.md'] });
    expect(ids(await survey(stage.context, known([sweep, post])))).toEqual(['post@2026-03-04T00:00Z']);
    expect(stage.warnings).toEqual(['sweep waits: uncommitted changes in out/a.md']);
    await expect(survey(stage.context, known([sweep]))).rejects.toMatchObject({ code: 'DIRTY_WORKTREE' });
  });
});

describe('a directive whose proposal is open', () => {
  const proposal = async (head: string, isFork = false) => {
    const stage = forgeStage();
    fileTask(stage, 'post');
    await stage.forge.call('pulls.open', { marker: 'm', title: 't', body: '', head, base: 'main' });
    Object.assign(stage.forge.pulls[0] ?? {}, { isFork });
    return survey(stage.context, known([post]));
  };

  it('waits for its review, scheduled or asked for', async () => {
    const situation = await proposal('steward/post/2026-03-03T00-00Z');
    expect(situation.options).toEqual([]);
    expect(situation.held.map(({ reason }) => reason)).toEqual(Array(2).fill('its proposal #2 waits for a review'));
  });

  it('goes on with the very occurrence that the proposal is of', async () => {
    expect(ids(await proposal('steward/post/task-1'))).toEqual(['task:1']);
  });

  it.each([
    ['another directive with a longer name', 'steward/posts/1', false],
    ['a person', 'post/1', false],
    ['a fork', 'steward/post/1', true],
  ])('does not wait for a branch of %s', async (_, head, isFork) => {
    expect(ids(await proposal(head, isFork))).toEqual(['task:1', 'post@2026-03-04T00:00Z']);
  });
});

describe('a directive that is asked for by name', () => {
  it('is all there is; nobody else is looked at or told anything', async () => {
    const stage = forgeStage();
    fileTask(stage, 'dance');
    const situation = await survey(stage.context, known([sweep, post], { forced: FORCED }));
    expect(ids(situation)).toEqual(['dispatch:4711']);
    expect(situation.requests).toEqual([{ occurrence: 'dispatch:4711', directive: 'sweep', params: { word: 'x' } }]);
    expect(stage.forge.calls).toEqual([]);
  });

  it('is done once for one run of a runner', async () => {
    const state = stateWith({}, { done: { 'dispatch:4711': STAGE_NOW } });
    expect(ids(await survey(forgeStage().context, known([sweep], { state, forced: FORCED })))).toEqual([]);
  });

  it('passes approval and review when a person asks, not when a program does', async () => {
    const careful = directive({ front: 'on: [dispatch]\napproval: required' });
    const asked = { directive: 'sweep', params: {}, id: '1' };
    const stage = forgeStage();
    expect(ids(await survey(stage.context, known([careful], { forced: asked })))).toEqual(['dispatch:1']);
    const held = await survey(stage.context, known([careful], { forced: { ...asked, origin: 'dispatch' } }));
    expect(held.options).toEqual([]);
    expect(held.held).toMatchObject([{ reason: 'waits for a person: approval is required' }]);
    // Its request is gone when a label comes: nothing is shown.
    expect(stage.forge.calls).toEqual([]);
  });

  it.each([
    ['one that is not there', { ...FORCED, directive: 'dance' }, 'DIRECTIVE_UNKNOWN'],
    ['inputs that do not fit', { ...FORCED, params: { wrod: 1 } }, 'PARAMS_INVALID'],
    [
      'a program’s word where only people’s counts',
      { ...FORCED, directive: 'post', origin: 'dispatch' },
      'DISPATCH_REFUSED',
    ],
  ] as const)('is refused: %s', async (_, forced, code) => {
    const asked = { ...forced, params: code === 'DISPATCH_REFUSED' ? {} : forced.params };
    await expect(survey(forgeStage().context, known([sweep, post], { forced: asked }))).rejects.toMatchObject({
      code,
      exitCode: 2,
    });
  });
});
