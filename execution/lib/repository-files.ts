import type { ScriptContext } from '../../src/script.ts';

/** What git tracks: what a reader on GitHub finds. Ignored and forgotten files are not there, however they look here. */
export interface RepositoryFiles {
  files: ReadonlySet<string>;
  folders: ReadonlySet<string>;
  /** Paths of symbolic links, which are also in `files`. */
  symlinks: ReadonlySet<string>;
  /** Paths of other repositories; what is inside can not be told from here. */
  submodules: ReadonlySet<string>;
  /** The tracked path that differs from this one in case only. */
  otherCase(path: string): string | undefined;
}

/** What the agent writes about the repository is not the repository's documentation. */
export const NO_DOCUMENTATION = ['ledger/', 'knowledge/reports/'];

const SYMLINK = '120000';
const SUBMODULE = '160000';

export async function readRepositoryFiles(context: ScriptContext): Promise<RepositoryFiles> {
  const entries = (await context.git(['ls-files', '-z', '-s']))
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => ({ mode: entry.slice(0, 6), path: entry.slice(entry.indexOf('\t') + 1) }));
  const withMode = (mode: string) => new Set(entries.filter((entry) => entry.mode === mode).map(({ path }) => path));
  const submodules = withMode(SUBMODULE);
  const files = new Set(entries.map(({ path }) => path).filter((path) => !submodules.has(path)));
  const folders = new Set(['', ...submodules, ...[...files].flatMap(foldersAbove)]);
  const byLowerCase = new Map([...folders, ...files].map((path) => [path.toLowerCase(), path]));
  const otherCase = (path: string) => byLowerCase.get(path.toLowerCase());
  return { files, folders, symlinks: withMode(SYMLINK), submodules, otherCase };
}

/** Pages that GitHub renders, but for those under `excluded` (folders that end in a slash, or files); sorted. */
export function markdownFiles({ files, symlinks }: RepositoryFiles, excluded: readonly string[]): string[] {
  const isExcluded = (path: string) => excluded.some((prefix) => path === prefix || path.startsWith(prefix));
  return [...files]
    .filter(
      (path) => isMarkdown(path) && !symlinks.has(path) && !isExcluded(path) && !/(^|\/)node_modules\//.test(path),
    )
    .sort();
}

export const isMarkdown = (path: string): boolean => /\.(md|markdown|mdown|mkdn?)$/i.test(path);

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
