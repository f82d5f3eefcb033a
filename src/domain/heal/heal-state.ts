import { z } from 'zod';
import type { Entry } from '../record.ts';
import { healBranch } from './fix.ts';

/** Failures that a repair was asked for and that are not over, by signature. */
export const HealState = z.object({
  script: z.string(),
  directive: z.string(),
  entry: z.string(),
  failed_at: z.string(),
  /** When a repair was last tried. */
  at: z.string(),
  outcome: z.enum(['proposed', 'escalated', 'none']),
  before: z.string().nullable(),
  /** How often it has failed in this way. */
  count: z.int(),
});
export type HealState = z.infer<typeof HealState>;
export type Heals = Record<string, HealState>;

/** Forgotten after this: whoever still has the failure will see it again. */
const KEPT_MS = 45 * 86_400_000;

/**
 * What is known of repairs after one more entry.
 * @param seen how often the directive has failed in this way in a row, for a failure that is new here
 */
export function healsAfter(heals: Heals, entry: Entry, seen: number): Heals {
  const over = new Set(entry.healed?.map(({ signature }) => signature));
  const left = Object.entries(heals).filter(
    ([signature, { at }]) => !over.has(signature) && Date.parse(entry.timestamp) - Date.parse(at) < KEPT_MS,
  );
  const next = Object.fromEntries(left);
  const signature = entry.failure?.signature;
  const known = signature === undefined ? undefined : next[signature];
  if (signature !== undefined && known) next[signature] = { ...known, count: known.count + 1 };
  if (!entry.heal) return next;
  const { signature: mended, cause: _, attempts: __, ...heal } = entry.heal;
  next[mended] = {
    ...heal,
    directive: entry.decision,
    at: entry.timestamp,
    // A failure that nothing is opened for leaves what is open as it is.
    outcome: heal.outcome === 'none' ? (next[mended]?.outcome ?? 'none') : heal.outcome,
    before: heal.before ?? next[mended]?.before ?? null,
    count: next[mended]?.count ?? Math.max(1, seen),
  };
  return next;
}

/** Repairs that were proposed and, as far as the ledger knows, wait: by branch, how people know them. */
export const waitingRepairs = (heals: Heals): Map<string, string> =>
  new Map(
    Object.entries(heals)
      .filter(([, { outcome }]) => outcome === 'proposed')
      .map(([signature, { script }]) => [healBranch({ script, signature }), 'its repair']),
  );
