import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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
    while (!(await this.#create(this.#path))) {
      const found = await readFile(this.#path, 'utf8').catch(() => undefined);
      if (found === undefined) continue;
      const left = this.#refuseLiving(found);
      if (!(await this.#takeOver(found))) continue;
      if (left) await this.#removeLockOf(left);
      return left ? { left } : {};
    }
    return {};
  }

  async mark(run: string, roots: readonly string[]): Promise<void> {
    await rename(await this.#draft({ run, roots }), this.#path);
  }

  async release(): Promise<void> {
    const found = parseMarker(await readFile(this.#path, 'utf8').catch(() => ''));
    if (found?.pid === this.#own.pid && found.since === this.#own.since) await rm(this.#path, { force: true });
  }

  /**
   * Replaces a dead holder's marker. Of several that found it, only the one with the claim may, and only while the
   * marker is still the one it found: else it would take the lock from the winner. False when it is worth another look.
   */
  async #takeOver(found: string): Promise<boolean> {
    const claim = `${this.#path}.claim`;
    if (!(await this.#create(claim))) {
      this.#refuseLiving(await readFile(claim, 'utf8').catch(() => ''));
      await rm(claim, { force: true });
      return false;
    }
    try {
      if ((await readFile(this.#path, 'utf8').catch(() => undefined)) !== found) return false;
      await rename(await this.#draft({ roots: [] }), this.#path);
      return true;
    } finally {
      await rm(claim, { force: true });
    }
  }

  /** The marker of a dead holder; undefined for a torn one. Throws AGENT_RUNNING when it lives. */
  #refuseLiving(text: string): RunMarker | undefined {
    const holder = parseMarker(text);
    if (holder && holder.pid !== this.#own.pid && this.#isAlive(holder.pid)) {
      throw new AgentError('AGENT_RUNNING', { pid: holder.pid, since: holder.since });
    }
    return holder;
  }

  /** Makes the file with its whole text at once, unless it is there: a reader never finds it empty. */
  async #create(path: string): Promise<boolean> {
    const draft = await this.#draft({ roots: [] });
    try {
      await link(draft, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #draft(marker: { run?: string; roots: readonly string[] }): Promise<string> {
    const draft = `${this.#path}.${this.#own.pid}`;
    await writeFile(draft, JSON.stringify({ ...this.#own, ...marker }));
    return draft;
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

function parseMarker(text: string): RunMarker | undefined {
  try {
    return Marker.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
