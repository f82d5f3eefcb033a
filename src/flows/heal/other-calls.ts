import type { Evidence } from '../../domain/heal/fix.ts';
import { type OtherCall, withErrors, withOtherNumbers } from '../../domain/heal/other-calls.ts';
import type { Tape } from '../../domain/tape.ts';
import { failureOfRun, isSameFailure, type Replay, replay, sameJson } from './replay.ts';
import { type Bench, openTrees, type RepairCase, type Reproduction, type Trees } from './reproduce.ts';

/**
 * Tries calls that nobody recorded, made from those that were. What they should give is not known, but some of what they
 * should not.
 */
export async function tryOtherCalls(
  bench: Bench,
  repair: RepairCase,
  found: { trees: Trees; mended: Replay; reproduction: Reproduction },
): Promise<Evidence[]> {
  const base = openTrees(bench, [], repair.grants);
  const run = (trees: Trees, tape: Tape) => trees.use((tree) => replay(bench.open, tape, tree, repair.grants));
  const trial: Trial = {
    ...found,
    failing: repair.failing,
    before: (tape) => run(base, tape),
    after: (tape) => run(found.trees, tape),
  };
  try {
    return (await Promise.all([tryOtherNumbers(trial), tryErrors(trial)])).flat();
  } finally {
    await base.remove();
  }
}

interface Trial {
  failing: Tape;
  mended: Replay;
  reproduction: Reproduction;
  /** A call with the code of the base, and with the new code. */
  before(tape: Tape): Promise<Replay>;
  after(tape: Tape): Promise<Replay>;
}

/**
 * The failing call with other numbers in the same places must not fail as before, as with a repair for these very values.
 * Nor may a number that is written in another way count for nothing, where it counts in good calls: then the repair has an
 * answer ready for what it can not read.
 */
async function tryOtherNumbers(trial: Trial): Promise<Evidence[]> {
  const check = 'other values';
  const { failing, mended } = trial;
  // Where nothing was asked and nothing crashed, there is no telling what another input should give.
  if (failing.exchanges.length === 0 && failing.failure?.kind === 'refuted') return [];
  const varied = withOtherNumbers(failing);
  if (!varied) return [];
  const after = await trial.after(varied.tape);
  const refused = (detail: string): Evidence[] => [{ check, status: 'fail', detail }];
  if (failing.failure?.kind !== 'refuted' && isSameFailure(failing, after.run))
    return refused('with other numbers in the same places it fails as before');
  if (failureOfRun(after.run)?.kind === 'timeout')
    return refused('with other numbers in the same places it does not end');
  // What does not fit together any more may well be refused.
  if (after.run.outcome.status !== 'ok' || after.strays.length > 0) return [];
  if (!isSameResult(after, mended))
    return [{ check, status: 'pass', detail: 'other numbers in the same places give another result' }];
  if (await doesNotationMatter(trial, varied.places))
    return refused('numbers that it could not read before count for nothing now');
  return [{ check, status: 'note', detail: 'its result does not depend on the numbers it was given' }];
}

/** Whether numbers that good calls have at these places, but written in another way, change what the code of the base gives. */
async function doesNotationMatter({ reproduction, before }: Trial, places: OtherCall['places']): Promise<boolean> {
  const found = reproduction.good.map(async ({ tape, replay: recorded }) => {
    const own = withOtherNumbers(tape)?.places;
    const varied = withOtherNumbers(tape, (place) => places.has(place) && places.get(place) !== own?.get(place));
    if (!varied) return false;
    const other = await before(varied.tape);
    return other.run.outcome.status === 'ok' && !isSameResult(other, recorded);
  });
  return (await Promise.all(found)).includes(true);
}

const isSameResult = (one: Replay, two: Replay): boolean =>
  sameJson(resultOf(one), resultOf(two)) && sameJson([...one.files], [...two.files]);

const resultOf = ({ run: { outcome } }: Replay): unknown => (outcome.status === 'ok' ? outcome.output : outcome.status);

/** An answer that is an error of the server and failed the script must go on to do so. */
async function tryErrors({ failing, reproduction, before, after }: Trial): Promise<Evidence[]> {
  const check = 'other answers';
  const tape = reproduction.good.at(-1)?.tape;
  const erring = tape && withErrors(failing) && withErrors(tape);
  if (!erring) return [];
  const now = await after(erring);
  if (now.run.outcome.status === 'failed') return [{ check, status: 'pass', detail: 'answers of status 500 fail it' }];
  const was = await before(erring);
  if (was.run.outcome.status !== 'failed' || was.strays.length > 0) return [];
  return [{ check, status: 'fail', detail: 'answers of status 500 failed it, and do so no more' }];
}
