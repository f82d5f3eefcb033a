import type { StewardConfig } from '../domain/config.ts';
import { standingOf } from '../domain/model-breaker.ts';
import type { MicroCents } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { estimateTokens } from '../domain/token-estimate.ts';
import type { Prompt, Standing } from '../ports.ts';
import { costOf, type ModelPrice, type PriceList, priceOf } from './prices.ts';
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
  temperature?: number | undefined;
  thinking: boolean;
  /** Its breaker is half open: one call, and no second one when it fails. */
  isProbe: boolean;
}

/** One place in a task's order: a model to ask, or why it is passed over. */
export type RouteStep = { route: Route } | Skip;

export interface Skip {
  model: string;
  why: string;
  /** The variable whose absence is why. */
  missingKey?: string;
}

export interface RouteSources {
  config: StewardConfig;
  access: Access;
  prices: PriceList;
}

/**
 * The task's routes in the configured order; a Skip says why one can not be used. A model without a known price is not
 * asked, since its cost could not be booked.
 */
export function routesOf(task: Task, sources: RouteSources, { run, health }: Standing, now: Date): RouteStep[] {
  const { config, access, prices } = sources;
  const { models, max_output_tokens: maxOutputTokens, temperature, thinking } = config.routes[task];
  return models.map((alias) => {
    const target = config.models[alias];
    if (!target) return { model: alias, why: 'no such model alias' };
    const { vendor, model } = target;
    const { key, baseUrl } = access[vendor] ?? {};
    if (!key?.trim()) return { model, why: `${KEY_NAMES[vendor]} is not set`, missingKey: KEY_NAMES[vendor] };
    const price = priceOf(prices, target, now);
    if (!price)
      return { model, why: `its price is not known (write it under models.${alias}.price in .github/steward.yml)` };
    const known = Object.hasOwn(health, model) ? health[model] : undefined;
    const standing = standingOf(known, run, now);
    if (standing.kind === 'open')
      return { model, why: `left alone until ${standing.until} after ${known?.failures} failures (${known?.kind})` };
    const isProbe = standing.kind === 'probe';
    return {
      route: { vendor, model, access: { key, baseUrl }, price, maxOutputTokens, temperature, thinking, isProbe },
    };
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
  const form = schema ? estimateTokens(JSON.stringify(schema)) : 0;
  const written = estimateTokens(system) + estimateTokens(user) + form;
  return Math.ceil(written * TOKENIZER_MARGIN) + FRAME_TOKENS;
}

/** The most one call can cost: every reserved token read at full price and the answer as long as it may be. */
export function worstCase(route: Route, tokensIn: number): MicroCents {
  return costOf(route.price, { in: tokensIn, cachedIn: 0, out: route.maxOutputTokens, thinking: 0 });
}
