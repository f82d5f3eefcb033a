import type { Entry, Failure, Unsealed } from '../domain/record.ts';
import type { Books } from './books.ts';
import type { Context } from './cycle-context.ts';
import { type Job, toEntry } from './entry.ts';
import { refutation } from './judge.ts';
import { entriesOf } from './memory/evidence.ts';
import type { Recorded } from './record.ts';
import { verify } from './verify.ts';

/**
 * A person merged what a run had proposed. Nothing is done again: its success criteria are run with what its steps gave,
 * and the verdict is an entry of its own. What does not hold yet is looked at again, as often as an event is tried.
 */
export async function verifyMerged(context: Context, books: Books, job: Job, branch: string): Promise<Recorded<Entry>> {
  const { directive, isLastTry = false } = job.work;
  const id = books.state.proposals[branch]?.entry;
  const made = id === undefined ? undefined : (await entriesOf(context.documents, [id])).get(id);
  const work = { ...job.work, params: made?.params ?? {}, done: made?.steps ?? [] };
  const { criteria, verification } = await verify(context, work, work.done);
  const failure: { failure?: Failure } =
    verification === 'refuted' ? { failure: refutation(directive.name, criteria) } : {};
  const entry: Unsealed<Entry> = toEntry(
    context,
    books.state,
    { ...job, work },
    {
      steps: [],
      criteria,
      files: [],
      result: 'success',
      verification,
      final: verification !== 'refuted' || isLastTry,
      ...failure,
    },
  );
  return books.append<Entry>(entry, { files: [], tapes: [], recovered: job.recovered });
}
