import { describe, expect, test } from 'vitest';
import { repeatCall } from '../../../src/retry/repeat-call.ts';
import { manualClock } from '../../support/manual-clock.ts';

/** Repeats while the list has waits left; an undefined wait ends it. */
async function run(
  waits: readonly (number | undefined)[],
  options: { attempts?: number; budgetMs?: number; random?: number } = {},
) {
  const clock = manualClock('2026-11-22T10:00:00.000Z', options.random ?? 0);
  let count = 0;
  const result = await repeatCall(
    async () => count++,
    (index) => waits[index],
    { clock, attempts: options.attempts ?? 3, deadlineMs: clock.now().getTime() + (options.budgetMs ?? 60_000) },
  );
  return { result, attempts: count, sleeps: clock.sleeps };
}

describe('the retry loop', () => {
  test('ends with the first result that needs no repeating', async () => {
    expect(await run([undefined])).toEqual({ result: 0, attempts: 1, sleeps: [] });
    expect(await run([0, undefined])).toEqual({ result: 1, attempts: 2, sleeps: [500] });
  });

  test('gives the last result when attempts run out, waiting twice as long each time', async () => {
    expect(await run([0, 0, 0, 0])).toEqual({ result: 2, attempts: 3, sleeps: [500, 1000] });
  });

  test('adds jitter', async () => {
    expect((await run([0, 0, 0], { random: 0.5 })).sleeps).toEqual([750, 1500]);
  });

  test('waits at least as long as it was asked to, never sooner', async () => {
    expect((await run([17_500, undefined])).sleeps).toEqual([17_500]);
    expect((await run([17_500, undefined], { random: 0.5 })).sleeps).toEqual([17_750]);
  });

  test('gives up at once when the wait would outlast the time', async () => {
    expect(await run([61_000, undefined])).toEqual({ result: 0, attempts: 1, sleeps: [] });
    expect(await run([40_000, 40_000, undefined])).toEqual({ result: 1, attempts: 2, sleeps: [40_000] });
  });

  test('passes on what goes wrong in the attempt itself', async () => {
    const broken = repeatCall(
      () => Promise.reject(new RangeError('a bug')),
      () => 0,
      { clock: manualClock(), attempts: 1, deadlineMs: Number.POSITIVE_INFINITY },
    );
    await expect(broken).rejects.toThrow('a bug');
  });
});
