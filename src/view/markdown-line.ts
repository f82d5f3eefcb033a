import { asProse } from '../domain/foreign-text.ts';

const LONGEST = 1000;
/** Code and addresses stay as they are: markup means nothing in the one, and escaping it would break the other. */
const KEPT = /(`[^`]*`|https?:\/\/[\w./:?=&%~+-]+)/;

/** Text that is partly from outside, on a page of ours: one line, no markup but code, nobody mentioned. */
export function markdownLine(raw: string): string {
  const parts = raw.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST).split(KEPT);
  return parts.map((part, index) => (index % 2 === 1 ? part : escaped(part))).join('');
}

const escaped = (text: string): string =>
  `${/^ /.test(text) ? ' ' : ''}${asProse(text, LONGEST)}${/\S $/.test(text) ? ' ' : ''}`;
