import { describe, expect, it } from 'vitest';
import type { Lesson } from '../../../../../src/domain/memory/lesson.ts';
import { applyAll } from '../../../../../src/domain/memory/memory.ts';
import { handEdits } from '../../../../../src/domain/memory/page/hand-edits.ts';
import { archivePage, lessonsPage } from '../../../../../src/domain/memory/page/lesson-page.ts';
import { parseLessons } from '../../../../../src/domain/memory/page/lesson-parse.ts';
import { formatProblem } from '../../../../../src/domain/problem.ts';
import { lesson, memoryOf } from '../../../../support/lesson-samples.ts';

/** What people do to the page in a browser, and what the next night makes of it. */

const DAY = '2026-03-10';
const FIRST = lesson({ id: 'L1', claim: 'check_links fails when the host is slow at night.' });
const SECOND = lesson({ id: 'L2', claim: 'repo_status is cheap in the morning.', status: 'candidate' });
const OVER = lesson({
  id: 'L3',
  claim: 'dust settles by itself.',
  when: { directive: 'dust' },
  status: 'retired',
  retired: { day: '2026-03-05', reason: 'no room' },
});
const memory = memoryOf([FIRST, SECOND], [OVER]);
const PAGE = lessonsPage(memory.lessons);
const OWN = '### new\n\nCheck by day.\n\n- applies when: directive `check_links`\n';

const below = (heading: string, text: string) => PAGE.replace(`## ${heading}\n`, `## ${heading}\n\n${text}\n`);

/** The page of the next night; or the errors that people get. */
function nextPage(text: string): string | string[] {
  const page = parseLessons(text, 'lessons.md', DAY);
  const errors = page.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors.map(formatProblem);
  const { operations } = handEdits(memory, page, DAY);
  return lessonsPage(applyAll(memory, operations, DAY).lessons);
}
const told = (parts: Partial<Lesson>[]) => lessonsPage(parts.map((each) => lesson(each)));
const mine: Partial<Lesson> = {
  id: 'L4',
  claim: 'Check by day.',
  evidence: [],
  helpful: 0,
  harmful: 0,
  used: null,
  origin: 'person',
  pattern: undefined as never,
  since: DAY,
};

describe('a page that people edited', () => {
  it.each([
    ['trailing spaces', PAGE.replaceAll(/$/gm, '  ')],
    ['CRLF', PAGE.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${PAGE}`],
    ['spaces that do not break', PAGE.replaceAll('- applies when: ', '- applies\u00a0when:\u00a0')],
    ['tabs', PAGE.replaceAll('- ', '-\t')],
    ['no last line break', PAGE.trimEnd()],
    ['other line breaks', PAGE.replaceAll(/^(?!#)(.{40,60}) /gm, '$1\n')],
  ])('says the same with %s', (_, text) => {
    expect(nextPage(text)).toBe(PAGE);
  });

  it('takes a new lesson as it is meant right below the heading, above the remark of the section', () => {
    const { pattern: _, ...own } = { ...lesson(), ...mine };
    expect(nextPage(below('Active', OWN))).toBe(lessonsPage([FIRST, SECOND, own]));
    const empty = lessonsPage([]).replace('## Active\n', `## Active\n\n${OWN}`);
    expect(parseLessons(empty, 'lessons.md', DAY)).toMatchObject({
      problems: [],
      unnumbered: [{ claim: 'Check by day.' }],
    });
  });

  it('takes a lesson that was moved or brought back from the archive, and nothing else with it', () => {
    const block = PAGE.slice(PAGE.indexOf('### L2'));
    const moved = PAGE.replace(block, '').replace('## Active\n', `## Active\n\n${block}`);
    expect(nextPage(moved)).toBe(told([FIRST, { ...SECOND, status: 'active', origin: 'person' }]));
    const archive = archivePage([OVER]);
    const back = nextPage(below('Active', archive.slice(archive.indexOf('### L3'))));
    expect(back).toContain('### L3\n\ndust settles by itself.\n\n- applies when: directive `dust`');
  });

  it.each([
    ['a rule', '---', '---'],
    ['a remark', 'Anna: is this still so?', 'Anna: is this still so?'],
    ['a table', '| a | b |\n|---|---|', '| a | b | |---|---|'],
    ['a heading by underlining', 'Ideas\n-----', 'Ideas -----'],
  ])('names %s below a lesson, and makes no claim of it', (_, text, name) => {
    expect(nextPage(PAGE.replace('## Candidates', `${text}\n\n## Candidates`))).toEqual([
      expect.stringMatching(/^lessons\.md:34: found `/),
    ]);
    expect(nextPage(`${PAGE}\n${text}\n`)).toEqual([expect.stringContaining(`found \`${name}\` in no lesson`)]);
  });

  it('takes a claim that stands below the fields', () => {
    const turned = '### new\n\n- applies when: directive `check_links`\n\nCheck by day,\n\nand not at night.\n';
    const { unnumbered, problems } = parseLessons(
      below('Active', turned).replace(/_Proven.*_\n/, ''),
      'lessons.md',
      DAY,
    );
    expect(problems).toEqual([]);
    expect(unnumbered).toMatchObject([{ claim: 'Check by day, and not at night.' }]);
  });
});
