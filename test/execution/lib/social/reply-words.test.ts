import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyProblem, replyText } from '../../../../execution/lib/social/reply-words.ts';

const ADA = { network: 'mastodon', author: 'ada@social.example' } as const;
const BOB = { network: 'bluesky', author: 'bob.example' } as const;
const SECRETS = ['abcd-efgh-ijkl-mnop'];

describe('the text of an answer', () => {
  it('names its recipient where the network needs it, and nobody else', () => {
    expect(replyText('@ada@social.example, like this.', ADA)).toBe('@ada@social.example like this.');
    expect(replyText('@bob.example like\n\nthis.\u202e', BOB)).toBe('like this.');
    expect(replyProblem(replyText('Like this.', ADA), ADA, SECRETS)).toBeUndefined();
    expect(replyProblem(replyText('In steward.yml, e.g. with Node.js 24.', BOB), BOB, SECRETS)).toBeUndefined();
  });

  it.each([
    ['', 'says nothing'],
    ['👍', 'says nothing'],
    ['Ask @carol about it', 'names somebody'],
    ['Ask ＠carol about it', 'names somebody'],
    ['See https://evil.example/x', 'address'],
    ['See www.evil.example', 'address'],
    ['See evil.com for more', 'address'],
    ['See evil.example/login', 'address'],
    ['See evil.de for more', 'address'],
    ['See ｅｖｉｌ。ｃｏｍ for more', 'address'],
    ['Click [here](x)', 'address'],
    ['Great #launch', 'hashtag'],
    ['word '.repeat(110), 'too long'],
    ['The password is abcd-efgh-ijkl-mnop', 'secret'],
    [`The key is ghp_${'a1B2'.repeat(10)}`, 'secret'],
  ])('may not be: %s', (reply, problem) => {
    expect(replyProblem(replyText(reply, BOB), BOB, SECRETS)).toContain(problem);
    expect(replyProblem(replyText(reply, ADA), ADA, SECRETS)).toContain(problem);
  });

  it('whatever a model writes, what passes calls nobody else, leads nowhere and fits', () => {
    const nasty = fc.array(
      fc.oneof(
        fc.constantFrom('@eve', 'https://e.vil', 'www.e.vil', '\u202e', '\u200b', '@', '://', ' ', '#x', '.com'),
        fc.string({ unit: 'grapheme', maxLength: 30 }),
      ),
    );
    fc.assert(
      fc.property(nasty, fc.constantFrom(ADA, BOB), (parts, to) => {
        const text = replyText(parts.join(''), to);
        if (replyProblem(text, to, SECRETS) !== undefined) return;
        expect(text.replace('@ada@social.example ', '')).not.toMatch(/@|:\/\/|\bwww\.|[\u200b\u202e]/);
        expect([...text].length).toBeLessThanOrEqual(2000);
      }),
    );
  });
});
