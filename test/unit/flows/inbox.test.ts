import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { markerComment, type Pull, type WorkflowRun } from '../../../src/domain/forge-words.ts';
import type { LedgerState } from '../../../src/domain/ledger-state.ts';
import { answerMarker, EMPTY_INBOX, readInbox, taskNumber } from '../../../src/flows/inbox.ts';
import { directive, stateWith } from '../../support/domain-samples.ts';
import { type ForgeStage, forgeStage, STAGE_NOW, withoutForge } from '../../support/forge-context.ts';
import { taskBody } from '../../support/house-on-github.ts';

const sweep = directive({ front: 'on: [task]', inputs: '- topic: string' });
const nothing = stateWith({});
const done = (...occurrences: string[]): LedgerState =>
  stateWith({}, { done: Object.fromEntries(occurrences.map((each) => [each, STAGE_NOW])) });
const daysAgo = (days: number) =>
  new Date(Date.parse(STAGE_NOW) - days * 86_400_000).toISOString().replace('.000Z', 'Z');
const fileTask = ({ forge }: ForgeStage, body = taskBody('sweep', 'topic: x'), association = 'OWNER') =>
  forge.openIssue('octo', { body, labels: ['steward:task'], association });
const operations = ({ forge }: ForgeStage) => forge.calls.map(({ operation }) => operation);

describe('the inbox', () => {
  it('is empty without a forge', async () => {
    expect(await readInbox(withoutForge(forgeStage()), [sweep], nothing)).toEqual(EMPTY_INBOX);
  });

  it('asks for tasks alone where no directive could use more', async () => {
    const stage = forgeStage();
    await readInbox(stage.context, [sweep, directive({ name: 'off', front: 'on: [merge]\nenabled: false' })], nothing);
    expect(stage.forge.calls).toEqual([{ operation: 'issues.list', params: { labels: ['steward:task'] } }]);
  });

  it('warns of what the forge does not say, and has the rest', async () => {
    const stage = forgeStage();
    stage.forge.failures['runs.list'] = { kind: 'denied', message: 'Resource not accessible by integration' };
    const number = fileTask(stage);
    const ci = directive({ name: 'ci', front: 'on: [ci-failed]' });
    const { requests } = await readInbox(stage.context, [sweep, ci], nothing);
    expect(requests.map(({ occurrence }) => occurrence)).toEqual([`task:${number}`]);
    expect(stage.warnings).toEqual(['GitHub, runs.list: Resource not accessible by integration']);
  });
});

describe('proposals of the agent', () => {
  const reviewed = directive({ front: 'deliver: pull-request' });
  const proposed = stateWith({}, { proposals: { 'steward/sweep/task-7': { entry: 'e1', at: STAGE_NOW } } });
  const pull = (parts: Partial<Pull>): Pull => ({
    number: 9,
    title: '',
    body: '',
    state: 'closed',
    merged: daysAgo(0),
    head: 'steward/sweep/task-7',
    sha: 'a'.repeat(40),
    base: 'main',
    isFork: false,
    labels: [],
    author: 'github-actions[bot]',
    created: daysAgo(1),
    updated: daysAgo(0),
    url: '',
    ...parts,
  });

  it('are looked at once they are merged, and only then', async () => {
    const merged = async (...pulls: Partial<Pull>[]) => {
      const stage = forgeStage();
      stage.forge.pulls.push(...pulls.map(pull));
      return (await readInbox(stage.context, [reviewed], proposed)).requests;
    };
    const occurrence = 'event:sweep.merged.task-7';
    expect(await merged({})).toEqual([{ occurrence, directive: 'sweep', params: {}, origin: 'event' }]);
    const others = [{ merged: null }, { isFork: true }, { base: 'release' }, { head: 'steward/sweep/task-8' }];
    expect(await merged(...others)).toEqual([]);
  });

  it('without a forge wait on their branch', async () => {
    const stage = forgeStage();
    const repo = { ...stage.context.repo, openBranches: async (prefix: string) => [`${prefix}task-7`] };
    const { waiting } = await readInbox({ ...withoutForge(stage), repo }, [reviewed], nothing);
    expect([...waiting]).toEqual([['steward/sweep/task-7', 'its proposal on the branch steward/sweep/task-7']]);
  });
});

describe('tasks', () => {
  it('are requests, oldest first', async () => {
    const stage = forgeStage();
    fileTask(stage);
    stage.forge.openIssue('ada', { title: 'No task', body: taskBody('sweep') });
    fileTask(stage, taskBody('sweep'));
    expect((await readInbox(stage.context, [sweep], nothing)).requests).toEqual([
      { occurrence: 'task:1', directive: 'sweep', params: { topic: 'x' }, origin: 'task' },
      { occurrence: 'task:3', directive: 'sweep', params: {}, origin: 'task' },
    ]);
  });

  it('that can not be done are refusals, with the reason', async () => {
    const stage = forgeStage();
    fileTask(stage, taskBody('dance'));
    expect(await readInbox(stage.context, [sweep], nothing)).toMatchObject({
      requests: [],
      refusals: [
        { number: 1, occurrence: 'task:1', problems: [expect.stringContaining('`dance`'), expect.anything()] },
      ],
    });
  });

  it('of strangers are nothing at all, done or not', async () => {
    const stage = forgeStage();
    fileTask(stage, taskBody('sweep'), 'NONE');
    expect(await readInbox(stage.context, [sweep], nothing)).toEqual(EMPTY_INBOX);
    expect(await readInbox(stage.context, [sweep], done('task:1'))).toEqual(EMPTY_INBOX);
    expect(stage.news[0]).toBe('task 1 is from octo (none) and is left alone');
  });

  it('that are done but not answered wait for their answer', async () => {
    const stage = forgeStage();
    const number = fileTask(stage);
    expect(await readInbox(stage.context, [sweep], done('task:1'))).toMatchObject({
      requests: [],
      unanswered: [{ number, occurrence: 'task:1' }],
    });
  });

  it('that are answered and were reopened are new occurrences, each time', async () => {
    const stage = forgeStage();
    const number = fileTask(stage);
    const answer = (occurrence: string) =>
      stage.forge.comment('github-actions[bot]', number, `Done.\n\n${markerComment(answerMarker(occurrence))}\n`);
    const reopen = () => {
      stage.forge.setState(number, 'closed');
      stage.forge.setState(number, 'open');
    };
    answer('task:1');
    reopen();
    expect((await readInbox(stage.context, [sweep], done('task:1'))).requests).toMatchObject([
      { occurrence: 'task:1.2' },
    ]);
    expect(await readInbox(stage.context, [sweep], done('task:1', 'task:1.2'))).toMatchObject({
      requests: [],
      unanswered: [{ number, occurrence: 'task:1.2' }],
    });
    answer('task:1.2');
    reopen();
    expect((await readInbox(stage.context, [sweep], done('task:1', 'task:1.2'))).requests).toMatchObject([
      { occurrence: 'task:1.3' },
    ]);
  });

  it('that are answered and were never reopened are not done again: their closing got lost', async () => {
    const stage = forgeStage();
    const number = fileTask(stage);
    stage.forge.comment('github-actions[bot]', number, markerComment(answerMarker('task:1')));
    expect(await readInbox(stage.context, [sweep], done('task:1'))).toMatchObject({
      requests: [],
      unanswered: [{ number, occurrence: 'task:1' }],
    });
  });

  it('that are reopened before a lost closing are one round, not two', async () => {
    const stage = forgeStage();
    const number = fileTask(stage);
    const kept = stage.forge.issues[0];
    stage.forge.comment('github-actions[bot]', number, markerComment(answerMarker('task:1')));
    stage.forge.comment('github-actions[bot]', number, markerComment(answerMarker('task:1.2')));
    if (kept?.comments[0] && kept.comments[1]) {
      kept.comments[0].created = daysAgo(3);
      kept.reopened = daysAgo(2);
      kept.comments[1].created = daysAgo(1);
    }
    expect(await readInbox(stage.context, [sweep], done('task:1', 'task:1.2'))).toMatchObject({
      requests: [],
      unanswered: [{ number, occurrence: 'task:1.2' }],
    });
  });

  it('are not answered by a stranger who writes the marker', async () => {
    const stage = forgeStage();
    const number = fileTask(stage);
    stage.forge.comment('mallory', number, markerComment(answerMarker('task:1')));
    stage.forge.setState(number, 'closed');
    stage.forge.setState(number, 'open');
    expect(await readInbox(stage.context, [sweep], done('task:1'))).toMatchObject({
      requests: [],
      unanswered: [{ occurrence: 'task:1' }],
    });
  });

  it.each(['issues.comments', 'issues.reopened'] as const)(
    'that are done wait where %s is not answered: what a person meant can not be seen',
    async (operation) => {
      const stage = forgeStage();
      fileTask(stage);
      stage.forge.failures[operation] = { kind: 'unreachable', message: 'GitHub does not answer' };
      expect(await readInbox(stage.context, [sweep], done('task:1'))).toEqual(EMPTY_INBOX);
      expect(stage.warnings).toEqual([`GitHub, ${operation}: GitHub does not answer`]);
    },
  );

  it.each([
    ['task:17', 17],
    ['task:17.2', 17],
    ['task:', undefined],
    ['task:17.x', undefined],
    ['event:task:17', undefined],
    ['dispatch:17', undefined],
    ['sweep@2026-03-04T00:00Z', undefined],
  ])('%s is of issue %s', (occurrence, number) => {
    expect(taskNumber(occurrence)).toBe(number);
  });
});

const run = (parts: Partial<WorkflowRun>): WorkflowRun => ({
  id: 1,
  workflow: 'ci.yml',
  event: 'push',
  status: 'completed',
  conclusion: 'failure',
  branch: 'main',
  sha: '',
  actor: 'octo',
  created: daysAgo(1),
  started: daysAgo(1),
  updated: daysAgo(1),
  url: '',
  ...parts,
});
const pull = (parts: Partial<Pull>): Pull => ({
  number: 5,
  title: '',
  body: '',
  state: 'closed',
  merged: daysAgo(1),
  head: 'steward/post/1',
  sha: '',
  base: 'main',
  isFork: false,
  labels: [],
  author: 'github-actions[bot]',
  created: daysAgo(2),
  updated: daysAgo(1),
  url: '',
  ...parts,
});
const occurrences = async (stage: ForgeStage, on: string, state = nothing, inputs?: string) => {
  const look = directive({ name: 'look', front: `on: [${on}]`, ...(inputs ? { inputs } : {}) });
  const { requests } = await readInbox(stage.context, [look], state);
  return requests;
};

describe('events', () => {
  it('of issues are those of people, opened in the last week', async () => {
    const stage = forgeStage();
    const { forge } = stage;
    const old = forge.openIssue('ada', {});
    const fresh = forge.openIssue('ada', {});
    for (const label of ['steward', 'steward:task', 'steward:approval']) forge.openIssue('octo', { labels: [label] });
    const named = forge.openIssue('mallory', { labels: ['steward-ship'], association: 'NONE' });
    for (const [number, days] of [
      [old, 7.1],
      [fresh, 6.9],
    ])
      Object.assign(forge.issues.find((each) => each.number === number) ?? {}, { created: daysAgo(days ?? 0) });
    expect(await occurrences(stage, 'issue')).toEqual([
      { occurrence: `event:look.issue-${fresh}`, directive: 'look', params: {}, origin: 'event' },
      { occurrence: `event:look.issue-${named}`, directive: 'look', params: {}, origin: 'event' },
    ]);
  });

  it('of CI are failures on the default branch, not of the agent’s own workflows, not of pull requests', async () => {
    const stage = forgeStage();
    stage.forge.runs.push(
      run({ id: 1 }),
      run({ id: 2, workflow: 'cycle.yml' }),
      run({ id: 3, workflow: 'doctor.yml' }),
      run({ id: 4, event: 'pull_request' }),
      run({ id: 5, branch: 'work' }),
      run({ id: 6, conclusion: 'success' }),
      run({ id: 7, created: daysAgo(8) }),
    );
    expect(await occurrences(stage, 'ci-failed')).toMatchObject([{ occurrence: 'event:look.run-1' }]);
  });

  it('of merges are proposals of the agent that a person took', async () => {
    const stage = forgeStage();
    stage.forge.pulls.push(
      pull({ number: 1 }),
      pull({ number: 2, merged: null }),
      pull({ number: 3, head: 'feature' }),
      pull({ number: 4, isFork: true }),
      pull({ number: 5, merged: daysAgo(8) }),
      pull({ number: 6, head: 'steward-post/1' }),
    );
    expect(await occurrences(stage, 'merge')).toMatchObject([{ occurrence: 'event:look.pull-1' }]);
  });

  it('give their number in the type of the input that asks for it, and nothing to other inputs', async () => {
    const stage = forgeStage();
    stage.forge.openIssue('ada', {});
    const paramsFor = async (inputs: string) => (await occurrences(stage, 'issue', nothing, inputs))[0]?.params;
    expect(await paramsFor('- issue: integer (required)')).toEqual({ issue: 1 });
    expect(await paramsFor('- issue: string (required)')).toEqual({ issue: '1' });
    expect(await paramsFor('- issue: boolean')).toEqual({});
    expect(await paramsFor('- title: string')).toEqual({});
  });

  it('come three at a time, oldest first, without those that are done', async () => {
    const stage = forgeStage();
    for (let count = 0; count < 6; count++) stage.forge.openIssue('ada', {});
    const numbers = async (state: LedgerState) =>
      (await occurrences(stage, 'issue', state)).map((each) => each.occurrence);
    const named = (...numbers: number[]) => numbers.map((number) => `event:look.issue-${number}`);
    expect(await numbers(nothing)).toEqual(named(1, 2, 3));
    expect(await numbers(done(...named(1, 2, 4)))).toEqual(named(3, 5, 6));
    expect(await numbers(done(...named(1, 2, 3, 4, 5, 6)))).toEqual([]);
  });

  it('are one occurrence for each directive that asks', async () => {
    const stage = forgeStage();
    stage.forge.openIssue('ada', {});
    const both = ['a', 'b'].map((name) => directive({ name, front: 'on: [issue]' }));
    const { requests } = await readInbox(stage.context, both, done('event:a.issue-1'));
    expect(requests.map(({ occurrence }) => occurrence)).toEqual(['event:b.issue-1']);
    expect(operations(stage).filter((name) => name === 'issues.list')).toHaveLength(2);
  });
});

describe('open proposals', () => {
  const post = directive({ name: 'post', front: 'every: 1d\ndeliver: pull-request' });
  const waiting = async (directives: Directive[], ...pulls: Pull[]) => {
    const stage = forgeStage();
    stage.forge.pulls.push(...pulls);
    return Object.fromEntries((await readInbox(stage.context, directives, nothing)).waiting);
  };
  const open = (parts: Partial<Pull>) => pull({ state: 'open', merged: null, ...parts });

  it('are known by their branches, those of forks and those that are closed are not', async () => {
    const pulls = [
      open({ number: 9 }),
      open({ number: 10, head: 'steward/post/2', isFork: true }),
      pull({ number: 11 }),
    ];
    expect(await waiting([post], ...pulls)).toEqual({ 'steward/post/1': 'its proposal #9' });
  });

  it('are asked for where an enabled directive makes some', async () => {
    expect(await waiting([sweep, { ...post, enabled: false }], open({}))).toEqual({});
  });
});
