import { type MicroCents, toDollars } from '../domain/money.ts';
import type { CallRecord } from '../domain/record.ts';

/** What one request to the client has used so far of the room it was given. */
export interface Tab {
  calls: readonly CallRecord[];
  fits(cost: MicroCents): boolean;
  book(call: Omit<CallRecord, 'cost'>, cost: MicroCents): void;
}

export function openTab(roomMicroCents: MicroCents): Tab {
  const calls: CallRecord[] = [];
  let left = roomMicroCents;
  return {
    calls,
    fits: (cost) => cost <= left,
    book(call, cost) {
      left -= cost;
      calls.push({ ...call, cost: toDollars(cost) });
    },
  };
}
