import { failure, type Reply } from './reply.ts';
import type { Store } from './store.ts';

const WINDOW_MS = 60 * 60 * 1000;

interface Window {
  used: number;
  endsAt: number;
}

export interface RateLimit {
  /** Counts one request of a token; the refusal when there was none left. */
  spend(token: string): Reply | undefined;
  /** Takes one back: GitHub does not count what it answers with 304. */
  refund(token: string): void;
  standing(token: string): { limit: number; remaining: number; used: number; reset: number };
  headers(token: string): Record<string, string>;
}

/** The primary limit: so many requests per hour and token, `state.rateLimit.limit`. Secondary limits: `github.fail`. */
export function createRateLimit({ state }: Pick<Store, 'state'>, now: () => Date): RateLimit {
  const windows = new Map<string, Window>();
  const windowOf = (token: string): Window => {
    const open = windows.get(token);
    if (open && open.endsAt > now().getTime()) return open;
    const fresh = { used: 0, endsAt: now().getTime() + WINDOW_MS };
    windows.set(token, fresh);
    return fresh;
  };
  const standing = (token: string) => {
    const { used, endsAt } = windowOf(token);
    const { limit } = state.rateLimit;
    return {
      limit,
      remaining: Math.max(limit - used, 0),
      used: Math.min(used, limit),
      reset: Math.ceil(endsAt / 1000),
    };
  };
  return {
    standing,
    spend(token) {
      const window = windowOf(token);
      window.used += 1;
      if (window.used <= state.rateLimit.limit) return undefined;
      return failure(403, 'API rate limit exceeded for installation ID 1.');
    },
    refund(token) {
      windowOf(token).used -= 1;
    },
    headers(token) {
      const { limit, remaining, used, reset } = standing(token);
      const values = { limit, remaining, used, reset, resource: 'core' };
      return Object.fromEntries(Object.entries(values).map(([name, value]) => [`x-ratelimit-${name}`, String(value)]));
    },
  };
}
