import { describe, expect, it } from 'vitest';
import {
  entryMessage,
  filesMessage,
  initMessage,
  intentMessage,
  recordMessage,
} from '../../../src/domain/commit-message.ts';
import { genesis, intent, placed } from '../../support/ledger-samples.ts';

const HASH = 'a'.repeat(64);
const metrics = (cost: number, duration_s: number) => ({ cost, duration_s, tokens_in: 0, tokens_out: 0, calls: [] });
const lines = (text: string) => text.split('\n');

describe('the message of an entry', () => {
  it('reads as designed', () => {
    const message = entryMessage(
      placed({
        decision: 'publish_blog_post',
        model: 'gemini-flash',
        reason: 'Longest overdue.',
        metrics: metrics(0.0031, 12.4),
        run_url: 'https://github.com/o/r/actions/runs/1',
      }),
    );
    expect(message).toBe(
      `cycle 142: publish_blog_post -> success, verified ($0.0031, 12.4 s)

Longest overdue.

Steward-Id: e1
Steward-Directive: publish_blog_post
Steward-Result: success, verified
Steward-Model: gemini-flash
Steward-Cost-USD: 0.0031
Steward-Duration-S: 12.4
Steward-Run: https://github.com/o/r/actions/runs/1
`,
    );
  });

  it.each([
    [
      { result: 'failure' as const, verification: 'unverified' as const, metrics: metrics(0, 0.04) },
      'cycle 142: sweep -> failure ($0, 0.0 s)',
    ],
    [
      { result: 'interrupted' as const, flow: 'recover' as const, metrics: metrics(0.00000012, 3) },
      'recover 142: sweep -> interrupted ($0.00000012, 3.0 s)',
    ],
    [
      { verification: 'refuted' as const, metrics: metrics(1.5, 60) },
      'cycle 142: sweep -> success, refuted ($1.5000, 60.0 s)',
    ],
  ])('%j', (parts, subject) => {
    expect(lines(entryMessage(placed(parts)))[0]).toBe(subject);
  });

  it.each([
    [0, '0.0000'],
    [0.0031, '0.0031'],
    [1.5, '1.5000'],
    [0.00000001, '0.00000001'],
    [0.1234567, '0.1234567'],
  ])('books %d as %s', (cost, text) => {
    expect(lines(entryMessage(placed({ metrics: metrics(cost, 1) })))).toContain(`Steward-Cost-USD: ${text}`);
  });

  it('says none where no model decided, and leaves out a run it does not have', () => {
    const message = entryMessage(placed());
    expect(message).toContain('\nSteward-Model: none\n');
    expect(message).not.toContain('Steward-Run');
  });

  it('stands without a body when there is no reason', () => {
    for (const reason of ['', '  \n '])
      expect(lines(entryMessage(placed({ reason }))).slice(1, 3)).toEqual(['', 'Steward-Id: e1']);
  });
});

describe('foreign text in a message', () => {
  it('keeps its lines, but none that passes for a trailer or ends the message', () => {
    const reason =
      'First.\nSteward-Result: forged\nSteward-Cost-USD:0\n---\nSigned-off-by: x\n- a list: stays\r\nlast\u0000\u001b[31m';
    const body = lines(entryMessage(placed({ reason }))).slice(2, 9);
    expect(body).toEqual([
      'First.',
      ' Steward-Result: forged',
      ' Steward-Cost-USD:0',
      ' ---',
      ' Signed-off-by: x',
      '- a list: stays',
      'last[31m',
    ]);
  });

  it('never adds a line to subject or trailers', () => {
    const message = entryMessage(placed({ model: 'm\nSteward-Cost-USD: 0', decision: 'a\n\nb', run_url: 'u\r\nx' }));
    expect(lines(message)[0]).toMatch(/^cycle 142: a b -> success/);
    expect(lines(message)).toContain('Steward-Model: m Steward-Cost-USD: 0');
    expect(lines(message)).toContain('Steward-Run: u x');
    expect(lines(message).filter((line) => line.startsWith('Steward-Cost-USD'))).toHaveLength(1);
  });

  it('is never so long that the subject or the trailers suffer', () => {
    const message = entryMessage(placed({ reason: 'long '.repeat(200_000), decision: 'd'.repeat(500) }));
    expect(lines(message)[0]?.length).toBe(200);
    expect(lines(message).slice(-8, -6)).toEqual(['', 'Steward-Id: e1']);
  });
});

describe('the other messages', () => {
  it('name intent, step and key', () => {
    const record = { ...intent({ step: 2 }), seq: 7, prev: HASH };
    expect(intentMessage(record)).toBe(
      `intent 7: sweep step 2 (execution/sweep.ts)\n\nSteward-Id: e1\nSteward-Directive: sweep\nSteward-Key: ${HASH}\n`,
    );
    expect(recordMessage(record)).toBe(intentMessage(record));
  });

  it('name the files, one in the subject, several in the body', () => {
    expect(filesMessage(placed(), ['a.md'])).toBe('sweep: a.md\n\nSteward-Id: e1\nSteward-Directive: sweep\n');
    expect(filesMessage(placed(), ['a.md', 'b.md'])).toBe(
      'sweep: 2 files\n\n- a.md\n- b.md\n\nSteward-Id: e1\nSteward-Directive: sweep\n',
    );
  });

  it('name the new books, and need a record to speak of', () => {
    expect(initMessage('o/r', 'i', 'ledger/archive/x')).toBe(
      'init: books of o/r\n\nInherited records are in ledger/archive/x.\n\nSteward-Id: i\n',
    );
    expect(recordMessage(undefined)).toBeUndefined();
    expect(recordMessage({ ...genesis, seq: 0, prev: HASH })).toBeUndefined();
    expect(recordMessage(placed())).toBe(entryMessage(placed()));
  });
});
