import type { Documents } from '../../src/ports.ts';

/** Documents in memory, held to the same contract as those on disk (test/contract/documents.test.ts). */
export class MemoryDocuments implements Documents {
  /** Text by path. */
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  async read(path: string): Promise<string | undefined> {
    return this.files.get(path);
  }

  async readTail(path: string, bytes: number): Promise<{ text: string; offset: number } | undefined> {
    const text = this.files.get(path);
    if (text === undefined) return undefined;
    const whole = Buffer.from(text);
    const offset = Math.max(0, whole.length - bytes);
    return { text: whole.subarray(offset).toString('utf8'), offset };
  }

  async list(folder: string): Promise<string[]> {
    const inside = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
    const names = inside.map((path) => path.slice(folder.length + 1).replace(/\/.*$/, '/'));
    return [...new Set(names)].sort();
  }

  async write(path: string, text: string): Promise<void> {
    this.files.set(path, text);
  }

  async append(path: string, text: string): Promise<void> {
    this.files.set(path, (this.files.get(path) ?? '') + text);
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path);
  }
}
