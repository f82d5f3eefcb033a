import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LedgerRecord } from '../../../src/domain/record.ts';
import { type AgentFixture, CHECK_COUNT_SCRIPT, COUNT_DIRECTIVE, COUNT_SCRIPT, withAgent } from '../agent-fixture.ts';
import type { Tree } from '../git-fixture.ts';
import { type GitHub, startGitHub } from '../github/start-github.ts';
import type { Happening } from './happenings.ts';
import { type Circumstances, inBare, runWorkflow, type WorkflowRun } from './workflow-runner.ts';

/** A repository on the fake GitHub with this project's own workflows, which are run for what happens to it. */
export interface WorkflowHouse {
  github: GitHub;
  run(workflow: string, happening: Happening, circumstances?: Circumstances): Promise<WorkflowRun>;
  /** Git's answer about the repository on GitHub. */
  git(...args: string[]): Promise<string>;
  /** Subjects of the commits on `main` that came after the first, newest first. */
  subjects(): Promise<string[]>;
  /** The ledger as `main` has it. */
  records(): Promise<LedgerRecord[]>;
  /** The agent in a fresh clone of a person. */
  clone(): Promise<AgentFixture>;
}

export async function houseWithWorkflows(tree: Tree, now?: () => Date): Promise<WorkflowHouse> {
  const github = await startGitHub({ repository: 'octo/house', tree, ...(now ? { now } : {}) });
  const git = (...args: string[]) => inBare(github, ...args);
  const clone = async () => withAgent(await github.clone('octo'));
  const first = await git('rev-parse', 'main');
  return {
    github,
    git,
    clone,
    run: (workflow, happening, circumstances) => runWorkflow(github, { workflow, ...happening }, circumstances),
    subjects: async () => (await git('log', '--format=%s', `${first}..main`)).split('\n').filter(Boolean),
    records: async () => (await clone()).records(),
  };
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What a workflow runs, or reads before it runs anything. */
const PARTS = [
  '.github/',
  'src/',
  'package.json',
  'package-lock.json',
  '.gitattributes',
  '.gitignore',
  'tsconfig.json',
];
/** What a new copy has beside them. Its tests run in no workflow but ci.yml. */
const SHIPPED = ['README.md', 'directives/', 'execution/', 'knowledge/'];

/** This repository as it lies here, changes included, without its tests. */
export const shippedTree = (): Tree => readTree([...PARTS, ...SHIPPED]);

/** The agent and its workflows with one small directive, whose front matter says when it is done. */
export const smallTree = (when = 'every: 1d'): Tree => ({
  ...readTree(PARTS),
  'README.md': '# House\n',
  'directives/count.md': COUNT_DIRECTIVE.replace('every: 1d', when),
  'execution/count.ts': COUNT_SCRIPT,
  'execution/check_count.ts': CHECK_COUNT_SCRIPT,
});

/** Files of this repository as they lie here, by the beginnings of their paths. */
export function readTree(parts: readonly string[]): Tree {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...parts];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path))]));
}

/** A workflow of this project with some of its text replaced. Throws when that text is not there. */
export function edited(workflow: string, from: string | RegExp, to: string): Tree {
  const path = `.github/workflows/${workflow}`;
  const text = readFileSync(join(root, path), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${workflow} does not say ${from}`);
  return { [path]: changed };
}
