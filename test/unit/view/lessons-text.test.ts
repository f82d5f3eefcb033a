import { describe, expect, it } from 'vitest';
import { auditLessons } from '../../../src/domain/memory/audit.ts';
import { auditText, lessonsText } from '../../../src/view/lessons-text.ts';
import { lesson } from '../../support/lesson-samples.ts';

describe('the lessons on a terminal', () => {
  it('read like this', () => {
    const lessons = [
      lesson({ when: { directive: 'check_links', signature: '3fa9c1d20b7e' } }),
      lesson({
        id: 'L12',
        status: 'candidate',
        when: { tag: 'any' },
        claim: 'Be\u001b[31m\n::error::calm.',
        used: null,
        evidence: [],
      }),
    ];
    expect(lessonsText(lessons)).toBe(`2 lessons, 1 of them not proven yet.

L3  active  directive check_links, signature 3fa9c1d20b7e
  check_links fails when example.com is slow at night; run it by day.
  helpful 3, harmful 1, last used 2026-03-04, evidence 1

L12  candidate  tag any
  Be[31m ::error::calm.
  helpful 3, harmful 1, never used, evidence 0`);
    expect(lessonsText(lessons.slice(0, 1))).toMatch(/^1 lesson\.\n/);
  });

  it('say what to do where there are none', () => {
    expect(lessonsText([])).toContain('knowledge/lessons.md');
    expect(lessonsText([], 'sweep')).toBe('No lesson applies to sweep. `lessons` without it lists all of them.');
  });
});

describe('the audit on a terminal', () => {
  it('reads like this', () => {
    const doubts = auditLessons(
      [lesson({ used: null, evidence: ['x\n::error::y'] }), lesson({ id: 'L4', harmful: 4 })],
      {
        today: '2026-03-10',
        hasEntry: (id) => id.startsWith('2026'),
      },
    );
    expect(auditText(doubts, 3)).toBe(`lesson  doubt         why
L3      uncited       the ledger does not have 1 of the 1 entries it cites: x ::error::y
L3      never used    no decision has named it since 2026-03-04
L4      contradicted  decisions that named it: 3 came out well, 4 did not

2 lessons to look at. Change or delete them in knowledge/lessons.md; the next night takes that over.`);
  });

  it('is pleased where there is nothing', () => {
    expect(auditText([], 3)).toBe('Every lesson is cited, in use, and contradicted by nothing.');
    expect(auditText([], 0)).toBe('There are no lessons to look at yet.');
  });
});
