import { expect, test } from 'vitest';
import { fromDollars } from '../../src/domain/money.ts';
import type { LedgerRecord } from '../../src/domain/record.ts';
import { runCycle } from '../../src/flows/cycle.ts';
import { ModelClient } from '../../src/llm/client.ts';
import { costOf, readPrices } from '../../src/llm/prices.ts';
import type { VendorRequest } from '../../src/llm/vendor.ts';
import type { ScriptRunner } from '../../src/ports.ts';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { manualClock } from '../support/manual-clock.ts';
import { NOW, openPorts, reset, SETTING } from '../support/mortal-agent.ts';
import { Killed, mortality } from '../support/mortality.ts';

/** Odd, so that it falls before a call as often as after one. */
const STRIDE = 3;

/** Two options, so that a model is asked which. */
const TREE = {
  ...COUNT_TREE,
  'directives/again.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: again'),
};

/**
 * The agent is killed before or after each third git process, file operation, lock, model and script call of a cycle that
 * asks a model. Whatever the point of death, the books hold at least what the vendor has billed.
 */
test('killed between any two steps, a run leaves its spend in the books', async () => {
  const agent = await agentFixture(TREE);
  await agent.addRemote();
  const template = await agent.git('rev-parse', 'HEAD');
  let [point, leftOpen] = [1, 0];
  for (let died = true; died; point += STRIDE) {
    await reset(agent, template);
    const bill = { microCents: 0 };
    const mortal = mortality(point);
    died = await dies(async () =>
      runCycle(await openPorts(agent, { runner, pid: 4_000_001, mortal, llm: client(bill, mortal) }), SETTING),
    );
    const billedFirst = bill.microCents;
    await runCycle(await openPorts(agent, { runner, pid: 4_000_002, mortal: (target) => target }), SETTING);
    const { settled, open } = spendOf(await agent.records());
    expect(settled + open, `killed at moment ${point}`).toBeGreaterThanOrEqual(billedFirst);
    if (open > 0) leftOpen++;
    if (!died) expect({ settled, open }).toEqual({ settled: billedFirst, open: 0 });
  }
  expect(point).toBeGreaterThan(50);
  expect(leftOpen).toBeGreaterThan(5);
});

const runner: ScriptRunner = {
  prepare: () => {},
  run: async () => ({ hasFind: false, durationMs: 1, exchanges: [], outcome: { status: 'ok', output: { ok: true } } }),
  find: async () => ({ hasFind: false, durationMs: 1, exchanges: [], outcome: { status: 'unknown', reason: '' } }),
  describe: async () => ({ description: { summary: '', input: {}, output: {}, hasFind: false } }),
};

/** The real client; the vendor bills in the moment it is asked, whether or not anybody lives to hear the answer. */
function client(bill: { microCents: number }, mortal: <T extends object>(target: T) => T): ModelClient {
  const usage = { in: 900, cachedIn: 0, out: 40, thinking: 10 };
  const price = readPrices().find('gemini', 'gemini-2.5-flash-lite', new Date(NOW));
  if (!price) throw new Error('the model of this test has no price');
  const vendor = {
    async ask({ model, user }: VendorRequest) {
      bill.microCents += costOf(price, usage);
      const option = /^- (\S+) \[/m.exec(user)?.[1];
      return { answer: { text: JSON.stringify({ option, inputs: [], reason: 'due', lessons: [] }), usage, model } };
    },
    checkKey: async () => undefined,
  };
  return new ModelClient({
    config: SETTING.config,
    access: { gemini: { key: 'gemini-key-0123456789' } },
    redact: (text) => text,
    clock: manualClock(NOW),
    openVendor: async () => mortal(vendor),
  });
}

async function dies(cycle: () => Promise<unknown>): Promise<boolean> {
  try {
    await cycle();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

/** Micro-cents that entries booked, and that leases hold which no entry ended. */
function spendOf(records: readonly LedgerRecord[]): { settled: number; open: number } {
  const entries = records.flatMap((record) => (record.kind === 'entry' ? [record] : []));
  const ended = new Set(entries.flatMap(({ leases = [] }) => leases.map(({ id }) => id)));
  const open = records.flatMap((record) => (record.kind === 'lease' && !ended.has(record.id) ? [record.amount] : []));
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + fromDollars(amount), 0);
  return { settled: sum(entries.map(({ metrics }) => metrics.cost)), open: sum(open) };
}
