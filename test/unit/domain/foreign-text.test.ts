import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asCode, asLogLine, asLogText, asProse } from '../../../src/domain/foreign-text.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'`@<!-:#[]\\&;*_~|\n\r\t ax\u200b\u2028'), maxLength: 40 }),
);

describe('foreign text', () => {
  it('as code is one span of one line, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(asCode(text)).toMatch(/^`[^`\r\n]+`$/);
      }),
    );
    expect(asCode('a `b`\n@octo')).toBe('`a b @octo`');
    expect(asCode('')).toBe('` `');
    expect(asCode('x'.repeat(400))).toHaveLength(302);
    expect(asCode('abcdef', 3)).toBe('`abc`');
  });

  it('as prose mentions nobody and marks nothing up', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = asProse(text);
        expect(shown).not.toMatch(/[\r\n]/);
        expect(shown).not.toMatch(/@(?!\u200b)/);
        expect(shown.replaceAll(/\\./gu, '')).not.toMatch(/[`*_{}[\]<>|#~&\\]/);
      }),
    );
    expect(asProse('@octo: <b>see</b> #1 &#64;octo | [x](y)')).toBe(
      '@\u200bocto: \\<b\\>see\\</b\\> \\#1 \\&\\#64;octo \\| \\[x\\](y)',
    );
  });

  it('in a log is no command, neither to a runner nor to a terminal', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = asLogText(text);
        expect(shown).not.toMatch(/^\s*::/m);
        expect(shown).not.toContain('##[');
        expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(asLogLine(text)).not.toContain('\n');
      }),
    );
    expect(asLogText('a\n  ::set-output name=x::y\r::error::z\nsee ##[add-mask]q')).toBe(
      'a\n  : :set-output name=x::y\n: :error::z\nsee ## [add-mask]q',
    );
    expect(asLogText('#\u200b#[error]\u001b[31m\u200b::stop-commands::x')).toBe('## [error][31m::stop-commands::x');
    expect(asLogText('\u200b::stop-commands::x')).toBe(': :stop-commands::x');
    expect(asLogLine('one\n::error::two')).toBe('one ::error::two');
    expect(asLogText('keep\n\tthis: 10::20, a ## [b]\n')).toBe('keep\n\tthis: 10::20, a ## [b]\n');
  });
});
