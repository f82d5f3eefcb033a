import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/domain/record.ts';
import {
  outcomeOf,
  REBUILDINGS,
  type ReplayedDecision,
  replayReport,
  sumOfDecision,
} from '../../../src/domain/replay-report.ts';
import { placed } from '../../support/ledger-samples.ts';

const decided = (parts: Partial<ReplayedDecision> = {}): ReplayedDecision => ({
  entry: 'e1',
  at: '2026-03-04T14:30:00.000Z',
  model: 'gemini',
  prompt: 'matched',
  was: 'count@2026-03-04T00:00Z',
  outcome_then: 'success, verified',
  used_then: { tokens: 100, cost: 0.0001 },
  ...parts,
});

const end = { asked_for: 20, spent: 0, not_asked: null, booked: null };
const answer = (choice: string, tokens = 110, cost = 0.0003) => ({
  choice,
  model: 'pro',
  reason: 'why not',
  used: { tokens, cost },
});

const call = (parts: Partial<CallRecord> = {}): CallRecord => ({
  task: 'ceo_analysis',
  model_asked: 'flash',
  model: 'flash',
  outcome: 'ok',
  tokens_in: 1000,
  tokens_cached: 0,
  tokens_out: 50,
  tokens_thinking: 7,
  cost: 0.00000001,
  duration_s: 1,
  ...parts,
});

describe('the report of a replay', () => {
  it('counts what was decided as before and lists the rest with what came of the recorded choice', () => {
    const report = replayReport(
      [
        decided({ now: answer('count@2026-03-04T00:00Z') }),
        decided({
          entry: 'e2',
          outcome_then: 'failure (network 0123456789ab)',
          now: answer('again@2026-03-04T00:00Z'),
        }),
        decided({ entry: 'e3', prompt: 'differs', not_asked: 'busy' }),
        decided({ entry: 'e4', prompt: 'dirty' }),
      ],
      { ...end, spent: 0.0009, booked: 'r1' },
    );
    expect(report).toMatchObject({
      asked_for: 20,
      found: 4,
      matched: 2,
      differs: 1,
      dirty: 1,
      unreachable: 0,
      not_rebuilt: 0,
    });
    expect(report).toMatchObject({ redecided: 2, agreed: 1, spent: 0.0009, booked: 'r1' });
    expect(report.changed).toEqual([
      {
        entry: 'e2',
        at: '2026-03-04T14:30:00.000Z',
        was: 'count@2026-03-04T00:00Z',
        now: 'again@2026-03-04T00:00Z',
        outcome_then: 'failure (network 0123456789ab)',
        reason: 'why not',
      },
    ]);
    // Only what was answered on both sides is compared.
    expect(report.tokens).toEqual({ was: 200, now: 220, difference: 20 });
    expect(report.cost).toEqual({ was: 0.0002, now: 0.0006, difference: 0.0004 });
  });

  it('adds up, whatever the decisions', () => {
    const decision = fc.record({
      prompt: fc.constantFrom(...REBUILDINGS),
      choice: fc.option(fc.constantFrom('count@2026-03-04T00:00Z', 'again@2026-03-04T00:00Z')),
      tokens: fc.nat(100_000),
      cost: fc.nat(100_000_000).map((microCents) => microCents / 1e8),
    });
    fc.assert(
      fc.property(fc.array(decision), (given) => {
        const report = replayReport(
          given.map(({ prompt, choice, tokens, cost }) =>
            decided({ prompt, ...(choice === null ? {} : { now: answer(choice, tokens, cost) }) }),
          ),
          end,
        );
        const { matched, differs, unreachable, dirty, not_rebuilt } = report;
        expect(matched + differs + unreachable + dirty + not_rebuilt).toBe(report.found);
        expect(report.agreed + report.changed.length).toBe(report.redecided);
        // To the micro-cent, and not almost.
        const cents = given.reduce((sum, { choice, cost }) => sum + (choice === null ? 0 : Math.round(cost * 1e8)), 0);
        expect(report.cost.now).toBe(cents / 1e8);
        expect(report.tokens.now - report.tokens.was).toBe(report.tokens.difference);
      }),
    );
  });
});

describe('what a decision used', () => {
  it('is its own calls, thinking included, and not those of the steps', () => {
    const calls = [call(), call({ outcome: 'schema' }), call({ step: 1 }), call({ task: 'social_posts' })];
    expect(sumOfDecision(calls)).toEqual({ tokens: 2114, cost: 0.00000002 });
    expect(sumOfDecision([])).toEqual({ tokens: 0, cost: 0 });
  });
});

describe('what came of a run', () => {
  it('is said in the words of the ledger', () => {
    const failure = { kind: 'crash' as const, message: 'm', signature: '0123456789ab', log_tail: '' };
    expect(outcomeOf(placed())).toBe('success, verified');
    expect(outcomeOf(placed({ verification: 'refuted' }))).toBe('success, refuted');
    expect(outcomeOf(placed({ result: 'failure', failure }))).toBe('failure (crash 0123456789ab)');
    expect(outcomeOf(placed({ result: 'skipped' }))).toBe('skipped');
  });
});
