import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorLines, excerptOf, failingPart, logLines } from '../../../../execution/lib/ci/ci-log.ts';

const at = (second: number) => `2026-03-01T12:00:${String(second).padStart(2, '0')}.1234567Z`;
/** A job's log as GitHub's runner writes it. */
const LOG = `\ufeff${[
  '##[group]Run actions/checkout@v4',
  'with:',
  '##[endgroup]',
  'HEAD is now at 1234567 Work',
  '##[group]Run npm test',
  '\u001b[36;1mnpm test\u001b[0m',
  'shell: /usr/bin/bash -e {0}',
  '##[endgroup]',
  'downloading 10 %\rdownloading 100 %',
  '\u001b[31m FAIL \u001b[39m test/sum.test.ts > adds',
  'AssertionError: expected 3 to be 4 // Object.is equality',
  ' Tests  1 failed | 0 errors',
  '##[error]Process completed with exit code 1.',
  'Post job cleanup.',
  '##[group]Run actions/cache@v4',
  '##[endgroup]',
  'Error: the cache is full, which is no matter',
]
  .map((line, index) => `${at(index)} ${line}`)
  .join('\n')}\n`;

describe('the failing part of a log', () => {
  it('is what the failed step wrote, without times, colours and the runner’s preface', () => {
    const part = failingPart(logLines(LOG));
    expect(part).toEqual([
      'downloading 100 %',
      ' FAIL  test/sum.test.ts > adds',
      'AssertionError: expected 3 to be 4 // Object.is equality',
      ' Tests  1 failed | 0 errors',
      'Process completed with exit code 1.',
    ]);
    expect(errorLines(part, 3)).toEqual([
      'FAIL  test/sum.test.ts > adds',
      'AssertionError: expected 3 to be 4 // Object.is equality',
    ]);
  });

  it('is the end where the runner left no mark, and nothing of nothing', () => {
    expect(failingPart(logLines('one\ntwo\n'))).toEqual(['one', 'two']);
    expect(failingPart(logLines(''))).toEqual([]);
    expect(errorLines([], 3)).toEqual([]);
    expect(errorLines(['all is well', 'and so on'], 3)).toEqual(['and so on']);
    expect(failingPart(['##[error]first', 'x', '##[error]second', 'y'])).toEqual(['first', 'x', 'second']);
  });

  it.each([
    ['src/a.ts(3,5): error TS2322: Type A is not B.'],
    ['error[E0308]: mismatched types'],
    ['npm error Missing script: "tset"'],
    ['E   assert 1 == 2'],
    ['not ok 3 - adds'],
    ['panic: runtime error: index out of range'],
    ['java.lang.IllegalStateException: closed'],
    ['  ✖ adds two numbers'],
    ["TypeError: Cannot read properties of undefined (reading 'x')"],
    ['fatal: could not read Username'],
  ])('names %j as an error among other lines', (line) => {
    expect(errorLines(['reading the docs', line, 'npm error code ELIFECYCLE', 'done'], 3)).toEqual([line.trim()]);
  });

  it('shows the first error and the end, with what is between left out', () => {
    const part = [...Array(50).keys()].map((index) => (index === 10 ? 'Error: here' : `line ${index}`));
    const shown = excerptOf(part, ['Error: here'], 10);
    expect(shown).toEqual([
      'line 8',
      'line 9',
      'Error: here',
      'line 11',
      'line 12',
      '… 32 lines …',
      'line 45',
      'line 46',
      'line 47',
      'line 48',
      'line 49',
    ]);
    expect(excerptOf(part.slice(0, 5), ['x'], 10)).toEqual(part.slice(0, 5));
    expect(excerptOf(part, ['line 48'], 10)).toEqual(part.slice(-10));
  });

  it('cuts long lines between words, so that no half of a secret stays', () => {
    const [line = ''] = logLines(`${'a word '.repeat(56)}sk-abcdefghijklmnopqrstuvwxyz0123456789 and more`);
    expect(line).toMatch(/a word$/);
    expect(logLines('x'.repeat(2000))).toEqual(['']);
  });

  it('is bounded and quick for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const lines = logLines(`${text}\n##[error]${text}`);
        expect(lines.every((line) => line.length <= 400 && !/[^\P{Cc}\t]/u.test(line))).toBe(true);
        expect(errorLines(failingPart(lines), 3).length).toBeLessThanOrEqual(3);
      }),
    );
    const started = performance.now();
    errorLines(failingPart(logLines(`${'error '.repeat(50_000)}\n`.repeat(20))), 3);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
