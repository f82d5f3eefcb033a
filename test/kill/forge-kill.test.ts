import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/record.ts';
import { runCycle } from '../../src/flows/cycle.ts';
import type { ScriptRunner } from '../../src/ports.ts';
import { type AgentFixture, agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { taskBody } from '../support/house-on-github.ts';
import { MemoryForge } from '../support/memory-forge.ts';
import { NOW, openPorts, reset, SETTING } from '../support/mortal-agent.ts';
import { Killed, mortality } from '../support/mortality.ts';

/**
 * The agent is killed before and after every call it makes of git, files, lock, script and forge while it does a task,
 * proposes a change or runs what was approved. Clean cycles follow until there is nothing to do. Whatever the point of
 * death: people are answered once, one pull request is open, an approval is used once.
 */
interface World {
  agent: AgentFixture;
  forge: MemoryForge;
  runner: ScriptRunner;
  /** How often the script ran. */
  runs: { count: number };
}

const directive = (front: string) => COUNT_DIRECTIVE.replace('every: 1d', front);
const TASK = { ...COUNT_TREE, 'directives/count.md': directive('on: [task]') };
const PROPOSAL = { ...COUNT_TREE, 'directives/count.md': directive('on: [task]\ndeliver: pull-request') };
const APPROVAL = { ...COUNT_TREE, 'directives/count.md': directive('every: 1d\napproval: required') };

/** Runs the script's effect in the clone itself; the child process is not what is killed here. */
function countingRunner(agent: AgentFixture, runs: World['runs']): ScriptRunner {
  const run = { hasFind: false, durationMs: 1, exchanges: [] };
  return {
    prepare: () => {},
    async run({ script, input }) {
      if (script !== 'execution/count.ts') return { ...run, outcome: { status: 'ok', output: { ok: true } } };
      runs.count += 1;
      await agent.write({ 'out/count.txt': `${input.word} 1\n` });
      return { ...run, outcome: { status: 'ok', output: { count: 1 } } };
    },
    find: async () => ({ ...run, outcome: { status: 'absent' } }),
    describe: async () => ({ description: { summary: '', input: {}, output: {}, hasFind: false } }),
  };
}

/** The moments before the first word to the forge are those of kill.test.ts; of the others every fifth is taken, to be quick. */
const FIRST = 20;
const STRIDE = 5;

/** Kills at one point after the other, lets clean cycles finish, and looks at what came of it. */
async function sweep(
  tree: typeof COUNT_TREE,
  {
    prepare,
    look,
  }: { prepare(world: World): Promise<void>; look(world: World, entries: Entry[], when: string): Promise<void> },
): Promise<number> {
  const agent = await agentFixture(tree);
  await agent.addRemote();
  const template = await agent.git('rev-parse', 'HEAD');
  for (let point = FIRST; ; point += STRIDE) {
    await reset(agent, template);
    await dropProposals(agent);
    const runs = { count: 0 };
    const world = {
      agent,
      forge: new MemoryForge({ now: () => new Date(NOW) }),
      runner: countingRunner(agent, runs),
      runs,
    };
    await prepare(world);
    runs.count = 0;
    const died = await dies(world, point);
    await finish(world);
    const entries = (await agent.records()).flatMap((record) => (record.kind === 'entry' ? [record] : []));
    const when = `killed at call ${point}`;
    expect(
      (await agent.records()).map(({ seq }) => seq),
      when,
    ).toEqual((await agent.records()).map((_, index) => index));
    expect(await agent.git('status', '--porcelain'), when).toBe('');
    await look(world, entries, when);
    if (!died) return point;
  }
}

async function dies({ agent, runner, forge }: World, point: number): Promise<boolean> {
  try {
    await runCycle(await openPorts(agent, { runner, forge, pid: 4_000_001, mortal: mortality(point) }), SETTING);
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

async function finish({ agent, runner, forge }: World): Promise<void> {
  for (let cycles = 0; cycles < 5; cycles++) {
    const ports = await openPorts(agent, { runner, forge, pid: 4_000_002 + cycles, mortal: (target) => target });
    if ((await runCycle(ports, SETTING)).entry === null) return;
  }
  throw new Error('five cycles were not enough');
}

async function dropProposals(agent: AgentFixture): Promise<void> {
  const branches = (await agent.git('for-each-ref', '--format=%(refname)', 'refs/heads/steward'))
    .split('\n')
    .filter(Boolean);
  for (const branch of branches) {
    await agent.git('update-ref', '-d', branch);
    await agent.git('push', '-q', 'origin', `:${branch}`).catch(() => {});
  }
}

const done = (entries: readonly Entry[]) => entries.filter(({ result, final }) => result === 'success' && final);

describe('killed between any two steps', () => {
  test('a task is done once, answered once, and its issue closed', async () => {
    const points = await sweep(TASK, {
      async prepare({ forge }) {
        forge.openIssue('octo', { body: taskBody('count', 'word: pages'), labels: ['steward:task'] });
      },
      async look({ forge }, entries, when) {
        expect(done(entries), when).toHaveLength(1);
        const [issue] = forge.issues;
        expect(issue?.state, when).toBe('closed');
        expect(issue?.comments.length, when).toBe(1);
        expect(issue?.comments[0]?.body, when).toContain(done(entries)[0]?.id);
      },
    });
    expect(points).toBeGreaterThan(40);
  });

  test('a proposal is one branch and one pull request, and the entry names both', async () => {
    const points = await sweep(PROPOSAL, {
      async prepare({ forge }) {
        forge.openIssue('octo', { body: taskBody('count'), labels: ['steward:task'] });
      },
      async look({ agent, forge }, entries, when) {
        expect(forge.pulls, when).toHaveLength(1);
        expect(done(entries), when).toMatchObject([
          { proposal: forge.pulls[0]?.head, proposal_url: forge.pulls[0]?.url },
        ]);
        const [local, remote] = [
          await agent.git('rev-parse', `refs/heads/${forge.pulls[0]?.head}`),
          await agent.git('ls-remote', 'origin', `refs/heads/${forge.pulls[0]?.head}`),
        ];
        expect(remote, when).toContain(local);
      },
    });
    expect(points).toBeGreaterThan(40);
  });

  test('what was approved runs to its end once, and the word is used up', async () => {
    const points = await sweep(APPROVAL, {
      async prepare({ agent, forge, runner }) {
        forge.permissions.ada = 'write';
        const ports = await openPorts(agent, { runner, forge, pid: 4_000_000, mortal: (target) => target });
        await runCycle(ports, SETTING);
        forge.label('ada', 1, 'steward:approved');
      },
      async look({ forge }, entries, when) {
        expect(done(entries), when).toHaveLength(1);
        expect(entries[0]?.decided_by, when).toBe('person');
        expect(forge.issues[0]?.labels, when).not.toContain('steward:approved');
      },
    });
    expect(points).toBeGreaterThan(40);
  });
});
