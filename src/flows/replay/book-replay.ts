import { wakeAfter } from '../../domain/ledger-state.ts';
import type { Entry, Unsealed } from '../../domain/record.ts';
import type { ReplayReport } from '../../domain/replay-report.ts';
import type { Account } from '../account.ts';
import type { Books } from '../books.ts';
import { blankEntry, leasesOf, metricsOf } from '../entry.ts';
import type { MemoryContext } from '../memory/memory-context.ts';
import { seconds } from '../script-call.ts';

/** Gives the leases back and books what was spent: the one entry of a replay. */
export async function bookReplay(
  context: MemoryContext,
  from: { books: Books; run: string; account: Account; report: ReplayReport; started: Date; recovered: string[] },
): Promise<void> {
  const { books, run, account, report, started, recovered } = from;
  const blank = blankEntry(context, books.state, 'replay');
  const entry: Unsealed<Entry> = {
    ...blank,
    id: run,
    occurrence: `replay:${run}`,
    decision: 'replay',
    reason: `${report.redecided} past decisions were made again, ${report.agreed} of them as before`,
    decided_by: 'person',
    model: account.calls.findLast(({ outcome }) => outcome === 'ok')?.model ?? null,
    degraded: report.not_asked,
    result: 'success',
    final: true,
    ...leasesOf(account),
    metrics: metricsOf(account.calls, seconds(Date.parse(blank.timestamp) - started.getTime())),
  };
  const findings = { files: [], tapes: [], recovered: recovered.splice(0) };
  await books.append<Entry>({ ...entry, ...wakeAfter(books.state, entry) }, findings);
}
