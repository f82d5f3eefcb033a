import { parse } from 'node-html-parser';

/** What stands between these is nobody's reading. A parser takes minutes for a page of comments that never end. */
const HIDDEN_PARTS = [
  { from: '<!--', to: '-->' },
  { from: '<script', to: '</script' },
  { from: '<style', to: '</style' },
  { from: '<template', to: '</template' },
] as const;

/**
 * HTML without comments, scripts, styles and declarations, in one pass over the text. What is begun and never ended is
 * left out to the end, as a browser does.
 */
export function plainHtml(html: string): string {
  const lower = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const kept: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = lower.indexOf('<', at);
    if (open === -1) break;
    kept.push(html.slice(at, open));
    const end = endOfPart(lower, open);
    if (end === undefined) {
      kept.push('<');
      at = open + 1;
    } else {
      kept.push(' ');
      at = end;
    }
  }
  kept.push(html.slice(at));
  return kept.join('');
}

/** Where a hidden part that begins here is over; undefined where none begins. */
function endOfPart(lower: string, open: number): number | undefined {
  const part = HIDDEN_PARTS.find(({ from }) => lower.startsWith(from, open));
  if (!part && lower[open + 1] !== '!' && lower[open + 1] !== '?') return undefined;
  const end = lower.indexOf(part?.to ?? '>', open + (part?.from.length ?? 2));
  if (end === -1) return lower.length;
  if (!part || part.from === '<!--') return end + (part?.to.length ?? 1);
  const close = lower.indexOf('>', end);
  return close === -1 ? lower.length : close + 1;
}

/** The words of a piece of HTML, without its tags, with its character references resolved. Longer pieces are cut first. */
export function htmlWords(html: string, longest = 20_000): string {
  const words = plainHtml(html.slice(0, longest))
    .replace(/<\/?[a-z][^<>]{0,2000}>/gi, ' ')
    .replaceAll('<', '&lt;');
  return parse(words).text.replace(/\s+/g, ' ').trim();
}
