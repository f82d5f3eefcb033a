import type { Json } from './json-schema.ts';
import type { Reply } from './reply.ts';
import type { Call } from './route.ts';

const DEFAULT_SIZE = 30;
const LARGEST_SIZE = 100;

export interface Page<T> {
  items: T[];
  headers: Record<string, string>;
}

/** The part of a list that was asked for, and the Link header that leads to the others. */
export function pageOf<T>(all: readonly T[], call: Call, path: string): Page<T> {
  const size = Math.min(Math.max(Number(call.query.per_page ?? DEFAULT_SIZE), 1), LARGEST_SIZE);
  const page = Math.max(Number(call.query.page ?? 1), 1);
  const last = Math.max(Math.ceil(all.length / size), 1);
  const link = (to: number, relation: string) => {
    const query = new URLSearchParams({ ...call.query, page: String(to) });
    return `<${call.store.apiUrl}${path}?${query}>; rel="${relation}"`;
  };
  const before = page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : [];
  const after = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
  const links = [...before, ...after].join(', ');
  return { items: all.slice((page - 1) * size, page * size), headers: links === '' ? {} : { link: links } };
}

/** A list as the whole body; `show` makes what the wire carries. */
export async function listReply<T>(
  all: readonly T[],
  call: Call,
  { path, show }: { path: string; show: (item: T) => object | Promise<object> },
): Promise<Reply> {
  const { items, headers } = pageOf(all, call, path);
  return { status: 200, headers, body: (await Promise.all(items.map(show))) as Json };
}
