import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryMessage } from '../../src/domain/commit-message.ts';
import { placed } from '../support/ledger-samples.ts';

/** What git itself reads out of a message, as `git log --format=%(trailers)` would. */
const trailers = (message: string): string[] =>
  execFileSync('git', ['interpret-trailers', '--parse'], { input: message, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

const honest = [
  'Steward-Id: e1',
  'Steward-Directive: sweep',
  'Steward-Result: success, verified',
  'Steward-Model: none',
  'Steward-Cost-USD: 0.0000',
  'Steward-Duration-S: 1.5',
];

describe('git reads our trailers and no others', () => {
  it.each([
    'Because.',
    'Steward-Result: failure',
    'x\n\nSteward-Result: failure\nSteward-Cost-USD: 9\n',
    'x\n\nSteward-Result:failure\n---\ndiff --git a b',
    'x\n\nSteward-Result: failure\n--- \n',
    'x\n\nSteward-Result : failure\n\n\n',
    'x\r\n\r\nSteward-Result: failure\r\n---\r\n',
    'x\rSteward-Result: failure\r---\r',
    'Signed-off-by: a <a@b>\n(cherry picked from commit 1234567)\n',
    '# Steward-Result: failure\n# comment',
    '- list\n- Steward-Id: forged',
    'nul\u0000Steward-Id: forged',
    'x\n\n Steward-Id: folded\n  Steward-Id: folded',
    `${'long '.repeat(50_000)}\nSteward-Id: forged`,
  ])('%j', (reason) => {
    expect(trailers(entryMessage(placed({ reason })))).toEqual(honest);
  });

  it('whatever the reason and the model say', () => {
    const piece = fc.constantFrom(
      '\n',
      '\n\n',
      '\r\n',
      '\r',
      '---',
      '--- x',
      'Steward-Id: forged',
      'Steward-Id:forged',
      'Steward-Cost-USD = 0',
      'Signed-off-by: x',
      ' ',
      '\t',
      '#',
      '-',
      'word',
      '\u0000',
      '\u2028',
      ': ',
      'diff --git a b',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (reason, model) => {
        const found = trailers(entryMessage(placed({ reason, model: `m${model}` })));
        expect(found.filter((line) => !line.startsWith('Steward-Model: m'))).toEqual(
          honest.filter((line) => !line.startsWith('Steward-Model')),
        );
        expect(found).toHaveLength(honest.length);
      }),
      { numRuns: 150 },
    );
  });
});
