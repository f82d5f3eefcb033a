import { healthAfterCall, type ModelsHealth } from '../domain/model-breaker.ts';
import { isPriceStale } from '../domain/price-age.ts';
import type { CallRecord } from '../domain/record.ts';
import type { Task } from '../domain/task.ts';
import type { LlmAnswer, LlmRequest } from '../ports.ts';
import type { Books } from './books.ts';
import type { Context } from './cycle-context.ts';
import { RunPurse } from './purse.ts';

/** What one run asks of models, and what it owes for it. */
export interface Account {
  ask(
    request: Pick<LlmRequest, 'task' | 'prompt' | 'check' | 'avoid' | 'signal'> & { step?: number },
  ): Promise<LlmAnswer>;
  availability(task: Task): { model: string } | { unavailable: string };
  /** Models that were asked at prices read too long ago to be trusted. */
  stalePrices(): string[];
  /** Every call so far, in the order in which they ended. */
  readonly calls: readonly CallRecord[];
  /** The leases taken, with what was spent of each; the run's entry ends them. */
  readonly leases: readonly { id: string; spent: number }[];
}

export function openAccount(context: Context, books: Books, run: string): Account {
  const { llm, clock } = context;
  const purse = new RunPurse(context, books, run);
  const calls: CallRecord[] = [];
  const standing = () => ({ run, health: healthNow(books, calls, clock.now()) });
  return {
    calls,
    get leases() {
      return purse.leases;
    },
    async ask({ step, ...request }) {
      const answer = await llm.generate({ ...request, purse, standing: standing() });
      calls.push(...answer.calls.map((call) => (step === undefined ? call : { ...call, step })));
      return answer;
    },
    stalePrices() {
      const stale = llm.models().filter(({ price }) => price && isPriceStale(price.read, clock.now()));
      return stale.map(({ model }) => model).filter((model) => calls.some((call) => call.model_asked === model));
    },
    availability: (task) => llm.availability(task, standing()),
  };
}

/** What the ledger knows of the models, and what this run has found out since. */
const healthNow = ({ state }: Books, calls: readonly CallRecord[], now: Date): ModelsHealth =>
  calls.reduce((health, call) => healthAfterCall(health, call, now.toISOString()), state.models as ModelsHealth);
