import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lesson } from '../../../../src/domain/memory/lesson.ts';
import { lessonLine } from '../../../../src/domain/memory/page/lesson-line.ts';
import {
  isKnownTag,
  knownTags,
  PROMPT_TOKENS,
  selectLessons,
  tagsOf,
} from '../../../../src/domain/memory/select-lessons.ts';
import { estimateTokens } from '../../../../src/domain/token-estimate.ts';
import { directive, option } from '../../../support/domain-samples.ts';
import { anyLessons, lesson } from '../../../support/lesson-samples.ts';

const links = directive({
  name: 'check_links',
  front: 'effects: repo\ndeliver: pull-request',
  tools: '- execution/check_links.ts\n- execution/summary.ts',
});
const dust = directive({ name: 'dust' });
const options = [option({ directive: links }), option({ directive: dust })];
const SIGNATURE = '3fa9c1d20b7e';
const OTHER = 'ffffffffffff';
const ids = (lessons: readonly Lesson[], signatures: Record<string, string> = {}) =>
  selectLessons(lessons, { options, signatures }).map(({ id }) => id);
const applies = (when: Lesson['when'], signatures: Record<string, string> = {}) =>
  ids([lesson({ when })], signatures).length === 1;

describe('a lesson applies to the options at hand', () => {
  it('by directive', () => {
    expect(applies({ directive: 'dust' })).toBe(true);
    expect(applies({ directive: 'sweep' })).toBe(false);
  });

  it('by the signature of a directive that is failing', () => {
    expect(applies({ signature: SIGNATURE })).toBe(false);
    expect(applies({ signature: SIGNATURE }, { dust: SIGNATURE })).toBe(true);
    expect(applies({ signature: SIGNATURE }, { dust: OTHER })).toBe(false);
    expect(applies({ signature: SIGNATURE }, { sweep: SIGNATURE })).toBe(false);
  });

  it('by directive and signature where it fails so, or not at all: a known failure is worth knowing beforehand', () => {
    const when = { directive: 'dust', signature: SIGNATURE };
    expect(applies(when, { dust: SIGNATURE })).toBe(true);
    expect(applies(when)).toBe(true);
    expect(applies(when, { check_links: OTHER })).toBe(true);
    expect(applies(when, { dust: OTHER })).toBe(false);
    expect(applies({ ...when, directive: 'sweep' }, { dust: SIGNATURE })).toBe(false);
  });

  it('by tag, which with a directive must be of that one', () => {
    expect(applies({ tag: 'any' })).toBe(true);
    expect(applies({ tag: 'pull-request' })).toBe(true);
    expect(applies({ tag: 'task' })).toBe(false);
    expect(applies({ directive: 'check_links', tag: 'pull-request' })).toBe(true);
    expect(applies({ directive: 'dust', tag: 'pull-request' })).toBe(false);
    expect(applies({ signature: SIGNATURE, tag: 'pull-request' }, { dust: SIGNATURE })).toBe(false);
    expect(applies({ signature: SIGNATURE, tag: 'any' })).toBe(false);
  });

  it('is not found in what every object answers to', () => {
    const named = { ...dust, name: 'constructor' };
    const view = { options: [option({ directive: named })], signatures: {} };
    const known = lesson({ when: { directive: 'constructor', signature: SIGNATURE } });
    expect(selectLessons([known], view)).toEqual([known]);
  });

  it('is none without an option, and never a retired one', () => {
    expect(selectLessons([lesson({ when: { tag: 'any' } })], { options: [], signatures: {} })).toEqual([]);
    expect(ids([lesson({ status: 'retired' })])).toEqual([]);
  });
});

describe('of those that apply', () => {
  const of = (id: string, parts: Partial<Lesson> = {}) => lesson({ id, when: { directive: 'dust' }, ...parts });

  it('active ones come first, then at most 3 candidates', () => {
    const candidates = ['L1', 'L2', 'L3', 'L4'].map((id) => of(id, { status: 'candidate', helpful: 9 }));
    expect(ids([...candidates, of('L5'), of('L6')])).toEqual(['L5', 'L6', 'L1', 'L2', 'L3']);
  });

  it('the closest comes first, then what helped most, was used last, is oldest', () => {
    const lessons = [
      of('L10'),
      of('L9'),
      of('L8', { used: '2026-03-05' }),
      of('L7', { used: null }),
      of('L6', { harmful: 0 }),
      of('L5', { when: { tag: 'any' }, helpful: 99 }),
      of('L4', { when: { directive: 'dust', signature: SIGNATURE }, helpful: 0 }),
    ];
    const expected = ['L4', 'L6', 'L8', 'L9', 'L10', 'L7', 'L5'];
    expect(ids(lessons, { dust: SIGNATURE })).toEqual(expected);
    expect(ids([...lessons].reverse(), { dust: SIGNATURE })).toEqual(expected);
    // Beforehand it is as close as its directive.
    expect(ids(lessons).at(-2)).toBe('L4');
  });

  it('so many are shown as their lines have tokens for, the best of them', () => {
    const many = Array.from({ length: 60 }, (_, index) => of(`L${index + 1}`, { claim: 'slow '.repeat(59).trim() }));
    const shown = ids(many);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown).toEqual(many.slice(0, shown.length).map(({ id }) => id));
    expect(tokens(many.slice(0, shown.length + 1))).toBeGreaterThan(PROMPT_TOKENS);
  });

  it('none is shown twice, and all fit, whatever the lessons are', () => {
    fc.assert(
      fc.property(anyLessons, (lessons) => {
        const shown = selectLessons(lessons, { options, signatures: { dust: SIGNATURE } });
        expect(new Set(shown).size).toBe(shown.length);
        expect(lessons).toEqual(expect.arrayContaining(shown));
        expect(tokens(shown)).toBeLessThanOrEqual(PROMPT_TOKENS);
      }),
    );
  });
});

const tokens = (lessons: readonly Lesson[]) =>
  lessons.reduce((sum, each) => sum + estimateTokens(`${lessonLine(each)}\n`), 0);

describe('tags', () => {
  it('are scripts, effects, delivery, what asked, and any', () => {
    expect(tagsOf(option({ directive: links }))).toEqual([
      'check_links',
      'summary',
      'repo',
      'pull-request',
      'slot',
      'any',
    ]);
    const asked = (id: string) => tagsOf(option({ directive: dust, id }));
    expect(asked('task:17')).toEqual(['sweep', 'external', 'commit', 'task', 'any']);
    expect(asked('event:x')).toContain('event');
    expect(asked('dispatch:x')).toContain('dispatch');
    expect(asked('ghost:x')).toEqual(['sweep', 'external', 'commit', 'any']);
  });

  it('are known where an option could have them', () => {
    const known = knownTags([links, dust]);
    expect(known).toEqual([...new Set(known)]);
    for (const each of options) for (const tag of tagsOf(each)) expect(isKnownTag(tag, [links, dust])).toBe(true);
    expect(isKnownTag('none', [])).toBe(true);
    expect(isKnownTag('summary', [dust])).toBe(false);
    expect(isKnownTag('constructor', [links, dust])).toBe(false);
  });
});
