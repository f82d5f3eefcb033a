import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LedgerState } from '../../src/domain/ledger-state.ts';
import {
  type AgentFixture,
  agentFixture,
  COUNT_DIRECTIVE,
  COUNT_TREE,
  cliEnvironment,
  stewardCli,
  withAgent,
} from '../support/agent-fixture.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { startVendorServer, type VendorHandler, type VendorKind, type VendorServer } from '../support/vendor-server.ts';

/** What one call may cost at most is set by the length of the answer: a dollar, and next to nothing for the question. */
const CONFIG = (day: number) => `budget: { day: ${day}, run: 10 }
models:
  claude: { vendor: anthropic, model: claude-test, price: { input: 0.01, output: 1000 } }
  gemini: { vendor: gemini, model: gemini-test, price: { input: 0.01, output: 1000 } }
routes: { ceo_analysis: { models: [claude, gemini], max_output_tokens: 1000 } }
`;
/** One call fits, and no second one. */
const ONE_LEASE = 1.5;
const PLENTY = 100;
/** 1000 tokens in and 50 out, in US dollars. */
const COST = 0.05001;

/** Two options: the policy can do one of them, the other needs a word that only a model can give. */
const tree = (day: number) => ({
  ...COUNT_TREE,
  'directives/write.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: write').replace(
    '(default: files)',
    '(required)',
  ),
  '.github/steward.yml': CONFIG(day),
});

interface Scene {
  origin: AgentFixture;
  bare: string;
  server: VendorServer;
  environment: Record<string, string>;
}

async function scene(day: number, scripts: Partial<Record<VendorKind, VendorHandler>>): Promise<Scene> {
  const server = await startVendorServer(scripts);
  onTestFinished(() => server.close());
  const origin = await agentFixture(tree(day));
  const bare = await origin.addRemote();
  const keys = scripts.anthropic ? { ANTHROPIC_API_KEY: 'sk-ant-0123456789', ANTHROPIC_BASE_URL: server.url } : {};
  const environment = { GEMINI_API_KEY: 'gemini-0123456789', GOOGLE_GEMINI_BASE_URL: server.url, ...keys };
  return { origin, bare, server, environment };
}

const cloneOf = async ({ origin }: Scene) => withAgent(await origin.clone());

/** The model wants the word written, whatever the day is. */
const chooseWrite: VendorHandler = ({ body }) => {
  const option = /- ((?:write@|dispatch:)[^\s\\]+) \[/.exec(body)?.[1];
  return { json: { option, inputs: [{ name: 'word', value: 'chosen' }], reason: 'it is due', lessons: [] } };
};

async function stateOf(agent: AgentFixture): Promise<LedgerState> {
  return JSON.parse(await agent.git('show', 'HEAD:ledger/state.json'));
}

test('two clones that start together on money for one call: one asks, the other does without, and nothing turns red', async () => {
  const released = Promise.withResolvers<void>();
  const house = await scene(ONE_LEASE, {
    async gemini(request) {
      // The first is kept waiting until the other cycle is over, so that what it does not use can not be lent again.
      if (house.server.requests.length === 1) await released.promise;
      return chooseWrite(request);
    },
  });
  const clones = await Promise.all([cloneOf(house), cloneOf(house)]);
  const cycles = clones.map((clone) => clone.cycle([], house.environment));
  await Promise.race(cycles).finally(released.resolve);
  const reports = await Promise.all(cycles);

  expect(house.server.requests).toHaveLength(1);
  expect(reports.map(({ pushed }) => pushed)).toEqual([true, true]);
  const [paid, unpaid] = reports.map(({ entry }) => entry).sort((a, b) => b.metrics.cost - a.metrics.cost);
  expect(paid).toMatchObject({ decision: 'write', degraded: null, result: 'success', metrics: { cost: COST } });
  expect(unpaid).toMatchObject({ decision: 'count', decided_by: 'policy', result: 'success', metrics: { calls: [] } });
  expect(unpaid?.degraded).toMatch(/gemini-test: (another run took what was left of the|the day's) budget/);
  const fresh = await cloneOf(house);
  expect((await fresh.steward(['check'])).exitCode).toBe(0);
  expect(await stateOf(fresh)).toMatchObject({ leases: [], spend: { dayMicroCents: COST * 1e8 } });
});

test('the lease is on the remote before the model hears of the question', async () => {
  const seen: LedgerState[] = [];
  const house = await scene(PLENTY, {
    async gemini(request) {
      const { stdout } = await execa('git', ['--git-dir', house.bare, 'show', 'main:ledger/state.json']);
      seen.push(JSON.parse(stdout));
      return chooseWrite(request);
    },
  });
  const { entry } = await house.origin.cycle([], house.environment);
  expect(seen).toHaveLength(1);
  const [lease] = seen[0]?.leases ?? [];
  expect(lease).toMatchObject({ run: entry.id, id: entry.leases?.[0]?.id });
  // A call and its correction round.
  expect(lease?.microCents).toBeGreaterThan(2e8);
  expect(entry).toMatchObject({ leases: [{ spent: COST }], metrics: { cost: COST } });
  expect((await house.origin.records()).map(({ kind }) => kind)).toEqual(['genesis', 'lease', 'entry']);
  expect(await house.origin.git('log', '--format=%s', '-1', '--grep=^lease')).toMatch(/^lease 1: up to \$2\.00/);
});

describe('killed while the model thinks', () => {
  test.each([
    ['in a clone that stays', {}],
    ['on a runner that vanishes', { GITHUB_ACTIONS: 'true', STEWARD_PAUSED: '' }],
  ])('%s: a fresh clone counts the dead run’s lease, and goes on without a model', async (_, actions) => {
    const asked = Promise.withResolvers<void>();
    const house = await scene(ONE_LEASE, {
      gemini(request) {
        asked.resolve();
        return house.server.requests.length > 1
          ? chooseWrite(request)
          : { status: 200, body: {}, delayMs: Number.POSITIVE_INFINITY };
      },
    });
    const environment = { ...house.environment, ...actions };
    await diesWhen(asked.promise, await cloneOf(house), environment);
    expect(house.server.requests).toHaveLength(1);

    const fresh = await cloneOf(house);
    const { entry, pushed } = await fresh.cycle([], environment);
    expect(house.server.requests).toHaveLength(1);
    expect(entry).toMatchObject({ decision: 'count', decided_by: 'policy', result: 'success', metrics: { cost: 0 } });
    expect(entry.degraded).toBe("gemini-test: the day's budget of $1.5000 is used up");
    expect(pushed).toBe(true);
    const { leases } = await stateOf(fresh);
    expect(leases).toMatchObject([{ microCents: ONE_LEASE * 1e8 }]);
    expect(leases[0]?.run).not.toBe(entry.id);
    expect((await fresh.steward(['check'])).exitCode).toBe(0);
    const cost = JSON.parse((await fresh.steward(['cost', '--json'])).stdout);
    expect(cost.budget.day).toMatchObject({ spent: ONE_LEASE, cap: ONE_LEASE });
  });
});

/** Starts a cycle and kills it, as the machine would that goes away. */
async function diesWhen(moment: Promise<void>, agent: AgentFixture, environment: Record<string, string>) {
  const child = execa(process.execPath, [stewardCli, 'cycle'], {
    cwd: agent.path,
    env: cliEnvironment(await temporaryFolder('steward-home-'), environment),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  await Promise.race([moment, child]);
  child.kill('SIGKILL');
  expect((await child).signal).toBe('SIGKILL');
}

test('a model that is overloaded six times in two clones is left alone by a third, which asks the next one', async () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  const house = await scene(PLENTY, {
    anthropic: () => ({ status: 529, body: overloaded }),
    gemini: chooseWrite,
  });
  const askedOf = (vendor: VendorKind) => house.server.requests.filter((request) => request.vendor === vendor).length;
  const write = async (clone: AgentFixture) => (await clone.cycle(['--directive', 'write'], house.environment)).entry;
  const entries = await Promise.all([cloneOf(house).then(write), cloneOf(house).then(write)]);
  for (const entry of entries) {
    expect(entry).toMatchObject({ model: 'gemini-test', degraded: null });
    expect(entry.fallback).toMatch(/^claude-test: overload after 3 attempts/);
  }
  expect([askedOf('anthropic'), askedOf('gemini')]).toEqual([6, 2]);

  const fresh = await cloneOf(house);
  const entry = await write(fresh);
  expect([askedOf('anthropic'), askedOf('gemini')]).toEqual([6, 3]);
  expect(entry.fallback).toMatch(/^claude-test: left alone until \S+Z after 6 failures \(overload\)$/);
  expect(entry.metrics.calls).toMatchObject([{ model_asked: 'gemini-test', outcome: 'ok' }]);
  expect((await fresh.steward(['models'], house.environment)).stdout).toMatch(/left alone until/);
});
