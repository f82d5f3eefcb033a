import { z } from 'zod';
import { type Side, sideOf, type Watch } from './watched-number.ts';

export const THRESHOLD_STATE = 'knowledge/state/threshold_watch.json';

const Time = z.iso.datetime();

/** The last crossing of one number, as GitHub is to be told. */
const Crossing = z.object({
  side: z.enum(['above', 'below']),
  /** The limit that was crossed, as it was then. */
  limit: z.number(),
  from: Time,
  value: z.number(),
  /** When it was back, and with which value. Null while it is outside, and where nobody watches it any more. */
  back: z.object({ at: Time, value: z.number().nullable() }).nullable(),
  is_told: z.boolean(),
});
export type Crossing = z.infer<typeof Crossing>;

const WatchState = z.object({
  side: z.enum(['above', 'below', 'inside']),
  crossing: Crossing.optional(),
  /** Why the number can not be read, since when. */
  problem: z.object({ since: Time, reason: z.string() }).optional(),
});
export type WatchState = z.infer<typeof WatchState>;

export const ThresholdState = z.object({ v: z.literal(1), watches: z.record(z.string(), WatchState) });
export type ThresholdState = z.infer<typeof ThresholdState>;

/** The state of one watch after its number was read. The first reading counts: outside is outside. */
export function afterReading(
  before: WatchState | undefined,
  watch: Watch,
  { number, at }: { number: number; at: string },
): WatchState {
  const wasOn: Side = before?.side ?? 'inside';
  const side = sideOf(watch, number, wasOn);
  const { problem: _, ...rest } = before ?? { side };
  if (side === wasOn) return { ...rest, side };
  if (side === 'inside') {
    const { crossing } = rest;
    return { side, ...(crossing ? { crossing: { ...crossing, back: { at, value: number }, is_told: false } } : {}) };
  }
  const limit = (side === 'above' ? watch.above : watch.below) ?? number;
  return { side, crossing: { side, limit, from: at, value: number, back: null, is_told: false } };
}

/** A number that can not be read crosses nothing: the watch stays where it was, and says why. */
export function afterProblem(
  before: WatchState | undefined,
  { reason, at }: { reason: string; at: string },
): WatchState {
  const { problem, ...rest } = before ?? { side: 'inside' as const };
  return { ...rest, problem: problem?.reason === reason ? problem : { since: at, reason } };
}

/** What is left of a watch that left the file: its open issue, to be closed. */
export function afterRemoval({ side, crossing }: WatchState, at: string): WatchState | undefined {
  if (!crossing || (side === 'inside' && crossing.is_told)) return undefined;
  if (crossing.back) return { side: 'inside', crossing };
  return { side: 'inside', crossing: { ...crossing, back: { at, value: null }, is_told: false } };
}
