import {
  addRemote,
  buildHouse,
  copyHouse,
  environment,
  type House,
  nodePath,
  openYard,
  stewardCli,
} from './bench-repo.ts';
import { ASKING_TREE, FORCED } from './house-trees.ts';
import { type Cost, meanCpuMs, median, runWell, spread } from './measure.ts';
import { startModelServer, VENDORS, vendorEnvironment } from './model-server.ts';
import { gitCommand, planRawWork, type RawWork, replayRawWork, traceCycle } from './raw-work.ts';
import type { Benchmark, BenchOptions, BenchTable, Cell } from './table.ts';

const COLUMNS = [
  'route',
  'cycle ms',
  'raw ms',
  'ratio',
  'ratio q1',
  'ratio q3',
  'cycle CPU ms',
  'raw CPU ms',
  'CPU ratio',
];

/** A full forced cycle beside the same processes without Steward in them. */
export const cycleBench: Benchmark = { name: 'cycle', run: benchCycle };

async function benchCycle(options: BenchOptions): Promise<BenchTable> {
  const yard = await openYard();
  const server = await startModelServer();
  try {
    const house = await buildHouse(yard.path, 'first', ASKING_TREE);
    await addRemote(house);
    const rows: Cell[][] = [];
    const plans: RawWork[] = [];
    for (const vendor of VENDORS) {
      const env = vendorEnvironment(vendor, server.url);
      await forcedCycle(yard.path, house, env);
      const plan = await tracedPlan(yard.path, house, env);
      const pairs = await measurePairs({ yard: yard.path, house, env, plan, options, label: vendor });
      rows.push([vendor, ...summary(pairs)]);
      plans.push(plan);
    }
    return {
      title: 'A full forced cycle: tool, criterion, one model call under its lease, three commits, two pushes',
      columns: COLUMNS,
      rows,
      notes: notes(plans, options),
    };
  } finally {
    await server.close();
    await yard.clear();
  }
}

async function tracedPlan(yard: string, house: House, env: Record<string, string>): Promise<RawWork> {
  const traced = await copyHouse(yard, house, 'traced');
  const before = (await traced.git(['rev-parse', 'HEAD'])).stdout.trim();
  return planRawWork(traced, before, await traceCycle(yard, traced, env));
}

interface Pair {
  cycle: Cost;
  raw: Cost;
}

/** Cycle, raw, cycle, raw ... each in a fresh copy: what else the machine does meanwhile hits both. */
async function measurePairs(at: {
  yard: string;
  house: House;
  env: Record<string, string>;
  plan: RawWork;
  options: BenchOptions;
  label: string;
}): Promise<Pair[]> {
  const { yard, house, env, plan, options, label } = at;
  const pairs: Pair[] = [];
  for (let index = -1; index < options.runs; index++) {
    options.progress(`cycle, ${label}: ${index + 1}/${options.runs}`);
    const cycle = await forcedCycle(yard, await copyHouse(yard, house, 'copy'), env);
    const raw = await replayRawWork(yard, await copyHouse(yard, house, 'copy'), plan);
    // The first pair fills the caches.
    if (index >= 0) pairs.push({ cycle, raw });
  }
  return pairs;
}

async function forcedCycle(yard: string, { work }: House, env: Record<string, string>): Promise<Cost> {
  const ended = await runWell({
    file: nodePath,
    args: [stewardCli, ...FORCED],
    cwd: work,
    env: environment(yard, env),
  });
  const { entry, pushed } = JSON.parse(ended.stdout);
  if (entry.result !== 'success' || entry.decided_by !== 'model' || !pushed)
    throw new Error(`no whole cycle: ${ended.stdout}`);
  return ended;
}

function summary(pairs: readonly Pair[]): Cell[] {
  const cycles = pairs.map(({ cycle }) => cycle);
  const raws = pairs.map(({ raw }) => raw);
  const ratio = spread(pairs.map(({ cycle, raw }) => cycle.wallMs / raw.wallMs));
  const [cycleCpu, rawCpu] = [meanCpuMs(cycles), meanCpuMs(raws)];
  return [
    median(cycles.map(({ wallMs }) => wallMs)),
    median(raws.map(({ wallMs }) => wallMs)),
    ratio.median,
    ratio.low,
    ratio.high,
    cycleCpu,
    rawCpu,
    cycleCpu !== undefined && rawCpu !== undefined ? cycleCpu / rawCpu : undefined,
  ];
}

function notes([plan]: readonly RawWork[], { runs }: BenchOptions): string[] {
  const gits = plan?.steps.map(gitCommand).filter((command) => command !== undefined) ?? [];
  const scripts = (plan?.steps.length ?? 0) - gits.length;
  return [
    `Raw work: ${gits.length} git commands as the cycle ran them, one Node that imports the agent's packages (compile cache on), ${scripts} that import zod under the script's own flags; in sequence.`,
    `Medians of ${runs} interleaved pairs, ratio of each pair with its quartiles; CPU is user and system time, mean. Aim: ratio at most 1.5.`,
    `git: ${gits.join(', ')}.`,
  ];
}
