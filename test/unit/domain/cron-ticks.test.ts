import { describe, expect, test } from 'vitest';
import { isReadableCron, ticksBetween } from '../../../src/domain/cron-ticks.ts';

const ticks = (cron: string, from: string, to: string, timezone = 'UTC') =>
  ticksBetween({ cron, timezone }, new Date(from), new Date(to))?.map((tick) => tick.toISOString());

describe('ticks', () => {
  test('begin with `from` itself and end before `to`', () => {
    expect(ticks('23 * * * *', '2026-03-04T14:23:00Z', '2026-03-04T16:23:00Z')).toEqual([
      '2026-03-04T14:23:00.000Z',
      '2026-03-04T15:23:00.000Z',
    ]);
    expect(ticks('23 * * * *', '2026-03-04T14:23:00.001Z', '2026-03-04T15:23:00Z')).toEqual([]);
  });

  test.each([
    ['7 */2 * * *', 360],
    ['41 3 * * *', 30],
    ['*/15 * * * *', 2880],
    ['30 5,17 * * MON-FRI', 44],
    // A day of the month or a day of the week: cron asks for either.
    ['0 0 1 * 1', 5],
    ['0 0 31 2 *', 0],
  ])('%s: %i in 30 days', (cron, count) => {
    expect(ticks(cron, '2026-03-04T14:30:00Z', '2026-04-03T14:30:00Z')).toHaveLength(count);
  });

  test('are five minutes apart at least, as GitHub starts them', () => {
    expect(ticks('* * * * *', '2026-03-04T00:00:00Z', '2026-03-05T00:00:00Z')).toHaveLength(288);
  });

  test('follow the time zone, and its summer time', () => {
    expect(ticks('0 9 * * *', '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
    ]);
  });
});

test.each(['@daily', '* * * * * *', '* * * *', '61 * * * *', 'L * * * *', '0 0 ? * 1', 'nonsense', ''])(
  '`%s` is no schedule of GitHub',
  (cron) => {
    expect(isReadableCron({ cron, timezone: 'UTC' })).toBe(false);
    expect(ticks(cron, '2026-03-04T00:00:00Z', '2026-03-05T00:00:00Z')).toBeUndefined();
  },
);

test('nor is one in a time zone that is none', () => {
  expect(isReadableCron({ cron: '0 9 * * *', timezone: 'Mars/Olympus' })).toBe(false);
});
