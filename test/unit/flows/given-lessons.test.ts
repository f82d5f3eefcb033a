import { expect, test } from 'vitest';
import { lessonsPage } from '../../../src/domain/memory/page/lesson-page.ts';
import { givenLessons } from '../../../src/flows/replay/given-lessons.ts';
import { sweepLesson } from '../../support/lesson-samples.ts';

const TODAY = '2026-03-04';
const given = (text: string) => givenLessons({ text, file: 'mine.md' }, TODAY);

test('a page of lessons is taken as it is, one without a number with the next', () => {
  const page = lessonsPage([sweepLesson()]);
  const own = '## Active\n\n### new\n\nBe early.\n\n- applies when: tag `any`\n';
  expect(given(page).map(({ id }) => id)).toEqual(['L3']);
  expect(given(page.replace('## Active\n', own)).map(({ id }) => id)).toEqual(['L3', 'L4']);
  expect(given(lessonsPage([]))).toEqual([]);
});

test('another file is not taken for a page without lessons', () => {
  for (const text of ['root:x:0:0:root:/root:/bin/bash\n', '', '{"lessons": []}'])
    expect(() => given(text)).toThrow(/--lessons mine\.md can not be used:\nmine\.md:1: found no section/);
});
