import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedEvidence, type Lesson } from '../../../../../src/domain/memory/lesson.ts';
import { applyAll, EMPTY_MEMORY, Memory } from '../../../../../src/domain/memory/memory.ts';
import { Operation } from '../../../../../src/domain/memory/operation.ts';
import { handEdits, withNumbers } from '../../../../../src/domain/memory/page/hand-edits.ts';
import { lessonsPage } from '../../../../../src/domain/memory/page/lesson-page.ts';
import { parseLessons } from '../../../../../src/domain/memory/page/lesson-parse.ts';
import { anyClaim, anyLesson, anyLessons, lesson, memoryOf } from '../../../../support/lesson-samples.ts';

const DAY = '2026-03-05';
const read = (text: string) => parseLessons(text, 'lessons.md', DAY);
const edits = (memory: Memory, page: string) => handEdits(memory, read(page), DAY);
const FIELD = '- applies when: tag `any`\n';
const memory = memoryOf([lesson({ id: 'L1' }), lesson({ id: 'L3', status: 'candidate' })]);
const page = lessonsPage(memory.lessons);

describe('what people changed on the page', () => {
  it('is nothing where they changed nothing, however the page is laid out', () => {
    fc.assert(
      fc.property(anyLessons, (lessons) => {
        const own = memoryOf(lessons);
        const text = lessonsPage(lessons);
        expect(edits(own, text)).toEqual({ operations: [], problems: [] });
        expect(edits(own, text.replaceAll('\n', '\r\n'))).toEqual({ operations: [], problems: [] });
      }),
    );
  });

  it('is an edit of exactly what is different', () => {
    const reworded = page.replace('run it by day', 'run it at noon');
    expect(edits(memory, reworded).operations).toEqual([
      {
        op: 'edit',
        id: 'L1',
        claim: 'check_links fails when example.com is slow at night; run it at noon.',
        origin: 'person',
      },
    ]);
    const narrowed = page.replace('`check_links`\n- evidence', '`check_links`, tag `task`\n- evidence');
    expect(edits(memory, narrowed).operations).toEqual([
      { op: 'edit', id: 'L1', when: { directive: 'check_links', tag: 'task' }, origin: 'person' },
    ]);
    const moved = lessonsPage(memory.lessons.map((each) => ({ ...each, status: 'active' as const })));
    expect(edits(memory, moved).operations).toEqual([{ op: 'edit', id: 'L3', status: 'active', origin: 'person' }]);
  });

  it('is a lesson taken out', () => {
    expect(edits(memory, lessonsPage(memory.lessons.slice(1)))).toEqual({
      operations: [{ op: 'retire', id: 'L1', reason: 'a person took it out' }],
      problems: [],
    });
  });

  it('is none taken out while something on the page can not be read', () => {
    const broken = page.replace('### L1', '### 1').replace('run it by day.\n\n- applies', 'run.\n\n- applies');
    expect(edits(memory, broken).operations).toEqual([]);
    expect(edits(memory, `${page}=======\n`).operations).toEqual([]);
    expect(edits(memory, '').operations).toEqual([]);
    const half = `${lessonsPage(memory.lessons.slice(1)).replace('run it by day', 'run it at noon')}### new\n`;
    expect(edits(memory, half).operations).toMatchObject([{ op: 'edit', id: 'L3' }]);
  });

  it('is new lessons, with numbers in the order of the page beside those that a person gave', () => {
    const { operations, problems } = edits(
      memory,
      page
        .replace('## Candidates', `### new\nA.\n${FIELD}### L5\nB.\n${FIELD}## Candidates`)
        .concat(`### new\nC.\n${FIELD}`),
    );
    expect(problems).toEqual([]);
    expect(operations.map((operation) => operation.op === 'add' && operation.lesson)).toEqual(
      [
        { id: 'L5', claim: 'B.', status: 'active' },
        { id: 'L4', claim: 'A.', status: 'active' },
        { id: 'L6', claim: 'C.', status: 'candidate' },
      ].map((own) => ({
        ...own,
        when: { tag: 'any' },
        evidence: [],
        helpful: 0,
        harmful: 0,
        used: null,
        origin: 'person',
        since: DAY,
      })),
    );
    expect(applyAll(memory, operations, DAY).next).toBe(7);
    expect(withNumbers(read(`${page}### new\nC.\n${FIELD}`), memory.next).map(({ id }) => id)).toEqual(['L4']);
  });

  it('is kept under another number, where theirs was another lesson’s or is far ahead', () => {
    const { operations, problems } = edits(
      memory,
      `${page}### L2\nB.\n${FIELD}### L103\nB.\n${FIELD}### L104\nB.\n${FIELD}`,
    );
    expect(operations.map((operation) => operation.op === 'add' && operation.lesson.id)).toEqual(['L103', 'L4', 'L5']);
    expect(problems).toEqual([
      'L2: this number was another lesson’s; it becomes L4',
      'L104: the numbers are at L4 only; it becomes L5',
    ]);
  });

  it('is a retired lesson taken up again, with what stood behind its words', () => {
    const retired = lesson({
      id: 'L2',
      status: 'retired',
      retired: { day: '2026-03-01', reason: 'old' },
      proposed: DAY,
    });
    const own = memoryOf(memory.lessons, [retired]);
    const back = { ...retired, status: 'active' as const };
    const { operations, problems } = edits(own, lessonsPage([...own.lessons, back]));
    const { retired: _, ...kept } = back;
    expect(operations).toEqual([{ op: 'add', lesson: { ...kept, origin: 'person' } }]);
    expect(problems).toEqual([]);
    const after = applyAll(own, operations, DAY);
    expect(after.retired).toEqual([]);
    expect(after.lessons.map(({ id }) => id)).toEqual(['L1', 'L2', 'L3']);
    const reworded = edits(own, lessonsPage([...own.lessons, { ...back, claim: 'New words.' }])).operations[0];
    expect(reworded).toMatchObject({ lesson: { helpful: 0, harmful: 0, since: DAY, evidence: retired.evidence } });
    expect(reworded).not.toHaveProperty('lesson.retired');
  });

  it('is not what the agent keeps: that is put back, and said', () => {
    const tampered = page
      .replace('helpful 3, harmful 1, last used 2026-03-04', 'helpful 99, never used')
      .replace('`20260304t143000-9f8e7d6c`', '`invented`')
      .replace('code (failure), since 2026-03-04', 'a person, since 2020-01-01, proposed 2020-01-01');
    expect(edits(memory, tampered)).toEqual({
      operations: [],
      problems: [
        'L1: the agent keeps evidence, helpful, harmful, used, pattern, since, proposed, origin; what is changed there is put back',
      ],
    });
    const added = `${page}### new\nA.\n${FIELD}- helpful 9\n- evidence: \`invented\`\n`;
    expect(edits(memory, added).problems).toEqual([
      'L4: the agent keeps evidence, helpful; what is changed there is put back',
    ]);
  });

  it('is whose words they are: a person who rewords a lesson may say so', () => {
    const signed = page.replace('run it by day', 'run it at noon').replace('origin: code', 'origin: a person');
    expect(edits(memory, signed).problems).toEqual([]);
  });
});

/** What a person may do to each lesson of the page, and to the page. */
const plans = fc.record({
  known: fc.array(
    fc.record(
      {
        claim: anyClaim,
        when: fc.constantFrom({ tag: 'any' }, { directive: 'dust' }),
        status: fc.constantFrom('active' as const, 'candidate' as const),
        gone: fc.boolean(),
        helpful: fc.nat(99),
      },
      { requiredKeys: [] },
    ),
    { minLength: 12, maxLength: 12 },
  ),
  back: fc.boolean(),
  fresh: fc.array(anyLesson, { maxLength: 3 }),
});

describe('applied to the memory, the changes', () => {
  it('give the page in its canonical form, and nothing is left to change', () => {
    fc.assert(
      fc.property(anyLessons, anyLesson, plans, (lessons, old, plan) => {
        const given = lessons.filter(({ id }) => id !== old.id);
        const retired = { ...old, status: 'retired' as const, retired: { day: DAY, reason: 'old' } };
        const before = memoryOf(given, [retired]);
        const onPage = given.flatMap((each, index) => {
          const { gone, ...changes } = plan.known[index] ?? {};
          return gone ? [] : [{ ...each, ...changes }];
        });
        const numbered = plan.fresh.map((each, index) => ({ ...each, id: `L${900_000 + index}` }));
        const text = lessonsPage([...onPage, ...(plan.back ? [old] : []), ...numbered]).replaceAll(
          /^### L9\d{5}$/gm,
          '### new',
        );

        const { operations } = edits(before, text);
        for (const operation of operations) expect(Operation.parse(operation)).toEqual(operation);
        const after = applyAll(before, operations, DAY);
        expect(Memory.parse(after)).toEqual(after);

        const byStatus = [
          ...numbered.filter(({ status }) => status === 'active'),
          ...numbered.filter(({ status }) => status !== 'active'),
        ];
        const expected = [
          ...onPage.map((each) =>
            canonical(
              each,
              given.find(({ id }) => id === each.id),
            ),
          ),
          ...(plan.back ? [{ ...old, origin: 'person' as const }] : []),
          ...byStatus.map((each, index) => canonical({ ...each, id: `L${before.next + index}` }, undefined)),
        ];
        expect(lessonsPage(after.lessons)).toBe(lessonsPage(expected));
        expect(edits(after, lessonsPage(after.lessons))).toEqual({ operations: [], problems: [] });
      }),
    );
  });

  it('do the same whether or not the memory was empty before', () => {
    fc.assert(
      fc.property(anyLessons, (lessons) => {
        const numbered = lessons.map((each, index) => ({
          ...each,
          id: `L${index + 1}`,
          evidence: boundedEvidence(each.evidence),
        }));
        const after = applyAll(EMPTY_MEMORY, edits(EMPTY_MEMORY, lessonsPage(numbered)).operations, DAY);
        expect(lessonsPage(after.lessons)).toBe(lessonsPage(numbered.map((each) => canonical(each, undefined))));
      }),
    );
  });
});

/** What the memory must make of a lesson on the page. */
function canonical(onPage: Lesson, before: Lesson | undefined): Lesson {
  const { id, claim, when, status } = onPage;
  const person = { id, claim, when, status, origin: 'person' as const };
  const begun = { helpful: 0, harmful: 0, since: DAY };
  if (!before) return { ...person, ...begun, evidence: [], used: null };
  const isSame =
    claim === before.claim &&
    status === before.status &&
    JSON.stringify(sorted(when)) === JSON.stringify(sorted(before.when));
  if (isSame) return before;
  return { ...before, ...person, ...(claim === before.claim ? {} : begun) };
}

const sorted = (when: Lesson['when']) => Object.entries(when).sort();
