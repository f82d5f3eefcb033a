import { conclude, type Tried } from '../../domain/heal/conclusion.ts';
import type { HealStory } from '../../domain/heal/proposal-text.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Entry } from '../../domain/record.ts';
import type { Books } from '../books.ts';
import { metricsOf } from '../entry.ts';
import type { HealContext } from './heal-context.ts';
import { type Published, publishConclusion } from './publish-heal.ts';
import { recordHeal } from './record-heal.ts';
import type { Ward } from './ward.ts';

export interface HealReport {
  script: string;
  signature: string;
  published: Published;
  tried: readonly Tried[];
  /** US dollars. */
  cost: number;
  /** What was written down; null where nothing was opened and nothing spent. */
  entry: Entry | null;
  pushed: boolean;
}

/** The end of a repair: what it came to is told, then written down. Repeated after a crash, it finds what it opened. */
export async function finish(
  context: HealContext,
  books: Books,
  from: {
    ward: Ward;
    tried: readonly Tried[];
    leases: NonNullable<Entry['leases']>;
    recovered: string[];
    started: Date;
  },
): Promise<HealReport> {
  const { ward, tried, leases, recovered, started } = from;
  const attempts = tried.flatMap(({ attempt }) => (attempt ? [attempt] : []));
  const { cost } = metricsOf(
    attempts.flatMap(({ calls }) => calls),
    0,
  );
  const story = storyOf(context, books.state, ward, { tried, cost });
  const line = context.log.step('tell of it');
  const published = await publishConclusion(context, ward, { story, conclusion: conclude(tried) });
  line.done(published.outcome !== 'none', published.url ?? published.branch ?? published.reason);
  const report = { script: ward.patient.script, signature: ward.patient.signature, published, tried, cost };
  // Quiet: that there was nothing to do is no news.
  if (published.outcome === 'none' && cost === 0 && leases.length === 0)
    return { ...report, entry: null, pushed: false };
  const { record, pushed } = await recordHeal(context, books, {
    ward,
    attempts,
    published,
    leases,
    recovered,
    started,
  });
  return { ...report, entry: record ?? null, pushed };
}

function storyOf(
  { setting, forge }: HealContext,
  { heals, directives }: LedgerState,
  { patient, failure, entry }: Ward,
  { tried, cost }: { tried: readonly Tried[]; cost: number },
): HealStory {
  const { script, directive, signature } = patient;
  const streak = directives[directive]?.streak;
  const inRow = streak?.signature === signature ? streak.sameCount : 1;
  const made = tried.filter(({ attempt }) => attempt);
  return {
    script,
    directive,
    signature,
    failure,
    entry: entry.id,
    failedAt: entry.timestamp,
    entryUrl:
      forge &&
      `${setting.serverUrl}/${forge.repository}/blob/HEAD/ledger/${entry.timestamp.slice(0, 10).replaceAll('-', '/')}.jsonl`,
    runUrl: entry.run_url,
    attempts: made.flatMap(({ attempt }) => (attempt ? [attempt] : [])),
    verdicts: made.map(({ verdict }) => verdict),
    cost,
    count: heals[signature]?.count ?? Math.max(1, inRow),
  };
}
