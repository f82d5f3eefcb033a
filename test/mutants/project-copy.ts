import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImportGraph } from './import-graph.ts';

/** What the tests of the scripts need of the project. */
const PARTS = [
  'src',
  'execution',
  'directives',
  'test/support',
  'test/fixtures',
  'test/execution',
  'test/mutants',
  '.github/vitest.config.ts',
  'package.json',
  'tsconfig.json',
];

/** A copy of the project in which one script at a time is wrong. */
export interface ProjectCopy {
  path: string;
  /** Where its tests put their repositories. */
  temporary: string;
  /** Writes `text` over a file; `restore` gives it back. */
  change(file: string, text: string): Promise<{ restore(): Promise<void> }>;
}

/** A folder for copies; `clear` removes it with all that is in it. */
export async function openYard(): Promise<{ path: string; clear(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'steward-mutants-')));
  return { path, clear: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Copies the project at `root` into a folder of the yard. */
export async function copyProject(root: string, yard: string, name: string, graph: ImportGraph): Promise<ProjectCopy> {
  const [path, temporary] = [join(yard, name), join(yard, `${name}-tmp`)];
  await mkdir(temporary, { recursive: true });
  for (const part of PARTS) {
    await mkdir(dirname(join(path, part)), { recursive: true });
    await cp(join(root, part), join(path, part), { recursive: true });
  }
  await lendPackages(root, path, await packagesOfScripts(root, graph));
  return {
    path,
    temporary,
    async change(file, text) {
      const changed = join(path, file);
      const original = await readFile(changed, 'utf8');
      await writeFile(changed, text);
      return { restore: () => writeFile(changed, original) };
    },
  };
}

/**
 * Links to the packages of the project. Those that scripts load are copied: a script child may read its agent's
 * packages, and nothing that a link in their place leads to.
 */
async function lendPackages(root: string, path: string, copied: ReadonlySet<string>): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(path, 'node_modules')];
  const entries = (await readdir(from)).filter((name) => !name.startsWith('.'));
  const inScopes = entries
    .filter((name) => name.startsWith('@'))
    .map(async (scope) => (await readdir(join(from, scope))).map((name) => `${scope}/${name}`));
  const packages = [...entries.filter((name) => !name.startsWith('@')), ...(await Promise.all(inScopes)).flat()];
  for (const name of packages) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    if (copied.has(name)) await cp(join(from, name), join(to, name), { recursive: true });
    else await symlink(join(from, name), join(to, name));
  }
}

/** The packages that scripts and the child around them import, and what those depend on. */
async function packagesOfScripts(root: string, graph: ImportGraph): Promise<Set<string>> {
  const scripts = (await readdir(join(root, 'execution'))).filter((name) => name.endsWith('.ts'));
  const loaded = graph.reach(['src/child/start.js', ...scripts.map((name) => `execution/${name}`)]);
  const found = new Set([...loaded.keys()].flatMap((file) => graph.usesOf(file).packages));
  for (const name of found) {
    const manifest: { dependencies?: object } = JSON.parse(
      await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}'),
    );
    for (const dependency of Object.keys(manifest.dependencies ?? {})) found.add(dependency);
  }
  return found;
}
