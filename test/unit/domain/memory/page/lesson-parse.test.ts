import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lessonsPage } from '../../../../../src/domain/memory/page/lesson-page.ts';
import { parseLessons } from '../../../../../src/domain/memory/page/lesson-parse.ts';
import { formatProblem } from '../../../../../src/domain/problem.ts';
import { anyLessons, lesson } from '../../../../support/lesson-samples.ts';

const TODAY = '2026-03-05';
const read = (text: string) => parseLessons(text, 'lessons.md', TODAY);
const told = (text: string) => read(text).problems.map(formatProblem);
const page = (active: string, candidates = '') => `# Lessons\n## Active\n${active}\n## Candidates\n${candidates}\n`;
const FIELD = '- applies when: tag `any`';

describe('a page that a person wrote', () => {
  it('needs no more than a number, a claim and a condition', () => {
    expect(read(page(`### L7\nRun it by day.\n${FIELD}`))).toEqual({
      lessons: [
        {
          id: 'L7',
          claim: 'Run it by day.',
          when: { tag: 'any' },
          evidence: [],
          helpful: 0,
          harmful: 0,
          used: null,
          origin: 'person',
          since: TODAY,
          status: 'active',
        },
      ],
      unnumbered: [],
      problems: [],
    });
  });

  it('has new lessons without a number, in its order', () => {
    const { lessons, unnumbered, problems } = read(
      page(`### new\nB.\n${FIELD}\n### NEW ##\nA.\n${FIELD}`, `### new\nC.\n${FIELD}`),
    );
    expect(problems).toEqual([]);
    expect(lessons).toEqual([]);
    expect(unnumbered.map(({ claim, status }) => [claim, status])).toEqual([
      ['B.', 'active'],
      ['A.', 'active'],
      ['C.', 'candidate'],
    ]);
    expect(unnumbered[0]).not.toHaveProperty('id');
  });

  it('may be laid out in many ways', () => {
    const loose = `\uFEFFHello\r\n\r\n## ACTIVE ##\r\n\r\n_Any remark\r\nof ours._\r\n\r\n### l3\r\n* Origin: code (failure), since 2026-03-04\r\n+ last used: 2026-03-04\r\n- HARMFUL: 1\r\n- helpful 3\r\n- Applies when directive: check_links,\r\n  signature refuted\r\n\r\ncheck\\_links fails when example.com\r\n   is slow at night;\r\n\r\nrun it by day.\r\n\r\n- evidence: 20260304t143000-9f8e7d6c\r\n\r\n## Candidates`;
    expect(read(loose)).toEqual({
      lessons: [lesson({ when: { directive: 'check_links', signature: 'refuted' } })],
      unnumbered: [],
      problems: [],
    });
  });

  it('may hold a lesson that is copied from the archive', () => {
    const copied = lessonsPage([lesson()]).replace(
      'since 2026-03-04\n',
      'since 2026-03-04\n- retired 2026-04-01: it, was: old\n',
    );
    expect(read(copied)).toEqual({ lessons: [lesson()], unnumbered: [], problems: [] });
  });

  it('shows in its intro how a lesson looks, which is none; a fence left open takes nothing with it', () => {
    expect(read(lessonsPage([])).unnumbered).toEqual([]);
    const open = lessonsPage([lesson()]).replace(/```\n\nIt gets/, 'It gets');
    expect(read(open).lessons).toEqual([lesson()]);
  });
});

describe('what is wrong on a page is told with its line and a remedy', () => {
  const inLesson = (lines: string) => told(page(`### L1\nA claim.\n${lines}`));

  it.each([
    [
      '- helpful -3',
      'lessons.md:5: found `helpful` of `-3`, expected a whole number from 0. Leave the line out: the agent counts',
    ],
    [
      '- harmful: often',
      'lessons.md:5: found `harmful` of `often`, expected a whole number from 0. Leave the line out: the agent counts',
    ],
    [
      '- helpful 99999999999999999999',
      'lessons.md:5: found `helpful` of `99999999999999999999`, expected a whole number from 0. Leave the line out: the agent counts',
    ],
    [
      '- evidense: none',
      'lessons.md:5: found the field `evidense: none`, expected one of applies when, evidence, retired, helpful, harmful, last used, never used, origin, since, proposed. Did you mean `evidence`?',
    ],
    ['- helpful 1\n- helpful 2', 'lessons.md:6: found `helpful` a second time, expected each field once'],
    [
      '- last used yesterday',
      'lessons.md:5: found the day `yesterday`, expected a day such as 2026-03-04. Or leave it out',
    ],
    [
      '- last used 2026-02-30',
      'lessons.md:5: found the day `2026-02-30`, expected a day such as 2026-03-04. Or leave it out',
    ],
    ['- never used, last used 2026-03-04', 'lessons.md:5: found `never used` beside `last used`, expected one of them'],
    [
      '- origin: a ghost',
      'lessons.md:5: found the origin `a ghost`, expected a person, a model or code. Or leave it out',
    ],
    [
      '- origin: code (hunch)',
      'lessons.md:5: found the origin `code (hunch)`, expected a person, a model or code. Or leave it out',
    ],
    [
      `- evidence: \`${'x'.repeat(81)}\``,
      `lessons.md:5: found the evidence \`${'x'.repeat(60)}\`, expected ids of ledger entries, or \`none\``,
    ],
  ])('%s', (line, problem) => {
    expect(inLesson(`${line}\n${FIELD}`)).toEqual([problem]);
  });

  it.each([
    [
      '',
      'lessons.md:3: found no word on what it applies to, expected a condition. Add a line such as - applies when: directive `check_links`',
    ],
    [
      '- applies when:',
      'lessons.md:5: found no word on what it applies to, expected a condition. Add a line such as - applies when: directive `check_links`',
    ],
    [
      '- applies when: directive `Check Links`',
      'lessons.md:5: found the directive `Check Links`, expected the name of a directive, such as `check_links`',
    ],
    [
      '- applies when: directive `constructor`',
      'lessons.md:5: found the directive `constructor`, expected the name of a directive, such as `check_links`',
    ],
    [
      '- applies when: signature `3FA9`',
      'lessons.md:5: found the signature `3FA9`, expected a failure signature of 12 hexadecimal digits, or `refuted`',
    ],
    [
      '- applies when: tag `A!`',
      'lessons.md:5: found the tag `A!`, expected a tag such as `any`: lower case letters, digits, _ and -',
    ],
    [
      '- applies when: dirctive `x`',
      'lessons.md:5: found `dirctive x` as a condition, expected directive, signature or tag with a name. Did you mean `directive`?',
    ],
    [
      '- applies when: __proto__ `x`',
      'lessons.md:5: found `__proto__ x` as a condition, expected directive, signature or tag with a name',
    ],
    [
      '- applies when: tag `a`, tag `b`',
      'lessons.md:5: found a second tag, expected one of each. Write a lesson for each of them',
    ],
  ])('%s', (line, problem) => {
    expect(inLesson(line)).toEqual([problem]);
  });

  it.each([
    [page(`### L1\n${FIELD}`), 'lessons.md:3: found no claim, expected a sentence below the heading'],
    [
      page(`### L1\n${'x'.repeat(301)}\n${FIELD}`),
      'lessons.md:3: found a claim of 301 characters, expected at most 300. Say it shorter, or in two lessons',
    ],
    [
      page('A thought.\nOf two lines.'),
      'lessons.md:3: found `A thought. Of two lines.` in no lesson, expected lessons under `### L3`. Head a lesson of your own `### new`',
    ],
    [
      page(`### Links\nA.\n${FIELD}`),
      'lessons.md:3: found the heading `Links`, expected `### L3`. Head a lesson of your own `### new`',
    ],
    [
      page(`### L0\nA.\n${FIELD}`),
      'lessons.md:3: found the heading `L0`, expected `### L3`. Head a lesson of your own `### new`',
    ],
    [
      page(`# new\nA.\n${FIELD}`),
      'lessons.md:3: found the heading `new`, expected `### L3`. Head a lesson of your own `### new`',
    ],
    [
      `### L1\nA.\n${FIELD}\n${page('')}`,
      'lessons.md:1: found `L1` above the sections, expected lessons under `## Active` or `## Candidates`. Write `## Active` above it',
    ],
    [
      `${page('')}## Activ\n### L1\n`,
      'lessons.md:6: found the section `Activ`, expected the sections Active and Candidates. Did you mean `active`?',
    ],
    [
      '## Active\n',
      'lessons.md:1: found no section `## Candidates`, expected both sections. It may be empty; the next night puts it back',
    ],
  ])('%j', (text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  it('an empty page has neither section, so that nothing seems to be deleted', () => {
    expect(told('')).toHaveLength(2);
  });

  it('and the lessons that are sound are given', () => {
    const { lessons, problems } = read(page(`### L1\nA.\n${FIELD}\n### L2\nB.\n### L3\nC.\n${FIELD}\nodd: 1`));
    expect(lessons.map(({ id }) => id)).toEqual(['L1']);
    expect(problems.map(({ line }) => line)).toEqual([6, 10]);
  });

  it('a number that two lessons have is neither’s', () => {
    const { lessons, problems } = read(
      page(`### L1\nA.\n${FIELD}\n### L2\nB.\n${FIELD}`, `### L1\nC.\n${FIELD}\n### L1\nD.\n${FIELD}`),
    );
    expect(lessons.map(({ id }) => id)).toEqual(['L2']);
    expect(problems.map(formatProblem)).toEqual([
      'lessons.md:10: found `L1` a second time, first in line 3, expected each number once. Head one of them `### new`, or delete it',
      'lessons.md:13: found `L1` a second time, first in line 3, expected each number once. Head one of them `### new`, or delete it',
    ]);
  });

  it('lists 20 and says how many more there are', () => {
    const problems = told(page(`### L1\nA.\n${FIELD}\n${'- odd: 1\n'.repeat(50)}`));
    expect(problems).toHaveLength(21);
    expect(problems[20]).toBe('lessons.md:26: found and 30 more problems, expected none');
  });
});

describe('a page in the middle of a merge', () => {
  it('gives no lesson, and one problem for each block', () => {
    const sound = lessonsPage([lesson()]);
    const block = '<<<<<<< HEAD\na\n||||||| base\nb\n=======\nc\n>>>>>>> theirs\n';
    const { lessons, problems } = read(`${block}${sound}${block}`);
    expect(lessons).toEqual([]);
    expect(problems.map(({ line }) => line)).toEqual([1, sound.split('\n').length + 7]);
    expect(problems.map(formatProblem)[0]).toBe(
      'lessons.md:1: found the conflict marker `<<<<<<<`, expected a page that is merged. Keep what is right of both sides and delete the markers',
    );
  });

  it.each(['<<<<<<<', '=======', '>>>>>>> theirs', '||||||| base'])('also with a single %s left', (marker) => {
    expect(read(`${lessonsPage([lesson()])}${marker}\r\n`)).toMatchObject({ lessons: [], problems: [{}] });
  });

  it('is not seen in a rule, a quotation or a longer line of such signs', () => {
    expect(told(`> > > > > > >\n========\n<<<<<<\n${lessonsPage([])}`)).toEqual([]);
  });
});

describe('a hostile page', () => {
  const quickly = (text: string) => {
    const start = performance.now();
    const { lessons, problems } = read(text);
    // Far more than it takes, far less than quadratic time.
    expect(performance.now() - start).toBeLessThan(2000);
    expect(lessons).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(21);
    for (const problem of problems) expect(formatProblem(problem).length).toBeLessThan(400);
    return problems;
  };

  it('over 64 KB is not read', () => {
    const huge = quickly('### L1\n'.repeat(1_500_000));
    expect(huge.map(formatProblem)).toEqual([
      'lessons.md:1: found a page of 10254 KB, expected at most 64 KB. Delete what is not a lesson',
    ]);
    expect(quickly('漢'.repeat(22_000))).toHaveLength(1);
    expect(read(lessonsPage([lesson()]).padEnd(64 * 1024, '\n')).lessons).toHaveLength(1);
  });

  it.each([
    '#',
    ' ',
    '`',
    '\\',
    '&',
    '_',
    '\t',
    'l1',
    '### L1\n',
    '### new\n- ',
    '- a,',
    '- \n',
    ',',
    '```\n',
    '## \n',
    '- origin: a\n',
    '- evidence: `',
  ])('is read in linear time: %j', (piece) => {
    const start = page('### L1\nA.');
    const repeated = piece.repeat(Math.floor(60_000 / piece.length));
    quickly(repeated);
    quickly(start.replace('A.\n', repeated));
    quickly(start.replace('A.\n', `A.\n- evidence: ${repeated}`));
    quickly(start.replace('A.\n', `A.\n- applies when: ${repeated}`));
    quickly(start.replace('A.\n', `A.\n- ${repeated.replaceAll('\n', ' ')}`));
    quickly(start.replace('A.\n', `A.\n- origin: ${repeated}!`));
  });

  it('never throws, and what it gives can be written and read again', () => {
    const pieces = fc.constantFrom(
      '### L1',
      '### new',
      '## Active',
      '## Candidates',
      FIELD,
      '- helpful',
      '\n',
      ' ',
      '`',
      'x',
      '-',
      '&#10;',
      '\\',
      '<<<<<<< ',
    );
    const mangled = anyLessons.chain((lessons) =>
      fc
        .tuple(fc.nat(lessonsPage(lessons).length), fc.nat(40), fc.array(pieces, { maxLength: 6 }))
        .map(([at, cut, put]) => {
          const whole = lessonsPage(lessons);
          return whole.slice(0, at) + put.join('') + whole.slice(at + cut);
        }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          mangled,
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const { lessons } = read(text);
          expect(read(lessonsPage(lessons))).toEqual({ lessons, unnumbered: [], problems: [] });
        },
      ),
    );
  });
});
