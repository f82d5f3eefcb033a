import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealed, sealDraft } from '../../../src/domain/release-seal.ts';

const DRAFT = { tag: 'v1.0.0', name: 'v1.0.0', body: '- A change' };
const sealed = { ...DRAFT, body: sealDraft(DRAFT, 'release:next') };

describe('the seal of a draft', () => {
  it('stands at its end, behind its marker, and holds for what was written', () => {
    expect(sealed.body).toMatch(/^- A change\n\n<!-- steward:release:next -->\n<!-- steward-seal:[0-9a-f]{16} -->\n$/);
    expect(isSealed(sealed)).toBe(true);
    expect(isSealed({ ...sealed, body: sealed.body.trimEnd() })).toBe(true);
    expect(isSealed({ ...sealed, body: sealed.body.replaceAll('\n', '\r\n') })).toBe(true);
  });

  it('breaks with any change of tag, name or text, and is not had by quoting one', () => {
    expect(isSealed({ ...sealed, tag: 'v1.0.1' })).toBe(false);
    expect(isSealed({ ...sealed, name: 'One' })).toBe(false);
    expect(isSealed({ ...sealed, body: `Hello. ${sealed.body}` })).toBe(false);
    expect(isSealed({ ...sealed, body: `${sealed.body}Bye.` })).toBe(false);
    expect(isSealed(DRAFT)).toBe(false);
    const quoting = { ...DRAFT, body: sealDraft({ ...DRAFT, body: sealed.body }, 'release:next') };
    expect(isSealed(quoting)).toBe(true);
    expect(quoting.body).not.toBe(sealed.body);
  });

  it('holds for any text, and for no other', () => {
    const text = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(text, text, text, (tag, body, more) => {
        const draft = { tag, name: tag, body: sealDraft({ tag, name: tag, body }, 'm') };
        expect(isSealed(draft)).toBe(true);
        expect(isSealed({ ...draft, body: `x${more}${draft.body}` })).toBe(false);
      }),
    );
  });
});
