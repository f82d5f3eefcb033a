import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;
const project = (name: string, timeoutMs: number, options: { isolate?: boolean } = {}) => ({
  test: {
    name,
    root,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    ...options,
  },
});

/** Unit tests are pure and fast; the others start real processes and git repositories. */
export default defineConfig({
  test: {
    root,
    // The default leaves a core free, which on a runner with two is half of the machine.
    maxWorkers: '100%',
    projects: [
      // Pure: no test leaves anything behind for the next file, so that one process serves many.
      project('unit', 30_000, { isolate: false }),
      project('contract', 60_000),
      project('execution', 60_000),
      project('e2e', 120_000),
      project('landing', 10_000),
      project('workflows', 300_000),
      project('sandbox', 120_000),
      project('kill', 120_000),
    ],
  },
});
