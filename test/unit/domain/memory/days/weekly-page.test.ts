import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figures } from '../../../../../src/domain/memory/days/day-summary.ts';
import { type WeekInput, weeklyPage, weeklyPath } from '../../../../../src/domain/memory/days/weekly-page.ts';
import type { Lesson } from '../../../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY } from '../../../../../src/domain/memory/memory.ts';
import { placed } from '../../../../support/ledger-samples.ts';
import { sweepLesson } from '../../../../support/lesson-samples.ts';
import { readPage, rowWidths } from '../../../../support/page-markdown.ts';

const lesson = (parts: Partial<Lesson> = {}) =>
  sweepLesson({ evidence: ['a'], origin: 'code', since: '2026-03-03', ...parts });
const failed = (signature: string, timestamp: string, message = 'no answer'): Figures =>
  placed({
    timestamp,
    result: 'failure',
    verification: 'unverified',
    failure: { kind: 'crash', message, signature, log_tail: '' },
  });
const cost = (dollars: number) => ({
  metrics: { cost: dollars, duration_s: 1, tokens_in: 0, tokens_out: 0, calls: [] },
});
const week = (parts: Partial<WeekInput> = {}): WeekInput => ({
  day: '2026-03-05',
  days: [],
  after: EMPTY_MEMORY,
  ...parts,
});

describe('the page of a week', () => {
  it('is called after its ISO week', () => {
    expect(weeklyPath('2027-01-01')).toBe('knowledge/weekly/2026-W53.md');
  });

  it('has a line for each day, a dash where nothing was recorded, and sums by directive and failure', () => {
    const days = [
      {
        day: '2026-03-02',
        hasPage: true,
        entries: [
          placed(cost(0.1)),
          failed('0123456789ab', '2026-03-02T10:00:00.000Z'),
          placed({ decision: 'post', ...cost(0.2) }),
        ],
      },
      { day: '2026-03-03', hasPage: false, entries: [] },
      { day: '2026-03-04', hasPage: false, entries: [failed('0123456789ab', '2026-03-04T10:00:00.000Z')] },
      {
        day: '2026-03-05',
        hasPage: true,
        entries: [
          placed({ flow: 'consolidate', decision: 'consolidate', ...cost(0.05) }),
          placed({ result: 'skipped', verification: 'unverified' }),
          placed({
            flow: 'heal',
            heal: {
              script: 'execution/sweep.ts',
              signature: '0123456789ab',
              entry: 'b',
              failed_at: '2026-03-04T10:00:00.000Z',
              cause: 'script',
              outcome: 'proposed',
              attempts: 1,
              before: null,
            },
          }),
        ],
      },
    ];
    const after = {
      ...EMPTY_MEMORY,
      lessons: [lesson(), lesson({ id: 'L1', since: '2026-03-01' })],
      retired: [
        lesson({ id: 'L2', status: 'retired', since: '2026-02-01', retired: { day: '2026-03-08', reason: 'past' } }),
        lesson({ id: 'L0', status: 'retired', since: '2026-02-01', retired: { day: '2026-03-01', reason: 'past' } }),
      ],
    };
    expect(weeklyPage(week({ days, after }))).toBe(`# Week 10 of 2026

2 March 2026 to 8 March 2026. **6 runs: 3 succeeded, 2 failed and 1 was skipped.** It cost $0.3500.

| day | runs | succeeded | failed | cost |
|---|--:|--:|--:|--:|
| [Monday 2](../daily/2026-03-02.md) | 3 | 2 | 1 | $0.3000 |
| Tuesday 3 | – | – | – | – |
| Wednesday 4 | 1 | 0 | 1 | $0 |
| [Thursday 5](../daily/2026-03-05.md) | 2 | 1 | 0 | $0.0500 |
| Friday 6 | – | – | – | – |
| Saturday 7 | – | – | – | – |
| Sunday 8 | – | – | – | – |

## By directive

| directive | runs | success | failed | cost |
|---|--:|--:|--:|--:|
| \`sweep\` | 5 | 50 % | 2 | $0.1000 |
| \`post\` | 1 | 100 % | 0 | $0.2000 |

## What failed

| directive | signature | times | when | what | then |
|---|---|--:|---|---|---|
| \`sweep\` | \`0123456789ab\` | 2 | Monday to Wednesday | \`no answer\` | a repair was proposed |

## What was learned

- [L3](../lessons.md) is new or reworded, active: The shop is closed at night.
- [L2](../archive.md) was retired (past): The shop is closed at night.
`);
  });

  it('says so where nothing happened', () => {
    const page = weeklyPage(week());
    expect(page).toContain('**No directive was run.** It cost nothing.');
    expect(page).toContain('## By directive\n\nNone was run.\n\n## What failed\n\nNothing.\n\n');
    expect(page).toContain('## What was learned\n\nNothing new.\n');
  });

  it('can not be broken by what others wrote, and stays small', () => {
    const nasty = fc
      .array(fc.constantFrom('|', '\\', '`', '\n', '#', '<b>', '![i](//e.example)', 'www.e.example', 'a@b.c', '漢'), {
        maxLength: 40,
      })
      .map((parts) => parts.join('').repeat(20));
    const entry = fc.tuple(nasty, nasty, fc.boolean()).map(([decision, text, isGood]) =>
      placed({
        decision,
        ...(isGood
          ? {}
          : { result: 'failure', failure: { kind: 'crash', message: text, signature: text, log_tail: '' } }),
      }),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 80 }), nasty, (entries, claim) => {
        const lessons = Array.from({ length: 60 }, (_, index) => lesson({ id: `L${index + 1}`, claim }));
        const days = [{ day: '2026-03-05', hasPage: true, entries }];
        const page = weeklyPage(week({ days, after: { ...EMPTY_MEMORY, lessons } }));
        const { headings, kinds, links } = readPage(page);
        expect(headings).toHaveLength(4);
        for (const kind of ['html', 'image', 'code', 'blockquote', 'thematicBreak']) expect(kinds).not.toContain(kind);
        expect(links.filter((url) => !url.startsWith('../'))).toEqual([]);
        for (const widths of rowWidths(page)) expect(new Set(widths).size).toBe(1);
        expect(Buffer.byteLength(page)).toBeLessThan(64 * 1024);
      }),
      { numRuns: 30 },
    );
  });
});
