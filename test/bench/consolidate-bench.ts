import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChainHead, dayPath, seal } from '../../src/domain/chain.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { genesis } from '../support/ledger-samples.ts';
import { yearOfEntries } from '../support/year-of-entries.ts';
import { environment, nodePath, openYard } from './bench-repo.ts';
import { median, runWell } from './measure.ts';
import { NIGHT_PARTS, type NightPart, parseDay, workNight } from './night-work.ts';
import type { Benchmark, BenchOptions, BenchTable, Cell } from './table.ts';

const DAY_MS = 86_400_000;
const DAYS = 366;
const PER_DAY = 96;
const FULL_DAY = 10_000;
/** By their last day: its week's page reads all days of the week up to it. */
const HOUSES = [
  { name: 'Monday', start: '2025-12-28', lastDay: PER_DAY },
  { name: 'Sunday', start: '2025-12-27', lastDay: PER_DAY },
  { name: 'Sunday', start: '2025-12-27', lastDay: FULL_DAY },
] as const;
const COLUMNS = [
  'day',
  'process',
  'entries',
  'ledger',
  'parse ms',
  'consolidate ms',
  'to parse',
  ...NIGHT_PARTS.map((name) => `${name} ms`),
];
const nightEntry = fileURLToPath(new URL('night-entry.mjs', import.meta.url));

/** What a night does by itself, without model, git and network, beside parsing its day's file. */
export const consolidateBench: Benchmark = { name: 'consolidate', run: benchConsolidate };

async function benchConsolidate(options: BenchOptions): Promise<BenchTable> {
  const yard = await openYard();
  try {
    const rows: Cell[][] = [];
    for (const { name, start, lastDay } of HOUSES) {
      options.progress(`consolidate: a year that ends on a ${name} of ${lastDay} entries`);
      const house = await buildYear(join(yard.path, `${name}-${lastDay}`), { start, lastDay });
      const ways = { fresh: freshWay(yard.path, house), warm: warmWay(house) };
      for (const [process, way] of Object.entries(ways))
        rows.push([name, process, lastDay, house.records, ...(await measure(way, options))]);
    }
    return { title: 'Consolidating one day of a year', columns: COLUMNS, rows, notes: notes(options) };
  } finally {
    await yard.clear();
  }
}

interface YearHouse {
  folder: string;
  /** The last one, which no night has consumed. */
  day: string;
  records: number;
}

/** A year in files, all of it consolidated but its last day. */
async function buildYear(folder: string, { start, lastDay }: { start: string; lastDay: number }): Promise<YearHouse> {
  const { days } = yearOfEntries({ start, days: DAYS - 1, perDay: PER_DAY, emptyDays: 0, truths: 24 });
  const end = new Date(Date.parse(start) + (DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  const last = yearOfEntries({ seed: 2, start: end, days: 1, perDay: lastDay, emptyDays: 0, truths: 0 }).days;
  let head: ChainHead | undefined;
  for (const { day, entries } of [...days, ...last]) {
    const records: UnsealedRecord[] = head ? entries : [{ ...genesis, timestamp: `${day}T00:00:00.000Z` }, ...entries];
    const lines = records.map((record) => {
      const sealed = seal(record, head);
      head = sealed.head;
      return `${sealed.line}\n`;
    });
    await write(folder, { [dayPath(day)]: lines.join('') });
    if (day !== end) await write(folder, (await workNight(folder, day)).files);
  }
  return { folder, day: end, records: (head?.seq ?? -1) + 1 };
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

interface Way {
  parse(): Promise<number>;
  night(): Promise<Record<NightPart, number>>;
}

const warmWay = ({ folder, day }: YearHouse): Way => ({
  parse: () => parseDay(folder, day),
  night: async () => (await workNight(folder, day)).times,
});

/** As it is: a process for each night, in which nothing has run before. */
function freshWay(yard: string, { folder, day }: YearHouse): Way {
  const times = async (work: 'parse' | 'night') => {
    const args = ['--disable-warning=ExperimentalWarning', nightEntry, work, folder, day];
    const { stdout } = await runWell({ file: nodePath, args, cwd: yard, env: environment(yard) });
    return JSON.parse(stdout);
  };
  return { parse: async () => (await times('parse')).parse, night: () => times('night') };
}

/** Both in turn, so that what else the machine does meanwhile hits each. */
async function measure(way: Way, { runs }: BenchOptions): Promise<Cell[]> {
  const parses: number[] = [];
  const nights: Record<NightPart, number>[] = [];
  for (let index = -1; index < runs; index++) {
    const parsed = await way.parse();
    const times = await way.night();
    if (index < 0) continue;
    parses.push(parsed);
    nights.push(times);
  }
  const parseMs = median(parses);
  const nightMs = median(nights.map((times) => NIGHT_PARTS.reduce((total, part) => total + times[part], 0)));
  const parts = NIGHT_PARTS.map((part) => median(nights.map((times) => times[part])));
  return [parseMs, nightMs, nightMs / parseMs, ...parts];
}

const notes = ({ runs }: BenchOptions): string[] => [
  `Medians of ${runs} interleaved runs, without model and git; loading the code is not counted. Aim: to parse at most 3.`,
  'process: fresh is a process for each run, as a night is one; warm is one process for all, whose code is compiled.',
  'load: ledger/memory.json. read: the day’s file, every line parsed and put in order. night: hand edits, counts, patterns, lessons, upkeep. pages: the day and its week, of which all days so far are read: seven on a Sunday. texts: lessons, archive and memory as they are written.',
];
