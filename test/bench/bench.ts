/**
 * `npm run bench [-- NAME... --runs N --records N --json]`: measures and prints a table; nothing passes or fails.
 * A name runs that benchmark alone. Progress goes to standard error, on a terminal.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { automationsBench } from './automations-bench.ts';
import { consolidateBench } from './consolidate-bench.ts';
import { cycleBench } from './cycle-bench.ts';
import { decisionBench } from './decision-bench.ts';
import { ledgerBench } from './ledger-bench.ts';
import { startBench } from './start-bench.ts';
import { type Benchmark, type BenchOptions, type BenchTable, toJson, toMarkdown } from './table.ts';
import { tokensBench } from './tokens-bench.ts';
import { yearBench } from './year-bench.ts';

const BENCHMARKS: readonly Benchmark[] = [
  startBench,
  decisionBench,
  cycleBench,
  tokensBench,
  ledgerBench,
  consolidateBench,
  yearBench,
  automationsBench,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '11' },
    records: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});

const known = BENCHMARKS.map(({ name }) => name).join(', ');
const unknown = positionals.filter((name) => !BENCHMARKS.some((each) => each.name === name));

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

function machine(): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${availableParallelism()} cores (${cpu?.model.trim() ?? 'unknown'}), ${process.platform}`;
}

async function main(): Promise<void> {
  const options: BenchOptions = { runs: Number(values.runs), maxRecords: Number(values.records), progress };
  const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const tables: Record<string, BenchTable> = {};
  if (!values.json) process.stdout.write(`${machine()}\n`);
  for (const benchmark of chosen) {
    const table = await benchmark.run(options);
    tables[benchmark.name] = table;
    progress('');
    if (!values.json) process.stdout.write(`\n${toMarkdown(table)}\n`);
  }
  const results = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, toJson(table)]));
  if (values.json) process.stdout.write(`${JSON.stringify({ machine: machine(), ...results })}\n`);
}

if (unknown.length > 0) {
  process.stderr.write(`No such benchmark: ${unknown.join(', ')}. There are ${known}.\n`);
  process.exitCode = 2;
} else if (!(Number(values.runs) >= 1) || !(Number(values.records) >= 1)) {
  process.stderr.write('--runs and --records take a number, at least 1.\n');
  process.exitCode = 2;
} else {
  await main();
}
