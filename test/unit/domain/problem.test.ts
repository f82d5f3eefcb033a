import { describe, expect, it } from 'vitest';
import { DURATION_PATTERN, durationMs, isTimeout } from '../../../src/domain/duration.ts';
import { didYouMean, errorAt, formatProblem, isPlainName } from '../../../src/domain/problem.ts';

describe('a problem', () => {
  it('is one line with file, line, what was found, what was expected, and the hint', () => {
    const problem = errorAt('a.md', 3, 'key `evry`', 'one of every, on', 'Did you mean `every`?');
    expect(formatProblem(problem)).toBe('a.md:3: found key `evry`, expected one of every, on. Did you mean `every`?');
    expect(formatProblem(errorAt('a.md', 3, 'x', 'y'))).toBe('a.md:3: found x, expected y');
    expect(errorAt('a.md', 3, 'x', 'y')).not.toHaveProperty('hint');
  });
});

describe('the word that was meant', () => {
  it.each([
    ['evry', 'every'],
    ['EVERY', 'every'],
    ['prority', 'priority'],
    ['time-out', 'timeout'],
    ['writess', 'writes'],
    ['approvel', 'approval'],
  ])('%s: %s', (word, known) => {
    expect(didYouMean(word, ['every', 'priority', 'timeout', 'writes', 'approval'])).toBe(`Did you mean \`${known}\`?`);
  });

  it('is not guessed when nothing is near', () => {
    expect(didYouMean('zebra-crossing', ['every', 'priority'])).toBeUndefined();
    expect(didYouMean('every', [])).toBeUndefined();
  });
});

describe('names', () => {
  it('are plain unless every object answers to them', () => {
    expect(['topic', 'sweep', 'prototype'].every(isPlainName)).toBe(true);
    expect(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'].some(isPlainName)).toBe(false);
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(DURATION_PATTERN.test(text)).toBe(true);
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    '',
    '0s',
    '05m',
    '1',
    's',
    '1 d',
    '1d ',
    '1d\n',
    '-1d',
    '1.5h',
    '1y',
    '1ms',
    '1e3s',
    '1234567s',
    'constructor',
  ])('%j is none', (text) => {
    expect(DURATION_PATTERN.test(text)).toBe(false);
  });

  it('are time limits up to six hours; what is none is another finding', () => {
    expect(['1s', '6h', '360m'].every(isTimeout)).toBe(true);
    expect(['361m', '7h', '1d', '25d', '999999w'].some(isTimeout)).toBe(false);
    expect(isTimeout('soon')).toBe(true);
  });
});
