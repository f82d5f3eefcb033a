import { expect, test } from 'vitest';
import { retryAfter } from '../../../src/retry/retry-after.ts';

const date = 'Tue, 24 Nov 2026 10:00:00 GMT';

test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after': '12' }, 12_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': '12', 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT', date }, 30_000],
  [{ 'retry-after': 'Tue, 24 Nov 2026 09:59:30 GMT', date }, undefined],
  [{ 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT' }, undefined],
  [{ 'retry-after': 'soon', date }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{}, undefined],
])('%j asks for %s ms', (headers, waitMs) => {
  expect(retryAfter(new Headers(headers)).retryAfterMs).toBe(waitMs);
});
