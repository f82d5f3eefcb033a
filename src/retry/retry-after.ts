/**
 * How long a response asks us to wait: `retry-after-ms`, or Retry-After in seconds or as a date. A date is read against
 * the response's own Date header, so that no clock of ours comes into it.
 */
export function retryAfter(headers: Headers): { retryAfterMs?: number } {
  const exact = headers.get('retry-after-ms') ?? '';
  if (/^\d+(\.\d+)?$/.test(exact)) return { retryAfterMs: Math.ceil(Number(exact)) };
  const said = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(said)) return { retryAfterMs: Math.ceil(Number(said) * 1000) };
  const waitMs = Date.parse(said) - Date.parse(headers.get('date') ?? '');
  return waitMs >= 0 ? { retryAfterMs: waitMs } : {};
}
