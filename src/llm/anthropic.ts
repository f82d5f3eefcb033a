import Anthropic, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk';
import { z } from 'zod';
import { retryAfter } from '../retry/retry-after.ts';
import { abilitiesOf, type Thinking } from './abilities.ts';
import {
  callFailure,
  failureOf,
  judgeReply,
  type Vendor,
  type VendorAccess,
  type VendorReply,
  type VendorRequest,
  type VendorResult,
} from './vendor.ts';

const DEFAULT_BASE_URL = 'https://api.anthropic.com';
/** Only an upper limit for the SDK, which else refuses long answers: the signal of the request ends it sooner. */
const SDK_TIMEOUT_MS = 3_600_000;

/** The Claude API through Anthropic's SDK: its retries, its log and its search for other credentials are off. */
export function createAnthropic({ key, baseUrl }: VendorAccess): Vendor {
  const api = new Anthropic({
    apiKey: key,
    baseURL: baseUrl?.replace(/\/+$/, '') || DEFAULT_BASE_URL,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
  return {
    async ask(request) {
      const { signal } = request;
      try {
        return readAnthropicReply(await api.messages.create(toBody(request), { signal }));
      } catch (error) {
        return mapAnthropicError(error, signal);
      }
    },
    async checkKey(signal) {
      try {
        await api.models.list({ limit: 1 }, { signal });
        return undefined;
      } catch (error) {
        return failureOf(mapAnthropicError(error, signal));
      }
    },
  };
}

type Body = Anthropic.MessageCreateParamsNonStreaming;

/** A request in the words of the Messages API, with nothing in it that the model refuses. */
function toBody({ model, system, user, schema, maxOutputTokens, temperature, thinking }: VendorRequest): Body {
  const abilities = abilitiesOf(model);
  const thought = abilities ? toThinking(abilities.thinking, thinking, maxOutputTokens) : {};
  const { effort, ...mode } = thought;
  const config = {
    // Forced tool use, the older way to a schema, is refused by the newest models.
    ...(schema ? { format: { type: 'json_schema' as const, schema: toAnthropicSchema(schema) } } : {}),
    ...(effort ? { effort } : {}),
  };
  const isThinking = mode.thinking !== undefined && mode.thinking.type !== 'disabled';
  const takesTemperature = temperature !== undefined && abilities?.temperature && !isThinking;
  return {
    model,
    max_tokens: maxOutputTokens,
    system,
    messages: [{ role: 'user', content: user }],
    ...(Object.keys(config).length > 0 ? { output_config: config } : {}),
    ...mode,
    ...(takesTemperature ? { temperature: Math.min(1, temperature) } : {}),
  };
}

const LEAST_THINKING_TOKENS = 1024;

function toThinking(
  how: Thinking,
  isOn: boolean,
  maxOutputTokens: number,
): { thinking?: Anthropic.ThinkingConfigParam; effort?: 'low' } {
  if (how.kind === 'enabled') {
    // Half of the answer's length, which the thinking counts against.
    const tokens = Math.floor(maxOutputTokens / 2);
    return isOn && tokens >= LEAST_THINKING_TOKENS ? { thinking: { type: 'enabled', budget_tokens: tokens } } : {};
  }
  if (how.kind !== 'adaptive') return {};
  if (isOn) return { thinking: { type: 'adaptive' } };
  if (how.off === 'low effort') return { effort: 'low' };
  return how.off === 'disabled' ? { thinking: { type: 'disabled' } } : {};
}

/** Constraints that Anthropic refuses; the agent checks the answer against them itself. */
const REFUSED_KEYWORDS = [
  '$schema',
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems', 'default'],
];

/** JSON Schema as Anthropic takes it: every object closed, and no constraint on lengths and sizes. */
export function toAnthropicSchema(schema: object): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([name]) => !REFUSED_KEYWORDS.includes(name));
  const entries = kept.map(([name, value]) => [name, name === 'properties' ? eachSchema(value) : deeper(value)]);
  const closed = 'properties' in schema ? { additionalProperties: false } : {};
  return { ...Object.fromEntries(entries), ...closed };
}

/** Below `properties` the keys are names of the script's own, `pattern` and `default` among them perhaps. */
const eachSchema = (properties: object) =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, deeper(value)]));

function deeper(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deeper);
  return typeof value === 'object' && value !== null ? toAnthropicSchema(value) : value;
}

const count = z
  .int()
  .min(0)
  .nullish()
  .transform((value) => value ?? 0);

const MessageResponse = z.object({
  model: z.string(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z.object({
    input_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    output_tokens: count,
    output_tokens_details: z.object({ thinking_tokens: count }).nullish(),
  }),
});
type MessageResponse = z.infer<typeof MessageResponse>;

/** Maps a response of the Messages API, as it came over the wire, to a result. */
export function readAnthropicReply(response: unknown): VendorResult {
  const parsed = MessageResponse.safeParse(response);
  if (!parsed.success) return callFailure('server', 'the response has an unknown shape', { used: 'unknown' });
  return judgeReply(toReply(parsed.data));
}

function toReply({ model, content, stop_reason: stop, usage }: MessageResponse): VendorReply {
  const thinking = Math.min(usage.output_tokens, usage.output_tokens_details?.thinking_tokens ?? 0);
  return {
    text: content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join(''),
    usage: {
      // Here input_tokens counts what came from no cache.
      in: usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
      cachedIn: usage.cache_read_input_tokens,
      ...(usage.cache_creation_input_tokens > 0 ? { cacheWritten: usage.cache_creation_input_tokens } : {}),
      out: usage.output_tokens - thinking,
      thinking,
    },
    model,
    ended: endOf(stop),
    endWord: stop ?? 'no stop reason',
  };
}

function endOf(stop: string | null | undefined): VendorReply['ended'] {
  if (stop === 'refusal') return 'refused';
  return stop === 'max_tokens' || stop === 'model_context_window_exceeded' ? 'truncated' : 'complete';
}

/** Maps what the SDK throws. */
export function mapAnthropicError(error: unknown, signal: AbortSignal): VendorResult {
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted || error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError)
    return callFailure('timeout', 'no answer in time', { used: 'unknown' });
  if (error instanceof APIConnectionError) return callFailure('network', causeOf(error), { isRetryable: true });
  if (error instanceof APIError) return mapStatus(error, message);
  if (error instanceof SyntaxError)
    return callFailure('server', 'the response is not JSON', { isRetryable: true, used: 'unknown' });
  // The body broke off after its headers had come, so the call may be billed.
  return callFailure('network', message, { isRetryable: true, used: 'unknown' });
}

function mapStatus({ status, type, headers }: APIError, message: string): VendorResult {
  if (status === 401 || status === 402 || status === 403) return callFailure('auth', message);
  if (status === 429)
    return callFailure('rate_limit', message, { isRetryable: true, ...retryAfter(headers ?? new Headers()) });
  if (status === 503 || status === 529 || type === 'overloaded_error')
    return callFailure('overload', message, { isRetryable: true, ...retryAfter(headers ?? new Headers()) });
  if (status === undefined || status >= 500 || status === 408 || status === 409)
    return callFailure('server', message, { isRetryable: true });
  return callFailure('bad_request', message);
}

/** `Connection error.` says nothing; the innermost cause (ECONNREFUSED, ENOTFOUND) does. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? causeOf(error.cause) : error.message;
}
