import { z } from 'zod';
import { hasFiveDecimals, type ModelAlias } from '../domain/config.ts';
import { callCost, type MicroCents, type Price, type Usage } from '../domain/money.ts';
import table from './prices.json' with { type: 'json' };

const dollarsPerMillion = z
  .number()
  // A price of nothing is written as `free`, never as a number: a forgotten one must not look like it.
  .gt(0)
  .max(1000)
  .refine(hasFiveDecimals, 'at most five decimals');
const Rates = z.strictObject({
  input: dollarsPerMillion,
  cached_input: dollarsPerMillion,
  /** Where the vendor bills tokens that it puts into its cache; else they cost what input costs. */
  cache_write: dollarsPerMillion.optional(),
  output: dollarsPerMillion,
});
const PriceEntry = Rates.extend({
  vendor: z.enum(['gemini', 'anthropic']),
  model: z.string().min(1),
  /** The UTC day a changed price begins; absent on a model's first. */
  from: z.iso.date().optional(),
  /** Prices of the whole call when its prompt is longer than `over_tokens`. */
  long_context: Rates.extend({ over_tokens: z.int().min(1) }).optional(),
  source: z.string().min(1),
  /** The day the price was read at its source. */
  read: z.iso.date(),
});
type PriceEntry = z.infer<typeof PriceEntry>;

const PriceTable = z.strictObject({ as_of: z.iso.date(), models: z.array(PriceEntry).min(1) });

export interface ModelPrice {
  price: Price;
  longContext?: { overTokens: number; price: Price };
  source: string;
  read: string;
}

export interface PriceList {
  /** The day the list was put together. */
  asOf: string;
  /** What a model costs on a day; undefined when nobody wrote it down. */
  find(vendor: string, model: string, now: Date): ModelPrice | undefined;
}

/** Reads a price table (the shape of prices.json); the built-in one by default. Throws when it is malformed. */
export function readPrices(data: unknown = table): PriceList {
  const { as_of: asOf, models } = PriceTable.parse(data);
  return {
    asOf,
    find(vendor, model, now) {
      const day = now.toISOString().slice(0, 10);
      const entries = models.filter(
        (entry) => entry.vendor === vendor && entry.model === model && (entry.from ?? '') <= day,
      );
      const [newest] = entries.sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? 1 : -1));
      return newest && toModelPrice(newest);
    },
  };
}

function toModelPrice(entry: PriceEntry): ModelPrice {
  const { long_context: long, source, read } = entry;
  const longContext = long && { overTokens: long.over_tokens, price: toPrice(long) };
  return { price: toPrice(entry), ...(longContext ? { longContext } : {}), source, read };
}

const toPrice = (rates: z.infer<typeof Rates>): Price => ({
  input: rates.input,
  cachedInput: rates.cached_input,
  ...(rates.cache_write ? { cacheWrite: rates.cache_write } : {}),
  output: rates.output,
});

const FREE: Price = { input: 0, cachedInput: 0, output: 0 };

/** What a model of the config costs: the price written there, else the one of the list. */
export function priceOf(prices: PriceList, { vendor, model, price }: ModelAlias, now: Date): ModelPrice | undefined {
  if (price === undefined) return prices.find(vendor, model, now);
  const own = { source: '.github/steward.yml', read: now.toISOString().slice(0, 10) };
  if (price === 'free') return { price: FREE, ...own };
  return { price: toPrice({ ...price, cached_input: price.cached_input ?? price.input }), ...own };
}

/** What a call cost. A prompt over the model's threshold is billed at the long-context price as a whole. */
export function costOf(model: ModelPrice, usage: Usage): MicroCents {
  const { longContext } = model;
  return callCost(longContext && usage.in > longContext.overTokens ? longContext.price : model.price, usage);
}
