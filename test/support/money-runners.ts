import { budgetCap, budgetRoom } from '../../src/domain/budget.ts';
import { StewardConfig } from '../../src/domain/config.ts';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import { toDollars } from '../../src/domain/money.ts';
import type { LedgerRecord, UnsealedRecord } from '../../src/domain/record.ts';
import type { Books } from '../../src/flows/books.ts';
import type { Context } from '../../src/flows/cycle-context.ts';
import { sealAll } from '../../src/flows/ledger-writer.ts';
import { RunPurse } from '../../src/flows/purse.ts';
import type { Purse } from '../../src/ports.ts';
import { genesis } from './ledger-samples.ts';
import { spentEntry } from './money-samples.ts';

/** What runners have in common: the time, a ledger in memory, and vendors that know what they billed. */
export interface MoneyWorld {
  clock: { ms: number };
  state(): LedgerState;
  records: readonly LedgerRecord[];
  /** Whoever comes next stands on what is there, as after a rebase. */
  append(record: UnsealedRecord): LedgerState;
  /** Micro-cents that one runner, or all of them, were billed. */
  billed(run?: string): number;
  /**
   * Micro-cents billed on a day or in a month (`2026-03-04`, `2026-03`). A call counts on the day of its lease; of several
   * leases the oldest is used up first, and one that stood in the ledger where no money was left pays for nothing.
   */
  billedIn(period: string): number;
  /** Micro-cents that were billed although no lease was there to pay for them. */
  unpaid(): number;
  /** Leases that fitted into the budget where they stand in the ledger. */
  leases: readonly { run: string; at: string; microCents: number }[];
  runner(options: RunnerOptions): MoneyRunner;
}

export interface RunnerOptions {
  run: string;
  /** How far this machine's clock is off. */
  skewMs?: number;
  /** Called wherever others may act in between; rejects when the runner dies there. */
  moment?: () => Promise<unknown>;
  /** What becomes of a push; it throws what `publish` would throw. */
  push?: () => { pushed: boolean; reason?: string };
  hasRemote?: boolean;
}

export interface MoneyRunner {
  purse: RunPurse;
  /** Asks a model. The vendor bills at once, and the runner hears of it later. */
  ask(call: { microCents: number; isProbe?: boolean }, cost: number): Promise<{ refused: string } | undefined>;
  /** Writes the run's entry. */
  end(): Promise<void>;
}

/** @param budget in micro-cents */
export function moneyWorld(budget: { day?: number; month?: number; run?: number }, startsAt: string): MoneyWorld {
  const { day = 1e9, month = 1e10, run = 1e9 } = budget;
  const config = StewardConfig.parse({ budget: { day: toDollars(day), month: toDollars(month), run: toDollars(run) } });
  const clock = { ms: Date.parse(startsAt) };
  let { state } = sealAll(EMPTY_STATE, [{ ...genesis, timestamp: startsAt }]);
  const leases: { run: string; at: string; microCents: number }[] = [];
  const bills: { run: string; microCents: number }[] = [];
  const records: LedgerRecord[] = [];
  const append = (record: UnsealedRecord) => {
    const sealed = sealAll(state, [record]);
    state = sealed.state;
    records.push(...sealed.lines.map((line) => line.record));
    const taken = record.kind === 'lease' ? state.leases.at(-1) : undefined;
    if (taken && budgetRoom(budgetCap(config.budget), state, new Date(taken.at)) >= 0) leases.push(taken);
    return state;
  };
  const billed = (of?: string) =>
    sum(bills.flatMap((bill) => (of === undefined || bill.run === of ? bill.microCents : 0)));
  const payments = () => paymentsOf(leases, bills);
  const world: MoneyWorld = {
    clock,
    state: () => state,
    records,
    leases,
    append,
    billed,
    billedIn: (period) =>
      sum(payments().paid.flatMap(({ at, microCents }) => (at.startsWith(period) ? microCents : 0))),
    unpaid: () => payments().unpaid,
    runner: (options) =>
      openRunner(world, config, { options, bill: (microCents) => bills.push({ run: options.run, microCents }) }),
  };
  return world;
}

type Amount = { run: string; microCents: number };

/** What each lease paid for, and what none did. */
function paymentsOf(leases: readonly (Amount & { at: string })[], bills: readonly Amount[]) {
  const left = new Map<string, number>();
  for (const { run, microCents } of bills) left.set(run, (left.get(run) ?? 0) + microCents);
  const paid = leases.map(({ run, at, microCents: amount }) => {
    const microCents = Math.min(left.get(run) ?? 0, amount);
    left.set(run, (left.get(run) ?? 0) - microCents);
    return { at, microCents };
  });
  return { paid, unpaid: sum([...left.values()]) };
}

function openRunner(
  world: MoneyWorld,
  config: StewardConfig,
  { options, bill }: { options: RunnerOptions; bill: (microCents: number) => void },
): MoneyRunner {
  const { run, skewMs = 0, moment = async () => {}, push = () => ({ pushed: true }), hasRemote = true } = options;
  const now = () => new Date(world.clock.ms + skewMs);
  const books = booksOn(world, { moment, push });
  // Of its context a purse uses no more than this.
  const context = {
    clock: { now, sleep: async () => {}, random: Math.random },
    setting: { config },
    facts: hasRemote ? { upstream: { remote: 'origin', branch: 'main' } } : {},
  } as unknown as Context;
  const purse = new RunPurse(context, books, run);
  let spent = 0;
  return {
    purse,
    async ask({ microCents, isProbe = false }, cost) {
      const call: Parameters<Purse['reserve']>[0] = { task: 'ceo_analysis', model: 'flash', microCents, isProbe };
      const set = await purse.reserve(call);
      if ('refused' in set) return set;
      await moment();
      bill(cost);
      await moment();
      purse.settle(set.reserved, cost);
      spent += cost;
      return undefined;
    },
    async end() {
      const { leases } = purse;
      await books.append(
        spentEntry(
          { cost: toDollars(spent) },
          { id: run, timestamp: now().toISOString(), ...(leases.length > 0 ? { leases } : {}) },
        ),
      );
    },
  };
}

/** What a runner knows is what the ledger said when it last appended. */
function booksOn(world: MoneyWorld, { moment, push }: Required<Pick<RunnerOptions, 'moment' | 'push'>>): Books {
  let view = world.state();
  return {
    get state() {
      return view;
    },
    async append(record) {
      await moment();
      const pushing = push();
      view = world.append(record as UnsealedRecord);
      await moment();
      return { record: undefined, state: view, commit: '', rebuilt: false, ...pushing };
    },
    isTaken: async () => false,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
