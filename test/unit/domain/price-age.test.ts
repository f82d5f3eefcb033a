import { expect, test } from 'vitest';
import { isPriceStale, priceAgeDays } from '../../../src/domain/price-age.ts';

test('a price may be ninety days old, and no older', () => {
  expect(priceAgeDays('2026-08-26', new Date('2026-11-24T23:59:59.999Z'))).toBe(90);
  expect(isPriceStale('2026-08-26', new Date('2026-11-24T23:59:59.999Z'))).toBe(false);
  expect(isPriceStale('2026-08-26', new Date('2026-11-25T00:00:00.000Z'))).toBe(true);
});
