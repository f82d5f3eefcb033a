import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromDollars } from '../../../src/domain/money.ts';
import { costOf, readPrices } from '../../../src/llm/prices.ts';
import { callFailure, judgeReply, VENDOR_FAILURE_KINDS } from '../../../src/llm/vendor.ts';
import { clientWith, prompt } from '../../support/fake-vendor.ts';
import { nobodyKnown, purseOf } from '../../support/purses.ts';

test('whatever the vendors do, the bill stays within the room and equals price times tokens', async () => {
  const tokens = fc.record({
    in: fc.integer({ min: 1, max: 500 }),
    out: fc.integer({ min: 1, max: 2048 }),
    thinking: fc.nat(2048),
  });
  const results = fc.oneof(
    fc.record({
      kind: fc.constantFrom(...VENDOR_FAILURE_KINDS),
      isRetryable: fc.boolean(),
      used: fc.constantFrom('nothing' as const, 'unknown' as const),
    }),
    fc.record({ text: fc.constantFrom('yes', 'no', ''), tokens }),
  );
  const prices = readPrices();
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(results), fc.nat(fromDollars(0.02)), async (stream, room) => {
      const { client } = clientWith(({ model }) => {
        const next = stream.next().value;
        if ('kind' in next) return callFailure(next.kind, 'm', next);
        return judgeReply({
          text: next.text,
          usage: { cachedIn: 0, ...next.tokens },
          model,
          ended: 'complete',
          endWord: 'STOP',
        });
      });
      const purse = purseOf(room);
      const { calls } = await client.generate({
        task: 'ceo_analysis',
        prompt,
        check: (text) => (text === 'yes' ? [] : ['say yes']),
        purse,
        standing: nobodyKnown,
      });
      const billed = calls.map((call) => fromDollars(call.cost));
      expect(billed.reduce((sum, cost) => sum + cost, 0)).toBe(room - purse.left);
      expect(purse.left).toBeGreaterThanOrEqual(0);
      const expected = calls.map((call) => {
        const price = prices.find(
          call.model.startsWith('gemini') ? 'gemini' : 'anthropic',
          call.model,
          new Date('2026-11-22'),
        );
        const used = {
          in: call.tokens_in,
          cachedIn: call.tokens_cached,
          out: call.tokens_out,
          thinking: call.tokens_thinking,
        };
        return price && costOf(price, used);
      });
      expect(billed).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
