import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptContext } from '../../../src/script.ts';

/** A file to deploy. Its bytes are read again when they are needed: all at once they could be too many. */
export interface SiteFile {
  /** Relative to the folder, with forward slashes. */
  path: string;
  size: number;
  sha1: string;
}

export const MOST_FILES = 5000;
export const MOST_BYTES = 100 * 1024 * 1024;
/** A request travels to the agent as base64, which makes it longer by a third; see CALL_LIMIT_BYTES. */
export const MOST_FILE_BYTES = 10 * 1024 * 1024;
const LEFT_OUT = ['node_modules'];

/**
 * The files of a folder by path. Names with a dot in front (`.env`, `.git`), links and node_modules are left out; `problem`
 * says why the rest can not be deployed. Throws where the folder is a file.
 */
export async function readSiteFolder(
  context: ScriptContext,
  folder: string,
): Promise<{ files: SiteFile[] } | { problem: string }> {
  const root = join(context.workspace, folder);
  if (await isLinked(context, folder)) return { problem: `${folder} is a link, or lies behind one` };
  const paths = await pathsBelow(root, '');
  if (!paths) return { problem: `there is no folder ${folder}` };
  if (paths.length === 0) return { problem: `${folder} has no files` };
  if (paths.length > MOST_FILES) return { problem: `${folder} has over ${MOST_FILES} files` };
  const files: SiteFile[] = [];
  let bytes = 0;
  for (const path of paths.sort()) {
    const { size } = await stat(join(root, path));
    bytes += size;
    if (size > MOST_FILE_BYTES) return { problem: `${folder}/${path} has over ${MOST_FILE_BYTES} bytes` };
    if (bytes > MOST_BYTES) return { problem: `${folder} has over ${MOST_BYTES} bytes` };
    files.push({ path, size, sha1: sha1(await readFile(join(root, path))) });
  }
  return { files };
}

/** A link could show any other folder of the checkout to the world. */
async function isLinked({ workspace }: ScriptContext, folder: string): Promise<boolean> {
  const names = folder.split('/');
  for (let depth = 1; depth <= names.length; depth++) {
    const found = await lstat(join(workspace, ...names.slice(0, depth))).catch(() => undefined);
    if (found?.isSymbolicLink()) return true;
  }
  return false;
}

/** Undefined where the folder is not there. Stops as soon as there are too many. */
async function pathsBelow(root: string, under: string): Promise<string[] | undefined> {
  const entries = await entriesOf(join(root, under));
  if (!entries) return undefined;
  const paths: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || LEFT_OUT.includes(entry.name)) continue;
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isFile()) paths.push(path);
    else if (entry.isDirectory()) paths.push(...((await pathsBelow(root, path)) ?? []));
    if (paths.length > MOST_FILES) return paths;
  }
  return paths;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ERR_ACCESS_DENIED'].includes(code)) return undefined;
    throw error;
  }
}

export const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

/** One name for all that is in the folder: the same files give the same name. */
export const contentId = (files: readonly SiteFile[]): string =>
  createHash('sha256')
    .update(files.map(({ path, sha1 }) => `${sha1} ${path}\n`).join(''))
    .digest('hex');
