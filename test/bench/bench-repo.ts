import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, runWell } from './measure.ts';

/**
 * Repositories to measure in. A house is a folder with the clone `work` and its bare remote `remote.git`, which is known
 * to the clone by a relative path: a copied house pushes to its own remote.
 */
export interface House {
  folder: string;
  work: string;
  git(args: readonly string[], stdin?: Buffer): Promise<Ended>;
}

export type Tree = Readonly<Record<string, string>>;

export const stewardCli = fileURLToPath(new URL('../../src/steward.js', import.meta.url));
/** The Node that runs the benchmark runs everything it measures. */
export const nodePath = process.execPath;

/** Folders for this run; `clear` removes them all. HOME and the compile cache lie in there too: nothing is warm by luck. */
export async function openYard(): Promise<{ path: string; clear(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'steward-bench-')));
  await mkdir(join(path, 'tmp'));
  return { path, clear: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** None of the machine's environment but PATH. */
export function environment(yard: string, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: yard,
    TMPDIR: join(yard, 'tmp'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...extra,
  };
}

export async function buildHouse(yard: string, name: string, tree: Tree): Promise<House> {
  const house = houseAt(yard, join(yard, name));
  await mkdir(house.work, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(house.work, path)), { recursive: true });
    await writeFile(join(house.work, path), content);
  }
  await house.git(['init', '--quiet', '--initial-branch=main']);
  // Background maintenance would run into somebody else's measurement.
  for (const key of ['gc.auto', 'maintenance.auto']) await house.git(['config', key, '0']);
  await house.git(['add', '--all']);
  await house.git(['commit', '--quiet', '--message', 'Initial commit']);
  return house;
}

/** Makes the bare remote from what is committed. */
export async function addRemote({ folder, git }: House): Promise<void> {
  const bare = join(folder, 'remote.git');
  await git(['clone', '--quiet', '--bare', '--local', '.', bare]);
  for (const key of ['gc.auto', 'receive.autogc']) await git(['-C', bare, 'config', key, '0']);
  await git(['remote', 'add', 'origin', '../remote.git']);
  await git(['fetch', '--quiet', 'origin']);
  await git(['branch', '--quiet', '--set-upstream-to=origin/main']);
}

/** A copy that begins where the first one stands, its index refreshed as after a checkout. */
export async function copyHouse(yard: string, from: House, name: string): Promise<House> {
  const copy = houseAt(yard, join(yard, name));
  await rm(copy.folder, { recursive: true, force: true });
  await cp(from.folder, copy.folder, { recursive: true });
  await copy.git(['status', '--porcelain']);
  return copy;
}

export function houseAt(yard: string, folder: string): House {
  const work = join(folder, 'work');
  const who = { NAME: 'Ada Lovelace', EMAIL: 'ada@example.com' };
  const identity = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  const env = environment(yard, Object.fromEntries(identity));
  return {
    folder,
    work,
    git: (args, stdin) => runWell({ file: 'git', args, cwd: work, env, ...(stdin ? { stdin } : {}) }),
  };
}
