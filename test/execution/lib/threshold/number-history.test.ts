import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOwnerFile } from '../../../../execution/lib/owner-file.ts';
import {
  type HistoryRow,
  historyCsv,
  inOrder,
  parseHistory,
  withReading,
} from '../../../../execution/lib/threshold/number-history.ts';
import { sideOf, WATCHES_FILE, type Watch } from '../../../../execution/lib/threshold/watched-number.ts';

const row = (time: string, value?: number): HistoryRow => ({ time: `2026-03-0${time}:00.000Z`, value });

describe('a history', () => {
  it('has a row for a change, for a day, and for the first reading that failed', () => {
    const readings = [
      row('1T10:00'),
      row('1T11:00', 5),
      row('1T12:00', 5),
      row('2T10:00', 5),
      row('2T11:00'),
      row('2T12:00'),
      row('3T10:00'),
      row('3T11:00', 5),
    ];
    const rows = readings.reduce<readonly HistoryRow[]>(withReading, []);
    expect(rows).toEqual([row('1T11:00', 5), row('2T10:00', 5), row('2T11:00'), row('3T11:00', 5)]);
  });

  it('is in order of time, whatever a merge or a clock that was ahead made of it', () => {
    const [first, second, third] = [row('1T10:00', 1), row('2T10:00', 2), row('3T10:00', 3)];
    const merged = `time,value\n<<<<<<< HEAD\n${third.time},3\n=======\n${second.time},2\n>>>>>>> theirs\n`;
    expect(inOrder(parseHistory(merged) ?? [])).toEqual([second, third]);
    expect(withReading([second, third], first)).toEqual([first, second, third]);
  });

  it('is bounded, and the oldest go', () => {
    const rows = Array.from({ length: 1200 }, (_, index) => index).reduce<readonly HistoryRow[]>(
      (before, value) => withReading(before, { time: new Date(value * 60_000).toISOString(), value }),
      [],
    );
    expect(rows).toHaveLength(1000);
    expect(rows.at(-1)?.value).toBe(1199);
  });

  it('reads what it wrote, and no field of it is a formula', () => {
    const number = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Object.is(value, -0) ? 0 : value));
    fc.assert(
      fc.property(fc.array(fc.option(number, { nil: undefined })), (values) => {
        const rows = values.map((value) => ({ time: '2026-03-01T00:00:00.000Z', value }));
        const text = historyCsv(rows);
        expect(parseHistory(text)).toEqual(rows);
        expect(
          text.split('\n').every((line) => /^(time,value|2026-[\dTZ:.-]+,(-?[\d.]+(e[+-]\d+)?)?|)$/.test(line)),
        ).toBe(true);
      }),
    );
  });

  it('leaves out lines that are none, and is not somebody else’s file', () => {
    const merged =
      'time,value\n<<<<<<< HEAD\n2026-03-01T00:00:00.000Z,1\n=======\n2026-03-01T00:00:00.000Z,=1+1\n>>>>>>> x\n';
    expect(parseHistory(merged)).toEqual([{ time: '2026-03-01T00:00:00.000Z', value: 1 }]);
    expect(parseHistory('day,stars\n2026-03-01,5\n')).toBeUndefined();
    expect(parseHistory(undefined)).toEqual([]);
  });
});

describe('the side of a number', () => {
  const limits = { above: 10, below: 0, hysteresis: 2 } as Watch;
  it.each([
    [10, 'inside', 'inside'],
    [10.1, 'inside', 'above'],
    [9, 'above', 'above'],
    [8, 'above', 'inside'],
    [9, 'inside', 'inside'],
    [-1, 'above', 'below'],
    [1, 'below', 'below'],
    [2, 'below', 'inside'],
  ] as const)('%d after %s is %s', (number, before, expected) => {
    expect(sideOf(limits, number, before)).toBe(expected);
  });
});

describe('knowledge/watches.yml', () => {
  const problems = (entry: object) => parseOwnerFile(JSON.stringify({ watches: [entry] }), WATCHES_FILE).problems;
  const fine = { name: 'a', url: 'https://x.example/', json: '/a', above: 1 };
  it.each([
    [{}, []],
    [
      { name: '../a' },
      [
        '`watches[1].name`: found `"../a"`, expected lower case letters, digits and hyphens, 40 at most, such as build-minutes',
      ],
    ],
    [{ url: 'file:///etc/passwd' }, [expect.stringContaining('`watches[1].url`: found `"file:///etc/passwd"`')]],
    [{ css: 'b' }, [expect.stringContaining('expected one of `json`, `css` and `label`')]],
    [{ above: undefined }, [expect.stringContaining('expected `above`, `below` or both')]],
    [{ below: 1 }, [expect.stringContaining('expected `below` under `above`')]],
    [{ above: '5' }, ['`watches[1].above`: found `"5"`, expected a number such as 1.5']],
    [{ upper: 1 }, ['`watches[1]`: found the key `upper`, which means nothing here']],
  ])('%j', (more, expected) => {
    expect(problems({ ...fine, ...more })).toEqual(expected);
  });

  it.each([
    ['', []],
    ['- a', [expect.stringContaining('expected a mapping that begins with `watches:`')]],
    ['watches: 5', ['`watches`: found `5`, expected a list with a line for each']],
    ['watches: [5]', [expect.stringContaining('`watches[1]`: found `5`, expected `name:`')]],
    ['a: &a [1]\nwatches: *a', [expect.stringContaining('found `"an alias"`')]],
  ])('that is %j', (text, expected) => {
    expect(parseOwnerFile(text, WATCHES_FILE).problems).toEqual(expected);
  });
});
