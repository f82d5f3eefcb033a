import { parseConfig } from '../../src/domain/config.ts';
import { answerSchema } from '../../src/domain/decision.ts';
import { fromDollars } from '../../src/domain/money.ts';
import { createRedactor } from '../../src/domain/redaction.ts';
import { ModelClient } from '../../src/llm/client.ts';
import { manualClock } from './manual-clock.ts';
import { nobodyKnown, purseOf } from './purses.ts';

export const GEMINI_KEY = 'gemini-key-Zx81-0123456789';
export const ANTHROPIC_KEY = 'anthropic-key-Qw42-0123456789';
export const FLASH = 'gemini-2.5-flash-lite';
export const HAIKU = 'claude-haiku-5-5';
export const prompt = {
  system: 'You choose one of the options.',
  user: 'Notes wait.',
  schema: answerSchema([], ['L1']),
};
export const decision = { option: 'tidy_notes@2026-03-04', inputs: [], reason: 'It is due.', lessons: [] };
export const HAIKU_FIRST = 'routes: {ceo_analysis: [haiku, flash]}';

/** The client with both real SDKs, asking a server of the test for a decision. */
export function clientAt(url: string, options: { yaml?: string; callTimeoutMs?: number } = {}) {
  const { config } = parseConfig(options.yaml ?? 'routes: {ceo_analysis: [flash, haiku]}');
  if (!config) throw new Error('the config of this test is wrong');
  const clock = manualClock();
  const client = new ModelClient({
    config,
    access: { gemini: { key: GEMINI_KEY, baseUrl: url }, anthropic: { key: `${ANTHROPIC_KEY}\n`, baseUrl: `${url}/` } },
    redact: createRedactor([GEMINI_KEY, ANTHROPIC_KEY]),
    clock,
    limits: { timeBudgetMs: 60_000, callTimeoutMs: options.callTimeoutMs ?? 10_000, attempts: 3 },
  });
  const generate = () =>
    client.generate({
      task: 'ceo_analysis',
      prompt,
      check: checkDecision,
      purse: purseOf(fromDollars(0.5)),
      standing: nobodyKnown,
    });
  return { generate, sleeps: clock.sleeps };
}

function checkDecision(text: string): string[] {
  try {
    const keys = Object.keys(JSON.parse(text));
    return keys.filter((key) => !(key in decision)).map((key) => `answer: unknown key ${key}`);
  } catch {
    return ['The answer is not JSON.'];
  }
}
