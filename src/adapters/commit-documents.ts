import type { ReadableDocuments } from '../ports.ts';
import type { GitProcess } from './git-process.ts';

/** The files of one commit, read without touching the work tree. */
export class CommitDocuments implements ReadableDocuments {
  readonly #git: GitProcess;
  readonly #commit: string;

  constructor(git: GitProcess, commit: string) {
    this.#git = git;
    this.#commit = commit;
  }

  async read(path: string): Promise<string | undefined> {
    const result = await this.#git.try(['cat-file', 'blob', `${this.#commit}:${path}`]);
    return result.ok ? result.stdout : undefined;
  }

  async readTail(path: string, bytes: number): Promise<{ text: string; offset: number } | undefined> {
    const text = await this.read(path);
    if (text === undefined) return undefined;
    const buffer = Buffer.from(text);
    const offset = Math.max(0, buffer.length - bytes);
    return { text: buffer.subarray(offset).toString('utf8'), offset };
  }

  async list(folder: string): Promise<string[]> {
    const listed = await this.#git.run(['ls-tree', '-z', this.#commit, '--', `${folder}/`]);
    const names = listed.split('\0').flatMap((line) => {
      const [, type, path] = /^\d+ (\w+) \w+\t([\s\S]+)$/.exec(line) ?? [];
      return path ? [`${path.slice(folder.length + 1)}${type === 'tree' ? '/' : ''}`] : [];
    });
    return names.sort();
  }
}
