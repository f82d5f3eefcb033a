import { describe, expect, test } from 'vitest';
import { tickDelivery } from '../../../src/domain/tick-delivery.ts';

const now = new Date('2026-03-04T12:00:00Z');
const crons = [{ cron: '30 * * * *', timezone: 'UTC' }];
const ago = (...hours: number[]) => hours.map((each) => new Date(now.getTime() - each * 3_600_000));
const deliver = (from: number, runs: number[]) =>
  tickDelivery({ crons, runs: ago(...runs), from: ago(from)[0] ?? now, now });

describe('delivered ticks', () => {
  test('are counted against those that were due, the last hour left out', () => {
    expect(deliver(24, [1, 5, 9, 13, 20])).toEqual({
      expected: 23,
      delivered: 5,
      percent: 22,
      longestGapMs: 7 * 3_600_000,
    });
  });

  test('are never over 100 %, and complete where none was due', () => {
    expect(deliver(3, [0.2, 1.2, 2.2])).toMatchObject({ expected: 2, delivered: 3, percent: 100 });
    expect(deliver(0.5, [])).toMatchObject({ expected: 0, percent: 100 });
  });

  test('that never came make one gap of the whole time', () => {
    expect(deliver(24, [])).toMatchObject({ percent: 0, longestGapMs: 24 * 3_600_000 });
  });

  test('may come in any order', () => {
    expect(deliver(24, [20, 1, 13])).toEqual(deliver(24, [1, 13, 20]));
  });
});
