import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { nextWake } from '../../src/domain/wake.ts';
import { sealAll, stateText } from '../../src/flows/ledger-writer.ts';
import { entry, genesis } from './ledger-samples.ts';
import type { SiteRun } from './watchdog-site.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * A repository whose cycles come and go in simulated time. Its ledger is real: sealed lines and the folded state as the
 * agent writes them, next wakes as the agent plans them.
 */
export interface House {
  folder: string;
  entries: HouseEntry[];
  nextWakeMs: number | undefined;
  /** A person changed a directive: the gate lets ticks in until the next entry. */
  touch(): void;
  /** One run of cycle.yml as it is when nothing is broken; says what it found. */
  cycle(run: SiteRun, atMs: number): 'shut out' | 'idle' | 'worked';
}

export interface HouseEntry {
  atMs: number;
  wakeMs: number;
  trigger: string;
}

/** @param every how often each directive is due; with none the agent never has anything to do */
export function openHouse(folder: string, every: readonly number[], seconds: () => number): House {
  let state: LedgerState = EMPTY_STATE;
  let isTouched = false;
  const done = new Map<number, number>();
  const slot = (directive: number, atMs: number) => Math.floor(atMs / (every[directive] ?? 0));
  const due = (atMs: number) => [...every.keys()].filter((each) => slot(each, atMs) > (done.get(each) ?? 0));
  const house: House = {
    folder,
    entries: [],
    nextWakeMs: undefined,
    touch() {
      isTouched = true;
    },
    cycle({ event }, atMs) {
      const isShut = house.nextWakeMs !== undefined && house.nextWakeMs > atMs && !isTouched;
      if (isShut) return 'shut out';
      const [first] = due(atMs);
      if (first === undefined) return 'idle';
      done.set(first, slot(first, atMs));
      const endMs = atMs + seconds() * 1000;
      const wake = nextWake({
        now: new Date(endMs),
        optionsLeft: due(endMs).length,
        due: every.map((each) => new Date((Math.floor(endMs / each) + 1) * each)),
        held: [],
        intents: [],
      });
      state = record(folder, state, { event, endMs, wake });
      house.entries.push({ atMs: endMs, wakeMs: wake.getTime(), trigger: event });
      house.nextWakeMs = wake.getTime();
      isTouched = false;
      return 'worked';
    },
  };
  return house;
}

function record(folder: string, state: LedgerState, work: { event: string; endMs: number; wake: Date }): LedgerState {
  const timestamp = new Date(work.endMs).toISOString();
  const fresh = entry({ id: timestamp, timestamp, trigger: work.event, next_wake: work.wake.toISOString() });
  const records: UnsealedRecord[] = state.head ? [fresh] : [{ ...genesis, timestamp }, fresh];
  const { lines, state: after } = sealAll(state, records);
  for (const { path, line } of lines) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    appendFileSync(join(folder, path), `${line}\n`);
  }
  writeFileSync(join(folder, 'ledger/state.json'), stateText(after));
  return after;
}
