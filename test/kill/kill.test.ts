import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/record.ts';
import { runCycle } from '../../src/flows/cycle.ts';
import type { ScriptRunner } from '../../src/ports.ts';
import { type AgentFixture, agentFixture, POST_TREE } from '../support/agent-fixture.ts';
import { openPorts, reset, SETTING } from '../support/mortal-agent.ts';
import { Killed, mortality } from '../support/mortality.ts';

/**
 * The agent is killed before and after every git process, file operation, lock and script call it makes, in a real clone
 * with a real remote. Then a clean cycle runs. Whatever the point of death: no line is lost, no effect happens twice.
 */
const TREE = {
  ...POST_TREE,
  'directives/post.md': String(POST_TREE['directives/post.md']).replace('(required)', '(default: http://outside/)'),
};

describe('killed between any two steps', () => {
  test.each([
    { name: 'a script with find(): the effect is found, or done with the same key', hasFind: true, stride: 1 },
    { name: 'a script without find(): a person is asked, never a second effect', hasFind: false, stride: 3 },
  ])('$name', async ({ hasFind, stride }) => {
    const agent = await agentFixture(TREE);
    await agent.addRemote();
    const template = await agent.git('rev-parse', 'HEAD');
    let point = 1;
    let interrupted = 0;
    for (; ; point += stride) {
      await reset(agent, template);
      const world = outsideWorld(hasFind);
      const died = await dies(agent, world.runner, point);
      const { idle, entry } = await revive(agent, world.runner);
      const counts = [...world.effects.values()];
      expect(counts, `effects when killed at call ${point}`).toEqual(counts.map(() => 1));
      await expectSound(agent, `killed at call ${point}`);
      if (entry?.result === 'interrupted') interrupted++;
      else if (!idle) expect(counts).toEqual([1]);
      if (!died) break;
    }
    // The cycle makes at least this many calls; a shorter sweep would have killed nothing.
    expect(point).toBeGreaterThan(50);
    if (hasFind) expect(interrupted).toBe(0);
    else expect(interrupted).toBeGreaterThan(0);
  });
});

/** A service outside: counts how often each key took effect. */
function outsideWorld(hasFind: boolean): { runner: ScriptRunner; effects: Map<string, number> } {
  const effects = new Map<string, number>();
  const run = { hasFind, durationMs: 1, exchanges: [] };
  return {
    effects,
    runner: {
      prepare: () => {},
      run: async ({ key }) => {
        effects.set(key, (effects.get(key) ?? 0) + 1);
        return { ...run, outcome: { status: 'ok', output: { id: key.slice(0, 8) } } };
      },
      find: async ({ key }) => ({
        ...run,
        outcome: effects.has(key) ? { status: 'ok', output: { id: key.slice(0, 8) } } : { status: 'absent' },
      }),
      describe: async () => ({ description: { summary: '', input: {}, output: {}, hasFind } }),
    },
  };
}

/** Runs a cycle that dies at its `point`-th moment; false when it had fewer and lived. */
async function dies(agent: AgentFixture, runner: ScriptRunner, point: number): Promise<boolean> {
  try {
    await runCycle(await openPorts(agent, { runner, pid: 4_000_001, mortal: mortality(point) }), SETTING);
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

async function revive(agent: AgentFixture, runner: ScriptRunner): Promise<{ idle: boolean; entry: Entry | null }> {
  return runCycle(await openPorts(agent, { runner, pid: 4_000_002, mortal: (target) => target }), SETTING);
}

/** Chain whole, one genesis, no open intent, work tree clean, remote and clone agree. */
async function expectSound(agent: AgentFixture, when: string): Promise<void> {
  const records = await agent.records();
  expect(
    records.map(({ seq }) => seq),
    when,
  ).toEqual(records.map((_, index) => index));
  expect(
    records.filter(({ kind }) => kind === 'genesis'),
    when,
  ).toHaveLength(1);
  const closed = new Set(records.flatMap((record) => (record.kind === 'entry' ? [record.id] : [])));
  const open = records.filter((record) => record.kind === 'intent' && !closed.has(record.run));
  expect(open, when).toEqual([]);
  expect(await agent.git('status', '--porcelain'), when).toBe('');
  expect(await agent.git('ls-remote', 'origin', 'main'), when).toContain(await agent.git('rev-parse', 'HEAD'));
}
