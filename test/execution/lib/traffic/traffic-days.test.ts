import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../../../execution/lib/csv-file.ts';
import {
  differenceFrom,
  holesIn,
  mergeDays,
  plusDays,
  TRAFFIC_COLUMNS,
} from '../../../../execution/lib/traffic/traffic-days.ts';
import { addSnapshot, SOURCE_COLUMNS } from '../../../../execution/lib/traffic/traffic-sources.ts';
import type { Traffic } from '../../../../src/domain/forge-words.ts';

const TODAY = '2026-03-01';
const traffic = (views: Record<string, number>, clones: Record<string, number> = {}): Traffic => {
  const visits = (days: Record<string, number>) => ({
    count: 0,
    uniques: 0,
    days: Object.entries(days).map(([day, count]) => ({ day, count, uniques: Math.min(count, 2) })),
  });
  return { views: visits(views), clones: visits(clones), referrers: [], paths: [] };
};
const row = (day: string, cells: string) => {
  const [views = '', unique_visitors = '', clones = '', unique_cloners = ''] = cells.split(',');
  return { day, views, unique_visitors, clones, unique_cloners };
};

describe('the days of the archive', () => {
  it('are those that are over, with noughts where GitHub has none', () => {
    const rows = mergeDays([], traffic({ '2026-02-27': 5, [TODAY]: 9 }, { '2026-02-28': 1 }), TODAY);
    expect(rows).toHaveLength(13);
    expect(rows[0]).toEqual(row('2026-02-16', '0,0,0,0'));
    expect(rows.slice(-2)).toEqual([row('2026-02-27', '5,2,0,0'), row('2026-02-28', '0,0,1,1')]);
  });

  it('are corrected late, kept when they are old, and seen to be missing where nobody asked', () => {
    const archive = [row('2026-02-10', '7,1,0,0'), row('2026-02-27', '5,2,3,1')];
    const rows = mergeDays(archive, traffic({ '2026-02-27': 6 }), TODAY);
    expect(rows[0]).toEqual(archive[0]);
    expect(rows.slice(1, 6)).toEqual(['11', '12', '13', '14', '15'].map((day) => row(`2026-02-${day}`, ',,,')));
    expect(rows.at(-2)).toEqual(row('2026-02-27', '6,2,3,1'));
    expect(mergeDays(rows, traffic({ '2026-02-27': 6 }), TODAY)).toEqual(rows);
  });

  it('stay when the clock is behind, and are whole again when it is right', () => {
    const archive = mergeDays([row('2026-02-10', '7,1,0,0')], traffic({ '2026-02-27': 5 }), TODAY);
    const behind = mergeDays(archive, traffic({ '2026-02-27': 5 }), '2025-06-01');
    expect(behind.filter(({ day = '' }) => day >= '2026-02-10')).toEqual(archive);
    expect(holesIn(behind)).toEqual([]);
    expect(mergeDays(behind, traffic({ '2026-02-27': 5 }), TODAY).slice(-archive.length)).toEqual(archive);
  });

  it('take nothing over that is no day or no count', () => {
    const archive = [
      row('=1+1', '1,1,1,1'),
      row('2026-02-31', '1,1,1,1'),
      row('2026-02-20', '=2,1,1,1'),
      row('2199-01-01', '1,1,1,1'),
      row('0001-01-01', '1,1,1,1'),
    ];
    expect(mergeDays(archive, traffic({}), TODAY)).toEqual(mergeDays([], traffic({}), TODAY));
    expect(mergeDays([], traffic({ 'not a day': 3, '2026-13-01': 1 }), TODAY)).toHaveLength(13);
  });

  it('are whole, in order and bounded whatever was there before', () => {
    const day = fc.integer({ min: 0, max: 6000 }).map((count) => plusDays('2010-01-01', count));
    fc.assert(
      fc.property(fc.array(day, { maxLength: 20 }), day, fc.nat(99), (before, today, count) => {
        const said = traffic({ [plusDays(today, -1)]: count });
        const rows = mergeDays(
          before.map((each) => row(each, '1,1,1,1')),
          said,
          today,
        );
        expect(holesIn(rows)).toEqual([]);
        expect(rows.length).toBeLessThanOrEqual(3660);
        expect(differenceFrom(rows, said, today)).toBeUndefined();
        expect(mergeDays(rows, said, today)).toEqual(rows);
      }),
      { numRuns: 40 },
    );
  });

  it('are held against GitHub', () => {
    const rows = mergeDays([], traffic({ '2026-02-27': 5 }), TODAY);
    expect(differenceFrom(rows, traffic({ '2026-02-27': 6 }), TODAY)).toBe(
      '2026-02-27 had 6 views, and the archive says 5',
    );
    expect(holesIn([row('2026-02-27', ''), row('2026-02-27', ''), row('2026-03-05', '')])).toEqual([
      '2026-02-27',
      '2026-03-05',
    ]);
  });
});

describe('the sources', () => {
  const sources = (name: string): Traffic => ({
    ...traffic({}),
    referrers: [{ referrer: name, count: 2, uniques: 1 }],
  });

  it('are taken once a week, for a year', () => {
    let rows = addSnapshot([], sources('a'), TODAY);
    expect(addSnapshot(rows, sources('b'), '2026-03-07')).toEqual(rows);
    rows = addSnapshot(rows, sources('b'), '2026-03-08');
    expect(rows.map(({ taken, name }) => [taken, name])).toEqual([
      [TODAY, 'a'],
      ['2026-03-08', 'b'],
    ]);
    for (let week = 2; week < 70; week++) rows = addSnapshot(rows, sources('c'), plusDays(TODAY, 7 * week));
    expect(rows).toHaveLength(53);
  });

  it('are no formulas', () => {
    const names = ['=HYPERLINK("https://evil.example")', '+1', '-1', '@SUM(A1)', '\t=1', 'a,"b"\nc', '\u202eevil'];
    const [, ...lines] = csvText(
      SOURCE_COLUMNS,
      names.flatMap((name) => addSnapshot([], sources(name), TODAY)),
    )
      .trim()
      .split('\n');
    expect(lines).toHaveLength(names.length);
    for (const line of lines) expect(line.split(',')[2]).toMatch(/^"?(?:'[=+@-]|a|evil)/);
    expect(csvText(TRAFFIC_COLUMNS, [])).toBe('day,views,unique_visitors,clones,unique_cloners\n');
  });
});
