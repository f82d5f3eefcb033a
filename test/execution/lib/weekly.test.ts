import fc from 'fast-check';
import { parse } from 'node-html-parser';
import { describe, expect, it } from 'vitest';
import { ledgerRows } from '../../../execution/lib/ledger-days.ts';
import { addDays } from '../../../execution/lib/utc-days.ts';
import { weeklyChart } from '../../../execution/lib/weekly/weekly-chart.ts';
import { fullWeeksBefore, type Week, weeksOf } from '../../../execution/lib/weekly/weekly-numbers.ts';
import { weeklyPage } from '../../../execution/lib/weekly/weekly-page.ts';
import { entry, genesis, sealAll } from '../../support/ledger-samples.ts';
import { spentEntry } from '../../support/money-samples.ts';

const week = (monday: string, parts: Partial<Week> = {}): Week => ({
  monday,
  commits: 0,
  authors: 0,
  runs: 0,
  good: 0,
  cost: 0,
  ...parts,
});

const anyWeeks = fc
  .array(
    fc
      .record({ commits: fc.nat(5000), authors: fc.nat(50), runs: fc.nat(5000), cost: fc.nat(2_000_000_000) })
      .chain((numbers) => fc.nat(numbers.runs).map((good) => ({ ...numbers, good }))),
    { minLength: 2, maxLength: 26 },
  )
  .map((all) => all.map((parts, index) => week(addDays('2026-01-05', 7 * index), parts)));

describe('the weeks', () => {
  it('are full ones, from Monday to Sunday', () => {
    expect(fullWeeksBefore('2026-03-01', 2)).toEqual(['2026-02-09', '2026-02-16']);
    expect(fullWeeksBefore('2026-03-02', 2)).toEqual(['2026-02-16', '2026-02-23']);
  });

  it('hold what was committed, run and spent in them', () => {
    const records = [
      genesis,
      entry(),
      entry({ result: 'failure' }),
      spentEntry({ cost: 0.25 }, { flow: 'heal' }),
      entry({ verification: 'refuted' }),
    ];
    const rows = ledgerRows(
      sealAll(records)
        .map(({ line }) => line)
        .join('\n'),
    );
    const commits = [
      { day: '2026-03-01', author: 'Ada' },
      { day: '2026-03-02', author: 'Ada' },
      { day: '2026-03-08', author: 'Grace' },
      { day: '2026-03-09', author: 'Grace' },
    ];
    expect(weeksOf(['2026-02-23', '2026-03-02'], { commits, days: [{ day: '2026-03-04', rows }] })).toEqual([
      week('2026-02-23', { commits: 1, authors: 1 }),
      week('2026-03-02', { commits: 2, authors: 2, runs: 3, good: 1, cost: 25_000_000 }),
    ]);
  });

  it('are told with a trend against the four before', () => {
    const weeks = [
      ...[10, 10, 10, 10].map((commits, index) =>
        week(addDays('2026-02-02', 7 * index), { commits, authors: 1, runs: 20, good: 20, cost: 1_000_000 }),
      ),
      week('2026-03-02', { commits: 30, authors: 2, runs: 20, good: 18, cost: 500_000 }),
    ];
    const page = weeklyPage(weeks, { chart: 'weekly.svg', isShallow: false });
    expect(page).toContain('# Week of 2026-03-02 to 2026-03-08\n');
    expect(page).toContain(
      '**30 commits** by **2 authors**; **20 runs** of the agent, 90 % of them good; $0.0050 for models.',
    );
    expect(page).toContain('- Commits: 30, up from 10 a week in the 4 before');
    expect(page).toContain('- Runs: 20, about the same as 20 a week');
    expect(page).toContain('- Runs that were not good: 2, up from 0 a week');
    expect(page).toContain('- Cost: $0.0050, down from $0.0100 a week');
    expect(page).toContain('| 2026-03-02 | 30 | 2 | 20 | 90 % | $0.0050 |\n| 2026-02-23 | 10 |');
    const empty = weeklyPage([week('2026-02-23'), week('2026-03-02')], { chart: 'c', isShallow: true });
    expect(empty).toContain('**No commits**; **no runs** of the agent; $0.0000 for models.');
    expect(empty).toContain('This clone is shallow');
    expect(empty).not.toContain('a week in the');
  });
});

describe('the chart', () => {
  it('has a bar for each number, inside its panel, a text for who does not see it, and the same bytes each time', () => {
    fc.assert(
      fc.property(anyWeeks, (weeks) => {
        const text = weeklyChart(weeks);
        expect(text).toBe(weeklyChart(structuredClone(weeks)));
        expect(text).not.toMatch(/NaN|undefined|Infinity|null|e-\d/);
        const svg = parse(text, { comment: true });
        expect(svg.querySelectorAll('.commits')).toHaveLength(weeks.length);
        expect(svg.querySelectorAll('.good, .bad')).toHaveLength(weeks.length * 2);
        for (const bar of svg.querySelectorAll('rect')) {
          const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(bar.getAttribute(name)));
          expect(Math.min(x ?? -1, y ?? -1, width ?? -1, height ?? -1)).toBeGreaterThanOrEqual(0);
          expect((y ?? 0) + (height ?? 0)).toBeLessThanOrEqual(84.02);
          expect((x ?? 0) + (width ?? 0)).toBeLessThanOrEqual(640);
        }
        expect(svg.querySelector('desc')?.text).toContain(
          `Commits: ${weeks.map(({ commits }) => commits).join(', ')}.`,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is drawn to scale, and for light and dark', () => {
    const text = weeklyChart([
      week('2026-02-23', { commits: 5 }),
      week('2026-03-02', { commits: 10, cost: 1_000_000 }),
    ]);
    const heights = parse(text)
      .querySelectorAll('.commits')
      .map((bar) => bar.getAttribute('height'));
    expect(heights).toEqual(['42', '84']);
    expect(text).toContain('@media(prefers-color-scheme:dark)');
    expect(text).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^>]*role="img" aria-labelledby="title desc">\n<title/,
    );
    expect(text).not.toMatch(/<script|href|@import|url\(/);
    expect(text).toMatch(/<path class="cost" d="M[\d.,]+L[\d.,]+"/);
  });
});
