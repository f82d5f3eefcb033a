import type { Lesson } from '../../domain/memory/lesson.ts';
import type { Account } from '../account.ts';
import { withLessons } from '../replay/rebuild.ts';
import { redecide, type Sample, sampleDecisions } from '../replay/redecide.ts';
import type { MemoryContext } from './memory-context.ts';

export interface TriedOut {
  verdict: 'passed' | 'rejected' | 'untried';
  /** A sentence for people. */
  note: string;
}

/** Decisions of the past that are looked at, and of those the ones that are asked again, each of them twice. */
const LOOKED_AT = 60;
const SAMPLED = 12;
const ASKED = 5;
/** So many decisions worse than before, and the night's lessons are not taken. */
const TOO_MANY_WORSE = 2;

/**
 * Makes decisions whose outcome is known once more, with the old and with the new lessons. Better is: the same choice where
 * it came out well, another one where it failed. Where the lessons leave a prompt as it was, nothing is asked.
 */
export async function tryOut(
  context: MemoryContext,
  account: Account,
  { before, after }: { before: readonly Lesson[]; after: readonly Lesson[] },
): Promise<TriedOut> {
  const samples = await sampleDecisions(context, { last: LOOKED_AT, limit: SAMPLED });
  const telling = samples.filter(({ rebuilt }) => readsOtherwise(rebuilt, before, after)).slice(-ASKED);
  if (telling.length === 0)
    return { verdict: 'passed', note: 'no past decision at hand would have been asked otherwise with the new lessons' };
  let worse = 0;
  let better = 0;
  for (const sample of telling) {
    const [old, now] = [
      await isRight(context, account, sample, before),
      await isRight(context, account, sample, after),
    ];
    const refusal = [old, now].find((each) => typeof each !== 'boolean');
    if (refusal !== undefined)
      return { verdict: 'untried', note: `the new lessons could not be tried on past decisions: ${refusal}` };
    if (old && !now) worse += 1;
    if (!old && now) better += 1;
  }
  const figures = `of ${telling.length} past decisions ${better} would be better and ${worse} worse with the new lessons`;
  return { verdict: worse - better >= TOO_MANY_WORSE ? 'rejected' : 'passed', note: figures };
}

function readsOtherwise(rebuilt: Sample['rebuilt'], before: readonly Lesson[], after: readonly Lesson[]): boolean {
  return withLessons(rebuilt, before).prompt.user !== withLessons(rebuilt, after).prompt.user;
}

/** Whether the choice is the right one, as far as the past can tell; a reason where none was made. */
async function isRight(
  context: MemoryContext,
  account: Account,
  { rebuilt, was, isGood }: Sample,
  lessons: readonly Lesson[],
): Promise<boolean | string> {
  const decided = await redecide(context, account, withLessons(rebuilt, lessons));
  return 'unavailable' in decided ? decided.unavailable : (decided.choice === was) === isGood;
}
