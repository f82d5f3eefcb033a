import { AgentError } from '../domain/agent-error.ts';
import { budgetCap, budgetRoom, committedSpend } from '../domain/budget.ts';
import { formatDollars, type MicroCents, toDollars } from '../domain/money.ts';
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
export function openPurse(context: Context, books: Books, run: string): Purse & { leases: readonly string[] } {
  const { clock, setting } = context;
  const cap = budgetCap(setting.config.budget);
  const leases: string[] = [];
  /** Leased, and neither reserved nor spent. */
  let balance: MicroCents = 0;
  let runLeft = cap.runMicroCents;
  let turn: Promise<unknown> = Promise.resolve();

  const takeLease = async (call: Call): Promise<Refusal | undefined> => {
    const room = budgetRoom(cap, books.state, clock.now());
    if (room < call.microCents - balance) return { refused: shortage(context, books, call) };
    const amount = Math.min(room, runLeft - balance, CALLS_PER_LEASE * call.microCents);
    const lease = toLease(context, run, call, amount);
    leases.push(lease.id);
    const { pushed, reason } = await books.append<Lease>(lease);
    if (budgetRoom(cap, books.state, clock.now()) < 0)
      return { refused: 'another run took what was left of the budget' };
    if (!pushed && context.facts.upstream && room < LEASES_KEPT_FREE * amount)
      return { refused: `the budget is nearly used up, and others can not see that this run takes of it: ${reason}` };
    balance += amount;
    if (call.isProbe && books.state.models[call.model]?.probe?.run !== run)
      return { refused: 'another run is trying it again' };
    return undefined;
  };

  const reserve = async (call: Call): Promise<{ reserved: MicroCents } | Refusal> => {
    const { microCents, isProbe } = call;
    if (microCents > runLeft)
      return {
        refused: `one call may cost ${dollars(microCents)}, and this run may spend ${dollars(runLeft)} more (budget.run)`,
      };
    if (balance < microCents || isProbe) {
      const refusal = await takeLease(call).catch(asRefusal);
      if (refusal) return refusal;
    }
    balance -= microCents;
    runLeft -= microCents;
    return { reserved: microCents };
  };

  return {
    leases,
    // Scripts may ask for several texts at once; the ledger is written by one at a time.
    reserve(call) {
      const next = turn.then(() => reserve(call));
      turn = next.catch(() => {});
      return next;
    },
    settle(reserved, cost) {
      balance += reserved - cost;
      runLeft += reserved - cost;
    },
  };
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

/** Which cap is in the way, and what is left of it. */
function shortage({ setting, clock }: Context, books: Books, { microCents }: Call): string {
  const cap = budgetCap(setting.config.budget);
  const spent = committedSpend(books.state, clock.now());
  const day = cap.dayMicroCents - spent.dayMicroCents;
  const month = cap.monthMicroCents - spent.monthMicroCents;
  const [left, whole, period] = day <= month ? [day, cap.dayMicroCents, 'day'] : [month, cap.monthMicroCents, 'month'];
  if (left <= 0) return `the ${period}'s budget of ${dollars(whole)} is used up`;
  return `one call may cost ${dollars(microCents)}, and ${dollars(left)} of the ${period}'s ${dollars(whole)} is left`;
}

/** A lease that nobody else can see is no lease; that the ledger can not be written at all is for the caller to hear. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof AgentError && (error.code === 'UPDATE_BLOCKED' || error.code === 'PUSH_CONTENDED'))
    return { refused: `no money could be set aside: ${error.message}` };
  throw error;
}
