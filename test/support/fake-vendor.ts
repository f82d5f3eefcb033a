import { parseConfig, type StewardConfig } from '../../src/domain/config.ts';
import { ModelClient } from '../../src/llm/client.ts';
import type { VendorRequest, VendorResult } from '../../src/llm/vendor.ts';
import { manualClock } from './manual-clock.ts';

export const prompt = { system: 'You choose.', user: 'Which one?', schema: { type: 'object' } };
const keys = { gemini: { key: 'gemini-key-0123' }, anthropic: { key: 'anthropic-key-0123' } };
export const usage = { in: 900, cachedIn: 0, out: 40, thinking: 0 };

export const config = (yaml = ''): StewardConfig => {
  const parsed = parseConfig(yaml);
  if (!parsed.config) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
};

export const good = ({ model }: VendorRequest): VendorResult => ({ answer: { text: 'yes', usage, model } });

/** A client whose vendors are a function; `asked` is every request in order. */
export function clientWith(
  answer: (request: VendorRequest, index: number) => VendorResult,
  options: {
    config?: StewardConfig;
    access?: object;
    limits?: Partial<{ timeBudgetMs: number; attempts: number }>;
  } = {},
) {
  const asked: VendorRequest[] = [];
  const clock = manualClock();
  const client = new ModelClient({
    config: options.config ?? config('routes: {ceo_analysis: [flash, haiku]}'),
    access: options.access ?? keys,
    redact: (text) => text.replaceAll('hunter2', '***'),
    clock,
    limits: { timeBudgetMs: 60_000, callTimeoutMs: 10_000, attempts: 3, ...options.limits },
    openVendor: async () => ({
      ask: async (request) => answer(request, asked.push(request) - 1),
      checkKey: async () => undefined,
    }),
  });
  return { client, asked, clock };
}
