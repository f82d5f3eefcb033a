import { z } from 'zod';
import { callCost, type MicroCents, type Price, type Usage } from '../domain/money.ts';
import table from './prices.json' with { type: 'json' };

const dollarsPerMillion = z
  .number()
  .min(0)
  .max(1000)
  // callCost counts in hundred-thousandths of a dollar per million tokens.
  .refine((price) => Math.abs(price * 100_000 - Math.round(price * 100_000)) < 1e-6, 'at most five decimals');
const Rates = z.strictObject({ input: dollarsPerMillion, cached_input: dollarsPerMillion, output: dollarsPerMillion });
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
  output: rates.output,
});

/** What a call cost. A prompt over the model's threshold is billed at the long-context price as a whole. */
export function costOf(model: ModelPrice, usage: Usage): MicroCents {
  const { longContext } = model;
  return callCost(longContext && usage.in > longContext.overTokens ? longContext.price : model.price, usage);
}
