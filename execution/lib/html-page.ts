import { type HTMLElement, parse } from 'node-html-parser';
import { plainHtml } from './feeds/plain-html.ts';

const DEEPEST = 500;

/**
 * A page of somebody's, parsed; undefined where its elements are nested by the hundred: that is meant for no reader, and a
 * parser takes minutes for it.
 */
export function readHtml(html: string): HTMLElement | undefined {
  const text = plainHtml(html);
  if (isTooDeep(text)) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Counts elements that are open, in one pass; those that need no end are not counted. An end without a beginning is none. */
function isTooDeep(text: string): boolean {
  const open = new Map<string, number>();
  let depth = 0;
  for (const [, slash, name = ''] of text.toLowerCase().matchAll(/<(\/?)([a-z][a-z0-9-]*)/g)) {
    if (/^(area|base|br|col|embed|hr|img|input|li|link|meta|p|source|td|th|tr|track|wbr)$/.test(name)) continue;
    const count = open.get(name) ?? 0;
    const step = slash ? -Math.min(1, count) : 1;
    open.set(name, count + step);
    depth += step;
    if (depth > DEEPEST) return true;
  }
  return false;
}
