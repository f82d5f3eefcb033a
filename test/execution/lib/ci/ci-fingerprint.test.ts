import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, stableLine } from '../../../../execution/lib/ci/ci-fingerprint.ts';

const place = { workflow: 'ci.yml', job: 'test', step: 'npm test' };
const of = (...errors: string[]) => fingerprintOf({ ...place, errors });

describe('the fingerprint of a failure', () => {
  it.each([
    ['lines and columns', '/home/runner/work/a/a/src/x.ts:12:5: error: no', '/Users/ada/a/src/x.ts:99:1: error: no'],
    ['times', 'Error: late at 2026-03-01T12:00:00Z', 'Error: late at 2026-04-02T01:02:03.456Z'],
    ['durations', 'Timeout: no answer in 5000 ms', 'Timeout: no answer in 5003ms'],
    ['ids', 'Error: build 4f2a9c1d failed', 'Error: build 9e8d7c6b failed'],
    ['UUIDs', 'Error: 123e4567-e89b-12d3-a456-426614174000', 'Error: 00000000-e89b-12d3-a456-42661417abcd'],
    ['ports and paths of an address', 'fetch http://127.0.0.1:4000/a?b failed', 'fetch http://127.0.0.1:5123/c failed'],
    ['temporary folders', "ENOENT: '/tmp/x-1a2b3c/y/z'", "ENOENT: '/tmp/x-9f8e7d/y/z'"],
    ['Windows paths', 'C:\\a\\b\\x.ts(1,2): error TS1005: no', 'D:\\c\\x.ts(10,20): error TS1005: no'],
    ['white space', 'Error:   a\tb', 'Error: a b'],
  ])('does not change with %s', (_, one, other) => {
    expect(stableLine(one)).toBe(stableLine(other));
    expect(of(one)).toBe(of(other));
  });

  it.each([
    ['messages', 'TypeError: a is no function', 'TypeError: b is no function'],
    ['exit codes', 'exited with code 1', 'exited with code 137'],
    ['HTTP statuses', 'GET answers HTTP 404', 'GET answers HTTP 503'],
    ['files', 'FAIL test/a.test.ts', 'FAIL test/b.test.ts'],
    ['codes of a compiler', 'error TS2322: x', 'error TS2345: x'],
    ['hosts', 'fetch https://a.example/x failed', 'fetch https://b.example/x failed'],
  ])('differs for other %s', (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it('is the same for each leg of a matrix, and for tests that end in another order', () => {
    const legs = ['test (22)', 'test (24, ubuntu)', 'test'].map((job) =>
      fingerprintOf({ ...place, job, errors: ['x'] }),
    );
    expect(new Set(legs).size).toBe(1);
    expect(of('FAIL a.test.ts', 'FAIL b.test.ts')).toBe(of('FAIL b.test.ts', 'FAIL a.test.ts'));
    expect(fingerprintOf({ ...place, step: 'lint', errors: ['x'] })).not.toBe(of('x'));
    expect(fingerprintOf({ ...place, workflow: 'other.yml', errors: ['x'] })).not.toBe(of('x'));
  });

  it('is twelve hexadecimal characters for any text, and takes no second over a hostile one', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (errors) => /^[0-9a-f]{12}$/.test(of(...errors))));
    const started = performance.now();
    for (const text of ['/a'.repeat(10_000), 'a-1'.repeat(10_000), '1.'.repeat(10_000), '\\a.b'.repeat(10_000)])
      of(text);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
