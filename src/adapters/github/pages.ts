const PAGE_SIZE = 100;

/** Asks for page after page until there are `limit` items or a page is not full. */
export async function takePages<T>(
  limit: number,
  ask: (page: { page: number; per_page: number }) => Promise<{ size: number; items: readonly T[] }>,
): Promise<T[]> {
  const found: T[] = [];
  const perPage = Math.min(limit, PAGE_SIZE);
  for (let page = 1; found.length < limit; page++) {
    const { size, items } = await ask({ page, per_page: perPage });
    found.push(...items);
    if (size < perPage) break;
  }
  return found.slice(0, limit);
}
