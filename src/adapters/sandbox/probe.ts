import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { lastBytes, parseJson, startScript } from '../script-process.ts';
import { confine } from './confine.ts';
import { type Confinement, isCovered, type Mode, type Mount } from './confinement.ts';
import { findProgram, mountsOf } from './machine.ts';
import { outerFirst, SCRIPT_LIMITS } from './script-confinement.ts';

const PROBE_TIMEOUT_MS = 20_000;

/** What a sandbox is made with. */
export interface SandboxPlace {
  /** The Node that runs the programs inside. */
  nodePath: string;
  /** The PATH to find the tools on. */
  path: string;
  /** The checkout whose src and node_modules are the agent's own. */
  agentRoot: string;
  isRoot: boolean;
}

/** The first mode that holds; the reasons where none does. */
export async function findMode(
  place: SandboxPlace,
  system: readonly Mount[],
): Promise<{ mode: Mode } | { found: string[] }> {
  const found: string[] = [];
  for (const candidate of [await bubblewrapMode(place), await unshareMode(place)]) {
    const problem = typeof candidate === 'string' ? candidate : await probeMode(candidate, place, system);
    if (problem === undefined) return { mode: candidate as Mode };
    found.push(problem);
  }
  return { found };
}

async function bubblewrapMode({ path, isRoot }: SandboxPlace): Promise<Mode | string> {
  const file = await findProgram('bwrap', path);
  return file ? { kind: 'bubblewrap', file, isRoot } : 'bubblewrap: no `bwrap` on the PATH';
}

async function unshareMode({ path, isRoot }: SandboxPlace): Promise<Mode | string> {
  const file = await findProgram('unshare', path);
  if (!file) return 'unshare: no `unshare` on the PATH';
  if (isRoot) return { kind: 'unshare', file, sudo: undefined };
  const sudo = await findProgram('sudo', path);
  return sudo ? { kind: 'unshare', file, sudo } : 'unshare: it takes root, or `sudo` without a password';
}

/** Starts a program in the mode and lets it look for holes. Undefined when it finds none. */
export async function probeMode(
  mode: Mode,
  place: SandboxPlace,
  system: readonly Mount[],
): Promise<string | undefined> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'steward-probe-')));
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  try {
    const [outside] = await Promise.all([openFolder(directory), once(server, 'listening')]);
    const { port } = server.address() as AddressInfo;
    const child = startScript({
      launch: await confine(mode, await probeConfinement({ place, system, directory, args: [`${port}`, outside] })),
      cwd: '/',
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    const { isTimeout } = await child.ended;
    if (isTimeout) return `${mode.kind}: a program inside did not end in ${PROBE_TIMEOUT_MS / 1000} s`;
    return problemIn(
      child.tail((text) => text),
      mode.kind,
    );
  } catch (error) {
    return `${mode.kind}: ${error instanceof Error ? error.message : error}`;
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Nothing of its own protects what is in it: it stands for the whole machine. */
async function openFolder(directory: string): Promise<string> {
  const outside = join(directory, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret');
  await Promise.all([chmod(directory, 0o711), chmod(outside, 0o777), chmod(join(outside, 'secret'), 0o666)]);
  return outside;
}

async function probeConfinement(options: {
  place: SandboxPlace;
  system: readonly Mount[];
  directory: string;
  args: readonly string[];
}): Promise<Confinement> {
  const { place, system, directory, args } = options;
  const { nodePath, agentRoot } = place;
  const own = await mountsOf([join(agentRoot, 'src'), join(agentRoot, 'package.json')]);
  const mounts = outerFirst([...system, ...own]);
  const node: Mount[] = isCovered(nodePath, mounts) ? [] : [{ kind: 'bind', path: nodePath, isFolder: false }];
  return {
    mounts: [...mounts, ...node],
    command: [nodePath, join(agentRoot, 'src/child/sandbox-probe.js'), ...args],
    env: { PROBE: '1' },
    cwd: '/',
    limits: SCRIPT_LIMITS,
    timeoutMs: PROBE_TIMEOUT_MS,
    directory,
    lent: { whole: [], folders: [], owner: { uid: 0, gid: 0 } },
    setup: { always: [], asRoot: [] },
    hasLoopback: false,
    hasLine: false,
  };
}

const Report = z.object({ holes: z.array(z.string()) });

function problemIn(output: string, kind: Mode['kind']): string | undefined {
  const last = output.trim().split('\n').at(-1) ?? '';
  const report = Report.safeParse(parseJson(last));
  if (!report.success) return `${kind}: ${lastBytes(output).trim().split('\n').at(0) || 'no program starts in it'}`;
  const { holes } = report.data;
  return holes.length > 0 ? `${kind}: a program inside ${holes.join(', ')}` : undefined;
}
