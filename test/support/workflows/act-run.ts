import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFailed } from 'vitest';
import { temporaryFolder } from '../git-fixture.ts';
import { type ActLog, readActLog } from './act-log.ts';
import { findTool } from './tools.ts';

export interface ActOrder {
  /** The text of the workflow. */
  text: string;
  /** Of its file. */
  name: string;
  /** Actions by what stands behind `uses:`, and the folders that stand in for them. */
  actions: readonly string[];
  event: string;
  payload: object;
  actor: string;
  secrets: Readonly<Record<string, string>>;
  vars: Readonly<Record<string, string>>;
  /** What the runner tells its steps. */
  env: Readonly<Record<string, string>>;
  /** Programs of the runner that are not the machine's: bash text by name. */
  programs?: Readonly<Record<string, string>>;
}

export interface ActRun extends ActLog {
  /** Wall clock, from nothing to everything cleaned up. */
  seconds: number;
}

const LABELS = ['ubuntu-26.04', 'ubuntu-slim'];
const checkout = fileURLToPath(new URL('../checkout', import.meta.url));
const LOG_TAIL = 8000;

/**
 * Runs one workflow by act on this machine, with no container, in a folder and with a HOME of its own. Nothing of the
 * machine's environment gets in but PATH and npm's setup. When the test fails, the end of the log is shown.
 */
export async function runAct(order: ActOrder): Promise<ActRun> {
  const folder = await temporaryFolder('steward-act-');
  const [act, bin] = [await findTool('act'), await writePrograms(folder, order.programs ?? {})];
  await Promise.all(['home', 'work', 'cache'].map((name) => mkdir(join(folder, name))));
  const file = join(folder, 'work', order.name);
  await writeFile(file, forAct(order.text));
  await writeFile(join(folder, 'event.json'), JSON.stringify(order.payload));
  const startedAt = performance.now();
  const { stdout, stderr } = await execa(act, [order.event, '--workflows', file, ...argumentsOf(order, folder)], {
    cwd: join(folder, 'work'),
    env: { PATH: runnerPath(bin), HOME: join(folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', ...npmSetup() },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const log = readActLog(stdout);
  onTestFailed(() => {
    process.stderr.write(
      `\n--- act ${order.event} ${order.name}, ${log.conclusion}\n${log.text.slice(-LOG_TAIL)}\n---\n`,
    );
  });
  // No job has a result where it was skipped, but also where act could not begin; then it says so.
  if (log.conclusion === 'skipped' && /^Error:/m.test(stderr))
    throw new Error(`act could not start ${order.name}:\n${stderr}`);
  return { ...log, seconds };
}

function argumentsOf(order: ActOrder, folder: string): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    ...['--json', '--no-skip-checkout', '--no-cache-server', '--pull=false', '--action-offline-mode', '--rm'],
    ...['--eventpath', join(folder, 'event.json'), '--action-cache-path', join(folder, 'cache')],
    ...['--actor', order.actor, '--defaultbranch', 'main'],
    ...LABELS.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...order.actions.flatMap((action) => ['--local-repository', `${action}=${checkout}`]),
    ...pairs('--secret', order.secrets),
    ...pairs('--var', order.vars),
    ...pairs('--env', order.env),
  ];
}

/** act knows nothing of queues, and refuses a workflow that has one; it runs what it is told to, whatever the group. */
const forAct = (text: string) => text.replaceAll(/^ +queue: max\n/gm, '');

/** The runner's own Node is the one that runs these tests; packages of this repository are not on a runner. */
function runnerPath(bin: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((each) => !each.includes('node_modules'));
  return [bin, dirname(process.execPath), ...folders].join(delimiter);
}

/** The registry and certificates that this machine was set up with, and its cache, so that nothing is loaded twice. */
function npmSetup(): Record<string, string> {
  const { env } = process;
  return {
    npm_config_cache: env.npm_config_cache ?? join(homedir(), '.npm'),
    npm_config_userconfig: env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
    ...(env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS } : {}),
  };
}

async function writePrograms(folder: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const [name, text] of Object.entries(programs))
    await writeFile(join(bin, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  return bin;
}
