import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberTexts, readNumber } from '../../../../execution/lib/threshold/written-number.ts';

const numberOf = (text: string, mark?: '.' | ',') => {
  const read = readNumber(text, mark);
  return 'number' in read ? read.number : read.problem.split(' ').slice(0, 3).join(' ');
};

describe('a number', () => {
  it.each([
    ['0', 0],
    ['-5', -5],
    ['−5', -5],
    ['+5', 5],
    ['1234.5', 1234.5],
    ['.5', 0.5],
    ['0,5', 0.5],
    ['0,500', 0.5],
    ['1234,567', 1234.567],
    ['1,234.5', 1234.5],
    ['1.234,5', 1234.5],
    ['1,234,567', 1_234_567],
    ['1.234.567', 1_234_567],
    ['12,34,567.8', 1_234_567.8],
    ["1'234.50", 1234.5],
    ['1 234,50', 1234.5],
    ['1\u202f234\u00a0567', 1_234_567],
    ['$1,234.50', 1234.5],
    ['-$3.20', -3.2],
    ['$-3.20', -3.2],
    ['€ 12,50', 12.5],
    ['12,50 €', 12.5],
    ['USD 64,250.12', 64_250.12],
    ['64.250,12 EUR', 64_250.12],
    ['12.5 %', 12.5],
    ['1.2k', 1200],
    ['3.4 M', 3_400_000],
    ['2bn', 2e9],
    ['1e5', 100_000],
    ['1.5e-3', 0.0015],
    ['6.02e23', 6.02e23],
  ])('%s is read', (text, expected) => {
    expect(numberOf(text)).toBe(expected);
  });

  it.each([
    ['1,234', '.', 1234],
    ['1,234', ',', 1.234],
    ['1.234', '.', 1.234],
    ['1.234', ',', 1234],
  ] as const)('%s with the decimal mark %s is %d, and without it is not guessed', (text, mark, expected) => {
    expect(numberOf(text, mark)).toBe(expected);
    expect(numberOf(text)).toBe('it may be');
  });

  it.each([
    ['', undefined, 'there is no'],
    ['NaN', undefined, 'the text is'],
    ['Infinity', undefined, 'the text is'],
    ['-', undefined, 'the text is'],
    ['n/a', undefined, 'the text is'],
    ['(123)', undefined, 'the text is'],
    ['+-1', undefined, 'the text is'],
    ['-$-1', undefined, 'the text is'],
    ['1,23,4', undefined, 'the marks between'],
    ['1.2.3', undefined, 'the marks between'],
    ['1,2.3,4', undefined, 'the marks between'],
    ['0,123,456', undefined, 'the marks between'],
    ['1.234,5', '.', 'the marks between'],
    ['5m', undefined, 'the text is'],
    ['1e999', undefined, 'the number is'],
    ['٣', undefined, 'the text is'],
    ['=1+1', undefined, 'the text is'],
    ['1'.repeat(61), undefined, 'the text is'],
  ] as const)('%j is none', (text, mark, problem) => {
    expect(numberOf(text, mark)).toBe(problem);
  });

  it('is read again as it was written, in each way of writing it', () => {
    const value = fc.integer({ min: -99_999_999_900, max: 99_999_999_900 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(value, fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'en-IN', 'de-CH'), (number, locale) => {
        const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(number);
        expect(numberOf(text)).toBe(number === 0 ? number : Number(number.toFixed(2)));
      }),
    );
  });

  it('or a problem is made of any text, and no other', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789.,- $%kM') })), (text) => {
        const read = readNumber(text);
        expect('number' in read ? Number.isFinite(read.number) : read.problem !== '').toBe(true);
      }),
    );
  });
});

describe('numbers in a text', () => {
  it.each([
    ['Price: $1,234.50.', ['$1,234.50']],
    ['1.2k stars', ['1.2k']],
    ['up 3.5%, down -2 %', ['3.5%', '-2 %']],
    ['12 345 people', ['12 345']],
    ['version v2 and x86', []],
    ['none here', []],
    ['2 of 3', ['2', '3']],
  ])('%s', (text, expected) => {
    expect(numberTexts(text)).toEqual(expected);
  });

  it('are found quickly in hostile ones', () => {
    expect(numberTexts('1,'.repeat(100_000)).length).toBeLessThanOrEqual(10);
    expect(numberTexts('1 '.repeat(100_000)).length).toBeLessThanOrEqual(10);
  });
});
