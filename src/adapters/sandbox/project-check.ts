import { access, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { ProjectCheck } from '../../sandbox-port.ts';
import { parseJson } from '../script-process.ts';
import { findProgram } from './machine.ts';

const MINUTE_MS = 60_000;

/** How a check is run and what its end means. */
export interface CheckCommand {
  command: readonly string[];
  timeoutMs: number;
  judge(end: { exitCode: number | null; signal: string | null; report: string }): { passed: boolean; detail: string };
}

/** The npm that a PATH leads to: the folder it stands in, and the one with its code. */
export interface Npm {
  folder: string;
  root: string;
}

export async function findNpm(path: string): Promise<Npm | undefined> {
  const file = await findProgram('npm', path);
  if (!file) return undefined;
  return { folder: dirname(file), root: dirname(dirname(await realpath(file))) };
}

/** @returns a verdict where there is nothing to run */
export async function checkCommand(
  check: ProjectCheck,
  place: { workspace: string; agentRoot: string; nodePath: string; npm: Npm | undefined; report: string },
): Promise<CheckCommand | { passed: boolean; detail: string }> {
  const { workspace, nodePath, npm, report } = place;
  const lacks = await missingPart(check, place);
  if (lacks) return lacks;
  if (check.kind === 'types') {
    const command = [nodePath, join(workspace, 'node_modules/typescript/bin/tsc'), '--noEmit'];
    return { command, timeoutMs: 5 * MINUTE_MS, judge: (end) => judgeExit(end, 'the compiler') };
  }
  if (check.kind === 'suite') {
    if (!npm) return { passed: false, detail: 'npm is not on the PATH' };
    const command = [nodePath, join(npm.root, 'bin/npm-cli.js'), 'test'];
    return { command, timeoutMs: 15 * MINUTE_MS, judge: (end) => judgeExit(end, 'npm test') };
  }
  const tests = await testsOf(check.script, workspace);
  if (tests.length === 0) return { passed: true, detail: 'it has no tests' };
  const vitest = join(workspace, 'node_modules/vitest/vitest.mjs');
  const options = ['--config', '.github/vitest.config.ts', '--project', 'execution', '--reporter=default'];
  const command = [nodePath, vitest, 'run', ...options, '--reporter=json', `--outputFile.json=${report}`, ...tests];
  return { command, timeoutMs: 5 * MINUTE_MS, judge: judgeTests };
}

const NEEDS: Record<ProjectCheck['kind'], { file: string; tool: string }> = {
  types: { file: 'tsconfig.json', tool: 'typescript' },
  suite: { file: 'package.json', tool: 'vitest' },
  'script-tests': { file: 'test/execution', tool: 'vitest' },
};

/** A repository without the part has nothing to fail; an agent without the tool must not pass for one that looked. */
async function missingPart(
  { kind }: ProjectCheck,
  { workspace, agentRoot }: { workspace: string; agentRoot: string },
): Promise<{ passed: boolean; detail: string } | undefined> {
  const { file, tool } = NEEDS[kind];
  if (!(await exists(join(workspace, file)))) return { passed: true, detail: `there is no ${file}` };
  if (await exists(join(agentRoot, 'node_modules', tool))) return undefined;
  return { passed: false, detail: `${tool} is not installed: run npm ci, with the development packages` };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Paths of the tests that are named after a script: `test/execution/check_links.web.test.ts` is one of check_links. */
async function testsOf(script: string, workspace: string): Promise<string[]> {
  const name = basename(script, '.ts');
  const names = await readdir(join(workspace, 'test/execution')).catch(() => []);
  return names
    .filter((each) => each.startsWith(`${name}.`) && each.endsWith('.test.ts'))
    .sort()
    .map((each) => `test/execution/${each}`);
}

type End = Parameters<CheckCommand['judge']>[0];

const judgeExit = (end: End, what: string) => ({
  passed: end.exitCode === 0,
  detail: `${what} ${end.exitCode === 0 ? 'has nothing to complain about' : endWords(end)}`,
});

const endWords = ({ exitCode, signal }: End): string =>
  signal === null ? `ended with code ${exitCode}` : `was killed by ${signal}`;

const VitestReport = z.object({
  success: z.boolean(),
  numTotalTests: z.int(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
});

/** The exit code alone would also tell of a run in which no test ran. */
function judgeTests(end: End): { passed: boolean; detail: string } {
  const parsed = VitestReport.safeParse(parseJson(end.report));
  if (!parsed.success) return { passed: false, detail: `vitest ${endWords(end)}, and gave no report` };
  const { success, numPassedTests, numFailedTests, numTotalTests } = parsed.data;
  if (numFailedTests > 0) return { passed: false, detail: `${numFailedTests} of ${counted(numTotalTests)} failed` };
  if (!success || end.exitCode !== 0) return { passed: false, detail: `vitest ${endWords(end)}` };
  return { passed: numPassedTests > 0, detail: `${counted(numPassedTests)} passed` };
}

const counted = (tests: number): string => `${tests} ${tests === 1 ? 'test' : 'tests'}`;

export const readReport = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
