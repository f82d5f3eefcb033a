import { describe, expect, it } from 'vitest';
import { hasMarker, MARKER_PATTERN, withMarker } from '../../../../src/domain/forge-words.ts';
import { EMPTY_STATE } from '../../../../src/domain/ledger-state.ts';
import {
  bulletFor,
  confirmedLessons,
  isLessonOf,
  lessonBody,
  lessonBranch,
  lessonMarker,
  lessonMessage,
  sectionFor,
} from '../../../../src/domain/memory/directive-lesson.ts';
import type { Lesson } from '../../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY } from '../../../../src/domain/memory/memory.ts';
import { computeOptions } from '../../../../src/domain/option.ts';
import { directive } from '../../../support/domain-samples.ts';
import { sweepLesson } from '../../../support/lesson-samples.ts';
import { readPage } from '../../../support/page-markdown.ts';

const lesson = (parts: Partial<Lesson> = {}) => sweepLesson({ helpful: 1, ...parts });
const ready = (...lessons: Lesson[]) => confirmedLessons({ ...EMPTY_MEMORY, lessons }).map((each) => each.lesson.id);
const AT = { serverUrl: 'https://github.com', repository: 'octo/house', branch: 'main' };

describe('a lesson that is ready for its directive', () => {
  it('was confirmed three times, by entries and by decisions', () => {
    expect(ready(lesson())).toEqual(['L3']);
    expect(ready(lesson({ helpful: 0 }))).toEqual([]);
    expect(ready(lesson({ evidence: [], helpful: 3 }))).toEqual(['L3']);
    expect(ready(lesson({ evidence: ['a', 'a', 'a'], helpful: 0 }))).toEqual([]);
  });

  it.each<[string, Partial<Lesson>]>([
    ['a candidate', { status: 'candidate' }],
    ['one that was proposed already', { proposed: '2026-03-04' }],
    ['one that is of no one directive', { when: { signature: '0123456789ab' } }],
    ['one that has failed as often as it helped', { harmful: 1 }],
  ])('is not %s', (_, parts) => {
    expect(ready(lesson(parts))).toEqual([]);
  });

  it('comes before those that were confirmed less, and older ones', () => {
    expect(ready(lesson({ id: 'L12' }), lesson({ id: 'L2' }), lesson({ id: 'L9', helpful: 5 }))).toEqual([
      'L9',
      'L2',
      'L12',
    ]);
  });

  it('is a known failure mode where it is about a failure, else a boundary', () => {
    expect(sectionFor(lesson({ when: { directive: 'sweep', signature: 'refuted' } }))).toBe('Known Failure Modes');
    expect(sectionFor(lesson({ when: { directive: 'sweep', tag: 'night' } }))).toBe('Boundaries');
  });
});

describe('its proposal', () => {
  it('has a branch that no directive can have, so that none waits for it', () => {
    const own = directive({ name: 'lesson', front: 'every: 1d\ndeliver: pull-request' });
    const offered = (branch: string) =>
      computeOptions({
        now: new Date('2026-03-04T14:30:00Z'),
        directives: [own],
        state: EMPTY_STATE,
        requests: [],
        secrets: new Set(),
        onlyRequests: false,
        waiting: new Map([[branch, 'its proposal #1']]),
      }).options.length;
    expect(lessonBranch('lesson')).toBe('steward/_lesson/lesson');
    expect(offered(lessonBranch('lesson'))).toBe(1);
    expect(offered('steward/lesson/lesson')).toBe(0);
  });

  it('is found again by its marker, and by its directive', () => {
    const marker = lessonMarker({ lesson: lesson(), directive: 'a'.repeat(64) });
    expect(marker).toMatch(MARKER_PATTERN);
    const text = withMarker('x', marker);
    expect(hasMarker(text, marker)).toBe(true);
    expect(isLessonOf(text, 'a'.repeat(64))).toBe(true);
    expect(isLessonOf(text, 'a'.repeat(63))).toBe(false);
  });

  it('writes the claim so that it shows letter by letter, and is no placeholder', () => {
    expect(bulletFor(lesson({ claim: 'Fails for {topic}' }))).toBe('Fails for (topic)');
    expect(bulletFor(lesson({ claim: '- a <b> `c` <!-- d -->' }))).toBe('\\- a \\<b> \\`c\\` \\<! -- d -->');
    expect(bulletFor(lesson({ claim: '1. a' }))).toBe('1\\. a');
  });

  it('says what, why, on what evidence, and what to do', () => {
    const commits = new Map([['20260304t100000-0000aaaa', 'c'.repeat(40)]]);
    const evidence = [...lesson().evidence, 'odd `id`'];
    const confirmed = {
      lesson: lesson({ evidence, when: { directive: 'sweep', signature: 'refuted' } }),
      directive: 'sweep',
    };
    expect(
      lessonBody(confirmed, { ...AT, commits }),
    ).toBe(`This was learned about \`sweep\`, and has been confirmed often enough to stand in its directive:

> The shop is closed at night.

It becomes one line under **Known Failure Modes** of \`directives/sweep.md\`. Nothing else is changed.

## Why

- [lesson L3](https://github.com/octo/house/blob/main/knowledge/lessons.md#l3), in the words of a model; in these words since 2026-03-04
- it rests on 3 ledger entries
- 1 decision that used it came out well, 0 did not
- failure signature: \`refuted\`

## Evidence

- [\`20260304t100000-0000aaaa\`](https://github.com/octo/house/commit/${'c'.repeat(40)})
- [\`20260305t100000-0000bbbb\`](https://github.com/octo/house/blob/main/knowledge/daily/2026-03-05.md)
- \`odd id\`

**To accept** merge it, reworded as you like: from then on every run of \`sweep\` is decided with it. **To decline** close it: it is not proposed again, and stays a lesson in \`knowledge/lessons.md\`, where you can take it out. Until then \`sweep\` runs as before, and no other lesson is proposed for it.`);
  });

  it('has no markup of the claim’s own', () => {
    const claim = '@octo <img src=x> [a](https://evil.example) ![b](//evil.example) # c https://evil.example';
    const body = lessonBody(
      { lesson: lesson({ claim, evidence: [] }), directive: 'sweep' },
      { ...AT, commits: new Map() },
    );
    const { kinds, links, text } = readPage(body);
    expect(kinds).not.toContain('html');
    expect(links).toEqual(['https://github.com/octo/house/blob/main/knowledge/lessons.md#l3']);
    expect(text).not.toMatch(/@octo/);
  });

  it('is a commit that says which lesson it is, and on which entry it rests', () => {
    expect(lessonMessage({ lesson: lesson(), directive: 'sweep' })).toBe(
      [
        'lesson: note L3 in directives/sweep.md',
        '',
        'The shop is closed at night.',
        '',
        'Steward-Id: 20260305t100000-0000bbbb',
        'Steward-Directive: sweep',
        'Steward-Lesson: L3',
        '',
      ].join('\n'),
    );
    expect(lessonMessage({ lesson: lesson({ evidence: [] }), directive: 'sweep' })).not.toContain('Steward-Id');
  });
});
