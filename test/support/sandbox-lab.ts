import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { confine } from '../../src/adapters/sandbox/confine.ts';
import type { Mode } from '../../src/adapters/sandbox/confinement.ts';
import { findProgram, machineMounts } from '../../src/adapters/sandbox/machine.ts';
import { ContainedSandbox } from '../../src/adapters/sandbox/sandbox.ts';
import { scriptConfinement } from '../../src/adapters/sandbox/script-confinement.ts';
import { reachablePaths } from '../../src/adapters/script-permissions.ts';
import { type Launch, startScript } from '../../src/adapters/script-process.ts';
import { ChildScriptRunner } from '../../src/adapters/script-runner.ts';
import type { ScriptCall, ScriptFailure, ScriptRun } from '../../src/ports.ts';
import type { TapedServices } from '../../src/sandbox-port.ts';
import { temporaryFolder } from './git-fixture.ts';
import { failureOf, labCall } from './script-lab.ts';

export const agentRoot = fileURLToPath(new URL('../../', import.meta.url));
const isRoot = process.getuid?.() === 0;
const PATH = process.env.PATH ?? '';

/** One way in which this machine can confine programs. */
export interface Way {
  name: string;
  kind: Mode['kind'];
  isRoot: boolean;
  /** Tools by name. `sudo` is one of ours where the machine has none but we are root anyway. */
  tools: Readonly<Record<string, string>>;
}

const works = (file: string, ...args: string[]) => spawnSync(file, args, { stdio: 'ignore' }).status === 0;

/** What the machine allows, asked of its tools and not of the sandbox. */
export async function waysHere(): Promise<Way[]> {
  const find = async (name: string) => realpath((await findProgram(name, PATH)) ?? '/').catch(() => '/');
  const [bwrap, unshare, sudo] = await Promise.all(['bwrap', 'unshare', 'sudo'].map(find));
  const ways: Way[] = [];
  if (bwrap && works(bwrap, '--unshare-all', '--ro-bind', '/', '/', 'true'))
    ways.push({ name: `bubblewrap, as ${isRoot ? 'root' : 'a person'}`, kind: 'bubblewrap', isRoot, tools: { bwrap } });
  if (!unshare) return ways;
  if (isRoot) ways.push({ name: 'unshare, as root', kind: 'unshare', isRoot, tools: { unshare } });
  const asPerson = { kind: 'unshare', isRoot: false } as const;
  if (sudo && works(sudo, '-n', 'true')) ways.push({ name: 'unshare, by sudo', ...asPerson, tools: { unshare, sudo } });
  else if (isRoot) ways.push({ name: 'unshare, by what does as sudo', ...asPerson, tools: { unshare, sudo: '' } });
  return ways;
}

/** As sudo: without a question, with an environment of its own, and with no descriptor but the standard ones. */
const SUDO = `#!/bin/bash
[ "$1" = -n ] || exit 1
shift
exec 3<&- 4<&- 5<&- 6<&-
exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SUDO_USER=somebody SECRET_OF_SUDO=1 "$@"
`;

/** A PATH that leads to the tools of one way and no others, and the mode that is found on it. */
async function toolsOf(way: Way): Promise<{ path: string; mode: Mode }> {
  const path = await temporaryFolder('steward-tools-');
  for (const [name, file] of Object.entries(way.tools)) {
    if (file !== '') await symlink(file, join(path, name));
    else await writeProgram(join(path, name), SUDO);
  }
  const npm = await findProgram('npm', PATH);
  if (npm) await symlink(npm, join(path, 'npm'));
  const sudo = 'sudo' in way.tools ? join(path, 'sudo') : undefined;
  if (way.kind === 'unshare') return { path, mode: { kind: 'unshare', file: join(path, 'unshare'), sudo } };
  return { path, mode: { kind: 'bubblewrap', file: join(path, 'bwrap'), isRoot: way.isRoot } };
}

export async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

export interface SandboxLab {
  workspace: string;
  sandbox: ContainedSandbox;
  write(path: string, text: string): Promise<void>;
  /** Runs a body of `run(context)` as the script execution/fixture.ts, inside and, to compare, outside of a sandbox. */
  run(body: string, call?: Partial<ScriptCall>): Promise<ScriptRun>;
  runPlainly(body: string, call?: Partial<ScriptCall>): Promise<ScriptRun>;
  /** What the script returned; throws with its own words when it failed. */
  value(body: string, call?: Partial<ScriptCall>): Promise<unknown>;
  fail(body: string, call?: Partial<ScriptCall>): Promise<ScriptFailure>;
  /** Runs a text as a program of Node with no permissions of Node's around it, where the script would have been run. */
  program(text: string, options?: ProgramOptions): Promise<ProgramEnd>;
}

export interface ProgramOptions {
  writes?: string[];
  timeoutMs?: number;
  /** Nobody reads what it prints or ends it, as if the agent had died meanwhile. */
  isAbandoned?: boolean;
}

export interface ProgramEnd {
  /** The end of what it printed. */
  output: string;
  exitCode: number | null;
  signal: string | null;
  isTimeout: boolean;
}

const NO_SERVICES: TapedServices = {
  fetch: async () => {
    throw new Error('not on the tape');
  },
  git: async () => 'README.md\0',
};

export async function sandboxLab(way: Way, services: Partial<TapedServices> = {}): Promise<SandboxLab> {
  const workspace = await temporaryFolder('steward-lab-');
  const { path, mode } = await toolsOf(way);
  const place = { nodePath: process.execPath, path, agentRoot, isRoot: way.isRoot };
  const sandbox = new ContainedSandbox(place);
  const answers = { ...NO_SERVICES, ...services };
  const redact = (text: string) => text;
  const inside = sandbox.runner({ workspace, services: answers });
  const outside = new ChildScriptRunner({
    workspace,
    services: { ...answers, redact },
    redact,
    nodePath: place.nodePath,
  });
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(workspace, file)), { recursive: true });
    await writeFile(join(workspace, file), text);
  };
  const runner =
    (by: typeof inside) =>
    async (body: string, call: Partial<ScriptCall> = {}) => {
      await write('execution/fixture.ts', scriptText(body));
      return by.run({ ...labCall(), ...call });
    };
  const run = runner(inside);
  return {
    workspace,
    sandbox,
    write,
    run,
    runPlainly: runner(outside),
    value: async (body, call) => returnedBy(await run(body, call)),
    fail: async (body, call) => failureOf(await run(body, call)),
    program: (text, options = {}) => runProgram(mode, workspace, text, options),
  };
}

const scriptText = (body: string) => `import fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'A script of a test.',
  input: z.object({}),
  output: z.object({ value: z.unknown() }),
  async run(context) {
    const value = await (async () => {
${body}
    })();
    return { value };
  },
});
`;

function returnedBy({ outcome }: ScriptRun): unknown {
  if (outcome.status === 'ok') return outcome.output.value;
  throw new Error(`the script did not succeed: ${JSON.stringify(outcome, null, 1)}`);
}

async function runProgram(
  mode: Mode,
  workspace: string,
  text: string,
  { writes = [], timeoutMs = 60_000, isAbandoned = false }: ProgramOptions,
): Promise<ProgramEnd> {
  const directory = await temporaryFolder('steward-run-');
  await writeFile(join(directory, 'request.json'), '{}');
  const { system } = await machineMounts();
  const paths = await reachablePaths({ agentRoot, workspace, directory, stripped: undefined, writes });
  const args = ['--input-type=module', '-e', text];
  const planned = { nodePath: process.execPath, args, env: {}, workspace, directory, paths, timeoutMs };
  const launch = await confine(mode, await scriptConfinement(planned, system));
  if (isAbandoned) return abandoned(launch);
  const child = startScript({ launch, cwd: workspace, timeoutMs });
  const end = await child.ended;
  return { ...end, output: child.tail((each) => each) };
}

async function abandoned({ file, args, env, line }: Launch): Promise<ProgramEnd> {
  const child = spawn(file, args, {
    env,
    stdio: [line?.inner ?? 'ignore', 'pipe', 'pipe', line ? 'ignore' : 'pipe'],
  });
  line?.own.destroy();
  line?.inner.destroy();
  for (const stream of child.stdio) stream?.destroy();
  const [exitCode, signal] = await once(child, 'exit');
  return { output: '', exitCode, signal, isTimeout: false };
}
