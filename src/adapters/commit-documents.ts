import { AgentError } from '../domain/agent-error.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { GitProcess } from './git-process.ts';

const NO_SUCH_FILE = /does not exist in|exists on disk, but not in|: bad file/;

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
    if (result.ok) return result.stdout;
    // A clone without file contents may fail to fetch one: that is not the same as no such file.
    if (NO_SUCH_FILE.test(result.reason)) return undefined;
    throw new AgentError('GIT_FAILED', { command: `cat-file ${this.#commit}:${path}`, reason: result.reason });
  }

  async readTail(path: string, bytes: number): Promise<{ text: string; offset: number } | undefined> {
    const text = await this.read(path);
    if (text === undefined) return undefined;
    const buffer = Buffer.from(text);
    const offset = Math.max(0, buffer.length - bytes);
    return { text: buffer.subarray(offset).toString('utf8'), offset };
  }

  async list(folder: string): Promise<string[]> {
    const listed = await this.#git.run(['ls-tree', '-z', this.#commit, '--', `:(literal,top)${folder}/`]);
    const names = listed.split('\0').flatMap((line) => {
      const [, type, path] = /^\d+ (\w+) \w+\t([\s\S]+)$/.exec(line) ?? [];
      return path ? [`${path.slice(folder.length + 1)}${type === 'tree' ? '/' : ''}`] : [];
    });
    return names.sort();
  }
}
