import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitFrom, isInRange } from '../../../../execution/lib/dependencies/version-range.ts';

describe('a version is in a range', () => {
  it.each([
    ['<4.17.21', '4.17.20', true],
    ['<4.17.21', '4.17.21', false],
    ['<=4.17.21', '4.17.21', true],
    ['>=1.0.0 <1.2.3', '1.2.2', true],
    ['>=1.0.0 <1.2.3', '0.9.9', false],
    ['>= 1.0.0, < 1.2.3', '1.1.0', true],
    ['>1.0.0', '1.0.0', false],
    ['>1.0.0', '1.0.1', true],
    ['=1.0.0', '1.0.0', true],
    ['1.0.0', '1.0.1', false],
    ['v1.0.0', '1.0.0', true],
    ['<1.0.0 || >=2.0.0 <2.1.0', '2.0.5', true],
    ['<1.0.0 || >=2.0.0 <2.1.0', '1.5.0', false],
    ['*', '0.0.1', true],
    ['>=0.0.0', '1.0.0', true],
    // A prerelease comes before the version it prepares.
    ['<5.0.0', '5.0.0-beta.5', true],
    ['<5.0.0-beta.5', '5.0.0-beta.4', true],
    ['<5.0.0-beta.5', '5.0.0-beta.10', false],
    ['<5.0.0-beta.5', '5.0.0-alpha', true],
    ['<5.0.0-beta.5', '5.0.0-beta', true],
    ['<5.0.0-beta.5', '5.0.0-beta.x', false],
    ['<5.0.0-beta.5', '5.0.0', false],
    ['<=1.0.0', '1.0.0+build.7', true],
    ['1.x', '1.0.0', undefined],
    ['^1.0.0', '1.0.0', undefined],
    ['<1.0.0', 'next', undefined],
    ['<1.0.0 || 2.x', '3.0.0', undefined],
  ])('%s, %s: %s', (range, version, expected) => {
    expect(isInRange(range, version)).toBe(expected);
  });
});

describe('the way out of ranges', () => {
  it.each([
    [['<1.2.3'], '1.0.0', { fixed: '1.2.3' }],
    [['>=1.0.0 <1.2.3'], '1.0.0', { fixed: '1.2.3' }],
    // The fix of one is open to the other.
    [['<1.2.3', '<1.5.0'], '1.0.0', { fixed: '1.5.0' }],
    [['<1.2.3', '>=1.2.0 <1.3.0 || >=1.3.0 <2.0.1'], '1.0.0', { fixed: '2.0.1' }],
    [['<1.2.3', '>=4.0.0'], '1.0.0', { fixed: '1.2.3' }],
    [['<=1.2.3'], '1.0.0', { above: '1.2.3' }],
    [['=1.0.0'], '1.0.0', { above: '1.0.0' }],
    [['<1.2.3', '>=1.0.0 <=1.4.0'], '0.9.0', { above: '1.4.0' }],
    [['*'], '1.0.0', undefined],
    [['>=1.0.0'], '1.0.0', undefined],
    [['<1.2.3', '>=1.2.3'], '1.0.0', undefined],
    [['1.x'], '1.0.0', undefined],
    [['<1.2.3', '1.x'], '1.0.0', undefined],
    [['<1.2.3'], '2.0.0', undefined],
    [['<1.2.3'], 'next', undefined],
    [[], '1.0.0', undefined],
  ] as const)('%j, from %s: %j', (ranges, version, expected) => {
    expect(exitFrom(ranges, version)).toEqual(expected);
  });

  it('is in none of the ranges, and above where it began', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const version = fc.tuple(number, number, number).map((numbers) => numbers.join('.'));
    const comparator = fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '='), version).map((parts) => parts.join(''));
    const range = fc
      .array(fc.array(comparator, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
      .map((sets) => sets.map((set) => set.join(' ')).join(' || '));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), version, (ranges, from) => {
        const exit = exitFrom(ranges, from);
        if (!exit || !('fixed' in exit)) return;
        expect(ranges.some((each) => isInRange(each, exit.fixed))).toBe(false);
        expect(ranges.some((each) => isInRange(each, from))).toBe(true);
        expect(isInRange(`>${from}`, exit.fixed)).toBe(true);
      }),
    );
  });
});
