import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

/** The tests of scripts that only directives with `enabled: false` run: those that are switched on belong to `npm test`. */
function testsOfWhatIsOff(): string[] {
  const folder = `${root}directives`;
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
  const on = new Set<string>();
  const off = new Set<string>();
  for (const page of pages.filter((name) => name !== 'README.md')) {
    const text = readFileSync(`${folder}/${page}`, 'utf8');
    const scripts = /^enabled: false\s*$/m.test(text) ? off : on;
    for (const [, name = ''] of text.matchAll(/execution\/([\w-]+)\.ts/g)) scripts.add(name);
  }
  return [...off].filter((name) => !on.has(name)).flatMap((name) => [`${name}.test.ts`, `${name}.*.test.ts`]);
}

const off = testsOfWhatIsOff().map((name) => `test/execution/${name}`);
// Every pattern must name something, or vitest takes the project for one that includes all.
const NOTHING = 'test/execution/nothing-is-off.test.ts';

const project = (
  name: string,
  timeoutMs: number,
  options: { isolate?: boolean; include?: string[]; exclude?: string[] } = {},
) => ({
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
      // All of them, by name: a repair's gate asks for those of one script.
      project('execution', 60_000),
      project('scripts-on', 60_000, { include: ['test/execution/**/*.test.ts'], exclude: off }),
      project('scripts-off', 60_000, { include: [NOTHING, ...off] }),
      project('e2e', 120_000),
      project('long', 120_000),
      project('automations', 120_000),
      project('landing', 10_000),
      project('workflows', 300_000),
      project('sandbox', 120_000),
      project('kill', 120_000),
    ],
  },
});
