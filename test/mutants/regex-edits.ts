import type { Edit } from './edits.ts';

/** The parts of a pattern: escapes, classes as a whole, openings of groups, quantifiers, and single characters. */
const PARTS = /\\(?:[pPu]\{[^}]*\}|u[\da-f]{4}|.)|\[(?:\\.|[^\]\\])*\]|\(\?(?:<?[=!]|:)|\{\d+(?:,\d*)?\}|[*+?]\??|./gis;

const OTHERS: Readonly<Record<string, string>> = {
  '^': '',
  $: '',
  '*': '+',
  '+': '*',
  '?': '',
  '*?': '*',
  '+?': '+',
  '(?=': '(?!',
  '(?!': '(?=',
  '(?<=': '(?<!',
  '(?<!': '(?<=',
  '\\d': '\\D',
  '\\s': '\\S',
  '\\S': '\\s',
  '\\w': '\\W',
};

/** What could be wrong in a regular expression as written (`/a+/i`): an anchor, a quantifier, a class, a flag. */
export function regexEdits(literal: string): Edit[] {
  const end = literal.lastIndexOf('/');
  const inPattern = [...literal.slice(1, end).matchAll(PARTS)].flatMap(({ 0: part, index }) => {
    const text = replacementOf(part);
    return text === undefined ? [] : [{ start: 1 + index, end: 1 + index + part.length, text }];
  });
  const flags = [...literal.slice(end + 1)].map((_, index) => ({
    start: end + 1 + index,
    end: end + 2 + index,
    text: '',
  }));
  return [...inPattern, ...flags];
}

function replacementOf(part: string): string | undefined {
  if (part.startsWith('[')) return part.startsWith('[^') ? `[${part.slice(2)}` : `[^${part.slice(1)}`;
  if (/^\{\d/.test(part)) return '';
  return Object.hasOwn(OTHERS, part) ? OTHERS[part] : undefined;
}
