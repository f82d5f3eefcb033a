import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeBetween,
  compareVersions,
  parseVersion,
  rangeTakes,
  type Version,
} from '../../../execution/lib/semantic-version.ts';

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`${text} is no version`);
  return parsed;
}

const number = fc.nat({ max: 20 });
const anyVersion = fc
  .tuple(number, number, number, fc.constantFrom('', '-beta.1', '+build.5'))
  .map(([major, minor, patch, end]) => version(`${major}.${minor}.${patch}${end}`));

describe('versions', () => {
  const NONE = [
    '1.2',
    '1.2.x',
    'latest',
    '^1.2.3',
    '1.2.3.4',
    '',
    '1.2.3 || 2',
    'vv1.2.3',
    '1.2.3-',
    '1.2.3+',
    '1.2.3-ä',
  ];
  const LONG = ['1234567890123456.0.0', '0.1234567890123456.0', '0.0.1234567890123456'];

  it.each([...NONE, ...LONG])('%j is no full version', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  it('are three numbers, whatever stands around them', () => {
    const numbers = [123456789012345, 20, 3];
    expect(parseVersion(' v123456789012345.20.3\n')).toEqual({ numbers, isPrerelease: false });
    expect(parseVersion('V123456789012345.20.3-RC.1+Build-5')).toEqual({ numbers, isPrerelease: true });
  });

  it('knows a prerelease from build metadata', () => {
    expect(version('v1.2.3-rc.1').isPrerelease).toBe(true);
    expect(version('1.2.3+g-1').isPrerelease).toBe(false);
  });

  it('compares numbers, not texts', () => {
    expect(compareVersions(version('1.9.0'), version('1.10.0'))).toBeLessThan(0);
    expect(compareVersions(version('2.0.0-rc.1'), version('2.0.0'))).toBeLessThan(0);
    expect(compareVersions(version('2.0.0-rc.1'), version('1.9.9'))).toBeGreaterThan(0);
    expect(compareVersions(version('2.0.0'), version('1.9.9'))).toBe(1);
    expect(compareVersions(version('2.0.0-rc.1'), version('2.0.0-rc.2'))).toBe(0);
  });

  it('is an order', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('changes', () => {
  it.each([
    ['1.2.3', '2.0.0', 'major'],
    ['1.2.3', '1.3.0', 'minor'],
    ['1.2.3', '1.2.4', 'patch'],
    ['2.0.0-rc.1', '2.0.0', 'patch'],
    ['1.2.3', '1.2.3', undefined],
    ['1.3.0', '1.2.9', undefined],
    ['3.0.0-beta.1', '2.9.0', undefined],
  ])('%s to %s is %s', (used, newest, change) => {
    expect(changeBetween(version(used), version(newest))).toBe(change);
  });

  it('goes one way only', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        expect(changeBetween(a, b) === undefined || changeBetween(b, a) === undefined).toBe(true);
      }),
    );
  });
});

describe('ranges', () => {
  it.each([
    ['^1.2.3', '1.9.0', true],
    ['^1.2.3', '1.2.3', true],
    [' ^ 1.2.3 ', '1.9.0', true],
    ['^1.2.3-rc.1', '1.2.3', true],
    ['^1.2.3', '1.2.3-rc.1', false],
    ['^1.2.3', '1.2.2', false],
    ['^1.2.3', '2.0.0', false],
    ['^0.2.3', '0.2.9', true],
    ['^0.2.3', '0.3.0', false],
    ['^0.0.3', '0.0.4', false],
    ['^0.0.0', '0.0.0', true],
    ['^0.0.0', '0.0.1', false],
    ['~0.0.3', '0.0.4', true],
    ['1.2.3', '1.2.3', true],
    ['=1.2.3', '1.2.4', false],
    ['v1.2.3', '1.2.3', true],
    ['~1.2.3', '1.2.9', true],
    ['~1.2.3', '1.3.0', false],
    ['1.2.3', '1.2.4', false],
    ['=1.2.3', '1.2.3', true],
    ['*', '9.0.0', true],
    ['latest', '9.0.0', true],
    ['', '9.0.0', true],
    [' * ', '9.0.0', true],
    ['**', '9.0.0', undefined],
    ['latest-5', '9.0.0', undefined],
    ['not-latest', '9.0.0', undefined],
    ['x ^1.2.3', '1.2.3', undefined],
    ['>=1 <3', '2.0.0', undefined],
    ['1.x', '1.2.0', undefined],
    ['^1', '1.2.0', undefined],
  ])('%j takes %s: %s', (range, candidate, expected) => {
    expect(rangeTakes(range, version(candidate))).toBe(expected);
  });

  it('a caret never takes another major, a tilde never another minor', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (from, to) => {
        const range = from.numbers.join('.');
        if (rangeTakes(`^${range}`, to)) expect(changeBetween(from, to)).not.toBe('major');
        if (rangeTakes(`~${range}`, to)) expect(changeBetween(from, to) ?? 'patch').toBe('patch');
      }),
    );
  });
});
