import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AgentError } from '../domain/agent-error.ts';
import type { RunLock, RunMarker } from '../ports.ts';

const Marker = z.object({ pid: z.int(), since: z.string(), run: z.string().optional(), roots: z.array(z.string()) });

/** `.git/steward/run.json`: who works in this clone, and where it may have written when it died. */
export class FileRunLock implements RunLock {
  readonly #path: string;
  readonly #gitDirectory: string;
  readonly #own: { pid: number; since: string };
  readonly #isAlive: (pid: number) => boolean;

  constructor(options: { gitDirectory: string; pid: number; since: string; isAlive: (pid: number) => boolean }) {
    this.#gitDirectory = options.gitDirectory;
    this.#path = join(options.gitDirectory, 'steward', 'run.json');
    this.#own = { pid: options.pid, since: options.since };
    this.#isAlive = options.isAlive;
  }

  async acquire(): Promise<{ left?: RunMarker }> {
    await mkdir(dirname(this.#path), { recursive: true });
    if (await this.#create()) return {};
    const left = await this.#read();
    if (left && left.pid !== this.#own.pid && this.#isAlive(left.pid)) {
      throw new AgentError('AGENT_RUNNING', { pid: left.pid, since: left.since });
    }
    // The holder is dead. Moving its marker away has one winner; the other starts over and finds a living holder.
    const taken = `${this.#path}.${this.#own.pid}`;
    await rename(this.#path, taken).catch(() => {});
    await rm(taken, { force: true });
    if (left) await this.#removeLockOf(left);
    if (!(await this.#create())) return this.acquire();
    return left ? { left } : {};
  }

  async mark(run: string, roots: readonly string[]): Promise<void> {
    const draft = `${this.#path}.draft`;
    await writeFile(draft, JSON.stringify({ ...this.#own, run, roots }));
    await rename(draft, this.#path);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #create(): Promise<boolean> {
    try {
      const file = await open(this.#path, 'wx');
      await file.writeFile(JSON.stringify({ ...this.#own, roots: [] }));
      await file.close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  async #read(): Promise<RunMarker | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const parsed = Marker.safeParse(text.startsWith('{') && text.endsWith('}') ? JSON.parse(text) : undefined);
    return parsed.success ? parsed.data : undefined;
  }

  /** The git process that died with the holder left its index.lock; one from before the holder began is somebody else's. */
  async #removeLockOf(left: RunMarker): Promise<void> {
    const lock = join(this.#gitDirectory, 'index.lock');
    const made = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (made !== undefined && made >= Date.parse(left.since)) await rm(lock, { force: true });
  }
}
