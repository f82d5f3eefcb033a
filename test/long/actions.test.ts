import { describe, expect, test } from 'vitest';
import { actionsRun } from '../support/actions-run.ts';
import { CHECK_COUNT_SCRIPT, COUNT_DIRECTIVE, COUNT_SCRIPT, COUNT_TREE } from '../support/agent-fixture.ts';
import { type House, houseOnGitHub } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';

/** The CLI as the step of a workflow runs it: event, files and switches of a runner, GitHub beside it. */

const onRunner = (tree = COUNT_TREE) => houseOnGitHub(tree, { isRunner: true });
const count = (front: string, name = 'count') =>
  COUNT_DIRECTIVE.replace('every: 1d', front).replace('# Directive: count', `# Directive: ${name}`);
const QUIET_TREE = { ...COUNT_TREE, 'directives/count.md': count('on: [dispatch]') };
const dispatch = (inputs: unknown) => ({ event: 'workflow_dispatch', payload: { inputs } });
const head = ({ agent }: House) => agent.git('ls-remote', 'origin', 'refs/heads/main');
const entries = async ({ agent }: House) =>
  (await agent.records()).flatMap((record) => (record.kind === 'entry' ? [record] : []));

/** An address that counts who calls it. */
async function pinged(status = 200): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const url = await localServer((request, response) => {
    calls.push(request.url ?? '');
    response.statusCode = status;
    response.end('noted');
  });
  return { url: `${url}uuid-1234`, calls };
}

describe('a run that somebody starts by hand', () => {
  test('does what the form says, shows it on its page, tells the dead-man’s switch; a re-run does nothing twice', async () => {
    const house = await onRunner(QUIET_TREE);
    const ping = await pinged();
    const run = { ...dispatch({ directive: 'count', params: '{"word": "pages"}', dry_run: 'false' }), runId: '9001' };
    const first = await actionsRun(house, { ...run, environment: { STEWARD_PING_URL: ping.url } });
    const [entry] = await entries(house);
    const commit = await house.agent.git('rev-parse', 'HEAD');
    expect(first).toMatchObject({ exitCode: 0, commands: [] });
    expect(entry).toMatchObject({
      occurrence: 'dispatch:9001',
      params: { word: 'pages' },
      trigger: 'workflow_dispatch',
      decided_by: 'person',
      result: 'success',
      run_url: `${house.github.url}/octo/house/actions/runs/9001`,
    });
    expect(first.outputs).toEqual({
      idle: 'false',
      directive: 'count',
      result: 'success',
      verification: 'verified',
      entry: entry?.id,
      entries: entry?.id,
      commit,
      pushed: 'true',
      cost: '0.00000000',
      crashed: 'false',
      next_wake: entry?.next_wake,
    });
    for (const line of [
      /^## count -> success, verified$/m,
      /^- \*\*why\*\*: a person asked for it$/m,
      /^- \*\*decided by\*\*: person$/m,
      /^- \*\*next wake\*\*: \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
      /^\| `execution\/count\.ts` \| success \| [\d.]+ s \|$/m,
      /^\| verify `execution\/check_count\.ts` \| holds: pages 1 \| [\d.]+ s \|$/m,
      /^\| this cycle \| \$0 \| \|$/m,
      /^\| today \| \$0 \| \$0\.50 \|$/m,
      /^\| this month \| \$0 \| \$10\.00 \|$/m,
    ])
      expect(first.summary).toMatch(line);
    expect(first.summary).toContain(
      `- **ledger**: \`${entry?.id}\`, commit [${commit.slice(0, 10)}](${house.github.url}/octo/house/commit/${commit})`,
    );
    expect(ping.calls).toEqual(['/uuid-1234']);

    const again = await actionsRun(house, run);
    expect(again).toMatchObject({ exitCode: 0, outputs: { idle: 'true', entry: '', commit: '' } });
    expect(again.summary).toMatch(/^## Nothing to do\n/);
    expect(await house.agent.git('rev-parse', 'HEAD')).toBe(commit);
    expect(await entries(house)).toHaveLength(1);
  });

  test('only shows what it would do, when the form says so', async () => {
    const house = await onRunner(QUIET_TREE);
    const before = await head(house);
    const { exitCode, summary, outputs } = await actionsRun(
      house,
      dispatch({ directive: 'count', params: '', dry_run: 'true' }),
    );
    expect(exitCode).toBe(0);
    expect(summary).toMatch(/^```\n[\s\S]*dispatch:4711[\s\S]*\n```\n$/);
    expect(outputs).toEqual({ idle: 'true' });
    expect(await head(house)).toBe(before);
    expect(house.github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each([
    ['inputs without a directive', { params: '{"word": "x"}' }, 'EVENT_INVALID', '`params` without `directive`'],
    [
      'inputs that are no JSON',
      { directive: 'count', params: '{word: x}\n::error::y' },
      'EVENT_INVALID',
      '`params` is no JSON object: {word: x} ::error::y',
    ],
    ['a dry run that is neither yes nor no', { dry_run: 'perhaps' }, 'EVENT_INVALID', 'dry_run'],
    [
      'an unknown directive',
      { directive: 'dance\n::set-output name=x::y ##[error]z' },
      'DIRECTIVE_UNKNOWN',
      '`dance ::set-output name=x::y ## [error]z`',
    ],
    [
      'an input that is not there',
      { directive: 'count', params: '{"##[error]`": 1}' },
      'PARAMS_INVALID',
      'is no input (it has word)',
    ],
  ])('is told on its page what was wrong: %s', async (_, inputs, code, words) => {
    const house = await onRunner(QUIET_TREE);
    const { exitCode, stderr, summary, commands } = await actionsRun(house, dispatch(inputs));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${code}: `);
    expect(stderr).toContain(words);
    expect(summary).toMatch(new RegExp(`^## ${code}\n\n\`\`\`\n`));
    expect(commands).toEqual([{ name: 'error', properties: { title: code }, data: expect.stringContaining(words) }]);
    expect(house.github.requests).toEqual([]);
    expect(await house.agent.records()).toEqual([]);
  });

  test('pokes with an empty form: what is due is done', async () => {
    const house = await onRunner();
    const { exitCode } = await actionsRun(house, dispatch({ directive: null, params: '', dry_run: null }));
    expect(exitCode).toBe(0);
    expect(await entries(house)).toMatchObject([
      { occurrence: expect.stringMatching(/^count@/), trigger: 'workflow_dispatch' },
    ]);
  });
});

describe('a run that a program starts', () => {
  const repositoryDispatch = (client_payload: unknown) => ({
    event: 'repository_dispatch',
    payload: { client_payload },
  });

  test('does what the payload says, where the directive takes it', async () => {
    const house = await onRunner(QUIET_TREE);
    const { exitCode } = await actionsRun(house, repositoryDispatch({ directive: 'count', params: { word: 'api' } }));
    expect(exitCode).toBe(0);
    expect(await entries(house)).toMatchObject([
      {
        occurrence: 'dispatch:4711',
        params: { word: 'api' },
        trigger: 'repository_dispatch',
        reason: 'asked for by dispatch:4711',
      },
    ]);
  });

  test('does not do it where the directive does not say `on: [dispatch]`', async () => {
    const house = await onRunner();
    const { exitCode, commands } = await actionsRun(house, repositoryDispatch({ directive: 'count' }));
    expect(exitCode).toBe(2);
    expect(commands).toMatchObject([{ name: 'error', properties: { title: 'DISPATCH_REFUSED' } }]);
    expect(await house.agent.records()).toEqual([]);
  });
});

describe('several cycles in one run', () => {
  test('do what is due one after the other, and stop when nothing is', async () => {
    const house = await onRunner({
      ...COUNT_TREE,
      'directives/other.md': count('every: 1d\npriority: 60', 'other'),
    });
    const ping = await pinged(503);
    const { exitCode, summary, outputs, stdout } = await actionsRun(house, {
      // A form without fields, or another workflow's call.
      ...dispatch(null),
      args: ['--cycles', '5'],
      environment: { STEWARD_PING_URL: ping.url },
    });
    expect(exitCode).toBe(0);
    expect((await entries(house)).map(({ decision }) => decision)).toEqual(['other', 'count']);
    expect(summary.match(/^## .*/gm)).toEqual(['## other -> success, verified', '## count -> success, verified']);
    expect(outputs.directive).toBe('count');
    // Each cycle that could work calls; whether anybody hears it changes nothing.
    expect(ping.calls).toHaveLength(2);
    expect(stdout).toContain('! the ping did not get through: it answered 503');
  });
});

describe('the pause switch', () => {
  test.each([
    ['its reason', [], 'paused: holiday \\*until\\* May'],
    ['that it is not passed on, which pauses too', ['STEWARD_PAUSED'], 'does not pass STEWARD\\_PAUSED'],
  ])('rests the agent and shows %s', async (_, without, words) => {
    const house = await onRunner();
    const before = await head(house);
    const ping = await pinged();
    const environment = { STEWARD_PAUSED: 'holiday *until* May', STEWARD_PING_URL: ping.url };
    const { exitCode, summary } = await actionsRun(house, { environment, without });
    expect(exitCode).toBe(0);
    expect(summary).toMatch(/^## Nothing to do\n/);
    expect(summary).toContain(words);
    expect(await head(house)).toBe(before);
    expect(house.github.requests).toEqual([]);
    expect(ping.calls).toEqual([]);
  });
});

describe('what comes from outside', () => {
  const HOSTILE =
    '<b>@octo</b> ##[error]q\\n::set-output name=crashed::false\\n##[add-mask]true ##[error]x\\n::stop-commands::z';

  test('neither steers the runner nor marks up the page: a script’s words, its reason, a criterion’s', async () => {
    const house = await onRunner({
      ...COUNT_TREE,
      'execution/check_count.ts': CHECK_COUNT_SCRIPT.replace('reason: text', `reason: '${HOSTILE}'`),
      'directives/crash.md': count('every: 1d\npriority: 10', 'crash').replaceAll(
        'execution/count.ts',
        'execution/crash.ts',
      ),
      'execution/crash.ts': COUNT_SCRIPT.replace('const count', `throw new TypeError('${HOSTILE}'); const count`),
    });
    const { exitCode, summary, outputs, commands, stdout } = await actionsRun(house, {
      args: ['--cycles', '2'],
      // Nobody hears it: a warning, no more.
      environment: { STEWARD_PING_URL: 'http://127.0.0.1:9/uuid' },
    });
    expect(exitCode).toBe(0);
    expect((await entries(house)).map(({ decision, result }) => `${decision} ${result}`)).toEqual([
      'count success',
      'crash failure',
    ]);
    expect(outputs).toMatchObject({ directive: 'crash', crashed: 'true' });
    expect(commands).toEqual([
      {
        name: 'error',
        properties: { title: expect.stringMatching(/^crash: crash /), file: 'execution/crash.ts' },
        data: expect.stringContaining('<b>@octo</b> ##[error]q\n::set-output'),
      },
    ]);
    expect(summary).not.toMatch(/@octo|<b>|^::/m);
    expect(stdout).toContain('! the ping did not get through');
  });

  test('a push that GitHub refuses is an error on the page, in GitHub’s words and without the token', async () => {
    const house = await onRunner();
    house.github.state.protections.main = { by: 'ruleset', needsPull: true };
    const { exitCode, stderr, commands, summary } = await actionsRun(house);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('PUSH_REFUSED: The remote refuses pushes to main:');
    expect(commands).toMatchObject([{ name: 'error', properties: { title: 'PUSH_REFUSED' } }]);
    expect(summary).toContain('Give the job `contents: write`');
  });
});
