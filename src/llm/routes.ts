import type { StewardConfig, Task } from '../domain/config.ts';
import type { MicroCents } from '../domain/money.ts';
import { estimateTokens } from '../domain/token-estimate.ts';
import type { Prompt } from '../ports.ts';
import { costOf, type ModelPrice, type PriceList } from './prices.ts';
import type { VendorAccess } from './vendor.ts';
import { KEY_NAMES, type VendorName } from './vendors.ts';

/** Keys and addresses by vendor. An absent or empty key means that the vendor is not asked. */
export type Access = Readonly<Partial<Record<VendorName, { key?: string | undefined; baseUrl?: string | undefined }>>>;

/** A model that may be asked for a task. */
export interface Route {
  vendor: VendorName;
  model: string;
  access: VendorAccess;
  price: ModelPrice;
  maxOutputTokens: number;
}

/** One place in a task's order: a model to ask, or why it is passed over. */
export type RouteStep = { route: Route } | { skip: string };

/** Thinking counts against these limits with both vendors, so that they bound what a call can cost. */
const MAX_OUTPUT_TOKENS: Readonly<Record<Task, number>> = {
  ceo_analysis: 4096,
  blog_generation: 16_384,
  social_posts: 4096,
  self_repair: 16_384,
  engagement: 4096,
  consolidation: 8192,
};

/**
 * The task's routes in the configured order; a `skip` says why one can not be used. A model without a known price is not
 * asked, since its cost could not be booked.
 */
export function routesOf(
  task: Task,
  { config, access, prices }: { config: StewardConfig; access: Access; prices: PriceList },
  now: Date,
): RouteStep[] {
  return config.routes[task].map((alias) => {
    const target = config.models[alias];
    if (!target) return { skip: `${alias}: no such model alias` };
    const { vendor, model } = target;
    const { key, baseUrl } = access[vendor] ?? {};
    if (!key?.trim()) return { skip: `${model}: ${KEY_NAMES[vendor]} is not set` };
    const price = prices.find(vendor, model, now);
    if (!price) return { skip: `${model}: its price is not in src/llm/prices.json` };
    const maxOutputTokens = MAX_OUTPUT_TOKENS[task];
    return { route: { vendor, model, access: { key, baseUrl }, price, maxOutputTokens } };
  });
}

/**
 * Newer tokenizers than the one the estimate is held against cut finer: Claude's since 4.7 about 1.3 times as fine as the
 * one before (platform.claude.com, Haiku 5.5 migration guide), which on code counts 1.15 times what o200k does.
 */
const TOKENIZER_MARGIN = 1.5;
/** What vendors add around a prompt, such as their own instructions for a schema. */
const FRAME_TOKENS = 500;

/** Input tokens that a call may be billed for, never fewer than the real count. */
export function reservedTokens({ system, user, schema }: Prompt): number {
  const written = estimateTokens(system) + estimateTokens(user) + estimateTokens(JSON.stringify(schema));
  return Math.ceil(written * TOKENIZER_MARGIN) + FRAME_TOKENS;
}

/** The most one call can cost: every reserved token read at full price and the answer as long as it may be. */
export function worstCase(route: Route, tokensIn: number): MicroCents {
  return costOf(route.price, { in: tokensIn, cachedIn: 0, out: route.maxOutputTokens, thinking: 0 });
}
