import pRetry from 'p-retry';
import type { Clock } from '../ports.ts';

export interface Pacing {
  clock: Clock;
  /** The most attempts at one model. */
  attempts: number;
  /** No wait goes beyond this moment (milliseconds since the epoch). */
  deadlineMs: number;
}

const FIRST_WAIT_MS = 500;

/**
 * The only retry loop around model calls. Repeats `attempt` while `shouldRepeat` names a wait (milliseconds the vendor
 * asked for; 0 where it asked for none), waiting at least that long, else twice as long each time, with jitter.
 * Gives the last result.
 */
export async function repeatCall<Result>(
  attempt: () => Promise<Result>,
  shouldRepeat: (result: Result) => number | undefined,
  { clock, attempts, deadlineMs }: Pacing,
): Promise<Result> {
  const again = new Error('again');
  let last: { result: Result; waitMs: number } | undefined;
  const wait = async ({ retriesConsumed }: { retriesConsumed: number }) => {
    const backoffMs = FIRST_WAIT_MS * 2 ** retriesConsumed * (1 + clock.random());
    const waitMs = Math.max(backoffMs, (last?.waitMs ?? 0) + FIRST_WAIT_MS * clock.random());
    if (clock.now().getTime() + waitMs > deadlineMs) return false;
    await clock.sleep(waitMs);
    return true;
  };
  const once = async () => {
    const result = await attempt();
    const waitMs = shouldRepeat(result);
    if (waitMs === undefined) return result;
    last = { result, waitMs };
    throw again;
  };
  try {
    // The library counts and decides; the waiting is ours, so that it follows Retry-After and the clock.
    return await pRetry(once, { retries: attempts - 1, minTimeout: 0, shouldRetry: wait });
  } catch (error) {
    if (error === again && last) return last.result;
    throw error;
  }
}
