import { AgentError } from '../domain/agent-error.ts';
import { type BudgetCap, budgetCap, budgetRoom, committedSpend } from '../domain/budget.ts';
import { formatCap, formatDollars, type MicroCents, toDollars } from '../domain/money.ts';
import { type Lease, RECORD_VERSION, type Unsealed } from '../domain/record.ts';
import type { Purse } from '../ports.ts';
import type { Books } from './books.ts';
import { type Context, newRunId } from './cycle-context.ts';

type Call = Parameters<Purse['reserve']>[0];
type Refusal = { refused: string };

/** A call and its correction round. */
const CALLS_PER_LEASE = 2;
/** A clone that can not push its leases spends only while this many of them would still fit: others may spend as well. */
const LEASES_KEPT_FREE = 4;

/**
 * A run's money. Before a model is asked the most that the call can cost is taken from a lease; the lease is a ledger
 * record, pushed first, so that two runners never spend the same cent and a run that dies leaves its spend in the books.
 */
export class RunPurse implements Purse {
  readonly #leases: { id: string; amount: MicroCents }[] = [];
  readonly #context: Context;
  readonly #books: Books;
  readonly #run: string;
  readonly #cap: BudgetCap;
  #spent: MicroCents = 0;
  /** Leased, and neither reserved nor spent. */
  #balance: MicroCents = 0;
  #runLeft: MicroCents;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: Context, books: Books, run: string) {
    this.#context = context;
    this.#books = books;
    this.#run = run;
    this.#cap = budgetCap(context.setting.config.budget);
    this.#runLeft = this.#cap.runMicroCents;
  }

  /** Scripts may ask for several texts at once; the ledger is written by one at a time. */
  reserve(call: Call): Promise<{ reserved: MicroCents } | Refusal> {
    const next = this.#turn.then(() => this.#reserve(call));
    this.#turn = next.catch(() => {});
    return next;
  }

  settle(reserved: MicroCents, cost: MicroCents): void {
    this.#spent += cost;
    this.#balance += reserved - cost;
    this.#runLeft += reserved - cost;
  }

  /** Every lease taken, with what was spent of it: the oldest are used up first. */
  get leases(): { id: string; spent: number }[] {
    let left = this.#spent;
    return this.#leases.map(({ id, amount }) => {
      const spent = Math.min(left, amount);
      left -= spent;
      return { id, spent: toDollars(spent) };
    });
  }

  async #reserve(call: Call): Promise<{ reserved: MicroCents } | Refusal> {
    const { microCents, isProbe } = call;
    if (microCents > this.#runLeft) {
      const left = dollars(Math.max(0, this.#runLeft));
      return { refused: `one call may cost ${dollars(microCents)}, and this run may spend ${left} more (budget.run)` };
    }
    if (this.#balance < microCents || isProbe) {
      const refusal = await this.#takeLease(call).catch(asRefusal);
      if (refusal) return refusal;
    }
    this.#balance -= microCents;
    this.#runLeft -= microCents;
    return { reserved: microCents };
  }

  async #takeLease(call: Call): Promise<Refusal | undefined> {
    const room = this.#room(this.#context.clock.now());
    // A probe needs a lease even where the balance would do.
    if (room < Math.max(0, call.microCents - this.#balance)) return { refused: this.#shortage(call) };
    const amount = Math.min(room, this.#runLeft - this.#balance, CALLS_PER_LEASE * call.microCents);
    const lease = toLease(this.#context, this.#run, call, amount);
    const taken = { id: lease.id, amount: 0 };
    this.#leases.push(taken);
    const { pushed, reason } = await this.#books.append<Lease>(lease);
    // Whoever stands in front of this lease in the ledger was first; what is too much goes back with the run's entry.
    if (this.#room(new Date(this.#books.state.head?.timestamp ?? lease.timestamp)) < 0)
      return { refused: 'another run took what was left of the budget' };
    if (!pushed && this.#context.facts.upstream && room < LEASES_KEPT_FREE * amount)
      return { refused: `the budget is nearly used up, and others can not see that this run takes of it: ${reason}` };
    taken.amount = amount;
    this.#balance += amount;
    if (call.isProbe && this.#books.state.models[call.model]?.probe?.run !== this.#run)
      return { refused: 'another run is trying it again' };
    return undefined;
  }

  /** The day may have ended while the lease was pushed: it counts on the day that the ledger gave it. */
  #room(at: Date): MicroCents {
    return budgetRoom(this.#cap, this.#books.state, at);
  }

  /** Which cap is in the way, and what is left of it. */
  #shortage({ microCents }: Call): string {
    const { dayMicroCents: ofDay, monthMicroCents: ofMonth } = this.#cap;
    const spent = committedSpend(this.#books.state, this.#context.clock.now());
    const day = ofDay - spent.dayMicroCents;
    const month = ofMonth - spent.monthMicroCents;
    const [left, whole, period] = day <= month ? [day, ofDay, 'day'] : [month, ofMonth, 'month'];
    if (left <= 0) return `the ${period}'s budget of ${formatCap(toDollars(whole))} is used up`;
    return `one call may cost ${dollars(microCents)}, and ${dollars(left)} of the ${period}'s ${formatCap(toDollars(whole))} is left`;
  }
}

const dollars = (amount: MicroCents): string => formatDollars(toDollars(amount));

function toLease({ clock }: Context, run: string, call: Call, amount: MicroCents): Unsealed<Lease> {
  return {
    v: RECORD_VERSION,
    kind: 'lease',
    id: newRunId(clock),
    timestamp: clock.now().toISOString(),
    run,
    task: call.task,
    amount: toDollars(amount),
    ...(call.isProbe ? { probe: call.model } : {}),
  };
}

/** A lease that nobody else can see is no lease; that the ledger can not be written at all is for the caller to hear. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof AgentError && (error.code === 'UPDATE_BLOCKED' || error.code === 'PUSH_CONTENDED'))
    return { refused: `no money could be set aside: ${error.message}` };
  throw error;
}
