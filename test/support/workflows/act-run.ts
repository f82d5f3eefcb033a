import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFailed } from 'vitest';
import { temporaryFolder } from '../git-fixture.ts';
import { type ActLog, readActLog } from './act-log.ts';
import { type JobEnd, jobAlone, WITNESS } from './job-alone.ts';
import { findTool } from './tools.ts';

export interface ActOrder {
  /** The text of the workflow. */
  text: string;
  /** Of its file. */
  name: string;
  /** The job to run. */
  job: string;
  /** The jobs that it needs, and those that they need, as they ended. */
  ended: Readonly<Record<string, JobEnd>>;
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
  /** `skipped` when a condition kept it from running. */
  conclusion: JobEnd['result'];
  /** Those that the job declares, as they come; what GitHub would withhold is still there. */
  outputs: Readonly<Record<string, string>>;
  /** Wall clock, from nothing to everything cleaned up. */
  seconds: number;
}

const LABELS = ['ubuntu-26.04', 'ubuntu-slim'];
const checkout = fileURLToPath(new URL('../checkout', import.meta.url));
const LOG_TAIL = 8000;

/**
 * Runs one job of a workflow by act on this machine, with no container, in a folder and with a HOME of its own. Nothing of
 * the machine's environment gets in but PATH and npm's setup. When the test fails, the end of the log is shown.
 */
export async function runAct(order: ActOrder): Promise<ActRun> {
  const folder = await temporaryFolder('steward-act-');
  const [act, bin] = [await findTool('act'), await writePrograms(folder, order.programs ?? {})];
  await Promise.all(['home', 'work', 'cache'].map((name) => mkdir(join(folder, name))));
  const [file, end] = [join(folder, 'work', order.name), join(folder, 'end.json')];
  await writeFile(file, jobAlone(order.text, { job: order.job, ended: order.ended, file: end }));
  await writeFile(join(folder, 'event.json'), JSON.stringify(order.payload));
  const startedAt = performance.now();
  const args = [order.event, '--workflows', file, '--job', WITNESS, ...argumentsOf(order, folder)];
  const { stdout, stderr } = await execa(act, args, {
    cwd: join(folder, 'work'),
    env: { PATH: runnerPath(bin), HOME: join(folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', ...npmSetup() },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const log = readActLog(stdout, order.job);
  const { result, outputs } = await readEnd(end, `act could not run ${order.job} of ${order.name}:\n${stderr}`);
  onTestFailed(() => {
    process.stderr.write(
      `\n--- act ${order.event} ${order.name} ${order.job}, ${result}\n${log.text.slice(-LOG_TAIL)}\n---\n`,
    );
  });
  return { ...log, conclusion: result, outputs, seconds };
}

async function readEnd(file: string, otherwise: string): Promise<JobEnd> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text === '') throw new Error(otherwise);
  const end = JSON.parse(text) as Omit<JobEnd, 'outputs'> & { outputs: JobEnd['outputs'] | null };
  // Of a job that did not run act tells the outputs as they are written in the file.
  return { ...end, outputs: end.result === 'skipped' ? {} : (end.outputs ?? {}) };
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
