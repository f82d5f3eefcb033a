/**
 * Preloaded into one cycle by NODE_OPTIONS: writes to the file STEWARD_BENCH_TRACE names which processes it started, with
 * their standard input and how long each ran, and which packages its own sources import.
 */
import childProcess, { type ChildProcess, type SpawnOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';

export interface TracedProcess {
  file: string;
  args: string[];
  env: Record<string, string>;
  /** Base64; absent where nothing was written. */
  stdin?: string;
  exitCode: number | null;
  wallMs: number;
}

export interface Trace {
  processes: TracedProcess[];
  packages: string[];
}

const trace: Trace = { processes: [], packages: [] };
const original = childProcess.spawn as (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

function spawn(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const env = Object.entries(options.env ?? process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const traced: TracedProcess = { file, args: [...args], env: Object.fromEntries(env), exitCode: null, wallMs: 0 };
  trace.processes.push(traced);
  const started = performance.now();
  const child = original(file, args, options);
  child.on('exit', (code) => {
    traced.exitCode = code;
    traced.wallMs = performance.now() - started;
  });
  const end = child.stdin?.end.bind(child.stdin) as ((chunk?: unknown) => unknown) | undefined;
  if (child.stdin && end) {
    const record = (chunk?: unknown) => {
      if (Buffer.isBuffer(chunk) || typeof chunk === 'string') traced.stdin = Buffer.from(chunk).toString('base64');
      return end(chunk);
    };
    Object.assign(child.stdin, { end: record });
  }
  return child;
}

Object.assign(childProcess, { spawn });
syncBuiltinESMExports();

registerHooks({
  resolve(specifier, context, next) {
    const isOwn = context.parentURL !== undefined && !context.parentURL.includes('/node_modules/');
    const resolved = next(specifier, context);
    const isPackage = resolved.url.includes('/node_modules/');
    if (isOwn && isPackage && !trace.packages.includes(specifier)) trace.packages.push(specifier);
    return resolved;
  },
});

process.on('exit', () => {
  const file = process.env.STEWARD_BENCH_TRACE;
  if (file) writeFileSync(file, JSON.stringify(trace));
});
