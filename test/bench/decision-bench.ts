import { fileURLToPath } from 'node:url';
import { stateText } from '../../src/flows/ledger-writer.ts';
import { addRemote, buildHouse, environment, type House, nodePath, openYard } from './bench-repo.ts';
import { ledgerDays } from './ledger-samples.ts';
import { type Ended, meanCpuMs, runWell, spread } from './measure.ts';
import { startModelServer, VENDORS, vendorEnvironment } from './model-server.ts';
import type { Benchmark, BenchOptions, BenchTable, Cell } from './table.ts';
import { TWELVE_DIRECTIVES } from './twelve-directives.ts';

const COLUMNS = ['decided by', 'wall ms', 'q1', 'q3', 'CPU ms', 'peak MB'];
const entry = fileURLToPath(new URL('decision-entry.mjs', import.meta.url));

/** Start, gather, one instant call, validate: a process of its own, as often as asked. */
export const decisionBench: Benchmark = { name: 'decision', run: benchDecision };

async function benchDecision(options: BenchOptions): Promise<BenchTable> {
  const yard = await openYard();
  const server = await startModelServer();
  const routes: [string, string, Record<string, string>][] = [
    ...VENDORS.map((vendor): [string, string, Record<string, string>] => [
      vendor,
      'model',
      vendorEnvironment(vendor, server.url),
    ]),
    ['policy (no key)', 'policy', {}],
  ];
  try {
    const house = await decisionHouse(yard.path);
    const runs = new Map<string, Decided[]>(routes.map(([name]) => [name, []]));
    for (let index = -1; index < options.runs; index++) {
      options.progress(`decision: ${index + 1}/${options.runs}`);
      for (const [name, by, env] of routes) {
        const decided = await decideOnce(yard.path, house, { by, env });
        if (index >= 0) runs.get(name)?.push(decided);
      }
    }
    const rows = [...runs].map(([name, decided]) => [name, ...summary(decided)]);
    const notes = [
      `${options.runs} interleaved runs, 12 directives due, compile cache warm. Aim: at most 250 ms and 100 MB.`,
    ];
    return { title: 'The decision alone: start, gather, one instant call, validate', columns: COLUMNS, rows, notes };
  } finally {
    await server.close();
    await yard.clear();
  }
}

async function decisionHouse(yard: string): Promise<House> {
  const ledger = [...ledgerDays(30, 'local/unknown', new Date())];
  const files = Object.fromEntries(ledger.map(({ path, text }) => [path, text]));
  const state = ledger.at(-1)?.state;
  const house = await buildHouse(yard, 'decision', {
    ...TWELVE_DIRECTIVES,
    ...files,
    ...(state ? { 'ledger/state.json': stateText({ ...state, directives: {} }) } : {}),
  });
  await addRemote(house);
  return house;
}

type Decided = Ended & { peakMb: number };

async function decideOnce(
  yard: string,
  { work }: House,
  { by, env }: { by: string; env: Record<string, string> },
): Promise<Decided> {
  const ended = await runWell({ file: nodePath, args: [entry], cwd: work, env: environment(yard, env) });
  const { decidedBy, peakMb } = JSON.parse(ended.stdout);
  if (decidedBy !== by) throw new Error(`decided by ${decidedBy}, not ${by}: ${ended.stdout} ${ended.stderr}`);
  return { ...ended, peakMb };
}

function summary(decided: readonly Decided[]): Cell[] {
  const wall = spread(decided.map(({ wallMs }) => wallMs));
  return [wall.median, wall.low, wall.high, meanCpuMs(decided), spread(decided.map(({ peakMb }) => peakMb)).median];
}
