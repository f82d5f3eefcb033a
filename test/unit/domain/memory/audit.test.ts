import { describe, expect, it } from 'vitest';
import { auditLessons } from '../../../../src/domain/memory/audit.ts';
import type { Lesson } from '../../../../src/domain/memory/lesson.ts';
import { lesson } from '../../../support/lesson-samples.ts';

const audit = (parts: Partial<Lesson>, options: Partial<Parameters<typeof auditLessons>[1]> = {}) =>
  auditLessons([lesson(parts)], { today: '2026-03-10', ...options }).map(({ kind, reason }) => `${kind}: ${reason}`);

describe('an audit of the lessons', () => {
  it('finds nothing in a lesson that is cited, fresh and helpful', () => {
    expect(audit({})).toEqual([]);
  });

  it('finds those that cite nothing, or what the ledger does not have', () => {
    expect(audit({ evidence: [] })).toEqual(['uncited: it cites no entry']);
    expect(audit({ evidence: [], origin: 'person' })).toEqual(["uncited: it rests on a person's word alone"]);
    const evidence = ['20260304t143000-a', '20260304t143000-b'];
    expect(audit({ evidence }, { hasEntry: (id) => id.endsWith('a') })).toEqual([
      'uncited: the ledger does not have 1 of the 2 entries it cites: 20260304t143000-b',
    ]);
    expect(audit({ evidence }, { hasEntry: () => true })).toEqual([]);
  });

  it('finds those that outcomes speak against', () => {
    const contradicted = (helpful: number, harmful: number) => audit({ helpful, harmful }).length === 1;
    expect(audit({ helpful: 2, harmful: 2 })).toEqual([
      'contradicted: decisions that named it: 2 came out well, 2 did not',
    ]);
    expect(contradicted(0, 1)).toBe(true);
    expect(contradicted(2, 3)).toBe(true);
    expect(contradicted(0, 0)).toBe(false);
    expect(contradicted(3, 2)).toBe(false);
  });

  it('finds those of which nothing is newer than 90 days', () => {
    const old = { used: '2025-01-01', since: '2025-01-01', evidence: ['20250101t143000-a', 'odd'] };
    expect(audit(old)).toEqual(['stale: nothing of it is newer than 2025-01-01']);
    expect(audit({ ...old, used: '2025-12-10' })).toEqual([]);
    expect(audit({ ...old, used: '2025-12-09' })).toEqual(['stale: nothing of it is newer than 2025-12-09']);
    expect(audit({ ...old, evidence: ['20250101t143000-a', '20251210t000000-b'] })).toEqual([]);
    expect(audit({ ...old, since: '2025-12-10' })).toEqual([]);
  });

  it('finds those that no decision has named', () => {
    expect(audit({ used: null })).toEqual(['unused: no decision has named it since 2026-03-04']);
  });

  it('says all that is doubtful of each, lesson by lesson', () => {
    const doubts = auditLessons([lesson({ id: 'L2', used: null, evidence: [] }), lesson({ id: 'L1', harmful: 9 })], {
      today: '2027-01-01',
    });
    expect(doubts.map(({ lesson: id, kind }) => `${id} ${kind}`)).toEqual([
      'L2 uncited',
      'L2 stale',
      'L2 unused',
      'L1 contradicted',
      'L1 stale',
    ]);
  });
});
