import { describe, expect, test } from 'vitest';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import { sealAll, stateText } from '../../src/flows/ledger-writer.ts';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { directiveText } from '../support/domain-samples.ts';
import { type GitFixture, gitFixture, type Tree, temporaryFolder } from '../support/git-fixture.ts';
import { entry, genesis, intent } from '../support/ledger-samples.ts';
import { type ShellRun, scriptPath, shellLab } from '../support/shell-lab.ts';

/** All that the gate may use; in particular no Node, no jq, no Python. */
const TOOLS = ['bash', 'date', 'dirname', 'git'];

const NOW = '2026-03-04T14:30:00Z';
const LATER = '2026-03-04T15:00:00.000Z';
const EARLIER = '2026-03-04T14:29:59.999Z';

/** `date` as it is when it is NOW. */
const clock = (now = NOW) => ({ date: `exec /usr/bin/date -d '${now}' "$@"` });

/** Runs the gate in a folder; running, on a tick, unless the test says otherwise. */
async function gate(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  programs: Readonly<Record<string, string>> = clock(),
): Promise<ShellRun> {
  const lab = await shellLab(
    TOOLS.filter((tool) => !(tool in programs)),
    programs,
  );
  return lab.run('gate.sh', folder, { STEWARD_PAUSED: '', EVENT_NAME: 'schedule', ...environment });
}

const decision = ({ output }: ShellRun) => output[0];

describe('the pause switch', () => {
  test('a workflow that does not pass it on runs nothing', async () => {
    const { path } = await gitFixture({ 'a.md': 'a' });
    const lab = await shellLab(TOOLS);
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
    const run = await gate(path, { STEWARD_PAUSED: value, EVENT_NAME: 'workflow_dispatch' });
    expect(decision(run)).toBe(expected);
    if (expected === 'run=false') expect(run.output[1]).toBe(`reason=paused: ${value}`);
  });

  test.each(['x\nrun=true', 'x\r\nrun=true\r\n', 'x<<END\nrun=true\nEND', 'x\u0000run=true'.replace('\u0000', '\v')])(
    'no text in it adds an output of its own: %j',
    async (value) => {
      const { path } = await gitFixture({ 'a.md': 'a' });
      const run = await gate(path, { STEWARD_PAUSED: value });
      expect(run.output).toHaveLength(2);
      expect(run.output[0]).toBe('run=false');
      expect(run.output[1]).toMatch(/^reason=paused: x/);
      expect(run.stdout.split('\n')).toHaveLength(1);
      expect(run.summary.split('\n')).toHaveLength(2);
    },
  );

  test('no text in it speaks to the runner', async () => {
    const { path } = await gitFixture({ 'a.md': 'a' });
    const { stdout } = await gate(path, { STEWARD_PAUSED: '\n::set-env name=A::b\n####[[[add-mask]e' });
    expect(stdout).toMatch(/^gate: no cycle runs: /);
    expect(stdout).not.toContain('##[');
    const long = await gate(path, { STEWARD_PAUSED: 'y'.repeat(50_000) });
    expect(long.stdout.length).toBeLessThan(300);
  });
});

describe('an event', () => {
  const heard = { 'directives/mail.md': directiveText({ name: 'mail', front: 'on: [issue, ci-failed, merge]' }) };
  const deaf = { 'directives/count.md': COUNT_DIRECTIVE };

  test.each([
    { EVENT_NAME: 'workflow_dispatch' },
    { EVENT_NAME: 'repository_dispatch', EVENT_ACTION: 'ping' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'steward:task' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'steward:approved' },
  ])('that asks for a cycle gets one, whatever is due: $EVENT_NAME $EVENT_LABEL', async (event) => {
    const { path } = await waiting(deaf);
    expect(decision(await gate(path, event))).toBe('run=true');
  });

  test.each([
    { EVENT_NAME: 'issues', EVENT_ACTION: 'opened', EVENT_LABEL: '' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'reopened', EVENT_LABEL: '' },
    { EVENT_NAME: 'workflow_run', EVENT_ACTION: 'completed' },
    { EVENT_NAME: 'pull_request', EVENT_ACTION: 'closed' },
  ])('is for those who listen: $EVENT_NAME $EVENT_ACTION', async (event) => {
    expect(decision(await gate((await waiting(heard)).path, event))).toBe('run=true');
    const unheard = await gate((await waiting(deaf)).path, event);
    expect(decision(unheard)).toBe('run=false');
    expect(unheard.output[1]).toContain('no directive listens for');
  });

  test.each([
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'bug' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: '' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: '$(touch pwned)' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: '`touch pwned`; touch pwned' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'steward:task\nrun=true' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: '*' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'closed', EVENT_LABEL: '' },
    { EVENT_NAME: 'issues', EVENT_ACTION: '$(touch pwned)', EVENT_LABEL: 'steward:task' },
    { EVENT_NAME: 'issues', EVENT_ACTION: '*', EVENT_LABEL: '*' },
    { EVENT_NAME: 'issues' },
  ])('of an issue that asks for nothing runs nothing, and nothing of it is run: %j', async (event) => {
    const repo = await waiting(heard);
    const run = await gate(repo.path, event);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.output).toEqual(['run=false', 'reason=what happened to the issue asks for nothing']);
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  test('with a directive for tasks alone: a reopened issue may be one, a new one is not', async () => {
    const { path } = await waiting({ 'directives/mail.md': directiveText({ name: 'mail', front: 'on: [task]' }) });
    expect(decision(await gate(path, { EVENT_NAME: 'issues', EVENT_ACTION: 'reopened' }))).toBe('run=true');
    expect(decision(await gate(path, { EVENT_NAME: 'issues', EVENT_ACTION: 'opened' }))).toBe('run=false');
  });
});

describe('a directive listens', () => {
  const opened = { EVENT_NAME: 'issues', EVENT_ACTION: 'opened' };

  test.each([
    ['a list in brackets', '---\non: [issue]\n---\n'],
    ['one of several', '---\nevery: 1d\non: [task, issue]\npriority: 3\n---\n'],
    ['without blanks', '---\non: [task,issue,merge]\n---\n'],
    ['quoted', `---\non: ["task", 'issue']\n---\n`],
    ['a quoted key', `---\n"on": [issue]\n---\n`],
    ['one item a line', '---\non:\n  - task\n  - issue\nevery: 1d\n---\n'],
    ['items that are not indented', '---\non:\n- task\n- "issue"\n---\n'],
    ['brackets over several lines', '---\non: [\n  task,\n  issue\n]\n---\n'],
    ['with comments', '---\n# what: for\non: # all of these\n  # - merge\n  - issue # new ones\n---\n'],
    ['Windows line ends', '---\r\non: [issue]\r\nenabled: true\r\n---\r\n'],
    ['items a line, Windows line ends', '---\r\non:\r\n  - issue\r\n---\r\n'],
    ['a byte order mark', '\uFEFF---\non: [issue]\n---\n'],
    ['a fence that names the language', '--- yaml\non: [issue]\n---\n'],
    ['tabs behind it', '---\t\non: [issue]\t\n---\t\n'],
    ['enabled in so many words', '---\nenabled: true\non: [issue]\n---\n'],
  ])('%s', async (_, front) => {
    const { path } = await waiting({ 'directives/mail.md': `${front}# Directive: mail\n` });
    expect(decision(await gate(path, opened))).toBe('run=true');
  });

  test.each([
    ['another event', 'directives/mail.md', '---\non: [task]\n---\n'],
    ['a longer word', 'directives/mail.md', '---\non: [issues, my-issue]\n---\n'],
    ['commented out', 'directives/mail.md', '---\non: [task] # , issue]\n#on: [issue]\n---\n'],
    ['in another key', 'directives/mail.md', '---\non: [task]\nwrites:\n  - issue\n---\n'],
    ['switched off', 'directives/mail.md', '---\non: [issue]\nenabled: false # for now\n---\n'],
    ['switched off, Windows line ends', 'directives/mail.md', '---\r\nenabled: false\r\non: [issue]\r\n---\r\n'],
    ['in the body', 'directives/mail.md', '---\nevery: 1d\n---\non: [issue]\n'],
    ['in the body of one without front matter', 'directives/mail.md', '# Directive: mail\n---\non: [issue]\n---\n'],
    ['in front matter that does not end', 'directives/mail.md', '---\non: [issue]\n'],
    ['in the README', 'directives/README.md', '---\non: [issue]\n---\n'],
    ['in a file that is no Markdown', 'directives/mail.txt', '---\non: [issue]\n---\n'],
    ['in a folder below', 'directives/old/mail.md', '---\non: [issue]\n---\n'],
    ['an empty file', 'directives/mail.md', ''],
  ])('not: %s', async (_, file, text) => {
    const { path } = await waiting({ [file]: text });
    const run = await gate(path, opened);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decision(run)).toBe('run=false');
  });

  test('whatever its file is called, and one that is off does not hide the next', async () => {
    const off = '---\non: [issue]\nenabled: false\n---\n';
    const { path } = await waiting({
      'directives/a b.md': off,
      'directives/-n.md': off,
      'directives/$(touch pwned).md': off,
      'directives/z.md': '---\non: [issue]\n---\n',
    });
    expect(decision(await gate(path, opened))).toBe('run=true');
  });
});

describe('a tick', () => {
  test('runs when there is no ledger, or no directives folder', async () => {
    const run = await gate((await gitFixture({ 'a.md': 'a' })).path);
    expect(run.output).toEqual(['run=true', 'reason=the ledger has no folded state']);
    expect(run.summary).toBe('');
  });

  test('runs nothing before the next wake, and says until when', async () => {
    const run = await gate((await waiting()).path);
    expect(run.output).toEqual(['run=false', 'reason=nothing is due before 2026-03-04T15:00:00Z']);
    expect(run.stdout).toBe('gate: no cycle runs: nothing is due before 2026-03-04T15:00:00Z');
    expect(run.summary).toBe('No cycle ran: nothing is due before 2026-03-04T15:00:00Z\n');
  });

  test('is what every other event counts as', async () => {
    const { path } = await waiting();
    expect(decision(await gate(path, { EVENT_NAME: 'push' }))).toBe('run=false');
    expect(decision(await gate(path, { EVENT_NAME: 'push' }, clock('2026-03-04T15:00:01Z')))).toBe('run=true');
    expect(decision(await gate(path, { EVENT_NAME: '' }))).toBe('run=false');
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
    const repo = await waiting({}, parts);
    const run = await gate(repo.path);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decision(run)).toBe('run=true');
    expect(run.output[1]).toContain(reason);
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  test('runs while an intent is open, and no more once it is closed', async () => {
    const repo = await waiting({}, { records: [intent({ run: 'r1' })] });
    const open = await gate(repo.path);
    expect(open.output).toEqual(['run=true', 'reason=an intent is open']);
    const closed = await waiting({}, { records: [intent({ run: 'r1' }), entry({ id: 'r1', next_wake: LATER })] });
    expect(decision(await gate(closed.path))).toBe('run=false');
  });

  test.each([
    ['directives', 'directives/new.md'],
    ['execution', 'execution/new.ts'],
    ['.github', '.github/steward.yml'],
  ])('runs when %s is not as the last cycle saw it', async (folder, file) => {
    const repo = await waiting({ 'directives/count.md': COUNT_DIRECTIVE });
    expect(decision(await gate(repo.path))).toBe('run=false');
    await repo.commit({ files: { 'docs/a.md': 'a' } });
    expect(decision(await gate(repo.path))).toBe('run=false');
    await repo.commit({ files: { [file]: 'new' } });
    expect((await gate(repo.path)).output).toEqual(['run=true', `reason=${folder} has changed`]);
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
    const repo = await waiting();
    await repo.write({ 'ledger/state.json': damage(await repo.git('show', 'HEAD:ledger/state.json').then((t) => `${t}\n`)) });
    const run = await gate(repo.path);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decision(run)).toBe('run=true');
  });

  test('reads a state with Windows line ends as well', async () => {
    const repo = await waiting();
    const text = await repo.git('show', 'HEAD:ledger/state.json');
    await repo.write({ 'ledger/state.json': `${text.replaceAll('\n', '\r\n')}\r\n` });
    expect(decision(await gate(repo.path))).toBe('run=false');
  });

  test('fields of the same name further in say nothing', async () => {
    const done = { 'task:1': LATER, next_wake: LATER, open_intents: LATER, directives: 'd' };
    const repo = await waiting({}, { next_wake: EARLIER, done });
    expect(decision(await gate(repo.path))).toBe('run=true');
  });

  test('fails where there is no commit to look at', async () => {
    const run = await gate(await temporaryFolder());
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
    const shut = await gate(clone.path, {}, clock(justBefore));
    expect(shut.output).toEqual(['run=false', `reason=nothing is due before ${entry.next_wake.slice(0, 19)}Z`]);
    expect(decision(await gate(clone.path, {}, clock(entry.next_wake)))).toBe('run=true');
    await clone.commit({ files: { 'directives/count.md': `${COUNT_DIRECTIVE}\n## Notes\n` } });
    expect((await gate(clone.path, {}, clock(justBefore))).output[1]).toBe('reason=directives has changed');
  });
});

test('the script holds no eval and asks for no Node, jq or Python', async () => {
  const { readFile } = await import('node:fs/promises');
  for (const name of ['gate.sh', 'facts.sh', 'watchdog.sh']) {
    const code = (await readFile(scriptPath(name), 'utf8')).replace(/^\s*#.*$/gm, '');
    expect(code).not.toMatch(/\beval\b|\bnode\b|\bjq\b|\bpython/);
  }
});

/** A repository whose last cycle waits for LATER, with the folded state that these records and parts make. */
async function waiting(
  tree: Tree = {},
  { records = [], ...parts }: Partial<LedgerState> & { records?: Parameters<typeof sealAll>[1] } = {},
): Promise<GitFixture> {
  const repo = await gitFixture({ 'a.md': 'a', ...tree });
  const trees = {
    directives: await treeId(repo, 'directives'),
    execution: await treeId(repo, 'execution'),
    github: await treeId(repo, '.github'),
  };
  const all = [genesis, entry({ next_wake: LATER, trees }), ...records].map((record) =>
    record.kind === 'entry' ? { ...record, trees } : record,
  );
  const { state } = sealAll(EMPTY_STATE, all);
  await repo.commit({ files: { 'ledger/state.json': stateText({ ...state, ...parts }) } });
  return repo;
}

const treeId = (repo: GitFixture, folder: string): Promise<string> =>
  repo.git('rev-parse', `HEAD:${folder}`).catch(() => '0'.repeat(40));
