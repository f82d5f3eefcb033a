import { formatDollars, toDollars, type Usage } from '../domain/money.ts';
import type { Redactor } from '../domain/redaction.ts';
import type { Clock, Prompt } from '../ports.ts';
import { costOf, type PriceList } from './prices.ts';
import { type Route, reservedTokens, worstCase } from './routes.ts';
import type { Tab } from './tab.ts';
import type { Vendor, VendorFailure, VendorResult } from './vendor.ts';

export interface Question {
  vendor: Vendor;
  route: Route;
  prompt: Prompt;
}

/** One request to the client, while it is walked along the routes. */
export interface Errand {
  task: string;
  /** Gives the validator's words for a text that is no answer. */
  check(text: string): string[];
  tab: Tab;
  /** Milliseconds since the epoch. */
  deadlineMs: number;
  callTimeoutMs: number;
}

export interface Surroundings {
  clock: Clock;
  prices: PriceList;
  redact: Redactor;
}

export type Outcome =
  | { text: string }
  | { rejected: { text: string; problems: string[] } }
  | { failure: Pick<VendorFailure, 'kind' | 'message' | 'isRetryable' | 'retryAfterMs'> }
  | { notAsked: string };

/** Asks a model once, within room and time, checks the text and books what it cost. */
export async function attemptCall(
  { vendor, route, prompt }: Question,
  errand: Errand,
  around: Surroundings,
): Promise<Outcome> {
  const tokensIn = reservedTokens(prompt);
  const reserved = worstCase(route, tokensIn);
  if (!errand.tab.fits(reserved))
    return { notAsked: `one call may cost ${formatDollars(toDollars(reserved))}, more than the budget has left` };
  const started = around.clock.now();
  const timeoutMs = Math.ceil(Math.min(errand.callTimeoutMs, errand.deadlineMs - started.getTime()));
  if (timeoutMs <= 0) return { notAsked: 'no time is left' };
  const { model, maxOutputTokens } = route;
  const signal = AbortSignal.timeout(timeoutMs);
  const result = await vendor.ask({ ...prompt, model, maxOutputTokens, signal });
  const outcome = judge(result, errand, around.redact);
  const used = usedBy(result, { in: tokensIn, cachedIn: 0, out: maxOutputTokens, thinking: 0 });
  book({ result, outcome, used, started }, { route, errand, around });
  return outcome;
}

function judge(result: VendorResult, errand: Errand, redact: Redactor): Outcome {
  if ('failure' in result) return { failure: { ...result.failure, message: redact(result.failure.message) } };
  const text = redact(result.answer.text);
  const problems = errand.check(text);
  return problems.length > 0 ? { rejected: { text, problems } } : { text };
}

/** A call of unknown cost counts as its reservation: a budget that trusts silence does not hold. */
function usedBy(result: VendorResult, reserved: Usage): Usage {
  const used = 'answer' in result ? result.answer.usage : result.failure.used;
  if (used === 'nothing') return { in: 0, cachedIn: 0, out: 0, thinking: 0 };
  return used === 'unknown' ? reserved : used;
}

function book(
  call: { result: VendorResult; outcome: Outcome; used: Usage; started: Date },
  { route, errand, around }: { route: Route; errand: Errand; around: Surroundings },
): void {
  const { result, used, started } = call;
  const answered = ('answer' in result ? result.answer.model : result.failure.model) ?? route.model;
  // A vendor may route to another model and bill it at that model's rates.
  const price = around.prices.find(route.vendor, answered, started) ?? route.price;
  const record = {
    task: errand.task,
    model_asked: route.model,
    model: around.redact(answered),
    outcome: outcomeWord(call.outcome),
    tokens_in: used.in,
    tokens_cached: used.cachedIn,
    tokens_out: used.out,
    tokens_thinking: used.thinking,
    duration_s: (around.clock.now().getTime() - started.getTime()) / 1000,
  };
  errand.tab.book(record, costOf(price, used));
}

function outcomeWord(outcome: Outcome): string {
  if ('failure' in outcome) return outcome.failure.kind;
  return 'rejected' in outcome ? 'schema' : 'ok';
}
