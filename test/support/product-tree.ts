import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tree } from './git-fixture.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The product's own scripts, and those of its directives that are named, switched on; nothing of them is written anew. */
export async function productTree(directives: readonly string[]): Promise<Record<string, string>> {
  const names = await readdir(join(root, 'execution'), { recursive: true });
  const scripts = names.filter((name) => name.endsWith('.ts')).map((name) => `execution/${name}`);
  const pages = directives.map((name) => `directives/${name}.md`);
  const files = await Promise.all(
    [...scripts, ...pages].map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const),
  );
  return Object.fromEntries(files.map(([path, text]) => [path, text.replace(/^enabled: false$/m, 'enabled: true')]));
}

/** A file of the tree with one text replaced; throws where it is not in it. */
export function changedIn(tree: Tree, path: string, change: { from: string; to: string }): Tree {
  const text = tree[path];
  if (typeof text !== 'string' || !text.includes(change.from)) throw new Error(`${path} has no ${change.from}`);
  return { ...tree, [path]: text.replaceAll(change.from, change.to) };
}
