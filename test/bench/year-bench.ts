import { simulateYear } from '../support/simulated-year.ts';
import type { Benchmark, BenchTable, Cell } from './table.ts';

const SEEDS = [1, 2, 3];
const DAYS = 365;
const PER_DAY = 24;

/** What a year of nights comes to with a model that is wrong one time in five; no times, figures. */
export const yearBench: Benchmark = { name: 'year', run: benchYear };

async function benchYear({ progress }: { progress(text: string): void }): Promise<BenchTable> {
  const rows: Cell[][] = [];
  for (const seed of SEEDS) {
    progress(`year: seed ${seed} of ${SEEDS.length}`);
    const { nights, entries, model, most, truths, contradicted, falsehoods, persons, faults, ...rest } =
      await simulateYear({ days: DAYS, perDay: PER_DAY, seed });
    rows.push([
      ...[seed, nights, entries, model.calls, model.wrong, model.refused],
      ...[most.lessons, most.pageBytes, most.archiveLessons],
      `${truths.learned} of ${truths.planted}, ${truths.slowestNights}`,
      `${contradicted.truths}, ${contradicted.slowestNights}`,
      `${falsehoods.proposed}, ${falsehoods.active}, ${falsehoods.activeUnproven}`,
      `${persons.kept} of ${persons.written}`,
      faults.length,
      rest.isRebuiltToTheByte ? 'yes' : 'no',
    ]);
  }
  return { title: 'A year of nights', columns: COLUMNS, rows, notes: NOTES };
}

const COLUMNS = [
  ...['seed', 'nights', 'entries', 'model calls', 'wrong answers', 'operations refused'],
  ...['most lessons', 'most bytes of page', 'most archived'],
  'truths learned, slowest night',
  'contradicted retired, slowest night',
  'falsehoods kept for a while, active, active unproven',
  "people's lessons kept",
  'faults',
  'rebuilt to the byte',
];

const NOTES = [
  `${DAYS} days of ${PER_DAY} entries with planted truths, falsehoods and texts from outside; the model's answers are wrong one time in five.`,
  'faults: evidence that is nowhere, caps passed, a poisoned text on the page, a lesson that stays though it harms or is over.',
];
