import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { counted } from './lib/markdown-text.ts';
import { readIfThere, readReportBody } from './lib/report-file.ts';

const Installed = z.object({
  /** Set where the place is called otherwise than the package. */
  name: z.string().optional(),
  version: z.string().optional(),
  deprecated: z.string().optional(),
});
const Lock = z.object({ packages: z.record(z.string(), Installed) });
type Row = { name: string; version: string };

/**
 * Holds the page against the lock file: each package that the lock calls deprecated must be on it, and each version
 * that the page says is used must be installed.
 */
export default defineScript({
  summary: 'Checks that the page about dependencies agrees with package-lock.json.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/dependencies.md').describe('The page to check'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const installed = await readInstalled(context.workspace);
    if (!installed) return { ok: true, reason: `${file} exists; there is no lock file to compare it with` };
    const rows = usedVersions(page);
    const missing = installed.find((each) => each.deprecated && !rows.some((row) => isSame(row, each)));
    if (missing)
      return { ok: false, reason: `${file} does not say that ${missing.name} ${missing.version} is deprecated` };
    const invented = rows.find((row) => !installed.some((each) => isSame(row, each)));
    if (invented) return { ok: false, reason: `${file} names ${invented.name} ${invented.version}, not installed` };
    return { ok: true, reason: `${file} agrees with the lock file in ${counted(rows.length, 'row')}` };
  },
});

/** Every package in package-lock.json; undefined without that file. */
async function readInstalled(workspace: string): Promise<(Row & { deprecated?: string | undefined })[] | undefined> {
  const text = await readIfThere(join(workspace, 'package-lock.json'));
  if (text === undefined) return undefined;
  return Object.entries(Lock.parse(JSON.parse(text)).packages).map(([place, { name, version = '', deprecated }]) => ({
    name: name ?? place.split('node_modules/').at(-1) ?? '',
    version,
    deprecated,
  }));
}

/** Both tables begin with a package and a version, written as code. */
function usedVersions(page: string): Row[] {
  const rows = page.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm);
  return [...rows].map(([, name = '', version = '']) => ({ name, version }));
}

const isSame = (a: Row, b: Row): boolean => a.name === b.name && a.version === b.version;
