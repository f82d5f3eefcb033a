import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../domain/occurrence.ts';

/**
 * Keeps the type-stripped text of `sources` (TypeScript files, or folders of them) in `folder`, each named by the hash
 * of its source, and removes what is no longer one. Script children read it and can not write it: a compile cache, which
 * they would have to be able to write, one script could poison for the next.
 */
export async function keepStripped(folder: string, sources: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const known = new Set(await readdir(folder));
  const texts = await Promise.all((await typeScriptFiles(sources)).map((path) => readFile(path)));
  const wanted = new Map(texts.map((text) => [`${sha256(text)}.js`, text]));
  const missing = [...wanted].filter(([name]) => !known.has(name));
  for (const [name, text] of missing) await strip(join(folder, name), text.toString('utf8'));
  if (missing.length === 0) return;
  const stale = [...known].filter((name) => !wanted.has(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

async function strip(path: string, source: string): Promise<void> {
  let text: string;
  try {
    text = stripTypeScriptTypes(source, { mode: 'strip' });
  } catch {
    // Not erasable, or no TypeScript at all: the child tells of it with file and line.
    return;
  }
  const draft = `${path}.draft`;
  await writeFile(draft, text);
  await rename(draft, path);
}

async function typeScriptFiles(sources: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    sources.map(async (source) => {
      if (source.endsWith('.ts')) return [source];
      const names = await readdir(source, { recursive: true }).catch(() => []);
      return names.filter((name) => name.endsWith('.ts')).map((name) => join(source, name));
    }),
  );
  return files.flat();
}
