/**
 * Numbers as people and programs write them. Read are: a sign; groups of three (or Indian groups of two) set apart by
 * commas, points, apostrophes or spaces; one decimal mark; an exponent; a currency sign or three-letter code before or
 * behind; `%` (12 % is 12); and k, K, M, B, bn or T behind (thousand to trillion). Anything else is no number: what might
 * be one is worse than none.
 */
export type DecimalMark = '.' | ',';

export type ReadNumber = { number: number } | { problem: string };

const LONGEST = 60;
const SCALES: Record<string, number> = { k: 3, K: 3, M: 6, B: 9, bn: 9, T: 12 };
const SPACES = /[\s\u00a0\u2007\u2009\u202f]/;
const FORM =
  /^([+-]?)(?:\p{Sc}|[A-Z]{3}(?![a-z]))?([+-]?)([\d.,'’ ]*\d[\d.,]*)(e[+-]?\d{1,3})?\s?(bn|[kKMBT])?\s?(?:%|\p{Sc}|[A-Z]{3})?$/u;

/**
 * @param mark the decimal mark, where it is known; without, `1,234` and `1.234` are a problem, since both may be 1234 or 1.234
 */
export function readNumber(text: string, mark?: DecimalMark): ReadNumber {
  const line = text
    .slice(0, LONGEST + 1)
    .replace(new RegExp(SPACES, 'g'), ' ')
    .replace(/[\u2212\u2012\u2013]/g, '-')
    .trim();
  if (line === '') return { problem: 'there is no text' };
  if (line.length > LONGEST) return { problem: 'the text is too long for a number' };
  const [, before = '', behind = '', digits, exponent = '', scale = ''] =
    FORM.exec(line.replace(/^([+-]?) ?(\p{Sc}|[A-Z]{3}) /u, '$1$2')) ?? [];
  if (digits === undefined || (before !== '' && behind !== '')) return { problem: 'the text is no number' };
  const plain = plainDigits(digits.trim(), mark);
  if ('problem' in plain) return plain;
  const power = Number(exponent.slice(1) || 0) + (SCALES[scale] ?? 0);
  const number = Number(`${before}${behind}${plain.digits}e${power}`);
  return Number.isFinite(number) ? { number } : { problem: 'the number is too large' };
}

/** Digits with a point at most. */
function plainDigits(text: string, mark: DecimalMark | undefined): { digits: string } | { problem: string } {
  const marks = [...new Set(text.match(/[.,]/g) ?? [])];
  const found = mark ?? decimalMark(text, marks);
  if (found === undefined)
    return { problem: 'it may be thousands or a fraction; say which with `decimal: "."` or `decimal: ","`' };
  const parts = text.split(found);
  const [whole = '', fraction = ''] = parts;
  if (parts.length > 2 || /\D/.test(fraction)) return { problem: 'the marks between its digits make no sense' };
  const groups = whole === '' || /^\d+$/.test(whole) || isGrouped(whole);
  if (!groups || (whole === '' && fraction === '')) return { problem: 'the marks between its digits make no sense' };
  return { digits: `${whole.replace(/\D/g, '') || '0'}.${fraction || '0'}` };
}

/** Of a number that has both marks the last; of one that has one mark several times, the other. */
function decimalMark(text: string, marks: readonly string[]): DecimalMark | undefined {
  const [only] = marks;
  if (only === undefined) return '.';
  if (marks.length === 2) return text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
  const mark: DecimalMark = only === ',' ? ',' : '.';
  if (text.split(mark).length > 2) return mark === ',' ? '.' : ',';
  return /^[1-9]\d{0,2}[.,]\d{3}$/.test(text) ? undefined : mark;
}

/** One kind of mark, three digits behind each; or as in India, where only the last group has three. */
const isGrouped = (whole: string): boolean =>
  /^[1-9]\d{0,2}([.,'’ ])\d{3}(?:\1\d{3})*$/.test(whole) || /^[1-9]\d?(?:,\d{2})+,\d{3}$/.test(whole);

const TOKEN =
  /(?<![\p{L}\p{N}.,_-])[+\-\u2212]?\p{Sc}?\s?\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?(?!\d)|(?<![\p{L}\p{N}.,_])[+\-\u2212]?\p{Sc}?\s?\d[\d.,]*/gu;

/** The numbers in a text, as they are written there, with k, M, bn or % behind; at most ten. */
export function numberTexts(text: string): string[] {
  const found: string[] = [];
  for (const match of text.slice(0, 5000).matchAll(TOKEN)) {
    const end = (match.index ?? 0) + match[0].length;
    const suffix = /^\s?(?:bn|[kKMBT]|%)(?![\p{L}\p{N}])/u.exec(text.slice(end))?.[0] ?? '';
    found.push(`${suffix === '' ? match[0].replace(/[.,]+$/, '') : match[0]}${suffix}`.trim());
    if (found.length === 10) break;
  }
  return found;
}
