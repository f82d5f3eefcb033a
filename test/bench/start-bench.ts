import { addRemote, buildHouse, environment, nodePath, openYard, stewardCli } from './bench-repo.ts';
import { QUIET_TREE } from './house-trees.ts';
import { type Ended, meanCpuMs, runWell, spread } from './measure.ts';
import type { Benchmark, BenchOptions, BenchTable, Cell } from './table.ts';

const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  ['steward --help', [stewardCli, '--help']],
  ['steward ledger (empty)', [stewardCli, 'ledger']],
  ['steward cycle (nothing due)', [stewardCli, 'cycle', '--json']],
];

/** What coming up costs, from Node alone to a cycle that finds nothing to do. */
export const startBench: Benchmark = { name: 'start', run: benchStart };

async function benchStart(options: BenchOptions): Promise<BenchTable> {
  const yard = await openYard();
  try {
    const house = await buildHouse(yard.path, 'start', QUIET_TREE);
    await addRemote(house);
    const runs = new Map<string, Ended[]>(COMMANDS.map(([name]) => [name, []]));
    for (let index = -1; index < options.runs; index++) {
      options.progress(`start: ${index + 1}/${options.runs}`);
      for (const [name, args] of COMMANDS) {
        const ended = await runWell({ file: nodePath, args, cwd: house.work, env: environment(yard.path) });
        if (index >= 0) runs.get(name)?.push(ended);
      }
    }
    const rows = [...runs].map(([name, ended]): Cell[] => {
      const wall = spread(ended.map(({ wallMs }) => wallMs));
      return [name, wall.median, wall.low, wall.high, meanCpuMs(ended)];
    });
    const notes = [`${options.runs} interleaved runs, compile cache warm, a local bare remote.`];
    return { title: 'Start-up', columns: ['command', 'wall ms', 'q1', 'q3', 'CPU ms'], rows, notes };
  } finally {
    await yard.clear();
  }
}
