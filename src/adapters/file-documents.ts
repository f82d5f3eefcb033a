import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Documents } from '../ports.ts';

/** Files below one folder of the disk. */
export class FileDocuments implements Documents {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  read(path: string): Promise<string | undefined> {
    return readFile(join(this.#root, path), 'utf8').catch(whenMissing(undefined));
  }

  async readTail(path: string, bytes: number): Promise<{ text: string; offset: number } | undefined> {
    const file = await open(join(this.#root, path), 'r').catch(whenMissing(undefined));
    if (!file) return undefined;
    try {
      const found = await file.stat();
      if (!found.isFile()) return undefined;
      const { size } = found;
      const offset = Math.max(0, size - bytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset);
      return { text: buffer.subarray(0, bytesRead).toString('utf8'), offset };
    } finally {
      await file.close();
    }
  }

  async list(folder: string): Promise<string[]> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(whenMissing([]));
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  }

  async write(path: string, text: string): Promise<void> {
    const target = join(this.#root, path);
    await mkdir(dirname(target), { recursive: true });
    const draft = `${target}.draft`;
    await writeAndSync(draft, 'w', text);
    await rename(draft, target);
  }

  async append(path: string, text: string): Promise<void> {
    const target = join(this.#root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeAndSync(target, 'a', text);
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.#root, path), { force: true });
  }
}

async function writeAndSync(path: string, flags: 'w' | 'a', text: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const whenMissing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return value;
    throw error;
  };
