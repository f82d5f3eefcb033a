import { z } from 'zod';
import { callFailure, judgeReply, type VendorReply, type VendorResult } from './vendor.ts';

const count = z
  .int()
  .min(0)
  .nullish()
  .transform((value) => value ?? 0);

/** The part of a generateContent response that matters here; the SDK's types lack modelVersion and the thinking tokens. */
const GeminiResponse = z.object({
  candidates: z
    .array(
      z.object({
        content: z
          .object({
            parts: z.array(z.object({ text: z.string().optional(), thought: z.boolean().optional() })).optional(),
          })
          .optional(),
        finishReason: z.string().optional(),
      }),
    )
    .optional(),
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  usageMetadata: z
    .object({
      promptTokenCount: count,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
    })
    .optional(),
  modelVersion: z.string().optional(),
});
type GeminiResponse = z.infer<typeof GeminiResponse>;

/** Maps a response of generateContent, as it came over the wire, to a result. `asked` names the model where the response does not. */
export function readGeminiReply(response: unknown, asked: string): VendorResult {
  const parsed = GeminiResponse.safeParse(response);
  if (!parsed.success) return callFailure('server', 'the response has an unknown shape', { used: 'unknown' });
  return judgeReply(toReply(parsed.data, asked));
}

function toReply(
  { candidates, promptFeedback, usageMetadata: tokens, modelVersion }: GeminiResponse,
  asked: string,
): VendorReply {
  const [candidate] = candidates ?? [];
  const parts = candidate?.content?.parts ?? [];
  const prompt = tokens?.promptTokenCount ?? 0;
  const endWord = promptFeedback?.blockReason ?? candidate?.finishReason ?? 'no finish reason';
  return {
    text: parts.flatMap((part) => (part.thought ? [] : [part.text ?? ''])).join(''),
    usage: {
      in: prompt,
      cachedIn: Math.min(prompt, tokens?.cachedContentTokenCount ?? 0),
      out: tokens?.candidatesTokenCount ?? 0,
      thinking: tokens?.thoughtsTokenCount ?? 0,
    },
    model: modelVersion ?? asked,
    ended: promptFeedback?.blockReason ? 'refused' : endOf(candidate?.finishReason),
    endWord,
  };
}

/** SAFETY, RECITATION, PROHIBITED_CONTENT, BLOCKLIST, SPII, LANGUAGE, OTHER and whatever may be added: a text that is not to be used. */
function endOf(finishReason: string | undefined): VendorReply['ended'] {
  if (finishReason === undefined || finishReason === 'STOP') return 'complete';
  return finishReason === 'MAX_TOKENS' ? 'truncated' : 'refused';
}

const ErrorDetail = z.object({
  '@type': z.string().optional(),
  reason: z.string().optional(),
  retryDelay: z.string().optional(),
  violations: z.array(z.object({ quotaId: z.string().optional() })).optional(),
});

/** Maps an HTTP error of the Gemini API by its status and its `error.details`. */
export function readGeminiError(status: number | undefined, message: string, details: unknown): VendorResult {
  const list = z.array(ErrorDetail).safeParse(details).data ?? [];
  if (status === 401 || status === 403 || list.some((detail) => detail.reason === 'API_KEY_INVALID'))
    return callFailure('auth', message);
  if (status === 429) return rateLimit(message, list);
  if (status === 503) return callFailure('overload', message, { isRetryable: true });
  if (status === undefined || status >= 500) return callFailure('server', message, { isRetryable: true });
  return callFailure('bad_request', message);
}

function rateLimit(message: string, details: readonly z.infer<typeof ErrorDetail>[]): VendorResult {
  const seconds = details.map((detail) => /^(\d+(?:\.\d+)?)s$/.exec(detail.retryDelay ?? '')?.[1]).find(Boolean);
  // A spent daily quota does not come back within a cycle, whatever delay stands beside it.
  const isDaily = details.some((detail) => detail.violations?.some((each) => /PerDay/.test(each.quotaId ?? '')));
  return callFailure('rate_limit', message, {
    isRetryable: !isDaily,
    ...(seconds ? { retryAfterMs: Math.ceil(Number(seconds) * 1000) } : {}),
  });
}
