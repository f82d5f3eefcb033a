import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePolicy } from '../../../src/domain/decision.ts';
import { directive, option } from '../../support/domain-samples.ts';

const plain = option({ directive: directive({ name: 'dust' }) });
const open = option({
  directive: directive({
    inputs:
      '- topic: string (required)\n- sizes: list[int] (required)\n- mode: enum[fast, slow] (required)\n- tag: string',
  }),
  params: { tag: 'x' },
});
describe('the policy', () => {
  const now = new Date('2026-03-04T12:00:00Z');
  const ranked = (name: string, priority: number, due: string) =>
    option({
      directive: directive({ name, front: `priority: ${priority}` }),
      id: `${name}@x`,
      dueSince: new Date(due),
    });

  it('takes the highest priority, then the longest overdue, then the first by name, and says so', () => {
    const low = ranked('a', 10, '2026-01-01T00:00:00Z');
    const late = ranked('d', 80, '2026-03-04T06:00:00Z');
    const later = ranked('c', 80, '2026-03-04T09:00:00Z');
    const twin = ranked('b', 80, '2026-03-04T06:00:00Z');
    expect(choosePolicy([low, later, late], now)).toEqual({
      option: late,
      params: {},
      reason: 'highest priority (80), due for 6 h, ahead of 2 others',
      lessons: [],
      decidedBy: 'policy',
    });
    expect(choosePolicy([late, twin], now)).toMatchObject({
      option: twin,
      reason: 'highest priority (80), due for 6 h, ahead of 1 other',
    });
    expect(choosePolicy([low], now)?.reason).toBe('highest priority (10), due for 1500 h');
  });

  it('never takes what needs a mind to fill it', () => {
    expect(choosePolicy([open], now)).toBeUndefined();
    expect(choosePolicy([], now)).toBeUndefined();
    expect(choosePolicy([open, plain], now)?.option).toBe(plain);
  });

  it('does not depend on the order of the list, and leaves it as it is', () => {
    const list = ['a', 'b', 'c', 'd'].map((name, index) =>
      ranked(name, 50 + (index % 2) * 10, `2026-03-0${1 + (index % 3)}T00:00:00Z`),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(list, { minLength: 4 }), (shuffled) => {
        const before = [...shuffled];
        expect(choosePolicy(shuffled, now)?.option.id).toBe('d@x');
        expect(shuffled).toEqual(before);
      }),
    );
  });
});
