import { describe, expect, test } from 'vitest';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { decisionOf, GATE_TOOLS, LATER, runGate, waitingHouse } from '../support/gate-lab.ts';
import { gitFixture, temporaryFolder } from '../support/git-fixture.ts';
import { entry, intent } from '../support/ledger-samples.ts';
import { shellLab } from '../support/shell-lab.ts';

/** What gate.sh makes of the pause switch and of the ledger. */
const EARLIER = '2026-03-04T14:29:59.999Z';

describe('the pause switch', () => {
  test('a workflow that does not pass it on runs nothing', async () => {
    const { path } = await gitFixture({ 'a.md': 'a' });
    const lab = await shellLab(GATE_TOOLS);
    const run = await lab.run('gate.sh', path, { EVENT_NAME: 'workflow_dispatch' });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.output).toEqual([
      'run=false',
      'reason=paused: the workflow does not pass STEWARD_PAUSED, so the switch could not be seen',
    ]);
    expect(run.summary).toContain('No cycle ran: paused: the workflow does not pass STEWARD_PAUSED');
  });

  test.each([
    ['', 'run=true'],
    ['false', 'run=true'],
    ['true', 'run=false'],
    ['FALSE', 'run=false'],
    ['0', 'run=false'],
    [' ', 'run=false'],
    ['on holiday', 'run=false'],
  ])('%j: %s', async (value, expected) => {
    const { path } = await gitFixture({ 'a.md': 'a' });
    const run = await runGate(path, { STEWARD_PAUSED: value, EVENT_NAME: 'workflow_dispatch' });
    expect(decisionOf(run)).toBe(expected);
    if (expected === 'run=false') expect(run.output[1]).toBe(`reason=paused: ${value}`);
  });

  test.each(['x\nrun=true', 'x\r\nrun=true\r\n', 'x<<END\nrun=true\nEND', 'x\vrun=true'])(
    'no text in it adds an output of its own: %j',
    async (value) => {
      const { path } = await gitFixture({ 'a.md': 'a' });
      const run = await runGate(path, { STEWARD_PAUSED: value });
      expect(run.output).toHaveLength(2);
      expect(run.output[0]).toBe('run=false');
      expect(run.output[1]).toMatch(/^reason=paused: x/);
      expect(run.stdout.split('\n')).toHaveLength(1);
      expect(run.summary.split('\n')).toHaveLength(2);
    },
  );

  test('means the same to the agent itself', async () => {
    const agent = await agentFixture({ 'README.md': '# A repository\n' });
    for (const paused of [{}, { STEWARD_PAUSED: '' }, { STEWARD_PAUSED: 'false' }, { STEWARD_PAUSED: 'a  [b]' }]) {
      const { stdout } = await agent.steward(['cycle'], { GITHUB_ACTIONS: 'true', ...paused });
      const said = /Nothing to do: (paused: .*)\. No commit was made\./.exec(stdout)?.[1];
      const lab = await shellLab(GATE_TOOLS);
      const gate = await lab.run('gate.sh', agent.path, { EVENT_NAME: 'workflow_dispatch', ...paused });
      expect(stdout).toContain('Nothing to do: ');
      // The gate changes brackets: the runner takes some for commands.
      const expected = said === undefined ? 'run=true' : `reason=${said.replaceAll('[', '(')}`;
      expect(gate.output).toContain(expected);
    }
  });

  test('no text in it speaks to the runner', async () => {
    const { path } = await gitFixture({ 'a.md': 'a' });
    const { stdout } = await runGate(path, { STEWARD_PAUSED: '\n::set-env name=A::b\n####[[[add-mask]e' });
    expect(stdout).toMatch(/^gate: no cycle runs: /);
    expect(stdout).not.toContain('##[');
    const long = await runGate(path, { STEWARD_PAUSED: 'y'.repeat(50_000) });
    expect(long.stdout.length).toBeLessThan(300);
  });
});

describe('a tick', () => {
  test('runs when there is no ledger, or no directives folder', async () => {
    const run = await runGate((await gitFixture({ 'a.md': 'a' })).path);
    expect(run.output).toEqual(['run=true', 'reason=the ledger has no folded state']);
    expect(run.summary).toBe('');
  });

  test('runs nothing before the next wake, and says until when', async () => {
    const run = await runGate((await waitingHouse()).path);
    expect(run.output).toEqual(['run=false', 'reason=nothing is due before 2026-03-04T15:00:00Z']);
    expect(run.stdout).toBe('gate: no cycle runs: nothing is due before 2026-03-04T15:00:00Z');
    expect(run.summary).toBe('No cycle ran: nothing is due before 2026-03-04T15:00:00Z\n');
  });

  test('is what every other event counts as', async () => {
    const { path } = await waitingHouse();
    expect(decisionOf(await runGate(path, { EVENT_NAME: 'push' }))).toBe('run=false');
    expect(decisionOf(await runGate(path, { EVENT_NAME: 'push' }, '2026-03-04T15:00:01Z'))).toBe('run=true');
    expect(decisionOf(await runGate(path, { EVENT_NAME: '' }))).toBe('run=false');
  });

  test.each([
    ['the wake has come', { next_wake: EARLIER }, 'has come'],
    ['the wake is now', { next_wake: '2026-03-04T14:30:00.000Z' }, 'has come'],
    ['nothing says when to wake', { next_wake: null }, 'does not say when to wake'],
    ['the wake is no time', { next_wake: 'tomorrow' }, 'does not say when to wake'],
    ['the wake is hostile', { next_wake: '$(touch pwned)' }, 'does not say when to wake'],
    ['the wake comes from a wrong clock', { next_wake: '2028-03-04T14:30:00.000Z' }, 'does not say when to wake'],
    ['the trees are not told', { trees: null }, 'directives has changed'],
  ])('runs when %s', async (_, parts, reason) => {
    const repo = await waitingHouse({}, parts);
    const run = await runGate(repo.path);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decisionOf(run)).toBe('run=true');
    expect(run.output[1]).toContain(reason);
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  test('runs while an intent is open, and no more once it is closed', async () => {
    const repo = await waitingHouse({}, { records: [intent({ run: 'r1' })] });
    const open = await runGate(repo.path);
    expect(open.output).toEqual(['run=true', 'reason=an intent is open']);
    const closed = await waitingHouse({}, { records: [intent({ run: 'r1' }), entry({ id: 'r1', next_wake: LATER })] });
    expect(decisionOf(await runGate(closed.path))).toBe('run=false');
  });

  test.each([
    ['directives', 'directives/new.md'],
    ['execution', 'execution/new.ts'],
    ['.github', '.github/steward.yml'],
  ])('runs when %s is not as the last cycle saw it', async (folder, file) => {
    const repo = await waitingHouse({ 'directives/count.md': COUNT_DIRECTIVE });
    expect(decisionOf(await runGate(repo.path))).toBe('run=false');
    await repo.commit({ files: { 'docs/a.md': 'a' } });
    expect(decisionOf(await runGate(repo.path))).toBe('run=false');
    await repo.commit({ files: { [file]: 'new' } });
    expect((await runGate(repo.path)).output).toEqual(['run=true', `reason=${folder} has changed`]);
  });

  test.each([
    ['empty', () => ''],
    ['cut off', (text: string) => text.slice(0, 30)],
    ['on one line', (text: string) => JSON.stringify(JSON.parse(text))],
    ['another kind of value', () => '[]\n'],
    ['left by a merge', (text: string) => `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`],
    ['without the list of intents', (text: string) => text.replace(' "open_intents": [],\n', '')],
    ['bytes', () => '\u0001\uFFFD\n'.repeat(50)],
  ])('runs when the state is broken: %s', async (_, damage) => {
    const repo = await waitingHouse();
    await repo.write({
      'ledger/state.json': damage(await repo.git('show', 'HEAD:ledger/state.json').then((t) => `${t}\n`)),
    });
    const run = await runGate(repo.path);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decisionOf(run)).toBe('run=true');
  });

  test('reads a state with Windows line ends as well', async () => {
    const repo = await waitingHouse();
    const text = await repo.git('show', 'HEAD:ledger/state.json');
    await repo.write({ 'ledger/state.json': `${text.replaceAll('\n', '\r\n')}\r\n` });
    expect(decisionOf(await runGate(repo.path))).toBe('run=false');
  });

  test('fields of the same name further in say nothing', async () => {
    const done = { 'task:1': LATER, next_wake: LATER, open_intents: LATER, directives: 'd' };
    const repo = await waitingHouse({}, { next_wake: EARLIER, done });
    expect(decisionOf(await runGate(repo.path))).toBe('run=true');
  });

  test('fails where there is no commit to look at', async () => {
    const run = await runGate(await temporaryFolder());
    expect(run).toMatchObject({ exitCode: 1, output: [] });
    expect(run.stdout).toContain('::error::gate: there is no commit here');
  });
});

describe('after a real cycle', () => {
  test('in a shallow clone: shut until the wake, open after it, open when a directive changes', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const { entry } = await agent.cycle();
    expect(entry.result).toBe('success');
    const clone = await agent.clone({ depth: 1 });
    const justBefore = new Date(Date.parse(entry.next_wake) - 1000).toISOString();
    const shut = await runGate(clone.path, {}, justBefore);
    expect(shut.output).toEqual(['run=false', `reason=nothing is due before ${entry.next_wake.slice(0, 19)}Z`]);
    expect(decisionOf(await runGate(clone.path, {}, entry.next_wake))).toBe('run=true');
    await clone.commit({ files: { 'directives/count.md': `${COUNT_DIRECTIVE}\n## Notes\n` } });
    expect((await runGate(clone.path, {}, justBefore)).output[1]).toBe('reason=directives has changed');
  });
});
