import { describe, expect, it } from 'vitest';
import { monthLine, seeds, thirtyDays } from '../support/thirty-days.ts';
import { feedWorld, thresholdWorld, uptimeWorld } from '../support/thirty-days-web-worlds.ts';

const WORLDS = { uptime_check: uptimeWorld, threshold_watch: thresholdWorld, feed_digest: feedWorld };

describe.each(seeds)('thirty days with faults, seed %i', (seed) => {
  it.each(Object.entries(WORLDS))('%s tells each fact once, and soon', { timeout: 300_000 }, async (name, world) => {
    const month = await thirtyDays(world, seed);
    // biome-ignore lint/suspicious/noConsole: one line for whoever runs the tests
    console.log(monthLine(name, seed, month));
    expect(month.complaints).toEqual([]);
    expect(month.faults).toBeGreaterThan(0);
  });
});
