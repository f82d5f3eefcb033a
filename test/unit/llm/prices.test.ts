import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/domain/config.ts';
import { TASKS } from '../../../src/domain/task.ts';
import { costOf, readPrices } from '../../../src/llm/prices.ts';

const today = new Date('2026-11-22T10:00:00Z');
const prices = readPrices();
const priceOf = (vendor: string, model: string, now = today) => {
  const found = prices.find(vendor, model, now);
  if (!found) throw new Error(`no price for ${model}`);
  return found;
};

describe('the price list', () => {
  const { config } = parseConfig('');
  const defaults = TASKS.flatMap((task) => config?.routes[task].models ?? []).concat('opus');

  test.each([...new Set(defaults)])('knows the default alias %s', (alias) => {
    const target = config?.models[alias];
    expect(prices.find(target?.vendor ?? '', target?.model ?? '', today)?.source).toMatch(/^https:/);
  });

  test.each(['claude-haiku-4-5-20251001', 'claude-opus-4-6'])('knows %s, which the article uses', (model) => {
    expect(prices.find('anthropic', model, today)).toBeDefined();
  });

  test('has no price for what nobody wrote down, nor for a known model of another vendor', () => {
    expect(prices.find('gemini', 'gemini-99-ultra', today)).toBeUndefined();
    expect(prices.find('anthropic', 'gemini-2.5-pro', today)).toBeUndefined();
  });

  test('changes a price on the day that is written down, not before', () => {
    expect(priceOf('gemini', 'gemini-3.8-flash', new Date('2026-12-31T23:59:59Z')).price.input).toBe(0.75);
    expect(priceOf('gemini', 'gemini-3.8-flash', new Date('2027-01-01T00:00:00Z')).price.input).toBe(1.5);
  });

  test.each([
    ['a negative price', { input: -1 }],
    ['a price per token instead of per million', { input: 0.0000001 }],
    ['a missing source', { source: '' }],
    ['an unknown key', { inptu: 1 }],
  ])('refuses %s', (_, change) => {
    const model = {
      vendor: 'gemini',
      model: 'm',
      input: 1,
      cached_input: 0.1,
      output: 2,
      source: 's',
      read: '2026-11-22',
    };
    const table = (entry: object) => ({ as_of: '2026-11-22', models: [entry] });
    expect(readPrices(table(model)).find('gemini', 'm', today)?.price.output).toBe(2);
    expect(() => readPrices(table({ ...model, ...change }))).toThrow();
  });
});

describe('the cost of a call', () => {
  test('is price times tokens, with cached input at its own price and thinking as output', () => {
    const usage = { in: 5200, cachedIn: 4096, out: 61, thinking: 340 };
    // (1104 x $0.75 + 4096 x $0.075 + 401 x $3.75) / 1 000 000 = $0.002 638 95, in micro-cents
    expect(costOf(priceOf('gemini', 'gemini-3.8-flash'), usage)).toBe(263_895);
  });

  test('takes the long-context price for the whole call once the prompt is over the threshold', () => {
    const haiku = priceOf('anthropic', 'claude-haiku-5-5');
    expect(costOf(haiku, { in: 100_000, cachedIn: 0, out: 1000, thinking: 0 })).toBe(1_050_000);
    expect(costOf(haiku, { in: 100_001, cachedIn: 0, out: 1000, thinking: 0 })).toBe(5_250_050);
  });

  test('never falls when more tokens are used', () => {
    const count = fc.nat(300_000);
    const usages = fc.record({ in: count, cachedIn: fc.constant(0), out: count, thinking: count });
    const models = fc.constantFrom(['gemini', 'gemini-2.5-pro'], ['anthropic', 'claude-haiku-5-5'] as const);
    fc.assert(
      fc.property(models, usages, fc.nat(1000), ([vendor = '', model = ''], usage, more) => {
        const price = priceOf(vendor, model);
        expect(costOf(price, { ...usage, in: usage.in + more })).toBeGreaterThanOrEqual(costOf(price, usage));
        expect(costOf(price, { ...usage, thinking: usage.thinking + more })).toBeGreaterThanOrEqual(
          costOf(price, usage),
        );
      }),
    );
  });
});
