import { describe, expect, it } from 'vitest';
import { conclude, type Tried } from '../../../../src/domain/heal/conclusion.ts';
import type { Attempt, Verdict } from '../../../../src/domain/heal/fix.ts';

const patient = {
  entry: '20260304t143000-aaaaaaaa',
  directive: 'fetch_prices',
  script: 'execution/fetch_prices.ts',
  signature: '0123456789ab',
  base: 'c'.repeat(40),
};
const attempt = (parts: Partial<Attempt> = {}): Attempt => ({
  v: 1,
  id: '20260304t150000-0000aaaa',
  patient,
  number: 1,
  outcome: 'fix',
  reason: 'TypeError: x',
  cause: 'script',
  explanation: 'Mended.',
  failure_mode: '',
  source: 'code',
  before: 'a'.repeat(64),
  model: 'm',
  calls: [],
  ...parts,
});
const verdict = (outcome: Verdict['outcome'], check = 'mended'): Verdict => ({
  v: 1,
  patient,
  parcel: 'b'.repeat(64),
  outcome,
  evidence: [{ check, status: outcome === 'accepted' ? 'pass' : 'fail', detail: 'as it was found' }],
  tree: outcome === 'accepted' ? 'd'.repeat(40) : null,
  duration_s: 1,
});
const tried = (made: Attempt | undefined, said?: Verdict, withheld = false): Tried => ({
  attempt: made,
  verdict: said,
  withheld,
});

describe('what all attempts come to', () => {
  it('is a proposal when the last of them was accepted', () => {
    const good = attempt({ number: 2 });
    const yes = verdict('accepted');
    expect(conclude([tried(attempt(), verdict('refused')), tried(good, yes)])).toEqual({
      kind: 'proposal',
      attempt: good,
      verdict: yes,
    });
  });

  it('is a proposal without a verdict where only the directive learns something', () => {
    const note = attempt({ outcome: 'note', cause: 'environment', source: null });
    expect(conclude([tried(note)])).toEqual({ kind: 'proposal', attempt: note });
  });

  it('is nothing where there is nothing to open', () => {
    expect(conclude([tried(attempt({ outcome: 'none', reason: 'its repair #3 was declined' }))])).toEqual({
      kind: 'none',
      reason: 'its repair #3 was declined',
    });
    expect(conclude([])).toEqual({ kind: 'none', reason: 'nothing was tried' });
  });

  it.each<[string, Tried[], RegExp, RegExp]>([
    [
      'three refusals',
      [1, 2, 3].map((number) => tried(attempt({ number }), verdict('refused'))),
      /^3 attempts were refused by the gate, the last by mended, as it was found$/,
      /Mend it by hand/,
    ],
    ['a verdict that never came', [tried(attempt())], /not verified/, /Start `heal` once more/],
    [
      'no sandbox',
      [tried(attempt(), verdict('unable', 'sandbox'))],
      /could not be verified: sandbox, as it was found/,
      /heal/,
    ],
    [
      'a failure that only happens outside',
      [tried(attempt(), verdict('unreproduced', 'reproduced'))],
      /^not reproduced/,
      /by hand/,
    ],
    ['a parcel that GitHub withheld', [tried(undefined, undefined, true)], /^output withheld/, /in a clone/],
    ['a verdict that GitHub withheld', [tried(attempt(), undefined, true)], /^output withheld/, /in a clone/],
    [
      'no key',
      [
        tried(
          attempt({
            outcome: 'escalate',
            source: null,
            reason: 'no repair was written: no model key (GEMINI_API_KEY)',
          }),
        ),
      ],
      /no model key/,
      /Set a model key/,
    ],
    [
      'a protected file',
      [
        tried(
          attempt({ outcome: 'escalate', cause: 'protected', source: null, reason: 'it failed in execution/lib/a.ts' }),
        ),
      ],
      /execution\/lib\/a\.ts/,
      /No repair may touch/,
    ],
  ])('asks a person after %s', (_, all, reason, remedy) => {
    const concluded = conclude(all);
    if (concluded.kind !== 'escalation') throw new Error(concluded.kind);
    expect(concluded.escalation.reason).toMatch(reason);
    expect(concluded.escalation.remedy).toMatch(remedy);
  });
});
