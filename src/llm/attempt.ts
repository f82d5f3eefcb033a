import { toDollars, type Usage } from '../domain/money.ts';
import type { CallRecord } from '../domain/record.ts';
import type { Redactor } from '../domain/redaction.ts';
import type { Clock, LlmRequest, Prompt } from '../ports.ts';
import { costOf } from './prices.ts';
import { type Route, reservedTokens, worstCase } from './routes.ts';
import type { Vendor, VendorFailure, VendorResult } from './vendor.ts';

export interface Question {
  vendor: Vendor;
  route: Route;
  prompt: Prompt;
}

/** One request to the client, while it is walked along the routes. */
export interface Errand extends Pick<LlmRequest, 'task' | 'check' | 'purse' | 'signal'> {
  calls: CallRecord[];
  /** Milliseconds since the epoch. */
  deadlineMs: number;
  callTimeoutMs: number;
}

export interface Surroundings {
  clock: Clock;
  redact: Redactor;
  /** What a vendor's model costs now; undefined where nobody wrote it down. */
  priceAt(vendor: Route['vendor'], model: string, now: Date): Route['price'] | undefined;
}

export type Outcome =
  | { text: string }
  | { rejected: { text: string; problems: string[] } }
  | { failure: Pick<VendorFailure, 'kind' | 'message' | 'isRetryable' | 'retryAfterMs'> }
  | { notAsked: string };

/** Asks a model once, within money and time, checks the text and books what it cost. */
export async function attemptCall(
  { vendor, route, prompt }: Question,
  errand: Errand,
  around: Surroundings,
): Promise<Outcome> {
  const tokensIn = reservedTokens(prompt);
  const { task, purse } = errand;
  const { model, maxOutputTokens, temperature, thinking, isProbe } = route;
  if (timeLeft(errand, around) <= 0) return { notAsked: 'no time is left' };
  const set = await purse.reserve({ task, model, microCents: worstCase(route, tokensIn), isProbe });
  if ('refused' in set) return { notAsked: set.refused };
  const started = around.clock.now();
  // Setting money aside takes a push, and a push may take long.
  const timeoutMs = Math.max(1, timeLeft(errand, around));
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = errand.signal ? AbortSignal.any([timeout, errand.signal]) : timeout;
  const result = await vendor.ask({ ...prompt, model, maxOutputTokens, temperature, thinking, signal });
  const outcome = judge(result, errand, around.redact);
  const used = usedBy(result, { in: tokensIn, cachedIn: 0, out: maxOutputTokens, thinking: 0 });
  book({ result, outcome, used, started, reserved: set.reserved }, { route, errand, around });
  return outcome;
}

const timeLeft = ({ callTimeoutMs, deadlineMs, signal }: Errand, { clock }: Surroundings): number =>
  signal?.aborted ? 0 : Math.ceil(Math.min(callTimeoutMs, deadlineMs - clock.now().getTime()));

function judge(result: VendorResult, errand: Errand, redact: Redactor): Outcome {
  if ('failure' in result) return { failure: { ...result.failure, message: redact(result.failure.message) } };
  const text = redact(result.answer.text);
  const problems = problemsOf(text, errand);
  return problems.length > 0 ? { rejected: { text, problems } } : { text };
}

const NOTHING: Usage = { in: 0, cachedIn: 0, out: 0, thinking: 0 };

/** A check that can not cope with a text must not keep its cost out of the books. */
function problemsOf(text: string, { check }: Errand): string[] {
  try {
    return check(text);
  } catch (error) {
    return [`The answer can not be checked: ${error instanceof Error ? error.message : String(error)}.`];
  }
}

/** A call of unknown cost counts as its reservation: a budget that trusts silence does not hold. */
function usedBy(result: VendorResult, reserved: Usage): { usage: Usage; isAssumed: boolean } {
  const used = 'answer' in result ? result.answer.usage : result.failure.used;
  if (used === 'unknown') return { usage: reserved, isAssumed: true };
  return { usage: used === 'nothing' ? NOTHING : used, isAssumed: false };
}

function book(
  call: {
    result: VendorResult;
    outcome: Outcome;
    used: ReturnType<typeof usedBy>;
    started: Date;
    reserved: number;
  },
  { route, errand, around }: { route: Route; errand: Errand; around: Surroundings },
): void {
  const { result, used, started } = call;
  const { usage } = used;
  const answered = ('answer' in result ? result.answer.model : result.failure.model) ?? route.model;
  // A vendor may route to another model and bill it at that model's rates.
  const price = answered === route.model ? route.price : around.priceAt(route.vendor, answered, started);
  const cost = costOf(price ?? route.price, usage);
  errand.purse.settle(call.reserved, cost);
  errand.calls.push({
    task: errand.task,
    model_asked: route.model,
    model: around.redact(answered),
    outcome: outcomeWord(call.outcome),
    tokens_in: usage.in,
    tokens_cached: usage.cachedIn,
    ...(usage.cacheWritten ? { tokens_cache_written: usage.cacheWritten } : {}),
    tokens_out: usage.out,
    tokens_thinking: usage.thinking,
    cost: toDollars(cost),
    duration_s: (around.clock.now().getTime() - started.getTime()) / 1000,
    ...(used.isAssumed ? { assumed: true as const } : {}),
  });
}

function outcomeWord(outcome: Outcome): string {
  if ('failure' in outcome) return outcome.failure.kind;
  return 'rejected' in outcome ? 'schema' : 'ok';
}
