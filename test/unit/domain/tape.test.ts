import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Exchange,
  retainTapes,
  storeTape,
  TAPE_LIMIT_BYTES,
  Tape,
  type TapeShelf,
  tapeIds,
} from '../../../src/domain/tape.ts';
import { TASKS } from '../../../src/domain/task.ts';
import { placed } from '../../support/ledger-samples.ts';

const tape = (parts: Partial<Tape> = {}): Tape => ({
  v: 1,
  script: 'execution/a.ts',
  mode: 'run',
  input: { topic: 'dust' },
  key: 'k',
  clock: '2026-03-04T14:30:00.000Z',
  commit: 'c',
  exchanges: [{ kind: 'git', args: ['log'], stdout: 'x' }],
  output: { words: 3 },
  replayable: true,
  ...parts,
});
/** Without -0, of which JSON makes 0, and without the one key that zod leaves out of every record. */
const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.stringify(value))
  .filter((text) => !text.includes('__proto__'))
  .map((text) => JSON.parse(text));
const git = (stdout: string) => ({ kind: 'git' as const, args: ['log'], stdout });

describe('a stored tape', () => {
  it('is named by the hash of its text, and reads back as it was', () => {
    const stored = storeTape(tape());
    expect(stored.id).toBe(createHash('sha256').update(stored.text).digest('hex'));
    expect(stored.path).toBe(`ledger/calls/${stored.id}.json`);
    expect(stored.text.endsWith('}\n')).toBe(true);
    expect(Tape.parse(JSON.parse(stored.text))).toEqual(tape());
  });

  it('gives up its exchanges when it would be over 64 KB, and says that it can not be replayed', () => {
    const stored = Tape.parse(JSON.parse(storeTape(tape({ exchanges: [git('x'.repeat(TAPE_LIMIT_BYTES))] })).text));
    expect(stored).toEqual(tape({ exchanges: [], replayable: false }));
  });

  it('gives up input and output only when those alone are too large', () => {
    const failure = { kind: 'crash', message: 'boom', signature: 's' };
    const stored = Tape.parse(
      JSON.parse(storeTape(tape({ output: { text: 'é'.repeat(TAPE_LIMIT_BYTES / 2) }, failure })).text),
    );
    const { output: _, ...rest } = tape({ input: {}, exchanges: [], replayable: false, failure });
    expect(stored).toEqual(rest);
  });

  it('keeps what just fits', () => {
    const overhead = Buffer.byteLength(storeTape(tape({ exchanges: [git('')] })).text);
    const exact = storeTape(tape({ exchanges: [git('x'.repeat(TAPE_LIMIT_BYTES - overhead))] }));
    expect(Buffer.byteLength(exact.text)).toBe(TAPE_LIMIT_BYTES);
    expect(exact.text).toContain('"replayable": true');
    expect(storeTape(tape({ exchanges: [git('x'.repeat(TAPE_LIMIT_BYTES - overhead + 1))] })).text).toContain(
      '"replayable": false',
    );
  });

  it('is never over 64 KB, whatever was exchanged', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.nat(40_000).map((length) => '\u0001é漢😀'.repeat(length / 4)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, text, (outputs, input, output) => {
        const stored = storeTape(tape({ exchanges: outputs.map(git), input: { input }, output: { output } }));
        expect(Buffer.byteLength(stored.text)).toBeLessThanOrEqual(TAPE_LIMIT_BYTES);
        expect(Tape.safeParse(JSON.parse(stored.text)).success).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a text that a model wrote', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).map((some) => `.${some}`);
  const end = fc.oneof(
    fc.record({ answer: fc.oneof(fc.record({ generated: json, model: text }), fc.record({ unavailable: text })) }),
    fc.record({ error: text }),
  );
  const asked = fc.record(
    {
      kind: fc.constant('generate' as const),
      task: fc.constantFrom(...TASKS),
      prompt: text,
      material: fc.dictionary(text, text, { noNullPrototype: true }),
      schema: fc.dictionary(text, json, { noNullPrototype: true }),
    },
    { requiredKeys: ['kind', 'task', 'prompt'] },
  );

  it('is read back as it was put on the tape', () => {
    fc.assert(
      fc.property(fc.tuple(asked, end), ([request, ending]) => {
        const whole = tape({ exchanges: [git('x'), { ...request, ...ending }] });
        expect(Tape.parse(JSON.parse(storeTape(whole).text))).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('is no exchange when its task is none, or nothing was asked', () => {
    const request = { kind: 'generate', task: 'engagement', prompt: 'x' };
    expect(Exchange.safeParse(request).success).toBe(true);
    expect(Exchange.safeParse({ ...request, task: 'poetry' }).success).toBe(false);
    expect(Exchange.safeParse({ ...request, prompt: ' ' }).success).toBe(false);
    expect(Exchange.safeParse({ ...request, answer: { generated: 'x' } }).success).toBe(false);
  });
});

describe('which tapes are kept', () => {
  const step = (status: 'success' | 'failure' | 'skipped', id: string, script = 'execution/a.ts') => ({
    script,
    status,
    duration_s: 1,
    tape: id,
  });
  const failed = (id: string, signature: string) =>
    placed({
      steps: [step('failure', id)],
      result: 'failure',
      failure: { kind: 'crash', message: 'm', signature, log_tail: '' },
    });
  const good = (id: string) => placed({ steps: [step('success', id)] });
  const shelfOf = (entries: ReturnType<typeof placed>[]) =>
    entries.reduce<TapeShelf>(retainTapes, {})['execution/a.ts'];

  it('are the last three good ones', () => {
    expect(shelfOf(['1', '2', '3', '4', '5'].map(good))?.good).toEqual(['3', '4', '5']);
    expect(shelfOf(['1', '2', '3', '1'].map(good))?.good).toEqual(['2', '3', '1']);
  });

  it('and the last five failing ones, the newest of each signature', () => {
    const entries = ['a', 'b', 'a', 'c', 'd', 'e', 'f'].map((signature, index) => failed(String(index), signature));
    expect(shelfOf(entries)?.failing.map(({ signature, tape: id }) => signature + id)).toEqual([
      'a2',
      'c3',
      'd4',
      'e5',
      'f6',
    ]);
  });

  it('do not push each other out, and are kept by script', () => {
    const both = placed({
      steps: [step('success', 'g'), step('skipped', 's', 'execution/b.ts'), step('failure', 'f')],
      failure: { kind: 'crash', message: '', signature: 'x', log_tail: '' },
    });
    const shelf = retainTapes({}, both);
    expect(shelf).toEqual({
      'execution/a.ts': { good: ['g'], failing: [{ signature: 'x', tape: 'f' }] },
      'execution/b.ts': { good: ['s'], failing: [] },
    });
    expect([...tapeIds(shelf)].sort()).toEqual(['f', 'g', 's']);
  });

  it('are never more, whatever runs, and the newest is always among them', () => {
    const any = fc.oneof(
      fc.nat(9).map((id) => good(`g${id}`)),
      fc.tuple(fc.nat(9), fc.nat(7)).map(([id, signature]) => failed(`f${id}`, `s${signature}`)),
    );
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), (entries) => {
        const shelf = shelfOf(entries);
        expect(shelf?.good.length).toBeLessThanOrEqual(3);
        expect(shelf?.failing.length).toBeLessThanOrEqual(5);
        const signatures = shelf?.failing.map(({ signature }) => signature) ?? [];
        expect(new Set(signatures).size).toBe(signatures.length);
        const newest = entries.at(-1)?.steps[0]?.tape;
        expect([...(shelf?.good ?? []), ...(shelf?.failing.map(({ tape: id }) => id) ?? [])]).toContain(newest);
      }),
    );
  });

  it('leaves the shelf alone where no tape was made, and never changes the one it was given', () => {
    const shelf = Object.freeze({
      'execution/a.ts': Object.freeze({ good: Object.freeze(['1']) as string[], failing: [] }),
    });
    expect(retainTapes(shelf, placed())).toEqual(shelf);
    expect(retainTapes(shelf, good('2'))['execution/a.ts']?.good).toEqual(['1', '2']);
    expect(shelf['execution/a.ts'].good).toEqual(['1']);
  });
});
