import type { StewardConfig, Task } from '../domain/config.ts';
import { type Redactor, redactJson } from '../domain/redaction.ts';
import type { Clock, Llm, LlmAnswer, Prompt } from '../ports.ts';
import { attemptCall, type Errand, type Outcome, type Question, type Surroundings } from './attempt.ts';
import { correctionPrompt } from './correction.ts';
import { type PriceList, readPrices } from './prices.ts';
import { repeatCall } from './retry.ts';
import { type Access, type Route, type RouteStep, reservedTokens, routesOf, worstCase } from './routes.ts';
import { openTab } from './tab.ts';
import type { Vendor } from './vendor.ts';
import { type OpenVendor, openVendor, type VendorName } from './vendors.ts';

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
  readonly #config: StewardConfig;
  readonly #access: Access;
  readonly #limits: ModelLimits;
  readonly #around: Surroundings;
  readonly #open: OpenVendor;
  readonly #opened = new Map<VendorName, Promise<Vendor>>();

  constructor(options: ModelClientOptions) {
    const { config, access, clock, redact } = options;
    this.#config = config;
    this.#access = access;
    this.#limits = options.limits ?? LIMITS;
    this.#around = { clock, redact, prices: options.prices ?? readPrices() };
    this.#open = options.openVendor ?? openVendor;
  }

  async generate({ task, prompt, check, roomMicroCents }: Parameters<Llm['generate']>[0]): Promise<LlmAnswer> {
    const { clock, redact } = this.#around;
    const { timeBudgetMs, callTimeoutMs } = this.#limits;
    const tab = openTab(roomMicroCents);
    const errand: Errand = { task, check, tab, deadlineMs: clock.now().getTime() + timeBudgetMs, callTimeoutMs };
    const safePrompt = redactJson(prompt, redact);
    const reasons: string[] = [];
    for (const step of this.#routes(task)) {
      const asked = 'skip' in step ? { reason: step.skip } : await this.#askRoute(step.route, safePrompt, errand);
      if ('text' in asked) return { text: asked.text, calls: [...tab.calls] };
      reasons.push(asked.reason);
    }
    return { unavailable: summary(reasons), calls: [...tab.calls] };
  }

  availability(task: Task): { model: string } | { unavailable: string } {
    const steps = this.#routes(task);
    const usable = steps.find((step) => 'route' in step);
    if (usable) return { model: usable.route.model };
    return { unavailable: summary(steps.flatMap((step) => ('skip' in step ? [step.skip] : []))) };
  }

  estimate(task: Task, prompt: Prompt): number {
    const tokensIn = reservedTokens(prompt);
    const costs = this.#routes(task).map((step) => ('route' in step ? worstCase(step.route, tokensIn) : 0));
    return Math.max(0, ...costs);
  }

  #routes(task: Task): RouteStep[] {
    const { prices, clock } = this.#around;
    return routesOf(task, { config: this.#config, access: this.#access, prices }, clock.now());
  }

  /** One model's chance: its attempts, and one correction round when it answers wrongly. */
  async #askRoute(route: Route, prompt: Prompt, errand: Errand): Promise<{ text: string } | { reason: string }> {
    const vendor = await this.#vendorOf(route);
    const first = await this.#askPatiently({ vendor, route, prompt }, errand);
    if (!('rejected' in first.outcome)) return conclude(route, first);
    const corrected = correctionPrompt(prompt, first.outcome.rejected);
    return conclude(route, await this.#askPatiently({ vendor, route, prompt: corrected }, errand));
  }

  async #askPatiently(question: Question, errand: Errand): Promise<Asked> {
    const pacing = { clock: this.#around.clock, attempts: this.#limits.attempts, deadlineMs: errand.deadlineMs };
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

/** Milliseconds to wait before asking the same model again; undefined when that is of no use. */
function requestedWait(outcome: Outcome): number | undefined {
  if (!('failure' in outcome) || !outcome.failure.isRetryable) return undefined;
  return outcome.failure.retryAfterMs ?? 0;
}

interface Asked {
  outcome: Outcome;
  attempts: number;
}

function conclude({ model }: Route, { outcome, attempts }: Asked): { text: string } | { reason: string } {
  if ('text' in outcome) return outcome;
  if ('notAsked' in outcome) return { reason: `${model}: ${outcome.notAsked}` };
  if ('rejected' in outcome)
    return { reason: `${model}: the answer was wrong twice (${shorten(outcome.rejected.problems.join(' '))})` };
  const { kind, message } = outcome.failure;
  const often = attempts > 1 ? ` after ${attempts} attempts` : '';
  return { reason: `${model}: ${kind.replaceAll('_', ' ')}${often} (${shorten(message)})` };
}

const shorten = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_CHARACTERS);

/** Why no model answered. A missing key on every route is one fact, told once. */
function summary(reasons: readonly string[]): string {
  const keys = reasons.map((reason) => /: (\w+) is not set$/.exec(reason)?.[1]);
  return keys.every((key) => key !== undefined)
    ? `no model key (${[...new Set(keys)].join(' or ')})`
    : reasons.join('; ');
}
