import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanText,
  fittedText,
  POST_LIMITS,
  postedText,
  postLength,
} from '../../../../execution/lib/social/post-length.ts';
import { NETWORKS } from '../../../../execution/lib/social/queue-file.ts';

const URL = `https://example.org/${'a'.repeat(80)}`;

describe('the length of a post', () => {
  it('is counted as readers do, and an address as 23 on Mastodon', () => {
    for (const network of NETWORKS) expect(postLength('👩‍👩‍👧é🇩🇪', network)).toBe(3);
    expect(postLength(`Look: ${URL}`, 'mastodon')).toBe(29);
    expect(postLength(`Look: ${URL}`, 'bluesky')).toBe(106);
    expect(postLength('👩‍👩‍👧‍👦'.repeat(200), 'bluesky')).toBe(Number.POSITIVE_INFINITY);
  });

  it('with its address fits after fitting, whatever the text', () => {
    const text = fc.oneof(fc.lorem({ maxCount: 200 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 900 }));
    fc.assert(
      fc.property(text, fc.option(fc.constant(URL), { nil: undefined }), (given, url) => {
        const fitted = fittedText({ text: given, url });
        for (const network of NETWORKS)
          expect(postLength(postedText({ text: fitted, url }), network)).toBeLessThanOrEqual(POST_LIMITS[network]);
        expect(fittedText({ text: fitted, url })).toBe(fitted);
      }),
      { numRuns: 60 },
    );
  });

  it('cuts between words, and leaves alone what fits', () => {
    expect(fittedText({ text: 'Short and whole.' })).toBe('Short and whole.');
    const cut = fittedText({ text: 'word '.repeat(100) });
    expect(cut).toMatch(/^(word )+word…$/);
    expect(cut.length).toBeGreaterThan(290);
    expect(fittedText({ text: 'x'.repeat(1000) })).toBe(`${'x'.repeat(299)}…`);
  });

  it('does not count what nobody sees', () => {
    expect(cleanText('a\u202eb\u0000c\r\n\r\n\r\n\r\nd \u200b e')).toBe('a b c\n\nd e');
    expect(postedText({ text: `See ${URL} `, url: URL })).toBe(`See ${URL}`);
  });
});
