/** Vendors change prices a few times a year: what was read longer ago may be wrong. */
export const PRICE_SHELF_LIFE_DAYS = 90;

/** Days since a price was read (`2026-11-22`). */
export const priceAgeDays = (read: string, now: Date): number =>
  Math.floor((now.getTime() - Date.parse(`${read}T00:00:00Z`)) / 86_400_000);

export const isPriceStale = (read: string, now: Date): boolean => priceAgeDays(read, now) > PRICE_SHELF_LIFE_DAYS;
