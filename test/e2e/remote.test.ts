import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AgentFixture,
  agentFixture,
  COUNT_DIRECTIVE,
  COUNT_TREE,
  LOCAL_NETWORK,
  withAgent,
} from '../support/agent-fixture.ts';
import { localServer } from '../support/local-server.ts';

/** A script that fetches before it writes: the server is where a test lets something happen in between. */
const SLOW_SCRIPT = (url: string) => `import { z } from 'zod';
import { writeFileSync } from 'node:fs';
import { defineScript } from '../src/script.ts';
export default defineScript({ summary: 'Writes after a fetch.', input: z.object({ word: z.string() }), output: z.object({ count: z.int() }), async run(context) {
  await context.fetch('${url}');
  writeFileSync(\`\${context.workspace}/out/count.txt\`, 'files 1\\n');
  return { count: 1 };
} });`;

describe('a remote that other writers push to', () => {
  test('a person pushes in between: the cycle is rebuilt on top, and theirs is untouched', async () => {
    const { agent, human } = await withRival(async (rival) => {
      await rival.commit({ message: 'A human commit', files: { 'notes.md': 'mine\n' } });
      await rival.git('push', '-q', 'origin', 'HEAD:main');
    });
    const { entry, pushed } = await agent.cycle();
    expect(pushed).toBe(true);
    expect(entry).toMatchObject({ result: 'success', verification: 'verified' });
    expect(await agent.git('log', '--format=%an', '-4')).toBe('steward[bot]\nsteward[bot]\nAda Lovelace\nAda Lovelace');
    expect(await agent.git('show', 'HEAD:notes.md')).toBe('mine');
    expect(await agent.git('status', '--porcelain')).toBe('');
    expect(await human.git('ls-remote', 'origin', 'main')).toContain(await agent.git('rev-parse', 'HEAD'));
    expect((await agent.steward(['check'])).exitCode).toBe(0);
  });

  test('a person pushes the very file in between: conflict, theirs stays, the books say so', async () => {
    const { agent } = await withRival(async (rival) => {
      await rival.commit({ message: 'By hand', files: { 'out/count.txt': 'by hand\n' } });
      await rival.git('push', '-q', 'origin', 'HEAD:main');
    });
    const { entry, pushed } = await agent.cycle();
    expect(pushed).toBe(true);
    expect(entry).toMatchObject({ result: 'failure', final: false, failure: { kind: 'conflict' } });
    expect(entry.failure?.message).toContain('out/count.txt');
    expect(await agent.git('show', 'HEAD:out/count.txt')).toBe('by hand');
    expect(await agent.git('status', '--porcelain')).toBe('');
    expect((await agent.steward(['check'])).exitCode).toBe(0);
  });

  test('a remote that refuses keeps the commit here, says why, and the next good push takes it along', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const bare = await agent.addRemote();
    const hook = join(bare, 'hooks/pre-receive');
    await writeFile(hook, '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    const { stdout, exitCode } = await agent.steward(['cycle']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/kept here \(.*GH006: Protected branch update failed/);
    await writeFile(hook, '#!/bin/sh\nexit 0\n');
    const second = await agent.cycle(['--directive', 'count']);
    expect(second.pushed).toBe(true);
    const fresh = await withAgent(await agent.clone());
    expect((await fresh.records()).map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });

  test('on a runner the same refusal stops the agent, because the commit would vanish', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const bare = await agent.addRemote();
    await writeFile(join(bare, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { stderr, exitCode } = await agent.steward(['cycle'], { GITHUB_ACTIONS: 'true', STEWARD_PAUSED: '' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('PUSH_REFUSED');
  });

  test("unpushed commits of a person's are never pushed by the agent", async () => {
    const agent = await agentFixture(COUNT_TREE);
    await agent.addRemote();
    const before = await agent.git('ls-remote', 'origin', 'main');
    await agent.commit({ message: 'Not ready', files: { 'draft.md': 'x' } });
    const { stdout } = await agent.steward(['cycle']);
    expect(stdout).toContain('one unpushed commit of yours');
    expect(await agent.git('ls-remote', 'origin', 'main')).toBe(before);
  });

  test('behind the remote: brought up to date first, with uncommitted work elsewhere kept', async () => {
    const origin = await agentFixture(COUNT_TREE);
    await origin.addRemote();
    const laptop = await withAgent(await origin.clone());
    await origin.cycle();
    await laptop.write({ 'README.md': '# Being edited\n' });
    const { idle } = await laptop.cycle();
    expect(idle).toBe(true);
    expect(await laptop.git('rev-parse', 'HEAD')).toBe(await origin.git('rev-parse', 'HEAD'));
    expect(await laptop.git('status', '--porcelain')).toBe(' M README.md');
  });

  test('an unreachable remote is no reason to rest', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const bare = await agent.addRemote();
    await agent.git('remote', 'set-url', 'origin', `${bare}-gone`);
    const { entry, pushed } = await agent.cycle();
    expect(pushed).toBe(false);
    expect(entry.result).toBe('success');
  });
});

/** An agent whose script waits while somebody else pushes. */
async function withRival(
  act: (rival: AgentFixture) => Promise<void>,
): Promise<{ agent: AgentFixture; human: AgentFixture }> {
  const state: { human?: AgentFixture } = {};
  const url = await localServer(async (_, response) => {
    if (state.human) await act(state.human);
    response.end('go on');
  });
  const agent = await agentFixture({
    ...COUNT_TREE,
    ...LOCAL_NETWORK,
    'execution/count.ts': SLOW_SCRIPT(url),
    'directives/count.md': COUNT_DIRECTIVE,
  });
  await agent.addRemote();
  const human = await withAgent(await agent.clone());
  state.human = human;
  return { agent, human };
}
