import { FileDocuments } from '../../src/adapters/file-documents.ts';
import { EMPTY_STATE } from '../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { sealAll, writeLedger } from '../../src/flows/ledger-writer.ts';
import type { GitFixture } from './git-fixture.ts';
import { genesis } from './ledger-samples.ts';

/** Gives a repository books of an agent that has worked in it before: the records, committed and pushed. */
export async function ledgerOn(
  repo: GitFixture,
  records: readonly UnsealedRecord[],
  repository?: string,
): Promise<void> {
  const first = (await repo.git('rev-list', '--max-parents=0', 'HEAD')).slice(0, 12);
  const timestamp = records[0]?.timestamp ?? genesis.timestamp;
  const own = { ...genesis, repository: repository ?? `local/${first}`, timestamp };
  const { lines, state } = sealAll(EMPTY_STATE, [own, ...records]);
  await writeLedger(new FileDocuments(repo.path), { before: EMPTY_STATE, after: state, lines, tapes: [] });
  await repo.commit({ message: 'books of before' });
  await repo.git('push', '-q', 'origin', 'HEAD:main');
}
