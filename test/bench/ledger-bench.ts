import { fileURLToPath } from 'node:url';
import { environment, nodePath, openYard } from './bench-repo.ts';
import { buildLedgerHouse, type LedgerHouse } from './ledger-house.ts';
import { todaysRecords } from './ledger-samples.ts';
import { median, runWell } from './measure.ts';
import { gitCommand, traceCycle } from './raw-work.ts';
import type { Benchmark, BenchOptions, BenchTable, Cell } from './table.ts';
import type { TracedProcess } from './trace-preload.ts';

const SIZES = [10, 1000, 100_000, 1_000_000];
/** Whose growth is git's own, named beside the cycle's. */
const SHOWN = ['status', 'add', 'fast-import', 'rev-list', 'fetch', 'push'];
const COLUMNS = [
  'records',
  'today',
  'MB',
  'cycle ms',
  'to first',
  'git ms',
  ...SHOWN.map((name) => `${name} ms`),
  'rebuild s',
  'rebuild MB',
];
const rebuildEntry = fileURLToPath(new URL('rebuild-entry.mjs', import.meta.url));

/** The same forced cycle over ledgers of ten to a million records. */
export const ledgerBench: Benchmark = { name: 'ledger', run: benchLedger };

async function benchLedger(options: BenchOptions): Promise<BenchTable> {
  const yard = await openYard();
  try {
    const houses: LedgerHouse[] = [];
    for (const records of SIZES.filter((size) => size <= options.maxRecords)) {
      options.progress(`ledger: building ${records} records`);
      houses.push(await buildLedgerHouse(yard.path, records));
    }
    const runs = await measureCycles(yard.path, houses, options);
    const rows: Cell[][] = [];
    for (const { records, ledgerMb, house } of houses) {
      options.progress(`ledger: folding ${records} records`);
      const rebuilt = await runWell({
        file: nodePath,
        args: [rebuildEntry],
        cwd: house.work,
        env: environment(yard.path),
      });
      const { ms, peakMb } = JSON.parse(rebuilt.stdout);
      const base = runs.get(SIZES[0] ?? 0) ?? [];
      rows.push([
        records,
        todaysRecords(records),
        ledgerMb,
        ...summary(runs.get(records) ?? [], base),
        ms / 1000,
        peakMb,
      ]);
    }
    return { title: 'A forced cycle over a growing ledger', columns: COLUMNS, rows, notes: notes(options) };
  } finally {
    await yard.clear();
  }
}

interface LedgerRun {
  cycleMs: number;
  gits: readonly TracedProcess[];
}

/** All sizes in turn, so that what else the machine does meanwhile hits each. */
async function measureCycles(
  yard: string,
  houses: readonly LedgerHouse[],
  options: BenchOptions,
): Promise<Map<number, LedgerRun[]>> {
  const runs = new Map<number, LedgerRun[]>(houses.map(({ records }) => [records, []]));
  for (let index = -1; index < options.runs; index++) {
    for (const { records, house } of houses) {
      options.progress(`ledger, ${records} records: ${index + 1}/${options.runs}`);
      const started = performance.now();
      const trace = await traceCycle(yard, house, {});
      const gits = trace.processes.filter((each) => gitCommand(each) !== undefined);
      if (index >= 0) runs.get(records)?.push({ cycleMs: performance.now() - started, gits });
    }
  }
  return runs;
}

function summary(runs: readonly LedgerRun[], base: readonly LedgerRun[]): Cell[] {
  const cycleMs = median(runs.map((run) => run.cycleMs));
  const gitMs = (isMeant: (command: string | undefined) => boolean) => {
    const sums = runs.map(({ gits }) => gits.filter((each) => isMeant(gitCommand(each))).map(({ wallMs }) => wallMs));
    return median(sums.map((each) => each.reduce((sum, ms) => sum + ms, 0)));
  };
  return [
    cycleMs,
    cycleMs / median(base.map((run) => run.cycleMs)),
    gitMs(() => true),
    ...SHOWN.map((name) => gitMs((command) => command === name)),
  ];
}

const notes = ({ runs }: BenchOptions): string[] => [
  `Medians of ${runs} interleaved cycles without a model; 1 000 records a day, as many commits as records. Aim: last to first at most 1.1.`,
  'today: lines of the newest day file, which each cycle writes anew into git: the row with 1 000 shows what a full day costs, the others what the past does.',
  'git ms: all git processes of the cycle, from start to exit as the agent sees them; the named ones are parts of it.',
  'rebuild: folding all records in a fresh process, needed once when ledger/state.json is missing.',
];
