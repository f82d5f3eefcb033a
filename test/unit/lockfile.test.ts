import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

/** npm leaves out what its registry did not serve when the lock was written, and `npm ci` then refuses everywhere. */
test('the lock file names every optional package, also those of other platforms', () => {
  const { packages } = Lock.parse(
    JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')),
  );
  const names = Object.keys(packages);
  const wanted = Object.entries(packages).flatMap(([by, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ by, name })),
  );
  const missing = wanted.filter(({ name }) => !names.some((key) => key.endsWith(`node_modules/${name}`)));
  expect(wanted.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
