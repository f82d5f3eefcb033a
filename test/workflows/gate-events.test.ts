import { describe, expect, test } from 'vitest';
import { COUNT_DIRECTIVE } from '../support/agent-fixture.ts';
import { directiveText } from '../support/domain-samples.ts';
import { decisionOf, runGate, waitingHouse } from '../support/gate-lab.ts';

/** What gate.sh makes of an event, and of who listens for it. */

describe('an event', () => {
  const heard = { 'directives/mail.md': directiveText({ name: 'mail', front: 'on: [issue, ci-failed, merge]' }) };
  const deaf = { 'directives/count.md': COUNT_DIRECTIVE };

  test.each([
    { EVENT_NAME: 'workflow_dispatch' },
    { EVENT_NAME: 'repository_dispatch', EVENT_ACTION: 'ping' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'steward:task' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'labeled', EVENT_LABEL: 'steward:approved' },
  ])('that asks for a cycle gets one, whatever is due: $EVENT_NAME $EVENT_LABEL', async (event) => {
    const { path } = await waitingHouse(deaf);
    expect(decisionOf(await runGate(path, event))).toBe('run=true');
  });

  test.each([
    { EVENT_NAME: 'issues', EVENT_ACTION: 'opened', EVENT_LABEL: '' },
    { EVENT_NAME: 'issues', EVENT_ACTION: 'reopened', EVENT_LABEL: '' },
    { EVENT_NAME: 'workflow_run', EVENT_ACTION: 'completed' },
    { EVENT_NAME: 'pull_request', EVENT_ACTION: 'closed' },
  ])('is for those who listen: $EVENT_NAME $EVENT_ACTION', async (event) => {
    expect(decisionOf(await runGate((await waitingHouse(heard)).path, event))).toBe('run=true');
    const unheard = await runGate((await waitingHouse(deaf)).path, event);
    expect(decisionOf(unheard)).toBe('run=false');
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
    const repo = await waitingHouse(heard);
    const run = await runGate(repo.path, event);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.output).toEqual(['run=false', 'reason=what happened to the issue asks for nothing']);
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  test('with a directive for tasks alone: a reopened issue may be one, a new one is not', async () => {
    const { path } = await waitingHouse({ 'directives/mail.md': directiveText({ name: 'mail', front: 'on: [task]' }) });
    expect(decisionOf(await runGate(path, { EVENT_NAME: 'issues', EVENT_ACTION: 'reopened' }))).toBe('run=true');
    expect(decisionOf(await runGate(path, { EVENT_NAME: 'issues', EVENT_ACTION: 'opened' }))).toBe('run=false');
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
    const { path } = await waitingHouse({ 'directives/mail.md': `${front}# Directive: mail\n` });
    expect(decisionOf(await runGate(path, opened))).toBe('run=true');
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
    const { path } = await waitingHouse({ [file]: text });
    const run = await runGate(path, opened);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(decisionOf(run)).toBe('run=false');
  });

  test('whatever its file is called, and one that is off does not hide the next', async () => {
    const off = '---\non: [issue]\nenabled: false\n---\n';
    const { path } = await waitingHouse({
      'directives/a b.md': off,
      'directives/-n.md': off,
      'directives/$(touch pwned).md': off,
      'directives/z.md': '---\non: [issue]\n---\n',
    });
    expect(decisionOf(await runGate(path, opened))).toBe('run=true');
  });
});
