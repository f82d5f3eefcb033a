/**
 * `npm run bench:mutants [-- --count 100 --seed N --script check_links --jobs 2 --json]`: makes that many small mistakes
 * in the execution scripts, one at a time in a copy of the project, and counts how many the scripts' own tests see. Ends
 * with 1 when they see less than nine in ten. The same seed makes the same mistakes.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { toMarkdown } from '../bench/table.ts';
import { judgeMutants, type Verdict } from './judge.ts';
import { openYard } from './project-copy.ts';

const WANTED_RATE = 0.9;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    script: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const [count, seed, jobs] = [Number(values.count), Number(values.seed), Number(values.jobs)];

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

/** What a program reads. */
function toJson(verdicts: readonly Verdict[]): string {
  const survived = verdicts
    .filter(({ isCaught }) => !isCaught)
    .map(({ mutant: { operator, file, line, before, after } }) => ({ operator, file, line, before, after }));
  const caught = verdicts.length - survived.length;
  return JSON.stringify({ seed, count: verdicts.length, caught, survived, rate: caught / verdicts.length });
}

/** What people read: a table of the kinds of mistakes, and each that nobody saw. */
function toText(verdicts: readonly Verdict[], seconds: number): string {
  const caughtOf = (some: readonly Verdict[]) => some.filter(({ isCaught }) => isCaught).length;
  const byOperator = [...Map.groupBy(verdicts, ({ mutant }) => mutant.operator)].sort();
  const rows = byOperator.map(([name, made]) => [name, made.length, caughtOf(made), made.length - caughtOf(made)]);
  const caught = caughtOf(verdicts);
  const title = `${caught} of ${verdicts.length} mutants caught (${((100 * caught) / verdicts.length).toFixed(1)} %)`;
  const notes = [`seed ${seed}, ${Math.round(seconds)} s, ${jobs} at a time`];
  const table = toMarkdown({ title, columns: ['Operator', 'Made', 'Caught', 'Survived'], rows, notes });
  const red = (text: string) => (process.stdout.isTTY ? `\x1b[31m${text}\x1b[0m` : text);
  const survivors = verdicts
    .filter(({ isCaught }) => !isCaught)
    .map(({ mutant: { file, line, before, after } }) => `${red(`${file}:${line}`)}  ${before}  ->  ${after}`);
  return [table, ...(survivors.length > 0 ? ['', 'Survived:', ...survivors] : [])].join('\n');
}

async function main(): Promise<void> {
  const started = performance.now();
  const root = new URL('../../', import.meta.url).pathname;
  const yard = await openYard();
  try {
    const verdicts = await judgeMutants({ root, yard: yard.path, count, seed, script: values.script, jobs, progress });
    progress('');
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${values.json ? toJson(verdicts) : toText(verdicts, seconds)}\n`);
    const caught = verdicts.filter(({ isCaught }) => isCaught).length;
    process.exitCode = caught / verdicts.length >= WANTED_RATE ? 0 : 1;
  } finally {
    await yard.clear();
  }
}

if (![count, jobs].every((number) => Number.isInteger(number) && number >= 1) || !Number.isInteger(seed)) {
  process.stderr.write('--count and --jobs take a number, at least 1, and --seed a whole number.\n');
  process.exitCode = 2;
} else {
  await main();
}
