import { describe, expect, it } from 'vitest';
import type { Initiated } from '../../../src/flows/init.ts';
import { initText } from '../../../src/view/init-text.ts';

const NEXT = 'What GitHub still needs of you: `npm run steward -- doctor`.';
const lines = (parts: Partial<Initiated>) =>
  initText({ ledger: 'own', repository: 'octo/house', moved: 0, budget: {}, pushed: false, ...parts }).split('\n');

describe('what init says', () => {
  it('of books that begin', () => {
    expect(lines({ ledger: 'begun', pushed: true, labels: ['steward', 'steward:task'] })).toEqual([
      'The ledger of octo/house has begun.',
      'Labels made on GitHub: steward, steward:task.',
      'Committed and pushed.',
      NEXT,
    ]);
  });

  it('of records that were moved, and a commit that stays here', () => {
    expect(lines({ ledger: 'archived', archive: 'ledger/archive/forge-house', moved: 3 })).toEqual([
      '3 inherited files are in ledger/archive/forge-house; the ledger of octo/house has begun.',
      'Committed here; push it when you like.',
      NEXT,
    ]);
  });

  it('of a new budget on books of one’s own', () => {
    expect(lines({ budget: { day: 0.5, month: 20 }, pushed: true })).toEqual([
      "The ledger is octo/house's own already.",
      'The budget is now: day $0.50, month $20.00.',
      'Committed and pushed.',
      NEXT,
    ]);
  });

  it('where there was nothing to do, labels or not', () => {
    expect(lines({ labels: [] })).toEqual(["The ledger is octo/house's own already; nothing was changed.", NEXT]);
  });
});
