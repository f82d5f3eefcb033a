import { createHash } from 'node:crypto';

/**
 * What goes wrong, and when. Each roll is made of the seed, the run and a name, so that the same seed gives the same
 * month, whatever the order in which requests arrive.
 */
export interface Chances {
  /** Begins a run; rolls before it belong to run 0. */
  nextRun(): void;
  /** From 0 to 1; the same name in the same run gives another number each time. */
  roll(name: string): number;
  /** Whether it happens, with that share of all times; counted when it does. */
  happens(name: string, share: number): boolean;
  /** One of them. */
  pick<T>(name: string, items: readonly [T, ...T[]]): T;
  /** How often something happened. */
  readonly faults: number;
}

export function createChances(seed: number): Chances {
  let run = 0;
  let faults = 0;
  const seen = new Map<string, number>();
  const roll = (name: string): number => {
    const time = (seen.get(name) ?? 0) + 1;
    seen.set(name, time);
    return createHash('sha256').update(`${seed}/${run}/${name}/${time}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  return {
    nextRun() {
      run += 1;
      seen.clear();
    },
    roll,
    happens(name, share) {
      const is = roll(name) < share;
      if (is) faults += 1;
      return is;
    },
    pick: (name, items) => items[Math.floor(roll(name) * items.length)] ?? items[0],
    get faults() {
      return faults;
    },
  };
}
