import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NETWORKS,
  parseQueueFile,
  printQueueFile,
  type QueuedPost,
} from '../../../../execution/lib/social/queue-file.ts';

const FILE = 'social/queue/news.md';
const parsed = (text: string, file = FILE) => parseQueueFile(file, text);

describe('a file of the queue', () => {
  it('may be nothing but its text, and goes to every network then', () => {
    expect(parsed('News\n')).toEqual({
      post: { id: 'news', text: 'News', networks: ['bluesky', 'mastodon'], posted: {} },
    });
    expect(parsed('---\r\nnot_before: 2026-03-05\r\n---\r\nNews\r\n')).toMatchObject({
      post: { text: 'News', notBefore: '2026-03-05' },
    });
  });

  it('has an answer go to where the question is, whatever else it says', () => {
    expect(parsed('---\nreply_to: mastodon:12\nnetworks: [bluesky]\n---\nYes')).toMatchObject({
      post: { networks: ['mastodon'] },
    });
  });

  it.each([
    ['---\nurl: https://a.b/\nNews', 'front matter without an end', '`---`'],
    ['---\nurl: https://a.b/\n---\n \n', 'no text', 'the text of the post'],
    ['---\nurl: [\n---\nx', 'front matter that does not parse', 'YAML'],
    ['---\n- a\n---\nx', 'no keys', 'YAML'],
    ['---\nnetworks: [myspace]\n---\nx', 'networks: ["myspace"]', 'one of bluesky, mastodon'],
    ['---\nnetworks: []\n---\nx', 'networks: []', 'at least one network'],
    ['---\nnetworks: bluesky\n---\nx', 'networks: "bluesky"', 'a list'],
    ['---\nnot_before: tomorrow\n---\nx', 'not_before: "tomorrow"', '2026-03-05'],
    ['---\nnot_before: 2026-13-05\n---\nx', 'not_before: "2026-13-05"', '2026-03-05'],
    ['---\nurl: javascript:alert(1)\n---\nx', 'url: "javascript:alert(1)"', 'https://'],
    ['---\nreply_to: https://a.b/1\n---\nx', 'reply_to: "https://a.b/1"', 'at://did'],
    ['---\nwhen: now\n---\nx', 'the key when', 'only networks'],
    ['---\na: &a [*a]\n---\nx', 'front matter', 'YAML'],
    ['---\nconstructor: 1\n---\nx', 'the key constructor', 'only networks'],
    ['x'.repeat(5001), '5001 characters', 'at most 5000'],
  ])('is no post: %j', (text, found, expected) => {
    const read = parsed(text);
    if (!('problem' in read)) throw new Error('it was read');
    expect(read.problem.file).toBe(FILE);
    expect(read.problem.found).toContain(found);
    expect(read.problem.expected).toContain(expected);
  });

  it('has a name that fits a path', () => {
    for (const name of ['Bad Name', '-a', '..', 'ä', 'x'.repeat(81)])
      expect(parsed('x', `social/queue/${name}.md`)).toMatchObject({ problem: { found: 'its name' } });
  });

  it('that was printed reads the same, whatever is in it', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => text.replace(/[\p{Cc}\p{Cf}]/gu, '').trim() || 'x');
    const post = fc.record(
      {
        id: fc.constant('news'),
        text: line,
        networks: fc.constantFrom([...NETWORKS], [NETWORKS[0]], [NETWORKS[1]]),
        notBefore: fc.constantFrom('2026-03-05', '2026-12-31'),
        url: fc.constant('https://a.b/c?d=e#f'),
        source: line,
        note: line,
        queued: fc.constant('2026-03-01T12:00:00.000Z'),
        posted: fc.constantFrom({}, { bluesky: 'https://bsky.app/profile/did:plc:a/post/b' }),
        postedAt: fc.constant('2026-03-01T12:00:00.000Z'),
        refused: fc.record({ mastodon: line }),
      },
      { requiredKeys: ['id', 'text', 'networks', 'posted'] },
    );
    fc.assert(
      fc.property(post, (given) => {
        // A text of dashes alone would be front matter without it.
        expect(parsed(printQueueFile(given as unknown as QueuedPost))).toEqual({ post: given });
      }),
    );
  });
});
