import { describe, expect, it } from 'vitest';
import { type ReplayedDecision, type ReplayReport, replayReport } from '../../../src/domain/replay-report.ts';
import { replayText } from '../../../src/view/replay-text.ts';

const at = (hour: number) => `2026-03-04T${String(hour).padStart(2, '0')}:30:00.000Z`;
const decision = (hour: number, parts: Partial<ReplayedDecision> = {}): ReplayedDecision => ({
  entry: `20260304t${hour}3000-aaaaaaaa`,
  at: at(hour),
  model: 'flash',
  prompt: 'matched',
  was: 'count@2026-03-04T00:00Z',
  outcome_then: 'success, verified',
  used_then: { tokens: 1050, cost: 0.0001 },
  ...parts,
});
const now = (choice: string, reason = 'it is due', tokens = 1000) => ({
  choice,
  model: 'pro',
  reason,
  used: { tokens, cost: 0.0004 },
});
const same = now('count@2026-03-04T00:00Z');

function text(decisions: readonly ReplayedDecision[], parts: Partial<ReplayReport> = {}): string {
  const end = { asked_for: decisions.length, spent: 0, not_asked: null, booked: null };
  return replayText({ ...replayReport(decisions, end), ...parts });
}

describe('the text of a replay', () => {
  it('says that there is nothing to replay', () => {
    expect(text([], { asked_for: 20 })).toMatch(/^Nothing to replay: the ledger holds no decision that a model made\./);
  });

  it('tells of one decision as of one', () => {
    expect(text([decision(10, { now: same })], { asked_for: 20, spent: 0.0004, booked: 'r1' })).toBe(
      [
        'The last decision that a model made, of 2026-03-04 10:30 UTC; there are no more than that one.',
        'Prompts: it is made again, byte for byte.',
        '',
        'Decided once more: 1, all as before.',
        '',
        '           then      now  difference',
        'tokens     1050     1000         -50',
        'cost    $0.0001  $0.0004    +$0.0003',
        '',
        '$0.0004 spent on this, booked as r1.',
      ].join('\n'),
    );
  });

  it('shows what is chosen otherwise and what came of the recorded choice, in one line whatever the model says', () => {
    const reason = `the shelf\n::error::is\u001b[31m empty ${'x'.repeat(500)}`;
    const shown = text([
      decision(10, { now: same }),
      decision(11, { outcome_then: 'failure (network 0123456789ab)', now: now('again@2026-03-04T00:00Z', reason) }),
      decision(12, { not_asked: 'the option later@2026-03-04T00:00Z is not found again' }),
    ]);
    expect(shown).toContain('The last 3 decisions that a model made, 2026-03-04 10:30 to 2026-03-04 12:30 UTC.');
    expect(shown).toContain('Prompts: all 3 are made again, byte for byte.');
    expect(shown).toContain('Decided once more: 2, 1 as before (50 %), 1 otherwise:');
    const lines = shown.split('\n');
    const row = lines.filter((line) => line.includes('again@'));
    expect(row).toHaveLength(1);
    expect(row[0]).toContain('failure (network 0123456789ab)');
    expect(row[0]).toContain('the shelf ::error::is[31m empty');
    expect(row[0]?.length).toBeLessThan(260);
    expect(lines.some((line) => line.startsWith('::'))).toBe(false);
    expect(shown).toMatch(/20260304t123000-aaaaaaaa +the option later@\S+ is not found again/);
  });

  it('says why prompts are not the ones that were sent, and why nobody was asked', () => {
    const shown = text(
      [
        decision(10, { prompt: 'unreachable', prompt_reason: 'the commit 0123456789 can not be had' }),
        decision(11, { prompt: 'dirty', prompt_reason: 'uncommitted when it was made: directives/count.md' }),
        decision(12),
      ],
      { not_asked: 'no model key (GEMINI_API_KEY)' },
    );
    expect(shown).toContain('Prompts: 1 made again byte for byte, 1 out of reach, 1 made from uncommitted files.');
    expect(shown).toMatch(/2026-03-04 10:30 +\S+ +unreachable +the commit 0123456789 can not be had/);
    expect(shown).toContain('Nothing was decided once more: no model key (GEMINI_API_KEY).');
    expect(shown).not.toContain('tokens');
  });

  it('says from where on nobody was asked', () => {
    const gone = "the day's budget of $0.50 is used up";
    const shown = text([decision(10, { now: same }), decision(11, { not_asked: gone })], { not_asked: gone });
    expect(shown).toContain(`Then nobody was asked any more: ${gone}.`);
    expect(shown.split(gone)).toHaveLength(2);
  });
});
