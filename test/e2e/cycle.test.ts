import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE, stewardCli, withAgent } from '../support/agent-fixture.ts';
import { gitFixture } from '../support/git-fixture.ts';

const NOOP_SCRIPT = `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({ summary: 'Does nothing.', input: z.object({}), output: z.object({}), run: async () => ({}) });
`;

describe('a cycle in a clone without remote, key or identity', () => {
  test('does what is due, verifies it, and leaves a history that git log can tell', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const { idle, entry, pushed, commit } = await agent.cycle();

    expect(idle).toBe(false);
    expect(pushed).toBe(false);
    expect(entry).toMatchObject({
      decision: 'count',
      result: 'success',
      verification: 'verified',
      decided_by: 'single',
      degraded: null,
    });
    expect(await readFile(join(agent.path, 'out/count.txt'), 'utf8')).toBe('files 1\n');
    expect(await agent.git('rev-parse', 'HEAD')).toBe(commit);
    expect(await agent.git('status', '--porcelain')).toBe('');
    const log = await agent.git(
      'log',
      '-2',
      '--format=%an|%s|%(trailers:key=Steward-Directive,valueonly,separator=)|%(trailers:key=Steward-Result,valueonly,separator=)|%(trailers:key=Steward-Cost-USD,valueonly,separator=)',
    );
    const [ledgerCommit = '', filesCommit = ''] = log.split('\n');
    expect(ledgerCommit).toMatch(
      /^steward\[bot\]\|cycle 1: count -> success, verified \(\$0, \d+\.\d s\)\|count\|success, verified\|0\.0000$/,
    );
    expect(filesCommit).toMatch(/^steward\[bot\]\|count: out\/count\.txt\|count\|\|$/);
    expect(await agent.git('show', '--format=', '--name-only', 'HEAD~1')).toBe('out/count.txt');
    expect((await agent.records()).map(({ kind }) => kind)).toEqual(['genesis', 'entry']);
  });

  test('does a slot once: the next start says that nothing is due and commits nothing', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const { commit } = await agent.cycle();
    const again = await agent.steward(['cycle']);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain('Nothing to do: nothing is due. No commit was made.');
    expect(again.stdout).toMatch(/next wake \d{4}-\d\d-\d\d 00:00 UTC/);
    expect(await agent.git('rev-parse', 'HEAD')).toBe(commit);
    expect(await agent.cycle()).toEqual({ idle: true, entry: null, commit: null, pushed: false });
  });

  test('nothing changed, no file commit: a forced run that writes the same adds one ledger commit', async () => {
    const agent = await agentFixture(COUNT_TREE);
    await agent.cycle();
    const before = await agent.git('rev-list', '--count', 'HEAD');
    const first = await agent.cycle(['--directive', 'count']);
    const second = await agent.cycle(['--directive', 'count', '--params', '{"word": "files"}']);
    expect(Number(await agent.git('rev-list', '--count', 'HEAD'))).toBe(Number(before) + 2);
    expect(first.entry.occurrence).toMatch(/^dispatch:/);
    expect(second.entry.occurrence).not.toBe(first.entry.occurrence);
  });

  test('--dry-run shows state, options, prompt and decision, and changes not one byte', async () => {
    const other = COUNT_DIRECTIVE.replaceAll('Directive: count', 'Directive: other').replace('priority: 50', '');
    const agent = await agentFixture({ ...COUNT_TREE, 'directives/other.md': other });
    const before = await snapshot(agent.path);
    const { stdout, exitCode } = await agent.steward(['cycle', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /State\n[\s\S]*Options\n[\s\S]*count@[\s\S]*other@[\s\S]*Prompt\n[\s\S]*Decision\n {2}count@/,
    );
    expect(stdout).toContain('estimated cost at most $0');
    expect(await snapshot(agent.path)).toBe(before);
    const { stdout: json } = await agent.steward(['cycle', '--dry-run', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      decision: { by: 'the policy' },
      options: [{ priority: 50 }, { priority: 50 }],
    });
    expect(await snapshot(agent.path)).toBe(before);
  });

  test('a failing script is an outcome, not an error: exit 0, entry with signature, file copies kept, breaker after two', async () => {
    const broken = `import { z } from 'zod';
import { writeFileSync } from 'node:fs';
import { defineScript } from '../src/script.ts';
export default defineScript({ summary: 'Breaks.', input: z.object({ word: z.string() }), output: z.object({}), async run(context) {
  writeFileSync(\`\${context.workspace}/out/half.txt\`, 'half');
  throw new RangeError(\`no luck at \${Date.now()}\`);
} });`;
    const agent = await agentFixture({ ...COUNT_TREE, 'execution/count.ts': broken });
    const [first, second] = [await agent.cycle(), await agent.cycle()];
    expect(first.entry).toMatchObject({
      result: 'failure',
      final: false,
      failure: { kind: 'crash', script: 'execution/count.ts' },
    });
    expect(first.entry.failure?.message).toMatch(/^RangeError: no luck at \d+$/);
    expect(second.entry.failure?.signature).toBe(first.entry.failure?.signature);
    expect(await agent.git('status', '--porcelain')).toBe('');
    expect(await readFile(join(agent.path, '.git/steward/set-aside', first.entry.id, 'out/half.txt'), 'utf8')).toBe(
      'half',
    );
    const third = await agent.steward(['cycle']);
    expect(third.stdout).toMatch(/Nothing to do: count: broken: 2 failures in a row/);
    const tapes = await agent.git('ls-tree', '--name-only', 'HEAD', 'ledger/calls/');
    expect(tapes.split('\n')).toHaveLength(1);
  });

  test('a refuted criterion is no success for the directive: nothing is committed but the books', async () => {
    const agent = await agentFixture({
      ...COUNT_TREE,
      'directives/count.md': COUNT_DIRECTIVE.replace('{steps.1.count}', '41'),
    });
    const { entry } = await agent.cycle();
    expect(entry).toMatchObject({
      result: 'success',
      verification: 'refuted',
      final: false,
      failure: { kind: 'refuted' },
    });
    expect(await agent.git('ls-tree', '--name-only', 'HEAD', 'out/')).toBe('');
  });
});

describe('where it stands', () => {
  test('an empty repository, a detached HEAD, no repository: each says what to do, exit 1', async () => {
    const empty = await withAgent(await gitFixture());
    const detached = await agentFixture(COUNT_TREE);
    await detached.git('checkout', '-q', '--detach');
    const outside = await detached.steward(['cycle', '--repo', '/']);
    for (const [result, text] of [
      [await empty.steward(['cycle']), 'EMPTY_REPOSITORY'],
      [await detached.steward(['cycle']), 'git switch main'],
      [outside, 'NOT_A_REPOSITORY'],
    ] as const) {
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(text);
    }
  });

  test('a shallow clone works and pushes', async () => {
    const origin = await agentFixture(COUNT_TREE);
    await origin.commit({ files: { 'b.md': 'b' } });
    const shallow = await withAgent(await origin.clone({ depth: 1 }));
    const { pushed, entry } = await shallow.cycle();
    expect(pushed).toBe(true);
    expect(entry.result).toBe('success');
    expect(await origin.git('ls-remote', 'origin', 'main')).toContain(await shallow.git('rev-parse', 'HEAD'));
  });

  test('uncommitted changes matter only where the directive writes', async () => {
    const agent = await agentFixture({ ...COUNT_TREE, 'out/count.txt': 'mine\n' });
    await agent.write({ 'README.md': '# Mine\n', 'out/count.txt': 'edited by hand\n' });
    const refused = await agent.steward(['cycle']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('DIRTY_WORKTREE');
    expect(refused.stderr).toContain('out/count.txt');
    expect(refused.stderr).not.toContain('README.md');
    await agent.git('checkout', 'out/count.txt');
    await agent.git('add', 'README.md');
    expect((await agent.cycle()).entry.result).toBe('success');
    expect(await agent.git('status', '--porcelain')).toBe('M  README.md');
  });

  test('a directive whose files are being edited waits; the others go on', async () => {
    const other = COUNT_DIRECTIVE.replace('Directive: count', 'Directive: other').replace('out/**', 'elsewhere/**');
    const agent = await agentFixture({
      ...COUNT_TREE,
      'directives/other.md': other
        .replace('execution/count.ts --word {word}', 'execution/noop.ts')
        .replace(/## Success[\s\S]*/, ''),
      'execution/noop.ts': NOOP_SCRIPT,
      'out/count.txt': 'mine\n',
    });
    await agent.write({ 'out/count.txt': 'edited by hand\n' });
    const { exitCode, stdout } = await agent.steward(['cycle']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('count waits: uncommitted changes in out/count.txt');
    expect(stdout).toContain('other -> success');
    expect(await agent.git('status', '--porcelain')).toBe(' M out/count.txt');
  });

  test('a ledger copied from another repository is refused, and init starts books of its own', async () => {
    const first = await agentFixture(COUNT_TREE);
    await first.cycle();
    const other = await withAgent(await gitFixture({ ...COUNT_TREE, 'other.md': 'other' }));
    await cp(join(first.path, 'ledger'), join(other.path, 'ledger'), { recursive: true });
    await other.commit({ message: 'A copied ledger' });
    const refused = await other.steward(['cycle']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('LEDGER_FOREIGN');
    expect(refused.stderr).toContain('init');
    expect((await other.steward(['init'])).stdout).toContain('ledger/archive/');
    expect((await other.steward(['init'])).stdout).toContain('nothing was changed');
    expect((await other.cycle()).entry).toMatchObject({ seq: 1, result: 'success' });
    expect((await other.steward(['check'])).exitCode).toBe(0);
  });

  test('--repo works on another checkout, which needs neither src/ nor node_modules', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const elsewhere = await withAgent(await gitFixture({ 'a.md': 'a' }));
    const { exitCode, stdout } = await elsewhere.steward(['cycle', '--repo', agent.path, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).entry.verification).toBe('verified');
    expect(await elsewhere.git('rev-list', '--count', 'HEAD')).toBe('1');
  });
});

describe('mistakes in the call end with 2 and say what was expected', () => {
  test.each([
    [['cycle', '--directive', 'nope'], /DIRECTIVE_UNKNOWN[\s\S]*Known: count/],
    [['cycle', '--directive', 'count', '--params', '{"wrd": 1}'], /`wrd` is no input \(it has word\)/],
    [['cycle', '--directive', 'count', '--params', '[1]'], /expected a JSON object/],
    [['cycle', '--params', '{}'], /--params needs --directive/],
    [['cycel'], /Did you mean cycle/],
    [['ledger', '--since', 'yesterday'], /expected a date/],
    [['ledger', '--result', 'good'], /expected one of success/],
    [['run', 'nope'], /SCRIPT_MISSING[\s\S]*count/],
    [['resolve', 'abc', 'done'], /ENTRY_UNKNOWN/],
    [['resolve', 'abc', 'maybe'], /say done or retry/],
  ])('%j', async (args, expected) => {
    const agent = await agentFixture(COUNT_TREE);
    const { exitCode, stderr } = await agent.steward(args);
    expect(stderr).toMatch(expected);
    expect(exitCode).toBe(2);
  });

  test('a required input that nobody gave', async () => {
    const agent = await agentFixture({
      ...COUNT_TREE,
      'directives/count.md': COUNT_DIRECTIVE.replace('(default: files)', '(required)'),
    });
    const forced = await agent.steward(['cycle', '--directive', 'count']);
    expect(forced.exitCode).toBe(2);
    expect(forced.stderr).toMatch(/PARAMS_INVALID[\s\S]*word/);
    const scheduled = await agent.steward(['cycle']);
    expect(scheduled.exitCode).toBe(0);
    expect(scheduled.stdout).toMatch(/Nothing to do: only a model could fill in the inputs of count \(word\)/);
  });
});

/** Every byte below a folder, and when each file changed. */
async function snapshot(path: string): Promise<string> {
  const { stdout } = await execa('sh', ['-c', 'find . -type f -printf "%p %T@ %s\\n" | sort'], { cwd: path });
  return stdout;
}

describe('a directive that delivers for review', () => {
  test('its files go to a branch of their own; the branch it stands on gets the books only', async () => {
    const agent = await agentFixture({
      ...COUNT_TREE,
      'directives/count.md': COUNT_DIRECTIVE.replace('effects: repo', 'effects: repo\ndeliver: pull-request'),
    });
    const { entry } = await agent.cycle();
    // Nobody has merged it: what it is for can not be seen yet.
    expect(entry).toMatchObject({ result: 'success', verification: 'unverified', criteria: [] });
    expect(entry.proposal).toMatch(/^steward\/count\/\d{4}-\d\d-\d\dT00-00Z$/);
    expect(await agent.git('ls-tree', '--name-only', 'HEAD', 'out/')).toBe('');
    expect(await agent.git('show', `${entry.proposal}:out/count.txt`)).toBe('files 1');
    expect(await agent.git('diff', '--name-only', `HEAD~1..${entry.proposal}`)).toBe('out/count.txt');
    expect(await agent.git('status', '--porcelain')).toBe('');
  });
});

test('an old Node is told what to do, in words', async () => {
  const pretend = "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
  const { stderr, exitCode } = await execa(process.execPath, ['--import', pretend, stewardCli, 'cycle'], {
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Steward runs on Node 22\.18 or newer; this is Node 20\.20\.2\.\n.*npm ci/);
});
