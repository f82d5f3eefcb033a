import { lstat, lutimes, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { sha256 } from '../domain/occurrence.ts';
import type { CommitPlan, Scratch, TextChange, Workbench } from '../repo-port.ts';
import { AGENT_EMAIL, fastImportStream } from './fast-import.ts';
import type { GitPlace } from './git-place.ts';
import { GitProcess } from './git-process.ts';

/** The workbench port on git: temporary indexes and folders, and refs that nobody has checked out. */
export class GitWorkbench implements Workbench {
  readonly #git: GitProcess;
  readonly #place: GitPlace;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(git: GitProcess, place: GitPlace, environment: Readonly<Record<string, string | undefined>>) {
    this.#git = git;
    this.#place = place;
    this.#environment = environment;
  }

  async bring(commit: string): Promise<boolean> {
    const isHere = () => this.#git.try(['cat-file', '-e', `${commit}^{tree}`]);
    if ((await isHere()).ok) return true;
    const { upstream, isShallow } = this.#place;
    if (!upstream) return false;
    // A depth would make a whole clone a shallow one.
    const depth = isShallow ? ['--depth=1'] : [];
    return (await this.#git.try(['fetch', '--quiet', '--no-tags', ...depth, upstream.remote, commit])).ok;
  }

  async scratch(commit: string, changes: readonly TextChange[]): Promise<Scratch> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'steward-tree-')));
    const path = join(folder, 'tree');
    const git = new GitProcess(this.#place.root, { ...this.#environment, GIT_INDEX_FILE: join(folder, 'index') });
    await git.run(['read-tree', commit]);
    await changeIndex(git, changes);
    await mkdir(path);
    const tree = await git.run(['write-tree']);
    await git.run([inTree(path), 'checkout-index', '--all', '--quiet']);
    const made = await backdate(path);
    return {
      path,
      tree: tree.trim(),
      changedPaths: () => changedPaths(path, made),
      digest: (file) => readFile(join(path, file)).then(sha256, () => undefined),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }

  async branchOn(
    base: string,
    branch: string,
    plan: CommitPlan,
  ): Promise<{ commit: string; tree: string } | { taken: true }> {
    const ref = `refs/heads/${branch}`;
    const author = await this.#git.try(['log', '-1', '--format=%ae', ref, '--']);
    if (author.ok && author.stdout.trim() !== AGENT_EMAIL) return { taken: true };
    await this.#git.run(['update-ref', ref, base]);
    const stream = fastImportStream(ref, base, [plan]);
    await this.#git.feed(['fast-import', '--quiet', '--done', '--date-format=raw'], stream);
    const [commit = '', tree = ''] = (await this.#git.run(['log', '-1', '--format=%H %T', ref])).trim().split(' ');
    return { commit, tree };
  }

  async addedBy(path: string): Promise<string | undefined> {
    // A merge commit shows nothing of its own unless it is asked to be compared with its first parent.
    const args = ['log', '-1', '--first-parent', '-m', '--diff-filter=A', '--format=%H', 'HEAD', '--', path];
    const id = (await this.#git.run(args)).trim();
    return id === '' ? undefined : id;
  }

  async undo(commit: string): Promise<{ changes: TextChange[] } | { conflict: string }> {
    const names = await this.#git.run(['diff-tree', '-r', '-z', '--no-renames', '--name-only', `${commit}^1`, commit]);
    const changes: TextChange[] = [];
    for (const path of names.split('\0').filter(Boolean)) {
      const [now, done, before] = await Promise.all(
        ['HEAD', commit, `${commit}^1`].map((tree) => this.#text(tree, path)),
      );
      if (now === before) continue;
      const content = now === done ? before : await this.#merge({ now, done, before });
      if (content === undefined) return { conflict: path };
      changes.push({ path, content: content ?? null });
    }
    return { changes };
  }

  /** The text with one change taken out and all later ones kept; undefined where they touch the same lines. */
  async #merge(texts: Record<'now' | 'done' | 'before', string | null | undefined>): Promise<string | undefined> {
    const { now, done, before } = texts;
    if (typeof now !== 'string' || typeof done !== 'string' || typeof before !== 'string') return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'steward-undo-'));
    try {
      const files = await Promise.all(
        Object.entries({ now, done, before }).map(async ([name, text]) => {
          await writeFile(join(folder, name), text);
          return join(folder, name);
        }),
      );
      const merged = await this.#git.try(['merge-file', '-p', '-q', ...files]);
      return merged.ok ? merged.stdout : undefined;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #text(tree: string, path: string): Promise<string | null> {
    const shown = await this.#git.try(['cat-file', 'blob', `${tree}:${path}`]);
    return shown.ok ? shown.stdout : null;
  }
}

const inTree = (path: string): string => `--work-tree=${path}`;

async function changeIndex(git: GitProcess, changes: readonly TextChange[]): Promise<void> {
  for (const { path, content } of changes) {
    if (content === null) await git.run(['update-index', '--force-remove', '--', path]);
    else {
      const blob = (await git.feed(['hash-object', '-w', '--stdin'], Buffer.from(content))).trim();
      await git.run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`]);
    }
  }
}

/** When the files of a tree were last written, as far as their times tell: whatever is written later is newer. */
const LONG_AGO = new Date('2000-01-01T00:00:00Z');

/**
 * Git would tell a file that was written again with the same text from one that was not by whole seconds only, and so by
 * chance.
 * @returns the paths of the files
 */
async function backdate(tree: string): Promise<ReadonlySet<string>> {
  const paths = await filesIn(tree);
  await Promise.all(paths.map((path) => lutimes(join(tree, path), LONG_AGO, LONG_AGO)));
  return new Set(paths);
}

async function changedPaths(tree: string, made: ReadonlySet<string>): Promise<string[]> {
  const paths = await filesIn(tree);
  const times = await Promise.all(paths.map(async (path) => (await lstat(join(tree, path))).mtimeMs));
  const written = paths.filter((path, index) => !made.has(path) || times[index] !== LONG_AGO.getTime());
  const left = new Set(paths);
  return [...written, ...[...made].filter((path) => !left.has(path))].sort();
}

async function filesIn(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => relative(tree, join(parentPath, name)));
}
