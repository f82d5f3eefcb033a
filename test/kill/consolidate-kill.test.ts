import { expect, test } from 'vitest';
import { MEMORY_FILE, memoryText } from '../../src/domain/memory/memory.ts';
import type { CallRecord, Entry } from '../../src/domain/record.ts';
import { loadLedger } from '../../src/flows/ledger-reader.ts';

import { consolidate } from '../../src/flows/memory/consolidate.ts';
import { rebuildMemory } from '../../src/flows/memory/load-memory.ts';
import type { Llm, ScriptRunner } from '../../src/ports.ts';
import type { Workbench } from '../../src/repo-port.ts';
import { agentFixture, COUNT_TREE } from '../support/agent-fixture.ts';
import { ledgerOn } from '../support/committed-ledger.ts';
import { entry } from '../support/ledger-samples.ts';
import { openPorts, reset, SETTING } from '../support/mortal-agent.ts';
import { Killed, mortality } from '../support/mortality.ts';

/** Odd, so that it falls before a call as often as after one. */
const STRIDE = 3;
const DAYS = ['2026-03-02', '2026-03-03'];

/**
 * Killed before or after each third git process, file operation and lock of two nights, of which each asks a model: the
 * next run makes the nights that are missing, none twice, and the memory is what ledger and nights make.
 */
test('killed between any two steps, a night is made once and whole', async () => {
  const agent = await agentFixture(COUNT_TREE);
  await agent.addRemote();
  await ledgerOn(
    agent,
    DAYS.flatMap((day, index) => [failure(day, `0${index}`), failure(day, `1${index}`)]),
  );
  const template = await agent.git('rev-parse', 'HEAD');
  let point = 1;
  for (let died = true; died; point += STRIDE) {
    await reset(agent, template);
    died = await dies(() => nights(agent, 4_000_001, mortality(point)));
    await nights(agent, 4_000_002, (target) => target);
    const records = await agent.records();
    const made = records.filter((record): record is Entry => record.kind === 'entry' && record.flow === 'consolidate');
    expect(
      made.map(({ consolidation }) => consolidation?.day),
      `killed at moment ${point}`,
    ).toEqual(DAYS);
    const { documents } = await openPorts(agent, { runner, pid: 4_000_003, mortal: (target) => target });
    expect(memoryText(await rebuildMemory(documents))).toBe(await documents.read(MEMORY_FILE));
    expect((await loadLedger(documents)).state.head?.seq).toBe(records.length - 1);
    expect(await agent.git('status', '--porcelain')).toBe('');
    expect(await agent.git('rev-parse', 'origin/main')).toBe(await agent.git('rev-parse', 'HEAD'));
  }
  expect(point).toBeGreaterThan(100);
});

async function nights(
  agent: Parameters<typeof openPorts>[0],
  pid: number,
  mortal: <T extends object>(target: T) => T,
): Promise<void> {
  const ports = await openPorts(agent, { runner, pid, mortal, llm: LLM });
  await consolidate({ ...ports, workbench: WORKBENCH }, SETTING, { isDry: false });
}

async function dies(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

const failure = (day: string, time: string) =>
  entry({
    id: `${day.replaceAll('-', '')}t${time}0000-0000000a`,
    timestamp: `${day}T${time}:00:00.000Z`,
    occurrence: `count@${day}T${time}:00Z`,
    decision: 'count',
    result: 'failure',
    verification: 'unverified',
    failure: { kind: 'crash', message: 'the shop is slow', signature: 'aaaaaaaaaaaa', log_tail: '' },
  });

const CALL: CallRecord = {
  ...{ task: 'consolidation', model_asked: 'flash', model: 'flash', outcome: 'ok', cost: 0, duration_s: 1 },
  ...{ tokens_in: 2000, tokens_cached: 0, tokens_out: 200, tokens_thinking: 0 },
};

/** Each day it learns the same from what it is shown first. */
const LLM: Llm = {
  async generate({ prompt }) {
    const [, id = '', signature = ''] = /^- (\S+) \d\d:\d\d count -> failure \((\w{12})\)/m.exec(prompt.user) ?? [];
    const claim = 'count fails while the shop is being restocked, and works an hour later.';
    const add = {
      op: 'add',
      lesson: '',
      into: '',
      claim,
      directive: 'count',
      signature,
      tag: '',
      evidence: [id],
      reason: '',
    };
    return { text: JSON.stringify({ operations: [add] }), model: 'flash', passedOver: [], calls: [CALL] };
  },
  availability: () => ({ model: 'flash' }),
  models: () => [],
  checkKeys: async () => [],
  estimate: () => 0,
};

const runner: ScriptRunner = {
  prepare: () => {},
  run: async () => ({ hasFind: false, durationMs: 1, exchanges: [], outcome: { status: 'ok', output: {} } }),
  find: async () => ({ hasFind: false, durationMs: 1, exchanges: [], outcome: { status: 'unknown', reason: '' } }),
  describe: async () => ({ description: { summary: '', input: {}, output: {}, hasFind: false } }),
};

const NEVER = async () => {
  throw new Error('nobody expected this of the workbench here');
};
const WORKBENCH: Workbench = {
  bring: async () => false,
  scratch: NEVER,
  branchOn: async () => ({ taken: true }),
  addedBy: NEVER,
  undo: NEVER,
};
