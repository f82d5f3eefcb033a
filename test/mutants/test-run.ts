import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProjectCopy } from './project-copy.ts';

/** What the tests said. `failed` names the first that did; a run over its time limit has failed too. */
export interface TestRun {
  isGreen: boolean;
  isTimeout: boolean;
  failed: string;
  /** How long each test file took, in milliseconds. */
  tookMs: ReadonlyMap<string, number>;
}

interface VitestReport {
  success: boolean;
  testResults: {
    name: string;
    status: string;
    message: string;
    startTime: number;
    endTime: number;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

/**
 * Runs test files of a copy in the order given, up to the first test that fails. Throws when vitest itself could not
 * run them: then nothing is known.
 */
export async function runTests(
  copy: ProjectCopy,
  tests: readonly string[],
  options: { limitMs: number; workers: number; bail: boolean },
): Promise<TestRun> {
  const reportFile = join(copy.temporary, 'report.json');
  await rm(reportFile, { force: true });
  const args = ['run', '--config=test/mutants/nearest-first.config.ts', '--project=execution', ...tests];
  const flags = [`--maxWorkers=${options.workers}`, '--reporter=json', `--outputFile=${reportFile}`];
  const child = spawn(
    process.execPath,
    [join(copy.path, 'node_modules/vitest/vitest.mjs'), ...args, ...flags, ...(options.bail ? ['--bail=1'] : [])],
    {
      cwd: copy.path,
      env: { PATH: process.env.PATH, HOME: copy.temporary, TMPDIR: copy.temporary, MUTANT_TESTS: tests.join(' ') },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const { isTimeout, words } = await ended(child, options.limitMs);
  if (isTimeout) {
    await endAll(copy.path);
    return { isGreen: false, isTimeout, failed: `still running after ${options.limitMs / 1000} s`, tookMs: new Map() };
  }
  const text = await readFile(reportFile, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`vitest gave no report:\n${words}`);
  return judged(JSON.parse(text), copy.path, words);
}

function judged(report: VitestReport, root: string, words: string): TestRun {
  const files = report.testResults;
  const failed = files.flatMap(({ name, status, message, assertionResults }) => {
    const test = assertionResults.find((each) => each.status === 'failed');
    return test ? [test.fullName] : status === 'failed' ? [`${name.slice(root.length + 1)}: ${message}`] : [];
  });
  if (report.success !== (failed.length === 0) || files.length === 0)
    throw new Error(`vitest did not run the tests:\n${words}`);
  const tookMs = new Map(files.map((file) => [file.name.slice(root.length + 1), file.endTime - file.startTime]));
  return { isGreen: report.success, isTimeout: false, failed: failed[0] ?? '', tookMs };
}

function ended(child: ChildProcess, limitMs: number): Promise<{ isTimeout: boolean; words: string }> {
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(String(chunk)));
  const kill = () => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  return new Promise((resolve, reject) => {
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      kill();
    }, limitMs);
    // Whoever stops the tool stops its tests, which are in a group of their own.
    process.once('SIGINT', kill);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      process.off('SIGINT', kill);
      resolve({ isTimeout, words: said.join('') });
    });
  });
}

/** Script children have process groups of their own: those of this copy are known by its folder in their arguments. */
async function endAll(path: string): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args='], { maxBuffer: 16 * 1024 * 1024 });
  const mine = stdout.split('\n').filter((line) => line.includes(`--allow-fs-read=${path}/`));
  for (const line of mine) {
    try {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
