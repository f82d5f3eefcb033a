import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ContainedSandbox } from '../../../src/adapters/sandbox/sandbox.ts';
import { ChildScriptRunner } from '../../../src/adapters/script-runner.ts';
import type { OpenRunner } from '../../../src/flows/heal/replay.ts';
import type { Bench } from '../../../src/flows/heal/reproduce.ts';
import type { Scratch, TextChange } from '../../../src/repo-port.ts';

/** Where candidates run: trees of one script, and the runner for them. */
export interface Place {
  /** For people: what stands around the scripts. */
  walls: string;
  /** Trees whose base holds the script `path` with this text. */
  bench(path: string, text: string): Bench;
  clear(): Promise<void>;
}

const agentRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** In the sandbox of the gate. On a machine that has none, in plain children: the cases are wrong, but mean no harm. */
export async function openPlace(): Promise<Place> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'steward-heal-bench-')));
  const strippedFolder = join(folder, 'stripped');
  const nodePath = process.execPath;
  const isRoot = process.getuid?.() === 0;
  const sandbox = new ContainedSandbox({ nodePath, path: process.env.PATH ?? '', agentRoot, isRoot, strippedFolder });
  const found = await sandbox.probe();
  const redact = (text: string) => text;
  const openPlainly: OpenRunner = ({ workspace, services }) =>
    new ChildScriptRunner({ workspace, services: { ...services, redact }, redact, nodePath, strippedFolder });
  const open: OpenRunner = 'kind' in found ? (at) => sandbox.runner(at) : openPlainly;
  return {
    walls: 'kind' in found ? `sandbox by ${found.kind}` : `Node's permissions alone (${found.missing})`,
    bench: (path, text) => ({
      open,
      scratch: (changes) => makeTree(folder, [{ path, content: text }, ...changes]),
    }),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What else a repository holds, no wrapped script looks at. */
async function makeTree(folder: string, files: readonly TextChange[]): Promise<Scratch> {
  const home = await mkdtemp(join(folder, 'tree-'));
  const path = join(home, 'tree');
  for (const { path: name, content } of [{ path: 'package.json', content: '{ "type": "module" }\n' }, ...files]) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content ?? '');
  }
  return {
    path,
    tree: '0'.repeat(40),
    changedPaths: async () => [],
    digest: async () => undefined,
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
