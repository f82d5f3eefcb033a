import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import {
  type AgentFixture,
  agentFixture,
  COUNT_TREE,
  cliEnvironment,
  POST_TREE,
  stewardCli,
} from '../support/agent-fixture.ts';
import { postService } from '../support/local-server.ts';

const WITHOUT_FIND = (tree: typeof POST_TREE) => ({
  ...tree,
  'execution/post.ts': String(tree['execution/post.ts']).replace(/ {2}async find[\s\S]*?\n {2}},\n/, ''),
});

describe('a process that dies while its effect is happening', () => {
  test('without find(): the next cycle asks, and a person releases it to run again with the same key', async () => {
    const { agent, posts } = await diesWhilePosting(WITHOUT_FIND(POST_TREE));
    const asked = await agent.steward(['cycle']);
    expect(asked.exitCode).toBe(0);
    const id = /resolve (\S+) done/.exec(asked.stdout)?.[1] ?? '';
    expect(asked.stdout).toContain('post -> interrupted');

    const held = await agent.steward(['cycle']);
    expect(held.stdout).toContain(`blocked: run ${id} was interrupted`);
    const forced = await agent.steward(['cycle', '--directive', 'post']);
    expect(forced.exitCode).toBe(1);
    expect(forced.stderr).toContain(`resolve ${id} done`);
    expect([...posts.values()]).toEqual([1]);

    expect((await agent.steward(['resolve', id.slice(0, 17), 'retry'])).exitCode).toBe(0);
    const { entry } = await agent.cycle();
    expect(entry).toMatchObject({ decision: 'post', result: 'success' });
    expect([...posts.values()]).toEqual([2]);
    expect(await agent.cycle()).toMatchObject({ idle: true });
    expect((await agent.steward(['check'])).exitCode).toBe(0);
  });

  test('without find(), and the person saw the effect: done is done', async () => {
    const { agent, posts } = await diesWhilePosting(WITHOUT_FIND(POST_TREE));
    const { entry } = await agent.cycle();
    expect(entry).toMatchObject({ flow: 'recover', result: 'interrupted' });
    await agent.steward(['resolve', entry.id, 'done']);
    expect(await agent.cycle()).toMatchObject({ idle: true });
    expect([...posts.values()]).toEqual([1]);
  });

  test('with find(): the effect is found and adopted under the id of the dead run', async () => {
    const { agent, posts } = await diesWhilePosting(POST_TREE);
    const { entry } = await agent.cycle();
    expect(entry).toMatchObject({ flow: 'recover', result: 'success', steps: [{ adopted: true, status: 'success' }] });
    expect([...posts.values()]).toEqual([1]);
    const intents = (await agent.records()).flatMap((record) => (record.kind === 'intent' ? [record.run] : []));
    expect(new Set(intents)).toEqual(new Set([entry.id]));
  });
});

describe('killed for real, at any moment', () => {
  test.each([150, 250, 350, 450, 550, 650, 800, 1000])(
    'SIGKILL after %i ms: the next cycle is clean',
    async (afterMs) => {
      const agent = await agentFixture(COUNT_TREE);
      await agent.addRemote();
      const child = start(agent);
      await delay(afterMs);
      child.kill('SIGKILL');
      await child;
      const { exitCode, stderr } = await agent.steward(['cycle']);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      const entries = (await agent.records()).filter(({ kind }) => kind === 'entry');
      expect(entries).toHaveLength(1);
      expect(await agent.git('status', '--porcelain')).toBe('');
      expect(await agent.git('ls-remote', 'origin', 'main')).toContain(await agent.git('rev-parse', 'HEAD'));
      expect((await agent.steward(['check'])).exitCode).toBe(0);
    },
  );

  test('two cycles at once in one clone: the second says who works here', async () => {
    const { url } = await postService(() => delay(1500));
    const agent = await agentFixture(posting(POST_TREE, url));
    const first = start(agent);
    await delay(1000);
    const second = await agent.steward(['cycle']);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(/AGENT_RUNNING: .*process \d+/);
    expect((await first).exitCode).toBe(0);
  });
});

/** A clone whose cycle was killed by SIGKILL while the service outside was handling its POST. */
async function diesWhilePosting(tree: typeof POST_TREE): Promise<{ agent: AgentFixture; posts: Map<string, number> }> {
  const running: { child?: { kill(signal: 'SIGKILL'): boolean } } = {};
  const { url, posts } = await postService(() => void running.child?.kill('SIGKILL'));
  const agent = await agentFixture(posting(tree, url));
  const child = start(agent);
  running.child = child;
  await child;
  delete running.child;
  expect([...posts.values()]).toEqual([1]);
  return { agent, posts };
}

const posting = (tree: typeof POST_TREE, url: string) => ({
  ...tree,
  'directives/post.md': String(tree['directives/post.md']).replace('(required)', `(default: ${url})`),
});

function start(agent: AgentFixture) {
  return execa(process.execPath, [stewardCli, 'cycle'], {
    cwd: agent.path,
    env: cliEnvironment(agent.path, {}),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}
