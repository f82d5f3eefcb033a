import { z } from 'zod';
import { mergedBranch } from './occurrence.ts';
import type { Entry } from './record.ts';

const KEPT_MS = 45 * 86_400_000;

/** Delivered for review and not yet seen merged, by branch; kept for 45 days. */
export const Proposals = z.record(
  z.string(),
  z.object({
    /** The entry of the run that proposed it. */
    entry: z.string(),
    at: z.string(),
    /** How often its merge was looked at in vain, and when last: the directive may have done other things in between. */
    looks: z.object({ count: z.int(), at: z.string() }).optional(),
  }),
);
export type Proposals = z.infer<typeof Proposals>;

/** @param now time of the entry in the chain */
export function proposalsAfter(proposals: Proposals, entry: Entry, now: string): Proposals {
  const looked = mergedBranch(entry.occurrence);
  const isMade = entry.flow === 'cycle' || entry.flow === 'recover';
  const oldest = new Date(Date.parse(now) - KEPT_MS).toISOString();
  const kept = Object.entries(proposals).flatMap(([branch, proposal]) => {
    if (proposal.at < oldest || (branch === looked && entry.final)) return [];
    const looks = { count: (proposal.looks?.count ?? 0) + 1, at: entry.timestamp };
    return [[branch, branch === looked ? { ...proposal, looks } : proposal] as const];
  });
  const made =
    isMade && entry.proposal !== undefined ? [[entry.proposal, { entry: entry.id, at: entry.timestamp }] as const] : [];
  return Object.fromEntries([...kept, ...made]);
}
