import type { StewardConfig } from '../domain/config.ts';
import type { CallRecord } from '../domain/record.ts';
import { type Redactor, redactJson } from '../domain/redaction.ts';
import type { Task } from '../domain/task.ts';
import type { Clock, KeyCheck, Llm, LlmAnswer, LlmRequest, ModelFacts, Prompt, Standing } from '../ports.ts';
import { repeatCall } from '../retry/repeat-call.ts';
import { attemptCall, type Errand, type Outcome, type Question, type Surroundings } from './attempt.ts';
import { correctionPrompt } from './correction.ts';
import { checkKeys } from './key-check.ts';
import { type PriceList, priceOf, readPrices } from './prices.ts';
import {
  type Access,
  type Route,
  type RouteSources,
  type RouteStep,
  reservedTokens,
  routesOf,
  type Skip,
  worstCase,
} from './routes.ts';
import type { Vendor } from './vendor.ts';
import { KEY_NAMES, type OpenVendor, openVendor, type VendorName } from './vendors.ts';

export interface ModelClientOptions {
  config: StewardConfig;
  access: Access;
  redact: Redactor;
  clock: Clock;
  limits?: ModelLimits;
  prices?: PriceList;
  openVendor?: OpenVendor;
}

export interface ModelLimits {
  /** For one request with all its attempts, waits and fallbacks. */
  timeBudgetMs: number;
  /** For one call. */
  callTimeoutMs: number;
  /** The most calls to one model for the same question. */
  attempts: number;
}

const LIMITS: ModelLimits = { timeBudgetMs: 180_000, callTimeoutMs: 90_000, attempts: 3 };
const MESSAGE_CHARACTERS = 200;

/**
 * Every model call of the agent: by route, within room and time, with one retry loop and one correction round, booked to
 * the micro-cent.
 */
export class ModelClient implements Llm {
  readonly #sources: RouteSources;
  readonly #limits: ModelLimits;
  readonly #around: Surroundings;
  readonly #open: OpenVendor;
  readonly #opened = new Map<VendorName, Promise<Vendor>>();

  constructor(options: ModelClientOptions) {
    const { config, access, clock, redact, prices = readPrices() } = options;
    this.#sources = { config, access, prices };
    this.#limits = options.limits ?? LIMITS;
    this.#around = { clock, redact, priceAt: (vendor, model, now) => priceOf(prices, { vendor, model }, now) };
    this.#open = options.openVendor ?? openVendor;
  }

  async generate(request: LlmRequest): Promise<LlmAnswer> {
    const { clock, redact } = this.#around;
    const { timeBudgetMs, callTimeoutMs } = this.#limits;
    const calls: CallRecord[] = [];
    const errand: Errand = { ...request, calls, deadlineMs: clock.now().getTime() + timeBudgetMs, callTimeoutMs };
    const safePrompt = redactJson(request.prompt, redact);
    const skips: Skip[] = [];
    for (const step of otherFirst(this.#routes(request.task, request.standing), request.avoid ?? [])) {
      const asked = 'why' in step ? step : await this.#askRoute(step.route, safePrompt, errand);
      // That a vendor was never set up is nothing to tell of when another one answers.
      const passedOver = skips.filter(({ missingKey }) => !missingKey);
      if ('text' in asked) return { ...asked, passedOver: grouped(passedOver), calls };
      skips.push(asked);
    }
    return { unavailable: summary(skips), calls };
  }

  availability(task: Task, standing: Standing): { model: string } | { unavailable: string } {
    const steps = this.#routes(task, standing);
    const usable = steps.find((step) => 'route' in step);
    if (usable) return { model: usable.route.model };
    return { unavailable: summary(steps.flatMap((step) => ('why' in step ? [step] : []))) };
  }

  estimate(task: Task, prompt: Prompt, standing: Standing): number {
    const tokensIn = reservedTokens(prompt);
    const costs = this.#routes(task, standing).map((step) => ('route' in step ? worstCase(step.route, tokensIn) : 0));
    return Math.max(0, ...costs);
  }

  models(): ModelFacts[] {
    const { config, access, prices } = this.#sources;
    return Object.entries(config.models).map(([alias, target]) => {
      const { vendor, model } = target;
      const known = priceOf(prices, target, this.#around.clock.now());
      return {
        alias,
        vendor,
        model,
        keyName: KEY_NAMES[vendor],
        hasKey: Boolean(access[vendor]?.key?.trim()),
        ...(known ? { price: { rates: known.price, source: known.source, read: known.read } } : {}),
      };
    });
  }

  checkKeys(): Promise<KeyCheck[]> {
    return checkKeys(this.#sources.access, { open: this.#open, redact: this.#around.redact });
  }

  #routes(task: Task, standing: Standing): RouteStep[] {
    return routesOf(task, this.#sources, standing, this.#around.clock.now());
  }

  /** One model's chance: its attempts, and one correction round when it answers wrongly. */
  async #askRoute(route: Route, prompt: Prompt, errand: Errand): Promise<Concluded> {
    const vendor = await this.#vendorOf(route);
    const first = await this.#askPatiently({ vendor, route, prompt }, errand);
    if (!('rejected' in first.outcome)) return conclude(route, first);
    const corrected = correctionPrompt(prompt, first.outcome.rejected);
    return conclude(route, await this.#askPatiently({ vendor, route, prompt: corrected }, errand));
  }

  async #askPatiently(question: Question, errand: Errand): Promise<Asked> {
    const pacing = {
      clock: this.#around.clock,
      attempts: question.route.isProbe ? 1 : this.#limits.attempts,
      deadlineMs: errand.deadlineMs,
    };
    let attempts = 0;
    const once = () => {
      attempts += 1;
      return attemptCall(question, errand, this.#around);
    };
    return { outcome: await repeatCall(once, requestedWait, pacing), attempts };
  }

  #vendorOf({ vendor: name, access }: Route): Promise<Vendor> {
    const vendor = this.#opened.get(name) ?? this.#open(name, access);
    this.#opened.set(name, vendor);
    return vendor;
  }
}

/** The route's order, but for the models that somebody would rather not have. */
function otherFirst(steps: readonly RouteStep[], avoid: readonly string[]): RouteStep[] {
  const isAvoided = (step: RouteStep) => avoid.includes('route' in step ? step.route.model : step.model);
  return [...steps.filter((step) => !isAvoided(step)), ...steps.filter(isAvoided)];
}

/** Milliseconds to wait before asking the same model again; undefined when that is of no use. */
function requestedWait(outcome: Outcome): number | undefined {
  if (!('failure' in outcome) || !outcome.failure.isRetryable) return undefined;
  return outcome.failure.retryAfterMs ?? 0;
}

interface Asked {
  outcome: Outcome;
  attempts: number;
}

type Concluded = { text: string; model: string } | Skip;

function conclude({ model }: Route, { outcome, attempts }: Asked): Concluded {
  if ('text' in outcome) return { ...outcome, model };
  if ('notAsked' in outcome) return { model, why: outcome.notAsked };
  if ('rejected' in outcome)
    return { model, why: `the answer was wrong twice (${shorten(outcome.rejected.problems.join(' '))})` };
  const { kind, message } = outcome.failure;
  const often = attempts > 1 ? ` after ${attempts} attempts` : '';
  return { model, why: `${kind.replaceAll('_', ' ')}${often} (${shorten(message)})` };
}

const shorten = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_CHARACTERS);

/** Why no model answered. A missing key on every route is one fact, told once. */
function summary(skips: readonly Skip[]): string {
  const keys = new Set(skips.map(({ missingKey }) => missingKey));
  return keys.has(undefined) ? grouped(skips).join('; ') : `no model key (${[...keys].join(' or ')})`;
}

/** `model, model: reason`, each reason once. */
function grouped(skips: readonly Skip[]): string[] {
  const byReason = Map.groupBy(skips, ({ why }) => why);
  return [...byReason].map(([why, models]) => `${models.map(({ model }) => model).join(', ')}: ${why}`);
}
