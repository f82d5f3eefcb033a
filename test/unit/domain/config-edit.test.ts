import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config.ts';
import { withBudget } from '../../../src/domain/config-edit.ts';

const shipped = readFileSync(fileURLToPath(new URL('../../../.github/steward.yml', import.meta.url)), 'utf8');
const budgetOf = (text: string) => parseConfig(text).config?.budget;

describe('other caps in the config', () => {
  it('change their lines alone: remarks, order and what is commented out stay', () => {
    const lines = withBudget(shipped, { day: 2, month: 20.5 }).split('\n');
    const before = shipped.split('\n');
    expect(lines).toHaveLength(before.length);
    expect(lines.filter((line, index) => line !== before[index])).toEqual(['  day: 2.00', '  month: 20.5']);
    expect(budgetOf(lines.join('\n'))).toEqual({ day: 2, month: 20.5, run: 0.25 });
  });

  it('change nothing when they are the same, and nothing when there are none', () => {
    expect(withBudget(shipped, {})).toBe(shipped);
    expect(withBudget(shipped, { month: 10 })).toBe(shipped);
  });

  it.each([
    ['', 'budget:\n  day: 1\n'],
    ['vars:\n  a: "1" # mine\n', 'vars:\n  a: "1" # mine\nbudget:\n  day: 1\n'],
    ['budget: { day: 3, month: 4 } # low\n', 'budget: { day: 1, month: 4 } # low\n'],
    ['budget:\n  run: 0.1\n', 'budget:\n  run: 0.1\n  day: 1\n'],
  ])('%j becomes %j', (text, expected) => {
    expect(withBudget(text, { day: 1 })).toBe(expected);
  });

  it('keep the remarks of a config that holds nothing else', () => {
    const text = withBudget('# All defaults.\n\n# budget: { day: 9 }\n', { day: 1 });
    expect(text).toContain('# All defaults.');
    expect(text).toContain('# budget: { day: 9 }');
    expect(budgetOf(text)?.day).toBe(1);
  });

  it('are what the config says afterwards, whatever they are', () => {
    const dollars = fc.nat(1_000_000).map((cents) => cents / 100);
    fc.assert(
      fc.property(fc.record({ day: dollars, month: dollars }, { requiredKeys: [] }), (caps) => {
        expect(budgetOf(withBudget(shipped, caps))).toEqual({ day: 0.5, month: 10, run: 0.25, ...caps });
      }),
      { numRuns: 30 },
    );
  });
});
