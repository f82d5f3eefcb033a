/** Money is counted in whole micro-cents (1 US dollar = 100 000 000): sums stay exact, whatever their order. */
export type MicroCents = number;

const MICRO_CENTS_PER_DOLLAR = 100_000_000;

export const fromDollars = (dollars: number): MicroCents => Math.round(dollars * MICRO_CENTS_PER_DOLLAR);
export const toDollars = (microCents: MicroCents): number => microCents / MICRO_CENTS_PER_DOLLAR;

/** `$0.0031`; four decimals, more where the amount is smaller than that. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return '$0';
  return `$${dollars < 0.0001 ? dollars.toFixed(8).replace(/0+$/, '') : dollars.toFixed(4)}`;
}

/** A cap as people write it: `$0.50`; finer where it is. */
export const formatCap = (dollars: number): string =>
  Number.isInteger(Math.round(dollars * 1e8) / 1e6) ? `$${dollars.toFixed(2)}` : formatDollars(dollars);

/** US dollars per million tokens, as vendors publish them. */
export interface Price {
  input: number;
  cachedInput: number;
  /** What a token costs that the vendor puts into its cache; absent where that costs what any input costs. */
  cacheWrite?: number;
  output: number;
}

/**
 * Tokens that a vendor reported for one call. `cachedIn` and `cacheWritten` are parts of `in`; `thinking` is billed as
 * output on top of `out`.
 */
export interface Usage {
  in: number;
  cachedIn: number;
  cacheWritten?: number;
  out: number;
  thinking: number;
}

/** Price times usage, rounded up to a whole micro-cent. */
export function callCost(price: Price, usage: Usage): MicroCents {
  // A price has at most five decimals, so price x 100 000 is whole: micro-cents per thousand tokens.
  const perThousand = (dollarsPerMillion: number) => Math.round(dollarsPerMillion * 100_000);
  const { cacheWritten: written = 0 } = usage;
  const total =
    (usage.in - usage.cachedIn - written) * perThousand(price.input) +
    usage.cachedIn * perThousand(price.cachedInput) +
    written * perThousand(price.cacheWrite ?? price.input) +
    (usage.out + usage.thinking) * perThousand(price.output);
  return Math.ceil(total / 1000);
}
