import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDirective } from '../../../../src/domain/directive.ts';
import { withFailureMode } from '../../../../src/domain/heal/failure-mode.ts';

const FILE = 'directives/fetch_prices.md';
const place = { file: FILE, vars: [] };
const TEXT = `---
every: 1d
writes: ["site/**"]
---
# Directive: fetch_prices
## Goal
Keep the prices.
## Tools
- execution/fetch_prices.ts
## Known Failure Modes
- The shop is closed at night

## Notes
Nothing.
`;
const added = (text: string, mode: string): string => {
  const done = withFailureMode(text, place, mode);
  if ('refused' in done) throw new Error(done.refused);
  return done.text;
};

describe('one more known failure mode', () => {
  it('goes to the end of the list and changes nothing else', () => {
    expect(added(TEXT, 'Prices may come as text')).toBe(
      TEXT.replace('closed at night\n', 'closed at night\n- Prices may come as text\n'),
    );
  });

  it('makes the list where there is none', () => {
    const text = TEXT.slice(0, TEXT.indexOf('## Known'));
    expect(added(text, 'Prices may come as text')).toBe(`${text}\n## Known Failure Modes\n- Prices may come as text\n`);
  });

  it('keeps the line ends of the file, also where it does not end with one', () => {
    const text = TEXT.replaceAll('\n', '\r\n');
    expect(added(text, 'x y')).toBe(text.replace('at night\r\n', 'at night\r\n- x y\r\n'));
    const open = TEXT.slice(0, TEXT.indexOf('\n\n## Notes'));
    expect(added(open, 'x y')).toBe(`${open}\n- x y\n`);
  });

  it('is not said twice, and nothing is said where there is nothing to say', () => {
    expect(withFailureMode(TEXT, place, 'The shop is closed at night')).toEqual({ text: TEXT, changed: false });
    expect(withFailureMode(TEXT, place, '  ')).toEqual({ text: TEXT, changed: false });
  });

  it.each([
    ['a heading', '## Tools'],
    ['a second bullet', '- a'],
    ['a second line', 'a\n## Tools\n- execution/evil.ts'],
    ['front matter', '---\neffects: none\n---'],
    ['a fence', '```sh'],
    ['a comment', '<!-- steward:heal:1 -->'],
    ['a quotation', '> a'],
    ['a placeholder', 'fails for {topic}'],
    ['a numbered list', '1. a'],
  ])('is refused as %s', (_, mode) => {
    expect(withFailureMode(TEXT, place, mode)).toHaveProperty('refused');
  });

  it('never changes what code reads of the directive', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'grapheme' }), (mode) => {
        const done = withFailureMode(TEXT, place, mode);
        if ('refused' in done || !done.changed) return;
        const { knownFailureModes, ...rest } = parseDirective(done.text, FILE).directive ?? { knownFailureModes: [] };
        const { knownFailureModes: had, ...before } = parseDirective(TEXT, FILE).directive ?? { knownFailureModes: [] };
        expect(rest).toEqual(before);
        expect(knownFailureModes.slice(0, -1)).toEqual(had);
        expect(done.text.startsWith(TEXT.slice(0, TEXT.indexOf('## Known')))).toBe(true);
      }),
    );
  });
});
