import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { environment, type House, nodePath, stewardCli } from './bench-repo.ts';
import { FORCED } from './house-trees.ts';
import { type Command, type Cost, runWell, sumCosts } from './measure.ts';
import type { Trace, TracedProcess } from './trace-preload.ts';

const bareImports = fileURLToPath(new URL('bare-imports.mjs', import.meta.url));
const preload = pathToFileURL(fileURLToPath(new URL('trace-preload.ts', import.meta.url))).href;
/** What src/child/start.js comes to import. */
const CHILD_PACKAGES = ['zod'];

/** `status` of `git -c a=b --no-pager status --porcelain`; undefined when the process is not git. */
export function gitCommand({ file, args }: TracedProcess): string | undefined {
  if (!file.endsWith('git')) return undefined;
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c');
}

/** A forced cycle told as the processes that it started. */
export async function traceCycle(yard: string, house: House, env: Readonly<Record<string, string>>): Promise<Trace> {
  const file = join(yard, 'trace.json');
  await runWell({
    file: nodePath,
    args: [stewardCli, ...FORCED],
    cwd: house.work,
    env: environment(yard, { ...env, NODE_OPTIONS: `--import=${preload}`, STEWARD_BENCH_TRACE: file }),
  });
  return JSON.parse(await readFile(file, 'utf8'));
}

export interface RawWork {
  steps: readonly TracedProcess[];
  packages: readonly string[];
  /** What each record of the cycle left in the work tree before it was staged: text by path, null where it was removed. */
  stagings: readonly ReadonlyMap<string, string | null>[];
  /** HEAD after the cycle, and so after each replay. */
  head: string;
}

/** Turns a traced cycle into a plan that any copy of the house it began with can replay. */
export async function planRawWork(after: House, before: string, trace: Trace): Promise<RawWork> {
  const log = await after.git(['log', '--reverse', '--format=%H', `${before}..HEAD`, '--', 'ledger']);
  const records = log.stdout.trim().split('\n');
  const stagings = await Promise.all(
    records.map((record, index) => textsBetween(after, records[index - 1] ?? before, record)),
  );
  return { steps: trace.processes, packages: trace.packages, stagings, head: records.at(-1) ?? before };
}

async function textsBetween(house: House, before: string, commit: string): Promise<Map<string, string | null>> {
  const diff = await house.git(['diff', '-z', '--name-status', '--no-renames', before, commit]);
  const fields = diff.stdout.split('\0').filter(Boolean);
  const texts = new Map<string, string | null>();
  for (let index = 0; index < fields.length; index += 2) {
    const [status, path = ''] = [fields[index], fields[index + 1]];
    texts.set(path, status === 'D' ? null : (await house.git(['show', `${commit}:${path}`])).stdout);
  }
  return texts;
}

/**
 * The same git commands, byte for byte, and Node processes that do nothing but import what the cycle's did, one after
 * the other. Only the processes are timed: the files they find in the work tree are put there in between.
 */
export async function replayRawWork(yard: string, house: House, plan: RawWork): Promise<Cost> {
  const costs: Cost[] = [await runWell(bareAgent(yard, house, plan))];
  const stagings = plan.stagings.values();
  for (const step of plan.steps) {
    if (gitCommand(step) === 'add') await putFiles(house, stagings.next().value ?? new Map());
    costs.push(await runWell(toCommand(house, step)));
  }
  const head = (await house.git(['rev-parse', 'origin/main'])).stdout.trim();
  if (head !== plan.head) throw new Error(`the replay ended at ${head}, the cycle at ${plan.head}`);
  return sumCosts(costs);
}

function bareAgent(yard: string, house: House, { packages }: RawWork): Command {
  return { file: nodePath, args: [bareImports, 'cached', ...packages], cwd: house.work, env: environment(yard) };
}

function toCommand(house: House, { file, args, env, stdin }: TracedProcess): Command {
  const entry = args.findIndex((arg) => arg.endsWith('src/child/start.js'));
  const isScript = entry >= 0;
  return {
    file,
    args: isScript
      ? [...args.slice(0, entry), `--allow-fs-read=${bareImports}`, bareImports, 'plain', ...CHILD_PACKAGES]
      : args,
    cwd: house.work,
    env,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin, 'base64') }),
  };
}

async function putFiles(house: House, texts: ReadonlyMap<string, string | null>): Promise<void> {
  for (const [path, text] of texts) {
    const target = join(house.work, path);
    await mkdir(dirname(target), { recursive: true });
    await (text === null ? rm(target, { force: true }) : writeFile(target, text));
  }
}
