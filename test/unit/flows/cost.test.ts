import { describe, expect, it } from 'vitest';
import { StewardConfig } from '../../../src/domain/config.ts';
import { toDollars } from '../../../src/domain/money.ts';
import type { CallRecord, Entry, Unsealed, UnsealedRecord } from '../../../src/domain/record.ts';
import { costReport } from '../../../src/flows/cost.ts';
import type { ModelFacts } from '../../../src/ports.ts';
import { costText } from '../../../src/view/cost-text.ts';
import { MemoryDocuments } from '../../support/fake-documents.ts';
import { entry, genesis, sealAll } from '../../support/ledger-samples.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { callRecord, lease as leaseOf } from '../../support/money-samples.ts';

const DEAR: ModelFacts = {
  alias: 'opus',
  vendor: 'anthropic',
  model: 'dear-1',
  keyName: 'KEY',
  hasKey: false,
  price: { rates: { input: 4, cachedInput: 0.4, output: 20 }, source: 'https://prices', read: '2026-11-01' },
};
const began = (day: string) => ({ ...genesis, timestamp: `${day}T00:00:00.000Z` });

/** 1000 tokens in and 100 out: $0.006 at DEAR's price. */
const call = (cost: number, parts: Partial<CallRecord> = {}): CallRecord =>
  callRecord({ model: 'cheap-1', model_asked: 'cheap-1', tokens_in: 1000, tokens_out: 100, cost, ...parts });
const paid = (timestamp: string, cost: number, parts: Partial<Unsealed<Entry>> = {}): Unsealed<Entry> =>
  entry({
    timestamp,
    metrics: { cost, duration_s: 1, tokens_in: 1000, tokens_out: 100, calls: [call(cost)] },
    ...parts,
  });
const lease = (id: string, timestamp: string, amount: number) => leaseOf({ id, timestamp, amount, run: `run-${id}` });

function ledger(...records: UnsealedRecord[]): MemoryDocuments {
  const byPath = Map.groupBy(sealAll(records), ({ path }) => path);
  const files = [...byPath].map(([path, lines]) => [path, lines.map(({ line }) => `${line}\n`).join('')]);
  return new MemoryDocuments(Object.fromEntries(files));
}

async function report(
  documents: MemoryDocuments,
  { now = '2026-11-24T12:00:00.000Z', since, budget = {} }: { now?: string; since?: string; budget?: object } = {},
) {
  const ports = { documents, clock: manualClock(now), llm: { models: () => [DEAR] } };
  const setting = { config: StewardConfig.parse({ budget }) };
  return costReport(ports, setting, since === undefined ? undefined : new Date(since));
}

describe('what models cost', () => {
  it('is this month by default, grouped, with a lease of the month before on its own day', async () => {
    const found = await report(
      ledger(
        began('2026-10-01'),
        paid('2026-10-31T12:00:00.000Z', 0.5),
        lease('a', '2026-10-31T23:59:00.000Z', 0.02),
        paid('2026-11-01T00:01:00.000Z', 0.02, { leases: [{ id: 'a', spent: 0.02 }] }),
        paid('2026-11-02T12:00:00.000Z', 0.001),
        paid('2026-11-03T12:00:00.000Z', 0.002, { decision: 'publish' }),
        lease('b', '2026-11-03T13:00:00.000Z', 0.004),
      ),
    );
    expect(found).toMatchObject({
      since: '2026-11-01T00:00:00.000Z',
      total: { calls: 2, tokens_in: 2000, tokens_out: 200, cost: 0.007, unsettled: 0.004 },
      by_day: [
        { name: '2026-11-02', cost: 0.001 },
        { name: '2026-11-03', cost: 0.006 },
      ],
      by_task: [{ name: 'ceo_analysis', cost: 0.007 }],
      by_model: [{ name: '(not settled)' }, { name: 'cheap-1', cost: 0.003 }],
      by_directive: [{ name: '(not settled)' }, { name: 'publish' }, { name: 'sweep' }],
      unsettled: [{ id: 'b', run: 'run-b', task: 'ceo_analysis', day: '2026-11-03', amount: 0.004 }],
      budget: { month: { spent: 0.007, cap: 10, average_per_day: toDollars(Math.round(700_000 / 24)) } },
      dearest: { model: 'dear-1', cost: 0.012, spent: 0.003, saving: 0.75, by_task: [{ name: 'ceo_analysis' }] },
    });
  });

  it('begins with the whole UTC day of --since', async () => {
    const documents = ledger(
      began('2026-10-01'),
      paid('2026-11-23T12:00:00.000Z', 0.001),
      paid('2026-11-24T01:00:00.000Z', 0.002),
    );
    const found = await report(documents, { since: '2026-11-24T11:00:00.000Z' });
    expect(found).toMatchObject({ since: '2026-11-24T00:00:00.000Z', total: { cost: 0.002 } });
  });

  it('reads the days of the period and of the rate, the one before, and no older ones', async () => {
    const days = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 8, 26 + day)).toISOString());
    const documents = ledger(began('2026-09-25'), ...days.map((day) => paid(day, 0.001)));
    const read = documents.read.bind(documents);
    const opened: string[] = [];
    documents.read = async (path) => {
      if (path.endsWith('.jsonl')) opened.push(path);
      return read(path);
    };
    await report(documents, { since: '2026-11-23T00:00:00.000Z' });
    // loadLedger folds the whole ledger where no state is kept; what comes before that is the report's own reading.
    const own = opened.slice(0, opened.indexOf('ledger/2026/09/25.jsonl'));
    expect([own[0], own.length]).toEqual(['ledger/2026/11/16.jsonl', 9]);
  });
});

describe('the outlook', () => {
  it('counts days without a call, but no day before the ledger began', async () => {
    const today = paid('2026-11-24T02:00:00.000Z', 0.3);
    const now = '2026-11-24T06:00:00.000Z';
    const old = await report(ledger(began('2026-10-01'), today), { now });
    const young = await report(ledger(began('2026-11-24'), today), { now });
    expect(old.budget.month.expected).toBeLessThan(1);
    expect(young.budget.month.expected).toBeGreaterThan(3);
    expect([old, young].map(({ budget }) => budget.month.average_per_day)).toEqual([0.0125, 0.3]);
  });

  it('takes no rate from the first day of a ledger, which began somewhere in its middle', async () => {
    const records = [paid('2026-11-23T23:50:00.000Z', 0.4), paid('2026-11-24T05:00:00.000Z', 0.01)];
    const found = await report(ledger(began('2026-11-23'), ...records), { now: '2026-11-24T12:00:00.000Z' });
    expect(found.budget.day.expected).toBe(0.02);
  });

  it('is told in words: what holds, what is used up, and when there is room again', async () => {
    const documents = ledger(began('2026-10-01'), paid('2026-11-24T11:00:00.000Z', 0.5));
    const lines = async (budget: object) =>
      costText(await report(documents, { budget }))
        .split('\n')
        .slice(0, 2);
    expect(await lines({})).toEqual([
      expect.stringMatching(/^This month: \$0\.5000 of \$10\.00, \$0\.0208 a day; .* so this cap holds\.$/),
      'Today: $0.5000 of $0.50; used up; models are asked again from 2026-11-25 00:00 UTC.',
    ]);
    expect(await lines({ month: 0.5 })).toEqual([
      expect.stringMatching(/used up; models are asked again from 2026-12-01 00:00 UTC\.$/),
      expect.stringMatching(/used up; models are asked again from 2026-12-01 00:00 UTC\.$/),
    ]);
    expect(await lines({ day: 0.6 })).toEqual([
      expect.anything(),
      expect.stringMatching(/; at the present rate it is used up at 2026-11-24 \d\d:\d\d UTC\.$/),
    ]);
    expect((await lines({ day: 0 }))[1]).toBe('Today: $0.5000 of $0.00; this cap lets no model be asked.');
  });

  it('of an empty ledger says what could be asked', async () => {
    const text = costText(await report(new MemoryDocuments()));
    expect(text).toContain(
      'This month: $0 of $10.00; $0 by 2026-12-01 00:00 UTC at the present rate, so this cap holds.',
    );
    expect(text).toContain('No model was asked since 2026-11-01.');
  });

  it('says what part of the money bought no answer', async () => {
    const calls = [call(0.01), call(0.02, { outcome: 'timeout', assumed: true })];
    const metrics = { cost: 0.03, duration_s: 1, tokens_in: 0, tokens_out: 0, calls };
    const documents = ledger(
      began('2026-10-01'),
      entry({ timestamp: '2026-11-24T11:00:00.000Z', metrics }),
      lease('b', '2026-11-24T11:30:00.000Z', 0.04),
    );
    expect(costText(await report(documents))).toContain(
      'Since 2026-11-01: $0.0700 for 2 model calls, of it $0.0200 for calls that gave no answer, ' +
        '$0.0200 assumed where the vendor did not say, $0.0400 set aside by 1 run that did not end.',
    );
  });
});
