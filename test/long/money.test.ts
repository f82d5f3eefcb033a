import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LedgerRecord } from '../../src/domain/record.ts';
import {
  type AgentFixture,
  agentFixture,
  COUNT_DIRECTIVE,
  COUNT_TREE,
  cliEnvironment,
  stewardCli,
  withAgent,
} from '../support/agent-fixture.ts';
import { startVendorServer, type VendorAnswer, type VendorServer } from '../support/vendor-server.ts';

/** Two options, so that a model is asked which; a budget in which one lease has room, and no second one. */
const tree = (budget: string) => ({
  ...COUNT_TREE,
  'directives/again.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: again'),
  '.github/steward.yml': `budget: { day: ${budget} }\nroutes: { ceo_analysis: [flash] }\n`,
});
/** A call of this decision may cost $0.0018. */
const ONE_LEASE = '0.0025';
const SLOT = `count@${new Date().toISOString().slice(0, 10)}T00:00Z`;
const CHOICE = { json: { option: SLOT, inputs: [], reason: 'due', lessons: [] } };

interface House {
  agent: AgentFixture;
  server: VendorServer;
  environment: Record<string, string>;
  bare: string;
}

async function house(budget: string, answer: VendorAnswer | (() => Promise<VendorAnswer>)): Promise<House> {
  const server = await startVendorServer({ gemini: typeof answer === 'function' ? answer : [answer] });
  onTestFinished(() => server.close());
  const agent = await agentFixture(tree(budget));
  const bare = await agent.addRemote();
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  return { agent, server, environment, bare };
}

const kinds = (records: readonly LedgerRecord[]) => records.map(({ kind }) => kind);
const spentIn = (records: readonly LedgerRecord[]) =>
  records.reduce((sum, record) => sum + (record.kind === 'entry' ? record.metrics.cost : 0), 0);

/** Starts a cycle and kills it while the model is thinking. */
async function dieWhileAsking({ agent, server, environment }: House, more: Record<string, string> = {}): Promise<void> {
  const child = execa(process.execPath, [stewardCli, 'cycle'], {
    cwd: agent.path,
    env: cliEnvironment(agent.path, { ...environment, ...more }),
    extendEnv: false,
    reject: false,
  });
  while (server.requests.length === 0) await delay(10);
  child.kill('SIGKILL');
  await child;
}

describe('the budget holds', () => {
  test('two runners on money for one call: one asks, the other decides without, both are green', async () => {
    const { agent, server, environment } = await house(ONE_LEASE, { ...CHOICE, delayMs: 300 } as VendorAnswer);
    const others = await withAgent(await agent.clone());
    const reports = await Promise.all([agent, others].map((each) => each.cycle([], environment)));
    expect(server.requests).toHaveLength(1);
    const paid = reports.filter(({ entry }) => entry.metrics.calls.length > 0);
    expect(paid).toHaveLength(1);
    const [unpaid] = reports.filter(({ entry }) => entry.metrics.calls.length === 0);
    expect(unpaid?.entry.degraded).toMatch(
      /another run took what was left of the budget|of the day's \$0\.0025 is left|used up/,
    );
    const fresh = await withAgent(await agent.clone());
    const records = await fresh.records();
    expect(spentIn(records)).toBeLessThanOrEqual(0.0025);
    expect((await fresh.steward(['check'])).stdout).toContain('all is well');
  });

  test('the lease is on the remote before the model hears of the question', async () => {
    let seen = '';
    const { agent, environment, bare } = await house('0.5', async () => {
      const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
      seen = (await execa('git', ['--git-dir', bare, 'show', `main:ledger/${day}.jsonl`])).stdout;
      return CHOICE;
    });
    const { entry } = await agent.cycle([], environment);
    expect(kinds(seen.split('\n').map((line) => JSON.parse(line)))).toEqual(['genesis', 'lease']);
    expect(kinds(await agent.records())).toEqual(['genesis', 'lease', 'entry']);
    expect(entry.leases).toEqual([{ id: JSON.parse(seen.split('\n')[1] ?? '').id, spent: entry.metrics.cost }]);
    expect(await agent.git('log', '-1', '--format=%s', '--grep=^lease')).toMatch(
      /^lease 1: up to \$0\.\d+ for ceo_analysis$/,
    );
  });

  test.each([
    ['in a clone that stays', {}],
    ['on a runner', { GITHUB_ACTIONS: 'true', STEWARD_PAUSED: '' }],
  ])('killed while the model answers %s: a fresh clone knows the spend, and goes on without it', async (_, actions) => {
    const home = await house(ONE_LEASE, { ...CHOICE, delayMs: 2000 } as VendorAnswer);
    await dieWhileAsking(home, actions);
    const fresh = await withAgent(await home.agent.clone());
    const { entry } = await fresh.cycle([], { ...home.environment, ...actions });
    expect(home.server.requests).toHaveLength(1);
    expect(entry).toMatchObject({ decided_by: 'policy', result: 'success', metrics: { cost: 0 } });
    expect(entry.degraded).toMatch(/the day's budget of \$0.0025 is used up/);
    const { stdout } = await fresh.steward(['cost']);
    expect(stdout).toMatch(/\$0\.\d+ set aside by 1 run that did not end/);
    expect((await fresh.steward(['check'])).exitCode).toBe(0);
  });
});

describe('a model that keeps failing', () => {
  test('is left alone by the next cycles, whichever clone they run in', async () => {
    const { agent, server, environment } = await house('0.5', {
      status: 400,
      body: { error: { message: 'no such model' } },
    });
    await agent.write({
      'directives/word.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: word').replace(
        '(default: files)',
        '(required)',
      ),
    });
    await agent.commit({ message: 'an order that only a model can carry out' });
    await agent.git('push', '-q');
    for (let cycle = 0; cycle < 5; cycle++) await agent.cycle(['--directive', 'word'], environment);
    expect(server.requests).toHaveLength(5);
    const fresh = await withAgent(await agent.clone());
    const { stdout, stderr } = await fresh.steward(['cycle', '--directive', 'word'], environment);
    expect(server.requests).toHaveLength(5);
    expect(stdout + stderr).toMatch(/left alone until \S+ after 5 failures \(bad_request\)/);
    expect((await fresh.steward(['models'], environment)).stdout).toMatch(/left alone until/);
  });
});
