import { type ModelsHealth, standingOf } from '../domain/model-breaker.ts';
import { callCost, type Price, toDollars, type Usage } from '../domain/money.ts';
import { isPriceStale } from '../domain/price-age.ts';
import type { Entry } from '../domain/record.ts';
import { TASKS, type Task } from '../domain/task.ts';
import type { ModelFacts } from '../ports.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { lastWork, loadLedger } from './ledger-reader.ts';

const CYCLES_PER_DAY = [24, 48, 96];

export interface ModelsReport {
  routes: {
    task: Task;
    models: string[];
    max_output_tokens: number;
    temperature?: number | undefined;
    thinking: boolean;
  }[];
  models: {
    alias: string;
    vendor: string;
    model: string;
    key: { name: string; is_set: boolean };
    /** US dollars per million tokens; null where it is not known, and the model is never asked. */
    price: {
      input: number;
      cached_input: number;
      output: number;
      source: string;
      read: string;
      is_stale: boolean;
    } | null;
    /** `asked as usual`, or why it is not. */
    standing: string;
    /** US dollars for a day of so many cycles, each with one decision. */
    per_day: Record<string, number> | null;
  }[];
  cycles_per_day: readonly number[];
  /** Tokens of one decision that `per_day` rests on. */
  decision: { tokens_in: number; tokens_out: number; measured: number };
}

/** Without a ledger to measure: a dozen directives with their last entries, and a sentence of reason. */
const USUAL_DECISION: Usage = { in: 3000, cachedIn: 0, out: 300, thinking: 0 };
const ENTRIES_MEASURED = 50;

/** Which models are asked for what, what they cost, and what stands in the way. */
export async function listModels({ documents, llm, clock }: Ports, setting: Setting): Promise<ModelsReport> {
  const [{ state }, entries] = await Promise.all([loadLedger(documents), lastWork(documents, ENTRIES_MEASURED)]);
  const { usage, measured } = usualDecision(entries);
  const now = clock.now();
  const describe = (facts: ModelFacts): ModelsReport['models'][number] => {
    const { alias, vendor, model, keyName, hasKey, price } = facts;
    return {
      alias,
      vendor,
      model,
      key: { name: keyName, is_set: hasKey },
      price: price
        ? { ...toRates(price.rates), source: price.source, read: price.read, is_stale: isPriceStale(price.read, now) }
        : null,
      standing: standingText(state.models, model, now),
      per_day: price ? perDay(price.rates, usage) : null,
    };
  };
  return {
    routes: TASKS.map((task) => ({ task, ...setting.config.routes[task] })),
    models: llm.models().map(describe),
    cycles_per_day: CYCLES_PER_DAY,
    decision: { tokens_in: usage.in, tokens_out: usage.out + usage.thinking, measured },
  };
}

function standingText(health: ModelsHealth, model: string, now: Date): string {
  const known = Object.hasOwn(health, model) ? health[model] : undefined;
  const standing = standingOf(known, '', now);
  if (standing.kind === 'open')
    return `left alone until ${standing.until} (${known?.failures} failures, ${known?.kind})`;
  return standing.kind === 'probe' ? 'tried with one call next' : 'asked as usual';
}

const toRates = ({ input, cachedInput, output }: Price) => ({ input, cached_input: cachedInput, output });

const perDay = (price: Price, usage: Usage): Record<string, number> =>
  Object.fromEntries(CYCLES_PER_DAY.map((cycles) => [cycles, toDollars(callCost(price, usage) * cycles)]));

/** The mean of this ledger's own decisions, where it has any. */
function usualDecision(entries: readonly Entry[]): { usage: Usage; measured: number } {
  const calls = entries
    .flatMap(({ metrics }) => metrics.calls)
    .filter(({ task, outcome }) => task === 'ceo_analysis' && outcome === 'ok');
  if (calls.length === 0) return { usage: USUAL_DECISION, measured: 0 };
  const mean = (pick: (call: (typeof calls)[number]) => number) =>
    Math.round(calls.reduce((sum, call) => sum + pick(call), 0) / calls.length);
  const out = mean((call) => call.tokens_out + call.tokens_thinking);
  return { usage: { in: mean((call) => call.tokens_in), cachedIn: 0, out, thinking: 0 }, measured: calls.length };
}

/** The configured model whose output costs most: what everything would cost without routes. */
export function dearestModel(models: readonly ModelFacts[]): { model: string; price: Price } | undefined {
  const priced = models.flatMap(({ model, price }) => (price ? [{ model, price: price.rates }] : []));
  return priced.sort((a, b) => b.price.output - a.price.output || b.price.input - a.price.input)[0];
}
