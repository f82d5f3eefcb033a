import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { boundedMap } from '../../../execution/lib/bounded-map.ts';

describe('a bounded map', () => {
  it.each([
    [2, 2],
    [9, 4],
  ])('of four items with a limit of %i has %i calls under way, and gives results in order', async (limit, expected) => {
    let open = 0;
    let most = 0;
    const results = await boundedMap([30, 10, 20, 1], limit, async (ms) => {
      most = Math.max(most, ++open);
      await sleep(ms);
      open--;
      return `${ms}`;
    });
    expect(results).toEqual(['30', '10', '20', '1']);
    expect([most, open]).toEqual([expected, 0]);
  });

  it('ends with the first error', async () => {
    const calls: number[] = [];
    const failing = boundedMap([1, 2, 3, 4], 1, async (item) => {
      calls.push(item);
      if (item === 2) throw new Error('two');
    });
    await expect(failing).rejects.toThrow('two');
    expect(calls).toEqual([1, 2]);
  });

  it('of nothing is nothing', async () => {
    expect(await boundedMap([], 3, () => Promise.reject(new Error('no item')))).toEqual([]);
  });
});
