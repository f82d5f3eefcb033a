import { z } from 'zod';
import { formatDollars } from '../../money.ts';
import { Entry } from '../../record.ts';
import { isDone, isFailed } from '../entry-facts.ts';
import { counted, sumDollars } from './page-words.ts';

/** What sums need of an entry: little enough to be read for a whole week. */
export const Figures = Entry.pick({
  kind: true,
  timestamp: true,
  flow: true,
  decision: true,
  result: true,
  verification: true,
  failure: true,
  heal: true,
  healed: true,
  proposal_url: true,
}).extend({ metrics: z.object({ cost: z.number() }) });
export type Figures = z.infer<typeof Figures>;

/** What entries came to, in numbers. */
interface Sums {
  runs: number;
  done: number;
  failed: number;
  skipped: number;
  interrupted: number;
  /** US dollars. */
  cost: number;
}

/** The flows that do something for a directive; the others keep the books. */
const WORK: readonly Entry['flow'][] = ['cycle', 'recover', 'heal'];
export const isWork = ({ flow }: Pick<Entry, 'flow'>): boolean => WORK.includes(flow);

/** Counts the work; the cost is of all entries, since a night costs, too. */
export function sumsOf(entries: readonly Figures[]): Sums {
  const work = entries.filter(isWork);
  return {
    runs: work.length,
    done: work.filter(isDone).length,
    failed: work.filter(isFailed).length,
    skipped: work.filter(({ result }) => result === 'skipped').length,
    interrupted: work.filter(({ result }) => result === 'interrupted').length,
    cost: sumDollars(entries.map(({ metrics }) => metrics.cost)),
  };
}

/** `**3 runs: 2 succeeded and 1 failed.** It cost $0.02.` */
export function sumsSentences(entries: readonly Figures[]): string {
  const sums = sumsOf(entries);
  const { runs, cost } = sums;
  return [
    runs === 0 ? '**No directive was run.**' : `**${counted(runs, 'run')}: ${outcomeWords(sums)}.**`,
    cost === 0 ? 'It cost nothing.' : `It cost ${formatDollars(cost)}.`,
  ].join(' ');
}

/** `10 succeeded, 1 failed and 1 was skipped` */
function outcomeWords({ done, failed, skipped, interrupted }: Sums): string {
  const parts = [
    ...(done > 0 ? [`${done} succeeded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} ${skipped === 1 ? 'was' : 'were'} skipped`] : []),
    ...(interrupted > 0 ? [`${interrupted} ${interrupted === 1 ? 'was' : 'were'} interrupted`] : []),
  ];
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '');
}

/** One way in which a directive failed. */
export interface FailureGroup {
  directive: string;
  /** `refuted` where the work was done, found wrong, and nothing more is known. */
  signature: string;
  kind: string;
  message: string;
  /** Ledger times of the first and the last. */
  first: string;
  last: string;
  times: number;
  /** What came of it, newest last. */
  after: { kind: 'healed' | 'proposed' | 'escalated'; entry: Figures }[];
}

/** Failures by directive and signature, the most frequent first. Entries come in the ledger's order. */
export function failureGroups(entries: readonly Figures[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const entry of entries) {
    if (!isWork(entry) || entry.heal || !isFailed(entry)) continue;
    const { decision: directive, failure, timestamp } = entry;
    const signature = failure?.signature ?? 'refuted';
    const key = `${directive}\n${signature}`;
    const same = groups.get(key);
    groups.set(key, {
      directive,
      signature,
      kind: failure?.kind ?? 'refuted',
      message: failure?.message ?? '',
      first: same?.first ?? timestamp,
      last: timestamp,
      times: (same?.times ?? 0) + 1,
      after: [],
    });
  }
  if (groups.size === 0) return [];
  for (const entry of entries) follow(groups, entry);
  return [...groups.values()].sort((a, b) => b.times - a.times);
}

/** A repair is told of once for each way of failing, even when several failures led to it. */
function follow(groups: ReadonlyMap<string, FailureGroup>, entry: Figures): void {
  const { heal, healed = [], decision } = entry;
  if (heal && heal.outcome !== 'none') {
    const group = groups.get(`${decision}\n${heal.signature}`);
    group?.after.push({ kind: heal.outcome, entry });
    return;
  }
  for (const { signature } of healed) groups.get(`${decision}\n${signature}`)?.after.push({ kind: 'healed', entry });
}

/** The first good run of each directive behind its last failure, by directive. */
export function recoveries(entries: readonly Figures[]): ReadonlyMap<string, string> {
  const well = new Map<string, string>();
  for (const entry of entries) {
    if (!isWork(entry) || entry.heal) continue;
    if (isFailed(entry)) well.delete(entry.decision);
    else if (isDone(entry) && !well.has(entry.decision)) well.set(entry.decision, entry.timestamp);
  }
  return well;
}
