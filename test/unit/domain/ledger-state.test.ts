import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyRecord, EMPTY_STATE, LedgerState } from '../../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../../src/domain/record.ts';
import { anyLedger, entry, genesis, intent, sealAll } from '../../support/ledger-samples.ts';

const fold = (sealed: ReturnType<typeof sealAll>, from = EMPTY_STATE) =>
  sealed.reduce((state, { record, head }) => applyRecord(state, record, head), from);
const stateAfter = (...records: UnsealedRecord[]) => fold(sealAll([genesis, ...records]));
const sweep = (state: LedgerState) => state.directives.sweep;
const failed = (signature = 'aaa', parts: Parameters<typeof entry>[0] = {}) =>
  entry({
    result: 'failure',
    verification: 'unverified',
    final: false,
    failure: { kind: 'crash', message: 'm', signature, log_tail: '' },
    ...parts,
  });

describe('a proposal', () => {
  const BRANCH = 'steward/sweep/task-7';
  const made = entry({ occurrence: 'task:7', proposal: BRANCH });
  const look = (final: boolean) => entry({ occurrence: 'event:sweep.merged.task-7', verification: 'refuted', final });

  it('is kept until its merge is seen, with every look that was in vain', () => {
    expect(stateAfter(made).proposals).toEqual({ [BRANCH]: { entry: made.id, at: made.timestamp } });
    const other = entry({ occurrence: 'task:9' });
    expect(stateAfter(made, look(false), other, look(false)).proposals[BRANCH]?.looks).toMatchObject({ count: 2 });
    expect(stateAfter(made, look(false), look(true)).proposals).toEqual({});
  });
});

describe('any ledger', () => {
  it('folds to a state that can be kept as JSON and folded on from there', () => {
    fc.assert(
      fc.property(anyLedger, fc.nat(), (records, cut) => {
        const sealed = sealAll(records);
        const at = cut % (sealed.length + 1);
        const half = fold(sealed.slice(0, at));
        const kept = LedgerState.parse(JSON.parse(JSON.stringify(half)));
        expect(kept).toEqual(half);
        expect(JSON.stringify(fold(sealed.slice(at), kept))).toBe(JSON.stringify(fold(sealed)));
      }),
    );
  });

  it('never has a negative spend, and counts the newest day and month only', () => {
    fc.assert(
      fc.property(anyLedger, (records) => {
        const sealed = sealAll(records);
        const { spend } = fold(sealed);
        const booked = sealed.flatMap(({ record, head }) =>
          record.kind === 'entry' && record.metrics.cost > 0
            ? [{ at: head.timestamp, microCents: Math.round(record.metrics.cost * 1e8) }]
            : [],
        );
        const since = (prefix: string) =>
          booked.filter(({ at }) => at.startsWith(prefix)).reduce((sum, { microCents }) => sum + microCents, 0);
        const last = booked.at(-1)?.at ?? '';
        expect(spend).toEqual({
          day: last.slice(0, 10),
          dayMicroCents: since(last.slice(0, 10)),
          month: last.slice(0, 7),
          monthMicroCents: since(last.slice(0, 7)),
        });
        expect(spend.dayMicroCents).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('knows the head, the runs, and an intent as open until its entry', () => {
    fc.assert(
      fc.property(anyLedger, (records) => {
        const sealed = sealAll(records);
        const state = fold(sealed);
        expect(state.head).toEqual(sealed.at(-1)?.head);
        const runs = records.map((record) =>
          record.kind === 'intent' ? { run: record.run, isOpen: true } : { run: record.id, isOpen: false },
        );
        const open = new Map(runs.map(({ run, isOpen }) => [run, isOpen]));
        expect(state.open_intents.map(({ run }) => run).sort()).toEqual(
          [...open]
            .filter(([, isOpen]) => isOpen)
            .map(([run]) => run)
            .sort(),
        );
      }),
    );
  });
});

describe('genesis and intents', () => {
  it('keep the name of the repository and where the intent lies', () => {
    const state = stateAfter(intent({ step: 1 }), intent({ step: 2, id: 'i2', expires: '2026-03-04T16:00:00.000Z' }));
    expect(state.repository).toBe('forge/house');
    expect(state.open_intents).toEqual([
      {
        run: 'e1',
        occurrence: 'sweep@2026-03-04T00:00Z',
        decision: 'sweep',
        expires: '2026-03-04T16:00:00.000Z',
        path: 'ledger/2026/03/04.jsonl',
      },
    ]);
    expect(sweep(state)).toBeUndefined();
  });
});

describe('a directive', () => {
  it('is done for its slot, and stays so after a run by hand or a late older slot', () => {
    const slot = 'sweep@2026-03-04T00:00Z';
    expect(sweep(stateAfter(entry()))).toMatchObject({
      occurrence: slot,
      final: true,
      done_slot: slot,
      runs: 1,
      failures: 0,
      attempts: 1,
    });
    const byHand = entry({ id: 'e2', occurrence: 'dispatch:1' });
    expect(sweep(stateAfter(entry(), byHand))).toMatchObject({ occurrence: 'dispatch:1', done_slot: slot });
    expect(sweep(stateAfter(entry(), entry({ id: 'e2', occurrence: 'sweep@2026-03-03T00:00Z' })))).toMatchObject({
      done_slot: slot,
    });
    expect(sweep(stateAfter(failed()))).toMatchObject({ final: false, done_slot: null });
  });

  it('counts tries of one occurrence', () => {
    expect(sweep(stateAfter(failed(), failed('bbb'), failed('ccc')))).toMatchObject({
      attempts: 3,
      runs: 3,
      failures: 3,
    });
    expect(sweep(stateAfter(failed(), entry({ occurrence: 'sweep@2026-03-05T00:00Z' })))).toMatchObject({
      attempts: 1,
      runs: 2,
    });
  });

  it('breaks at two failures of one signature, and is whole again after one success', () => {
    expect(sweep(stateAfter(failed('aaa'), failed('bbb')))).toMatchObject({
      streak: { count: 2, sameCount: 1, signature: 'bbb' },
      breaker: null,
    });
    expect(sweep(stateAfter(failed('aaa'), failed('aaa')))).toMatchObject({
      streak: { count: 2, sameCount: 2 },
      breaker: { opened: 1, signature: 'aaa', until: '2026-03-04T20:30:00.000Z' },
    });
    expect(sweep(stateAfter(failed(), failed(), failed()))).toMatchObject({ breaker: { opened: 2 } });
    expect(sweep(stateAfter(failed(), failed(), entry()))).toMatchObject({ streak: null, breaker: null, failures: 2 });
  });

  it('counts a success that was refuted as a failure', () => {
    const refuted = entry({ verification: 'refuted' });
    expect(sweep(stateAfter(refuted, refuted))).toMatchObject({
      failures: 2,
      streak: { sameCount: 2, signature: 'refuted' },
      breaker: { opened: 1 },
    });
  });

  it('learns nothing from a run that another one overtook, but its cost is booked', () => {
    const metrics = { cost: 0.5, duration_s: 1, tokens_in: 0, tokens_out: 0, calls: [] };
    const state = stateAfter(
      entry(),
      entry({ id: 'e2', occurrence: 'task:9', result: 'skipped', final: false, metrics }),
    );
    expect(sweep(state)).toMatchObject({ occurrence: 'sweep@2026-03-04T00:00Z', runs: 1 });
    expect(state.spend.dayMicroCents).toBe(50_000_000);
    expect(state.done).toEqual({});
  });
});

describe('an interrupted run', () => {
  const interrupted = entry({
    id: 'r1',
    flow: 'recover',
    result: 'interrupted',
    verification: 'unverified',
    final: true,
    params: { topic: 'dust' },
  });
  const settled = (final: boolean, parts: Parameters<typeof entry>[0] = {}) =>
    entry({
      id: 'r2',
      flow: 'resolve',
      resolves: 'r1',
      final,
      result: final ? 'success' : 'skipped',
      params: { topic: 'dust' },
      ...parts,
    });

  it('blocks the directive until a person says what became of it', () => {
    expect(sweep(stateAfter(interrupted))).toMatchObject({ blocked: 'r1', final: true });
    expect(sweep(stateAfter(interrupted, entry({ id: 'e9', occurrence: 'task:1' })))).toMatchObject({ blocked: 'r1' });
    expect(sweep(stateAfter(interrupted, settled(true)))).toMatchObject({
      blocked: null,
      final: true,
      retry: null,
      result: 'success',
      runs: 1,
    });
  });

  it('is released again with its inputs, and only until it was tried', () => {
    const released = stateAfter(interrupted, settled(false));
    expect(sweep(released)).toMatchObject({
      blocked: null,
      final: false,
      done_slot: null,
      retry: { occurrence: 'sweep@2026-03-04T00:00Z', params: { topic: 'dust' } },
    });
    expect(sweep(stateAfter(interrupted, settled(false), entry({ id: 'r3' })))).toMatchObject({
      retry: null,
      final: true,
      done_slot: 'sweep@2026-03-04T00:00Z',
    });
    expect(sweep(stateAfter(interrupted, settled(false), entry({ id: 'r3', occurrence: 'task:7' })))).toMatchObject({
      retry: { params: { topic: 'dust' } },
    });
  });

  it('is not settled by a word about another run, nor one about a directive that never ran', () => {
    expect(sweep(stateAfter(interrupted, settled(true, { resolves: 'other' })))).toMatchObject({ blocked: 'r1' });
    expect(stateAfter(settled(true)).directives).toEqual({});
  });
});

describe('what was asked for', () => {
  it('is remembered as done for 45 days, whatever stands in its id', () => {
    const first = entry({ occurrence: 'dispatch:a@b', timestamp: '2026-03-02T00:00:00.000Z' });
    const young = stateAfter(first, entry({ occurrence: 'task:1', timestamp: '2026-04-15T00:00:00.000Z' }));
    expect(young.done).toEqual({ 'dispatch:a@b': '2026-03-02T00:00:00.000Z', 'task:1': '2026-04-15T00:00:00.000Z' });
  });

  it('is forgotten after that, counted by the newest record rather than by a clock that went back', () => {
    const old = entry({ occurrence: 'task:1', timestamp: '2026-03-02T00:00:00.000Z' });
    expect(stateAfter(old, entry({ occurrence: 'task:2', timestamp: '2026-04-17T00:00:00.001Z' })).done).toEqual({
      'task:2': '2026-04-17T00:00:00.001Z',
    });
    expect(
      Object.keys(stateAfter(old, entry({ occurrence: 'task:2', timestamp: '2020-01-01T00:00:00.000Z' })).done),
    ).toEqual(['task:1', 'task:2']);
  });

  it('is not done while it may be tried again, and slots are kept with their directive', () => {
    expect(stateAfter(failed('aaa', { occurrence: 'task:1' }), entry()).done).toEqual({});
  });
});

describe('the newest entry', () => {
  it('says when to wake and which folders it saw', () => {
    const state = stateAfter(
      entry({ next_wake: '2026-03-09T00:00:00.000Z', trees: { directives: '1', execution: '2', github: '3' } }),
      intent({ run: 'r9' }),
    );
    expect(state).toMatchObject({
      next_wake: '2026-03-09T00:00:00.000Z',
      trees: { directives: '1', execution: '2', github: '3' },
    });
  });
});

describe('the agent’s own bookkeeping', () => {
  it('is no run of a directive, ends no task, and leaves the next wake as the last cycle set it', () => {
    const before = stateAfter(entry({ next_wake: '2026-03-05T00:00:00.000Z' }));
    for (const flow of ['consolidate', 'replay'] as const) {
      const own = entry({
        ...{ id: flow, flow, decision: flow, occurrence: `${flow}:1`, next_wake: '2026-09-09T00:00:00.000Z' },
        trees: { directives: 'other', execution: 'other', github: 'other' },
      });
      const { head: _, ...after } = stateAfter(entry({ next_wake: '2026-03-05T00:00:00.000Z' }), own);
      const { head: __, ...same } = before;
      expect(after, flow).toEqual(same);
    }
  });
});
