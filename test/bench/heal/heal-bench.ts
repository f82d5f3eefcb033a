/**
 * `npm run bench:heal [-- --data FILE --overfit FILE --jobs N --only ID --mode hidden|visible|both --json]`: sends
 * broken functions, their right versions and patches that only look right through the gate of heal, each wrapped as an
 * execution script. Nothing passes or fails: it prints what was accepted. Progress goes to standard error, on a terminal.
 */
import { parseArgs } from 'node:util';
import { BenchError, type OverfitPatch, type RepairCase, readCases } from './cases.ts';
import { openPlace, type Place } from './place.ts';
import { asJson, asText } from './report.ts';
import { type CaseResult, MODES, type Mode, verifyCase } from './verify-case.ts';

interface Options {
  data: string | undefined;
  overfit: string | undefined;
  jobs: number;
  only: string | undefined;
  modes: readonly Mode[];
  isJson: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      overfit: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      only: { type: 'string' },
      mode: { type: 'string', default: 'both' },
      json: { type: 'boolean', default: false },
    },
  });
  const { data, overfit, only, mode } = values;
  const jobs = Number(values.jobs);
  const modes = MODES.filter((each) => mode === 'both' || mode === each);
  if (!Number.isInteger(jobs) || jobs < 1) throw new BenchError('--jobs takes a number, at least 1.');
  if (modes.length === 0) throw new BenchError('--mode is hidden, visible or both.');
  return { data, overfit, jobs, only, modes, isJson: values.json };
}

async function main(options: Options): Promise<void> {
  const { modes, isJson } = options;
  const { cases, patches } = readCases(options);
  const chosen = cases.filter(({ id }) => options.only === undefined || id === options.only);
  if (chosen.length === 0) throw new BenchError(`There is no case ${options.only ?? ''}.`);
  // Each job has a place of its own: what one keeps there of a script, another would take for stale.
  const places = await Promise.all(Array.from({ length: options.jobs }, openPlace));
  const started = performance.now();
  try {
    const results = await verifyEach(places, chosen, patches, modes);
    progress('');
    const walls = places[0]?.walls ?? '';
    const report = { results, modes, seconds: (performance.now() - started) / 1000, walls };
    process.stdout.write(isJson ? `${JSON.stringify(asJson(report))}\n` : `${asText(report)}\n`);
  } finally {
    await Promise.all(places.map((place) => place.clear()));
  }
}

/** One case at a time in each place; the results in the order of the file. */
async function verifyEach(
  places: readonly Place[],
  cases: readonly RepairCase[],
  patches: readonly OverfitPatch[],
  modes: readonly Mode[],
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const waiting = cases.entries();
  const work = async (place: Place) => {
    for (const [index, repairCase] of waiting) {
      progress(`${index + 1}/${cases.length} ${repairCase.id}`);
      const own = patches.filter(({ id }) => id === repairCase.id);
      results[index] = await verifyCase(place, { repairCase, patches: own, modes }).catch((error: unknown) =>
        untried(repairCase, error),
      );
    }
  };
  await Promise.all(places.map(work));
  return results;
}

/** One case that can not be tried is told of, and costs nobody the others. */
const untried = ({ id }: RepairCase, error: unknown): CaseResult => ({
  id,
  verifications: [],
  hasNoTape: false,
  sloppy: undefined,
  problem: error instanceof Error ? error.message : String(error),
});

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

try {
  await main(readOptions());
} catch (error) {
  const isAsked = error instanceof BenchError || (error instanceof TypeError && 'code' in error);
  if (!isAsked) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
