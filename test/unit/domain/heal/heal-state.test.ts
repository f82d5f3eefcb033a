import { describe, expect, it } from 'vitest';
import { waitingRepairs } from '../../../../src/domain/heal/heal-state.ts';
import { applyRecord, EMPTY_STATE, type LedgerState } from '../../../../src/domain/ledger-state.ts';
import { computeOptions } from '../../../../src/domain/option.ts';
import type { HealRecord, UnsealedRecord } from '../../../../src/domain/record.ts';
import { directive } from '../../../support/domain-samples.ts';
import { entry, genesis, sealAll } from '../../../support/ledger-samples.ts';

const SIGNATURE = '0123456789ab';
const stateAfter = (...records: UnsealedRecord[]): LedgerState =>
  sealAll([genesis, ...records]).reduce((state, { record, head }) => applyRecord(state, record, head), EMPTY_STATE);
const crash = (id: string, at = '2026-03-04T14:30:00.000Z') =>
  entry({
    id,
    timestamp: at,
    result: 'failure',
    verification: 'unverified',
    final: false,
    failure: { kind: 'crash', message: 'm', signature: SIGNATURE, log_tail: '', script: 'execution/sweep.ts' },
  });
const heal = (parts: Partial<HealRecord> = {}, at = '2026-03-04T15:00:00.000Z') =>
  entry({
    id: `heal-${at}`,
    timestamp: at,
    flow: 'heal',
    occurrence: 'heal:e1',
    verification: 'unverified',
    heal: {
      script: 'execution/sweep.ts',
      signature: SIGNATURE,
      entry: 'e1',
      failed_at: '2026-03-04T14:30:00.000Z',
      cause: 'script',
      outcome: 'proposed',
      attempts: 1,
      before: 'a'.repeat(64),
      ...parts,
    },
  });

describe('what the ledger knows of repairs', () => {
  it('is one line for each way of failing, with how often it was seen', () => {
    const state = stateAfter(crash('e1'), crash('e2'), heal(), crash('e3'));
    expect(state.heals).toEqual({
      [SIGNATURE]: {
        script: 'execution/sweep.ts',
        directive: 'sweep',
        entry: 'e1',
        failed_at: '2026-03-04T14:30:00.000Z',
        at: '2026-03-04T15:00:00.000Z',
        outcome: 'proposed',
        before: 'a'.repeat(64),
        count: 3,
      },
    });
  });

  it('says nothing about the directive, which did not run', () => {
    const [before, after] = [stateAfter(crash('e1')), stateAfter(crash('e1'), heal())];
    expect(after.directives).toEqual(before.directives);
  });

  it('goes when a run has shown that it is over', () => {
    const over = entry({
      id: 'e4',
      healed: [{ script: 'execution/sweep.ts', signature: SIGNATURE, entry: 'e1', after_s: 7200 }],
    });
    expect(stateAfter(crash('e1'), heal(), over).heals).toEqual({});
  });

  it('keeps what is open when nothing more is opened', () => {
    const state = stateAfter(crash('e1'), heal(), heal({ outcome: 'none', before: null }, '2026-03-04T16:00:00.000Z'));
    expect(state.heals[SIGNATURE]).toMatchObject({
      outcome: 'proposed',
      before: 'a'.repeat(64),
      at: '2026-03-04T16:00:00.000Z',
    });
  });

  it('is forgotten after 45 days', () => {
    expect(stateAfter(crash('e1'), heal(), entry({ id: 'e5', timestamp: '2026-04-18T15:00:00.000Z' })).heals).toEqual(
      {},
    );
  });
});

describe('a directive whose script waits for its repair', () => {
  const sweep = directive({ front: 'every: 1d' });
  const compute = (state: LedgerState, more: Partial<Parameters<typeof computeOptions>[0]> = {}) =>
    computeOptions({
      now: new Date('2026-03-04T15:30:00Z'),
      directives: [sweep],
      state,
      requests: [],
      secrets: new Set(),
      onlyRequests: false,
      ...more,
    });

  it('is no option, as long as the repair is not merged or closed', () => {
    const state = stateAfter(crash('e1'), heal());
    const waiting = new Map([['steward/heal/sweep-0123456789ab', 'its repair #7']]);
    const { options, held } = compute(state, { waiting });
    expect(options).toEqual([]);
    expect(held).toEqual([{ directive: 'sweep', reason: 'quarantined: its repair #7 waits for a review' }]);
    expect(compute(state).options).toHaveLength(1);
  });

  it('is told from one whose name only begins alike', () => {
    const waiting = new Map([['steward/heal/sweep-all-0123456789ab', 'its repair #7']]);
    expect(compute(stateAfter(crash('e1')), { waiting }).options).toHaveLength(1);
  });

  it('may be run by hand all the same', () => {
    const waiting = new Map([['steward/heal/sweep-0123456789ab', 'its repair #7']]);
    const requests = [{ occurrence: 'dispatch:1', directive: 'sweep', params: {} }];
    expect(compute(stateAfter(crash('e1')), { waiting, requests, onlyRequests: true }).options).toHaveLength(1);
  });

  it('is an option at once when the script was mended, although its breaker is open', () => {
    const state = stateAfter(crash('e1'), crash('e2'), heal());
    expect(compute(state).held).toMatchObject([{ reason: `broken: 2 failures in a row (${SIGNATURE})` }]);
    expect(compute(state, { mended: new Set([SIGNATURE]) }).options).toHaveLength(1);
    expect(compute(state, { mended: new Set(['ffffffffffff']) }).options).toEqual([]);
  });

  it('is known from the ledger alone where only the time to wake is at stake', () => {
    expect(waitingRepairs(stateAfter(crash('e1'), heal()).heals)).toEqual(
      new Map([['steward/heal/sweep-0123456789ab', 'its repair']]),
    );
    expect(waitingRepairs(stateAfter(crash('e1'), heal({ outcome: 'escalated' })).heals)).toEqual(new Map());
  });
});
