import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChainHead,
  chainProblem,
  dayPath,
  lineHash,
  parseLine,
  type SealedLine,
  seal,
} from '../../../src/domain/chain.ts';
import { LINE_LIMIT_BYTES, type UnsealedRecord, ZERO_HASH } from '../../../src/domain/record.ts';
import { anyLedger, entry, genesis, sealAll } from '../../support/ledger-samples.ts';

/** Reads lines as the ledger reader does. True when every line parses, follows its predecessor, and the last is `tip`. */
function isIntact(lines: readonly string[], tip: ChainHead): boolean {
  let head: ChainHead | undefined;
  for (const line of lines) {
    const parsed = parseLine(line);
    if ('problem' in parsed || chainProblem(parsed.record, head)) return false;
    head = { seq: parsed.record.seq, hash: lineHash(line), timestamp: parsed.record.timestamp };
  }
  return head?.seq === tip.seq && head.hash === tip.hash;
}

const tipOf = (sealed: readonly SealedLine[]): ChainHead => {
  const head = sealed.at(-1)?.head;
  if (!head) throw new Error('no lines');
  return head;
};

describe('any ledger', () => {
  it('is gapless, each line naming the one before it, from a genesis of zeros', () => {
    fc.assert(
      fc.property(anyLedger, (records) => {
        const sealed = sealAll(records);
        expect(sealed.map(({ record }) => record.seq)).toEqual(records.map((_, index) => index));
        expect(sealed.map(({ record }) => record.prev)).toEqual([
          ZERO_HASH,
          ...sealed.slice(0, -1).map(({ line }) => lineHash(line)),
        ]);
        expect(
          isIntact(
            sealed.map(({ line }) => line),
            tipOf(sealed),
          ),
        ).toBe(true);
      }),
    );
  });

  it('has lines of at most 16 KB, whatever the scripts said', () => {
    let trimmed = 0;
    fc.assert(
      fc.property(anyLedger, (records) => {
        for (const [index, { line }] of sealAll(records).entries()) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LINE_LIMIT_BYTES);
          expect(line).not.toContain('\n');
          if (Buffer.byteLength(JSON.stringify(records[index])) > LINE_LIMIT_BYTES) trimmed++;
        }
      }),
    );
    // Else the property says nothing about trimming.
    expect(trimmed).toBeGreaterThan(20);
  });

  it('reads back to the same records, and those seal to lines that no longer change', () => {
    const reread = (lines: readonly string[]): UnsealedRecord[] =>
      lines.map((line) => {
        const parsed = parseLine(line);
        if ('problem' in parsed) throw new Error(parsed.problem);
        const { seq: _, prev: __, ...unsealed } = parsed.record;
        return unsealed as UnsealedRecord;
      });
    fc.assert(
      fc.property(anyLedger, (records) => {
        const first = sealAll(records);
        const second = sealAll(reread(first.map(({ line }) => line)));
        const third = sealAll(reread(second.map(({ line }) => line)));
        const contents = (sealed: SealedLine[]) => sealed.map(({ record: { prev: _, ...content } }) => content);
        expect(contents(second)).toEqual(contents(first));
        expect(third.map(({ line }) => line)).toEqual(second.map(({ line }) => line));
      }),
    );
  });

  it('never goes back to an older day file, whatever the clock does', () => {
    fc.assert(
      fc.property(anyLedger, (records) => {
        const sealed = sealAll(records);
        const paths = sealed.map(({ path }) => path);
        expect([...paths].sort()).toEqual(paths);
        for (const [index, { head, path, record }] of sealed.entries()) {
          expect(path).toBe(dayPath(head.timestamp));
          expect(head.timestamp >= record.timestamp).toBe(true);
          expect(record.timestamp).toBe(records[index]?.timestamp);
        }
      }),
    );
  });
});

describe('what is tampered with', () => {
  const damaged = fc
    .tuple(
      anyLedger,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('edit', 'drop', 'swap', 'repeat', 'cut'),
    )
    .map(([records, at, place, bits, way]) => {
      const sealed = sealAll(records);
      const lines = sealed.map(({ line }) => line);
      const index = at % lines.length;
      const line = lines[index] ?? '';
      const after = (index + 1) % lines.length;
      const bytes = Buffer.from(line);
      bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ bits;
      const ways: Record<typeof way, string[]> = {
        edit: lines.with(index, bytes.toString()),
        drop: lines.toSpliced(index, 1),
        swap: lines.with(index, lines[after] ?? '').with(after, line),
        repeat: lines.toSpliced(index, 0, line),
        cut: lines.with(index, line.slice(0, place % line.length)),
      };
      return { lines, tip: tipOf(sealed), damaged: ways[way], way };
    });

  it('is noticed: one byte changed, a line dropped, swapped, repeated or cut short', () => {
    fc.assert(
      fc.property(damaged, ({ lines, tip, damaged: found }) => {
        expect(isIntact(lines, tip)).toBe(true);
        expect(isIntact(found, tip)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is named: number, link or a second genesis', () => {
    const [first, second] = sealAll([genesis, entry()]);
    if (!first || !second) throw new Error('no lines');
    expect(chainProblem(second.record, undefined)).toEqual({ found: 'seq 1', expected: 'seq 0' });
    expect(chainProblem({ ...second.record, prev: 'f'.repeat(64) }, first.head)).toEqual({
      found: 'prev ffffffffffff…',
      expected: `${first.head.hash.slice(0, 12)}…`,
    });
    expect(chainProblem(seal(genesis, first.head).record, first.head)).toEqual({
      found: 'a genesis at seq 1',
      expected: 'one genesis, as the first line',
    });
    expect(chainProblem(seal(entry(), undefined).record, undefined)).toEqual({
      found: 'a entry at seq 0',
      expected: 'one genesis, as the first line',
    });
    expect(chainProblem(second.record, first.head)).toBeUndefined();
  });

  it.each([
    ['', /no JSON/],
    ['{"v":1', /no JSON/],
    ['[]', /is not/],
    ['{"v":2,"kind":"genesis"}', /`v` is not/],
    ['{"v":1,"kind":"letter"}', /`kind` is not/],
    [JSON.stringify({ ...entry(), seq: -1, prev: ZERO_HASH }), /`seq` is not/],
    [JSON.stringify({ ...entry(), seq: 1, prev: 'abc' }), /`prev` is not a sha256 in hexadecimal/],
    [
      JSON.stringify({ ...entry({ timestamp: 'yesterday' }), seq: 1, prev: ZERO_HASH }),
      /`timestamp` is not a UTC time/,
    ],
  ])('a line that is no record says so: %j', (line, problem) => {
    expect(parseLine(line)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
