import { type Attempt, healOccurrence } from '../../domain/heal/fix.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { CallRecord, Entry, HealRecord, Unsealed } from '../../domain/record.ts';
import type { Books } from '../books.ts';
import { blankEntry, metricsOf, withWake } from '../entry.ts';
import { loadDirectives } from '../gather.ts';
import { recordsBackwards } from '../ledger-reader.ts';
import type { Recorded } from '../record.ts';
import { seconds } from '../script-call.ts';
import type { HealContext } from './heal-context.ts';
import type { Published } from './publish-heal.ts';
import type { Ward } from './ward.ts';

/** How far back the entry of the same attempts is looked for. */
const LOOKED_BACK = 500;

/** Writes down what became of a failure: what was opened for it, and what that cost. */
export async function recordHeal(
  context: HealContext,
  books: Books,
  from: {
    ward: Ward;
    attempts: readonly Attempt[];
    published: Published;
    leases: NonNullable<Entry['leases']>;
    /** Paths of set-aside text that go with the entry. */
    recovered: readonly string[];
    started: Date;
  },
): Promise<Recorded<Entry>> {
  const { ward, attempts, published, leases, recovered, started } = from;
  const { directives } = await loadDirectives(context.documents, Object.keys(context.setting.config.vars));
  const blank = blankEntry(context, books.state, 'heal');
  const calls: CallRecord[] = attempts.flatMap((attempt) => attempt.calls);
  const entry: Unsealed<Entry> = {
    ...blank,
    id: attempts[0]?.id ?? blank.id,
    occurrence: healOccurrence(ward.patient.entry),
    decision: ward.patient.directive,
    reason: reasonOf(ward, published),
    model: attempts.findLast(({ model }) => model !== null)?.model ?? null,
    result: published.outcome === 'proposed' ? 'success' : 'skipped',
    final: true,
    metrics: metricsOf(calls, seconds(Date.parse(blank.timestamp) - started.getTime())),
    ...(leases.length > 0 ? { leases: [...leases] } : {}),
    ...(published.branch ? { proposal: published.branch } : {}),
    ...(published.url ? { proposal_url: published.url } : {}),
    heal: healOf(ward, attempts, published),
  };
  const before = await writtenBefore(context, books.state, entry);
  if (before) return { record: before, state: books.state, commit: context.facts.head, pushed: true, rebuilt: false };
  return books.append<Entry>(withWake(context, books.state, entry, { directives }), {
    files: [],
    tapes: [],
    recovered,
  });
}

/** A job that is run again after it died behind its last step must not book the same cost twice. */
async function writtenBefore(
  { documents }: HealContext,
  { done }: LedgerState,
  { id, occurrence }: Unsealed<Entry>,
): Promise<Entry | undefined> {
  if (!done[occurrence]) return undefined;
  let looked = 0;
  for await (const record of recordsBackwards(documents)) {
    if (record.kind === 'entry' && record.id === id) return record;
    if (++looked > LOOKED_BACK) break;
  }
  return undefined;
}

function healOf(ward: Ward, attempts: readonly Attempt[], { outcome }: Published): HealRecord {
  const { script, signature, entry } = ward.patient;
  return {
    script,
    signature,
    entry,
    failed_at: ward.entry.timestamp,
    cause: attempts.at(-1)?.cause ?? 'unknown',
    outcome,
    attempts: attempts.filter((attempt) => attempt.outcome === 'fix').length,
    before: ward.script === undefined ? null : sha256(ward.script),
  };
}

function reasonOf({ patient }: Ward, { outcome, reason }: Published): string {
  const what = `${patient.script} ${patient.signature}`;
  if (outcome === 'proposed') return `a repair of ${what} is proposed`;
  return `${outcome === 'escalated' ? 'a person is asked about' : 'nothing is opened for'} ${what}: ${reason}`.slice(
    0,
    2000,
  );
}
