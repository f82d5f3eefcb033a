import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_KINDS, failureSignature, framesIn, stableMessage } from '../../../src/domain/signature.ts';

const signature = (message: string, parts: Partial<Parameters<typeof failureSignature>[0]> = {}) =>
  failureSignature({ kind: 'crash', script: 'execution/a.ts', message, frames: ['run'], ...parts });

describe('one way of failing, seen twice', () => {
  it.each([
    ['Unexpected token < in JSON at position 42', 'Unexpected token < in JSON at position 1377'],
    [
      "ENOENT: no such file or directory, open '/tmp/steward-x1/data.json'",
      "ENOENT: no such file or directory, open '/home/runner/work/house/house/data.json'",
    ],
    [
      "Cannot find module '/home/a/repo/execution/x.ts' imported from /home/a/repo/src/y.ts",
      "Cannot find module 'C:\\work\\repo\\execution\\x.ts' imported from C:\\work\\repo\\src\\y.ts",
    ],
    ['3 of 17 links are broken', '12 of 240 links are broken'],
    ['still running after 90 s', 'still running after 120 s'],
    ['took 1.5s, the limit is 300ms', 'took 12 s, the limit is 450 ms'],
    ['commit 3f2a91c not found', 'commit 8b1e0d7aa01c4f5e6d7c8b9a0f1e2d3c4b5a6978 not found'],
    ['job 0b6f6a4e-61c1-4a0e-9d3e-0a3c5e1f2b4d failed', 'job 9E107D9D-372B-4B8E-8F1E-5C0A1B2C3D4E failed'],
    ['locked since 2026-03-04T14:30:00.123Z', 'locked since 2025-11-30 01:02:03+01:00'],
    ['expired on Wed, 04 Mar 2026 14:30:00 GMT', 'expired on Mon, 29 Dec 2025 01:00:09 GMT'],
    [`bad date ${new Date(0)}`, `bad date ${new Date(1_772_634_600_000)}`],
    ['rate limit of 5000 reached, resets at 1772634600', 'rate limit of 60 reached, resets at 1772639999'],
    ['connect ECONNREFUSED 127.0.0.1:39211', 'connect ECONNREFUSED 127.0.0.1:41007'],
    [
      'GET https://api.example.com/v1/items/17?page=2 gave HTTP 503',
      'GET https://api.example.com/v1/items/99 gave HTTP 503',
    ],
    ['segfault at 0x7ffde3a0', 'segfault at 0x1c'],
    ['\u001b[31mboom\u001b[39m', 'boom'],
    ['docs/guide.md:12:7 has no anchor', 'docs/guide.md:340:1 has no anchor'],
    ['boom\n    at run (/a/b.ts:1:2)', 'boom\n    at run (/c/d.ts:30:4)'],
    ['\n\n  boom', 'boom'],
    ['deploy dpl_8Yh2kQv91LmZx0aB failed', 'deploy dpl_Zz71pWqK3nRt5cVd failed'],
  ])('%j and %j', (one, other) => {
    expect(signature(one)).toBe(signature(other));
  });
});

describe('two ways of failing', () => {
  it.each([
    ['GET /items gave HTTP 404', 'GET /items gave HTTP 503'],
    ['Request failed with status code 401', 'Request failed with status code 500'],
    ['the script ended with code 1 without a result', 'the script ended with code 137 without a result'],
    ["ENOENT: no such file or directory, open '/a/data.json'", "EACCES: permission denied, open '/a/data.json'"],
    [
      "ENOENT: no such file or directory, open '/a/data.json'",
      "ENOENT: no such file or directory, open '/a/posts.json'",
    ],
    ['getaddrinfo ENOTFOUND api.example.com', 'getaddrinfo ENOTFOUND api.example.org'],
    ['GET https://api.example.com/a failed', 'GET https://registry.npmjs.org/a failed'],
    ["Cannot read properties of undefined (reading 'slug')", "Cannot read properties of undefined (reading 'title')"],
    ['title is missing', 'title is too long'],
    ['was killed by SIGKILL', 'was killed by SIGSEGV'],
    ['docs/guide.md:12 has no anchor', 'docs/intro.md:12 has no anchor'],
    ['boom', ''],
  ])('%j and %j', (one, other) => {
    expect(signature(one)).not.toBe(signature(other));
  });

  it('differ by kind, script and function, but not by what lies deeper', () => {
    const all = FAILURE_KINDS.map((kind) => signature('boom', { kind }));
    expect(new Set(all).size).toBe(FAILURE_KINDS.length);
    expect(signature('boom', { script: 'execution/b.ts' })).not.toBe(signature('boom'));
    expect(signature('boom', { frames: ['parse', 'run'] })).not.toBe(
      signature('boom', { frames: ['fetchAll', 'run'] }),
    );
    expect(signature('boom', { frames: ['run', 'x'] })).toBe(signature('boom', { frames: ['run', 'y'] }));
  });
});

describe('whatever the message', () => {
  const hex = (minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength, maxLength }).filter((id) => /\d/.test(id));
  const folder = fc.constantFrom('home', 'tmp', 'work', 'runner', 'a.b', 'steward-x', 'Users', '@scope');
  const path = fc.array(folder, { minLength: 2, maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
  const volatile = fc.record({
    line: fc.integer({ min: 1, max: 99_999 }),
    column: fc.integer({ min: 1, max: 500 }),
    path,
    id: hex(7, 64),
    uuid: fc.uuid(),
    time: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
    count: fc.nat(),
    took: fc.double({ min: 0, max: 10_000, noNaN: true }).map((ms) => ms.toFixed(1)),
  });
  const templates: ((v: typeof volatile extends fc.Arbitrary<infer V> ? V : never) => string)[] = [
    (v) => `cannot open ${v.path}/posts.json (try ${v.count})`,
    (v) => `${v.path}/x.ts:${v.line}:${v.column} run ${v.uuid} failed`,
    (v) => `commit ${v.id} of ${v.time.toISOString()} has ${v.count} links, took ${v.took} ms`,
    (v) => `expired ${v.time.toUTCString()}, id=${v.uuid}, at ${v.path}/cache`,
    (v) => `[${v.time.toISOString().slice(0, 19)}Z] "${v.id}": line ${v.line} in file://${v.path}/page.html`,
  ];

  it('line numbers, paths, ids, times and counts do not matter; the words do', () => {
    fc.assert(
      fc.property(volatile, volatile, (one, other) => {
        const signatures = templates.map((template) => signature(template(one)));
        expect(templates.map((template) => signature(template(other)))).toEqual(signatures);
        expect(new Set(signatures).size).toBe(templates.length);
      }),
      { numRuns: 300 },
    );
  });

  it('two messages of different words differ', () => {
    const words = fc.array(
      fc.constantFrom('title', 'slug', 'missing', 'refused', 'token', 'empty', 'cannot', 'parse'),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(words, words, (one, other) => {
        fc.pre(one.join(' ') !== other.join(' '));
        expect(signature(one.join(' '))).not.toBe(signature(other.join(' ')));
      }),
    );
  });

  it('taking out twice takes out no more, and a signature is 12 hexadecimal characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (message) => {
        expect(signature(message)).toMatch(/^[0-9a-f]{12}$/);
        expect(stableMessage(message)).toBe(stableMessage(` ${message} `));
      }),
    );
  });

  it.each(['/a', 'a-', '/a.', 'a1-', ' ', '1.', '\\a', 'f', 'https://', '"'])(
    '100 000 times %j is no burden',
    (piece) => {
      const started = performance.now();
      signature(piece.repeat(100_000));
      expect(performance.now() - started).toBeLessThan(500);
    },
  );
});

describe('frames of a stack', () => {
  const stack = [
    'TypeError: boom',
    '    at parse (file:///work/execution/check_links.ts:12:5)',
    '    at async Object.run (/work/execution/check_links.ts:40:3)',
    '    at new Page (C:\\work\\execution\\check_links.ts:7:1)',
    '    at /work/execution/other_check_links.ts:1:1',
    '    at /work/execution/check_links.ts:99:1',
    '    at node:internal/main:1:1',
  ].join('\n');

  it('names the functions of the script, innermost first', () => {
    expect(framesIn(stack, 'check_links.ts')).toEqual(['parse', 'Object.run', 'new Page', '<module>']);
  });

  it('takes the dot of a file name for a dot', () => {
    expect(framesIn('    at x (/work/check_linksXts:1:1)', 'check_links.ts')).toEqual([]);
  });
});
