import fc from 'fast-check';
import { boundedEvidence, type Lesson, lessonNumber, PATTERN_KINDS } from '../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/domain/memory/memory.ts';

/** A sound lesson, with what a test cares about. */
export function lesson(parts: Partial<Lesson> = {}): Lesson {
  return {
    id: 'L3',
    claim: 'check_links fails when example.com is slow at night; run it by day.',
    when: { directive: 'check_links' },
    evidence: ['20260304t143000-9f8e7d6c'],
    helpful: 3,
    harmful: 1,
    used: '2026-03-04',
    origin: 'code',
    pattern: 'failure',
    since: '2026-03-04',
    status: 'active',
    ...parts,
  };
}

/** A lesson of a model on one directive, without a pattern or a use; with what a test cares about. */
export const sweepLesson = (parts: Partial<Lesson> = {}): Lesson => ({
  id: 'L3',
  claim: 'The shop is closed at night.',
  when: { directive: 'sweep' },
  evidence: ['20260304t100000-0000aaaa', '20260305t100000-0000bbbb'],
  helpful: 0,
  harmful: 0,
  used: null,
  origin: 'model',
  since: '2026-03-04',
  status: 'active',
  ...parts,
});

/** As the nights would have left it: by number, the next number after all of them. */
export function memoryOf(lessons: readonly Lesson[], retired: readonly Lesson[] = []): Memory {
  const next = Math.max(0, ...[...lessons, ...retired].map(lessonNumber)) + 1;
  const byNumber = [...lessons].sort((a, b) => lessonNumber(a) - lessonNumber(b));
  return { ...EMPTY_MEMORY, next, lessons: byNumber, retired: [...retired] };
}

const day = fc
  .date({ min: new Date('2025-01-01T00:00:00Z'), max: new Date('2028-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const name = fc.constantFrom('check_links', 'repo_status', 'dust', 'a-b_c');
const entryId = fc.tuple(day, hex(8)).map(([date, rest]) => `${date.replaceAll('-', '')}t143000-${rest}`);

const NASTY = [
  ...['### new', '### L3', '## Active', '# Lessons', '- applies when: tag `any`', '* x', '+ x', '> x', '1. x', '12) x'],
  ...['---', '===', '=======', '<<<<<<< ours', '>>>>>>> theirs', '||||||| base', '```', '~~~', '<!-- x', '-->', '<b>'],
  ...[
    '&amp;',
    '&#96;',
    '\\',
    '\\\\',
    '\\`',
    '[x](http://y.z)',
    '![x](y)',
    '[^1]',
    '**x**',
    '__x__',
    'a_b',
    '_x_',
    '$x$',
  ],
  ...['http://a.b/c_d', 'www.a.b', '@octo', '#12', '| a | b |', '\n', '\r\n', '\t', '  ', '\u00a0', '\u2028', '\u200b'],
  ...['\u0000', '\ud800', '\ufeff', '\u202e', '\u{e0041}', '&#x20;', 'é', '漢', '👩‍🔧', 'plain words', '.', ')'],
];

/** Any text that a claim can be, most of it meant to break a page. */
export const anyClaim: fc.Arbitrary<string> = fc
  .oneof(
    fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
    fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...' \t\n\\`*_{}[]<>()#+-.!|~&;:@$=x1'), minLength: 1, maxLength: 60 }),
    fc.constantFrom('\u2028', '\\', ' ').map((char) => char.repeat(300)),
  )
  .map((claim) => claim.slice(0, 300));

const when = fc
  .record(
    {
      directive: name,
      signature: fc.oneof(hex(12), fc.constant('refuted')),
      tag: fc.constantFrom('any', 'task', 'dust'),
    },
    { requiredKeys: [] },
  )
  .filter((condition) => Object.keys(condition).length > 0);

/** A candidate or an active one, with any claim. */
export const anyLesson: fc.Arbitrary<Lesson> = fc.record(
  {
    id: fc.integer({ min: 1, max: 999 }).map((number) => `L${number}`),
    claim: anyClaim,
    when,
    evidence: fc.uniqueArray(entryId, { maxLength: 10 }).map(boundedEvidence),
    helpful: fc.maxSafeNat(),
    harmful: fc.nat(9),
    used: fc.option(day),
    origin: fc.constantFrom('code', 'model', 'person'),
    pattern: fc.constantFrom(...PATTERN_KINDS),
    since: day,
    status: fc.constantFrom('candidate', 'active'),
    proposed: day,
  },
  { requiredKeys: ['id', 'claim', 'when', 'evidence', 'helpful', 'harmful', 'used', 'origin', 'since', 'status'] },
);

/** Lessons with numbers of their own, by number. */
export const anyLessons: fc.Arbitrary<Lesson[]> = fc
  .uniqueArray(anyLesson, { selector: ({ id }) => id, maxLength: 12 })
  .map((lessons) => lessons.sort((a, b) => lessonNumber(a) - lessonNumber(b)));
