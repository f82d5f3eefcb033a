import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What one process, or several in a row, took. */
export interface Cost {
  wallMs: number;
  /** User and system time of it and everything it waited for; undefined where /proc does not tell. */
  cpuMs: number | undefined;
}

export interface Command {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin?: Buffer;
}

export interface Ended extends Cost {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs one command to its end. Nothing else may be started meanwhile: its CPU time is what all children together took. */
export async function run({ file, args, cwd, env, stdin }: Command): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  const cpuBefore = childrenCpuMs();
  const started = performance.now();
  const child = spawn(file, [...args], { cwd, env: { ...env }, stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  child.stdin?.end(stdin);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  const wallMs = performance.now() - started;
  return { exitCode, wallMs, cpuMs: difference(childrenCpuMs(), cpuBefore), ...output };
}

/** Like `run`; a failure ends the benchmark, since the times of a failed command mean nothing. */
export async function runWell(command: Command): Promise<Ended> {
  const ended = await run(command);
  if (ended.exitCode === 0) return ended;
  const words = [command.file, ...command.args].join(' ').slice(0, 300);
  throw new Error(`${words}\nended with ${ended.exitCode}:\n${ended.stderr || ended.stdout}`);
}

const TICK_MS = 10;

/** User and system time of all children waited for so far. Linux only. */
function childrenCpuMs(): number | undefined {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    return undefined;
  }
}

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

export interface Spread {
  median: number;
  /** First and third quartile. */
  low: number;
  high: number;
}

/** Median and quartiles; not the mean, since a busy machine only ever adds. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

export const median = (values: readonly number[]): number => spread(values).median;

/** CPU times come in ticks of 10 ms, so their mean says more than their median. */
export function meanCpuMs(costs: readonly Cost[]): number | undefined {
  const known = costs.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
  return known.length === costs.length ? known.reduce((sum, each) => sum + each, 0) / known.length : undefined;
}

export function sumCosts(costs: readonly Cost[]): Cost {
  const wallMs = costs.reduce((sum, cost) => sum + cost.wallMs, 0);
  const cpu = costs.map(({ cpuMs }) => cpuMs);
  const isKnown = cpu.every((each) => each !== undefined);
  return { wallMs, cpuMs: isKnown ? cpu.reduce((sum: number, each) => sum + (each ?? 0), 0) : undefined };
}
