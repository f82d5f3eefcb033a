import { parse } from 'node-html-parser';

/** What generators make prettier than the source has it. */
const PLAINER: readonly [RegExp, string][] = [
  [/[\u2018\u2019\u201a\u2032]/g, "'"],
  [/[\u201c\u201d\u201e\u2033]/g, '"'],
  [/[\u2010-\u2015]/g, '-'],
  [/-{2,}/g, '-'],
  [/\u2026/g, '...'],
  [/[\s\u00a0\u202f]+/g, ' '],
];

/**
 * Whether a page shows the text, whatever its HTML, spaces and quotation marks look like; upper and lower case are the
 * same. What only its scripts hold, it does not show.
 */
export function showsText(page: string, text: string): boolean {
  const root = parse(page, { comment: false, blockTextElements: { script: false, style: false } });
  return comparable(root.text).includes(comparable(text));
}

const comparable = (text: string): string =>
  PLAINER.reduce((current, [pattern, plain]) => current.replace(pattern, plain), text.normalize('NFC'))
    .trim()
    .toLowerCase();
