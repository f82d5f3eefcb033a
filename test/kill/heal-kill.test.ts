import { expect, test } from 'vitest';
import { findGitPlace } from '../../src/adapters/git-place.ts';
import { GitWorkbench } from '../../src/adapters/git-workbench.ts';
import type { Attempt, Verdict } from '../../src/domain/heal/fix.ts';
import { sha256 } from '../../src/domain/occurrence.ts';
import type { Entry } from '../../src/domain/record.ts';
import type { HealPorts } from '../../src/flows/heal/heal-context.ts';
import { publishJob } from '../../src/flows/heal/heal-jobs.ts';
import type { ScriptRunner } from '../../src/ports.ts';
import type { Sandbox } from '../../src/sandbox-port.ts';
import { type AgentFixture, agentFixture, COUNT_SCRIPT, COUNT_TREE, cliEnvironment } from '../support/agent-fixture.ts';
import { MemoryForge } from '../support/memory-forge.ts';
import { NOW, openPorts, reset, SETTING } from '../support/mortal-agent.ts';
import { Killed, mortality } from '../support/mortality.ts';

/**
 * The job that publishes is killed before and after every call it makes of git, files, lock and forge, and then run
 * again as a person would. Whatever the point of death: one branch, one pull request, one word in the ledger.
 */
const BROKEN = COUNT_SCRIPT.replace('const count', 'const none = undefined as any; const count').replace(
  '.length;',
  '.length + none.size;',
);
const STRIDE = 2;

const unused = (): never => {
  throw new Error('publish runs nothing');
};
const RUNNER: ScriptRunner = { prepare: () => {}, run: unused, find: unused, describe: unused };
const SANDBOX: Sandbox = { probe: unused, runner: unused, check: unused };

interface World {
  agent: AgentFixture;
  forge: MemoryForge;
  attempt: Attempt;
  verdict: Verdict;
}

test('killed between any two steps, publish ends with one pull request and one entry', async () => {
  const agent = await agentFixture({ ...COUNT_TREE, 'execution/count.ts': BROKEN });
  await agent.addRemote();
  const { entry: failed } = await agent.cycle();
  const template = await agent.git('rev-parse', 'HEAD');
  const made = attemptOn(failed, template);
  let point = 1;
  for (; ; point += STRIDE) {
    await reset(agent, template);
    await dropBranches(agent);
    const world: World = { agent, forge: new MemoryForge({ now: () => new Date(NOW) }), ...made };
    const died = await publishes(world, point);
    if (died) await publishes(world, Number.POSITIVE_INFINITY);
    await looksRight(world, `killed at call ${point}`);
    if (!died) break;
  }
  expect(point).toBeGreaterThan(60);
});

async function publishes({ agent, forge, attempt, verdict }: World, point: number): Promise<boolean> {
  const mortal = mortality(point);
  const { git, place } = await findGitPlace(agent.path, cliEnvironment(agent.path, {}));
  const ports: HealPorts = {
    ...(await openPorts(agent, { runner: RUNNER, forge, pid: 4_000_000 + Math.min(point, 9999), mortal })),
    workbench: mortal(new GitWorkbench(git, place, cliEnvironment(agent.path, {}))),
    replays: () => RUNNER,
    sandbox: SANDBOX,
    readApi: async () => '',
  };
  try {
    await publishJob(ports, SETTING, { target: {}, tried: [{ attempt, verdict, withheld: false }] });
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

async function looksRight({ agent, forge, attempt }: World, when: string): Promise<void> {
  const branch = `steward/heal/count-${attempt.patient.signature}`;
  expect(forge.pulls, when).toMatchObject([{ head: branch, state: 'open' }]);
  const records = await agent.records();
  expect(
    records.map(({ seq }) => seq),
    when,
  ).toEqual(records.map((_, index) => index));
  const heals = records.flatMap((record) => (record.kind === 'entry' && record.flow === 'heal' ? [record] : []));
  expect(heals, when).toHaveLength(1);
  expect(new Set(heals.map(({ proposal_url }) => proposal_url)), when).toEqual(new Set([forge.pulls[0]?.url]));
  expect(await agent.git('ls-remote', 'origin', `refs/heads/${branch}`), when).toContain(
    await agent.git('rev-parse', branch),
  );
  expect(await agent.git('ls-remote', 'origin', 'refs/heads/main'), when).toContain(
    await agent.git('rev-parse', 'main'),
  );
  expect(await agent.git('show', `${branch}:execution/count.ts`), when).toBe(COUNT_SCRIPT.trim());
  expect(await agent.git('status', '--porcelain'), when).toBe('');
}

function attemptOn(failed: Entry, base: string): { attempt: Attempt; verdict: Verdict } {
  const patient = {
    entry: failed.id,
    directive: 'count',
    script: 'execution/count.ts',
    signature: failed.failure?.signature ?? '',
    base,
  };
  const attempt: Attempt = {
    v: 1,
    id: '20260304t150000-0000aaaa',
    patient,
    number: 1,
    outcome: 'fix',
    reason: 'it read a field of nothing',
    cause: 'script',
    explanation: 'The field was never there.',
    failure_mode: '',
    source: COUNT_SCRIPT,
    before: sha256(BROKEN),
    model: 'm',
    calls: [],
  };
  const evidence = [{ check: 'mended', status: 'pass' as const, detail: 'it ends well' }];
  const verdict: Verdict = {
    v: 1,
    patient,
    parcel: 'a'.repeat(64),
    outcome: 'accepted',
    evidence,
    tree: null,
    duration_s: 1,
  };
  return { attempt, verdict };
}

async function dropBranches(agent: AgentFixture): Promise<void> {
  const refs = (await agent.git('for-each-ref', '--format=%(refname)', 'refs/heads/steward'))
    .split('\n')
    .filter(Boolean);
  for (const ref of refs) {
    await agent.git('update-ref', '-d', ref);
    await agent.git('push', '-q', 'origin', `:${ref}`).catch(() => {});
  }
}
