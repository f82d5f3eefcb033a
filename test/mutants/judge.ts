import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImportGraph } from './import-graph.ts';
import { type Mutant, mutantsOf, sample } from './mutations.ts';
import { copyProject, type ProjectCopy } from './project-copy.ts';
import { runTests } from './test-run.ts';

/** Beside the time of the tests: a script that hangs is ended by the agent after half a minute, and its test fails. */
const GRACE_MS = 60_000;
/** For all tests on the scripts as they are. */
const LONGEST_RUN_MS = 15 * 60_000;

export interface Verdict {
  mutant: Mutant;
  isCaught: boolean;
}

export interface JudgeOptions {
  /** The project whose scripts are changed, in copies below `yard`. */
  root: string;
  yard: string;
  count: number;
  seed: number;
  /** The name of the only script to change, with what it uses. */
  script?: string | undefined;
  /** How many copies are worked on at a time. */
  jobs: number;
  progress(text: string): void;
}

/** Makes mutants of the scripts and lets the tests judge each, in the order of the sample. */
export async function judgeMutants(options: JudgeOptions): Promise<Verdict[]> {
  const { root, yard, count, seed, jobs } = options;
  const graph = new ImportGraph(root);
  const files = mutableFiles(options, graph);
  const all = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')));
  const chosen = sample(all, count, seed);
  const names = Array.from({ length: jobs }, (_, index) => `${index}`);
  const copies = await Promise.all(names.map((name) => copyProject(root, yard, name, graph)));
  const tests = await testsByFile(options, files, copies, graph);
  const verdicts = new Map<Mutant, Verdict>();
  const queue = chosen.values();
  const work = async (copy: ProjectCopy) => {
    for (const mutant of queue) {
      verdicts.set(mutant, await judge(copy, mutant, tests.get(mutant.file)));
      const survived = [...verdicts.values()].filter(({ isCaught }) => !isCaught).length;
      options.progress(`${verdicts.size} of ${chosen.length} judged, ${survived} survived, last in ${mutant.file}`);
    }
  };
  await Promise.all(copies.map(work));
  return chosen.flatMap((mutant) => verdicts.get(mutant) ?? []);
}

/** The scripts, or one of them, with what they use of execution/lib. */
function mutableFiles({ root, script }: JudgeOptions, graph: ImportGraph): string[] {
  const all = globSync('execution/*.ts', { cwd: root });
  const scripts = all.filter((file) => script === undefined || file === `execution/${script}.ts`);
  if (scripts.length === 0) throw new Error(`There is no script ${script}.`);
  return [...graph.reach(scripts).keys()].filter((file) => file.startsWith('execution/')).sort();
}

interface Tests {
  /** The nearest first, and of equals the quickest. */
  files: string[];
  tookMs: number;
}

/** For every script the tests that see it, run once on the scripts as they are: a red one would "see" anything. */
async function testsByFile(
  { root, jobs, progress }: JudgeOptions,
  files: readonly string[],
  [copy]: readonly ProjectCopy[],
  graph: ImportGraph,
): Promise<Map<string, Tests>> {
  const all = globSync('test/execution/**/*.test.ts', { cwd: root }).sort();
  const reaching = all.map((test) => ({ test, reach: graph.reach([test]) }));
  const seeing = reaching.filter(({ reach }) => files.some((file) => reach.has(file)));
  if (!copy || seeing.length === 0) return new Map();
  progress(`${seeing.length} test files on the scripts as they are`);
  const names = seeing.map(({ test }) => test);
  const run = await runTests(copy, names, { limitMs: LONGEST_RUN_MS, workers: jobs, bail: false });
  if (!run.isGreen) throw new Error(`The tests fail on the scripts as they are: ${run.failed}`);
  const took = (test: string) => run.tookMs.get(test) ?? 0;
  return new Map(
    files.map((file) => {
      const near = seeing.flatMap(({ test, reach }) => {
        const distance = reach.get(file);
        return distance === undefined ? [] : [{ test, distance }];
      });
      near.sort((a, b) => a.distance - b.distance || took(a.test) - took(b.test));
      return [
        file,
        { files: near.map(({ test }) => test), tookMs: near.reduce((sum, { test }) => sum + took(test), 0) },
      ];
    }),
  );
}

async function judge(copy: ProjectCopy, mutant: Mutant, tests: Tests | undefined): Promise<Verdict> {
  // What no test reaches is not seen, whatever is wrong in it.
  if (!tests || tests.files.length === 0) return { mutant, isCaught: false };
  const change = await copy.change(mutant.file, mutant.text);
  try {
    const limitMs = 3 * tests.tookMs + GRACE_MS;
    const run = await runTests(copy, tests.files, { limitMs, workers: 1, bail: true });
    return { mutant, isCaught: !run.isGreen };
  } finally {
    await change.restore();
  }
}
