import type { Usage } from '../domain/money.ts';

/** What the client asks of any vendor and hears from it. The vendors' own words stay in their files. */

export interface VendorRequest {
  model: string;
  system: string;
  user: string;
  /** JSON Schema of the answer; without it the answer is plain text. */
  schema?: object | undefined;
  /** Thinking included. */
  maxOutputTokens: number;
  /** Sent where the model takes one. */
  temperature?: number | undefined;
  /** Whether the model may think first, where that can be chosen. */
  thinking: boolean;
  signal: AbortSignal;
}

export interface VendorAnswer {
  text: string;
  usage: Usage;
  /** The model that answered, which need not be the one that was asked. */
  model: string;
}

/**
 * What can go wrong. `content`: the vendor or the model refused. `truncated`: the answer hit the token limit. `empty`: no
 * text, or a text for which no tokens were counted. `schema`: the answer is not what was asked for.
 */
export const VENDOR_FAILURE_KINDS = [
  'rate_limit',
  'overload',
  'server',
  'network',
  'timeout',
  'auth',
  'bad_request',
  'content',
  'truncated',
  'empty',
  'schema',
] as const;
export type VendorFailureKind = (typeof VENDOR_FAILURE_KINDS)[number];

export interface VendorFailure {
  kind: VendorFailureKind;
  /** For people; not redacted yet. */
  message: string;
  /** Whether asking the same model again may help. Decided where the error is seen. */
  isRetryable: boolean;
  /** How long the vendor asks us to wait. */
  retryAfterMs?: number;
  /** What the call is known to have used; `unknown` where it may have been billed without our hearing how much. */
  used: Usage | 'nothing' | 'unknown';
  model?: string;
}

export type VendorResult = { answer: VendorAnswer } | { failure: VendorFailure };

export interface Vendor {
  /** One call, without retries. Never throws for what the vendor or the network does. */
  ask(request: VendorRequest): Promise<VendorResult>;
  /** Has the vendor list its models, which costs nothing, and says what went wrong; `auth`: it refuses the key. */
  checkKey(signal: AbortSignal): Promise<VendorFailure | undefined>;
}

export interface VendorAccess {
  key: string;
  baseUrl?: string | undefined;
}

/** A reply that arrived whole, in the client's words. */
export interface VendorReply extends VendorAnswer {
  ended: 'complete' | 'truncated' | 'refused';
  /** The vendor's own word for how the reply ended. */
  endWord: string;
}

/** Decides whether a reply is an answer. */
export function judgeReply(reply: VendorReply): VendorResult {
  const { text, usage, model, ended, endWord } = reply;
  const failed = (kind: VendorFailureKind, message: string): VendorResult => ({
    failure: { kind, message, isRetryable: false, used: usage, model },
  });
  if (ended === 'refused') return failed('content', `the model declined: ${endWord}`);
  if (ended === 'truncated') return failed('truncated', `the answer was cut off: ${endWord}`);
  if (text.trim() === '') return failed('empty', `the answer has no text: ${endWord}`);
  if (usage.in > 0 && usage.out + usage.thinking > 0) return { answer: { text, usage, model } };
  // A text that cost nothing was not metered: booking it as free would let it past the budget.
  return {
    failure: { kind: 'empty', message: 'no tokens were counted', isRetryable: false, used: 'unknown', model },
  };
}

export const failureOf = (result: VendorResult): VendorFailure | undefined =>
  'failure' in result ? result.failure : undefined;

/** A failure of the call itself, before or instead of a readable reply. */
export function callFailure(
  kind: VendorFailureKind,
  message: string,
  more: Partial<Pick<VendorFailure, 'isRetryable' | 'retryAfterMs' | 'used'>> = {},
): VendorResult {
  return { failure: { kind, message, isRetryable: false, used: 'nothing', ...more } };
}
