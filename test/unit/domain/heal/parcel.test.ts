import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pack, unpack } from '../../../../src/domain/heal/parcel.ts';

const Any = z.json();
/** A key that zod leaves out, as every object answers to it. */
const anyJson = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('"__proto__"'));

describe('a parcel', () => {
  it('gives back what was put in, and its hash', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const json = JSON.parse(JSON.stringify(value));
        const parcel = pack(json);
        expect(unpack(`${parcel?.text}\n`, Any, parcel?.sha256)).toEqual({ value: json, sha256: parcel?.sha256 });
      }),
    );
  });

  it('is refused when it is another one than was announced', () => {
    const parcel = pack({ a: 1 });
    expect(unpack(parcel?.text ?? '', Any, 'f'.repeat(64))).toEqual({
      problem: expect.stringContaining('ffffffffffff was announced'),
    });
  });

  it.each([
    ['', 'it is empty'],
    ['hello', 'it is no gzip of JSON in base64'],
    [Buffer.from('hello').toString('base64'), 'it is no gzip of JSON in base64'],
    [gzipSync('not json').toString('base64'), 'it is no gzip of JSON in base64'],
    // 4 MB of zeros are 4 KB of gzip.
    [gzipSync(JSON.stringify('0'.repeat(4_000_000))).toString('base64'), 'it is no gzip of JSON in base64'],
  ])('is refused when it is none: %#', (text, problem) => {
    expect(unpack(text, Any, undefined)).toEqual({ problem });
  });

  it('is refused when it holds something else', () => {
    const parcel = pack({ a: 'x' });
    expect(unpack(parcel?.text ?? '', z.object({ a: z.number() }), parcel?.sha256)).toEqual({
      problem: expect.stringMatching(/^a: /),
    });
  });

  it('has at most 64 KB', () => {
    expect(pack(randomBytes(60_000).toString('base64'))).toBeUndefined();
  });
});
