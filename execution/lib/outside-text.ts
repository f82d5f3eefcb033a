import { cut, plain } from './markdown-text.ts';

/** Not seen, but able to turn, join, tag or hide text. */
const UNSEEN =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\p{Variation_Selector}|[\u{e0000}-\u{e0fff}]/gu;
const MENTION = /@(?=[\p{L}\p{N}_])/gu;
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/\S*|\bwww\.\S+/gi;
/** Put behind a sign that GitHub would act upon, it makes the sign just a sign. */
const STOP = '\u200b';

export const withoutUnseen = (text: string): string => text.replace(UNSEEN, '');

/** Text on one line without what can not be seen; at most `length` characters. */
export function visibleLine(text: string, length: number): string {
  // Cut first, so that no later step works on megabytes.
  const line = withoutUnseen(text.slice(0, length * 20))
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return cut(line, length);
}

/**
 * Text from outside as Markdown that is only read: it calls nobody (`@name`), refers to nothing (`#1`) and leads nowhere
 * (addresses become `(link)`), on a page as in an issue.
 */
export function quoted(text: string, length: number): string {
  return plain(visibleLine(text, length).replace(ADDRESS, '(link)'))
    .replace(MENTION, `@${STOP}`)
    .replace(/#(?=\d)/g, `#${STOP}`)
    .replace(/\b(gh-)(?=\d)/gi, `$1${STOP}`);
}

/** A title: GitHub shows it as it is, so nothing is escaped. */
export const titleText = (text: string, length: number): string =>
  visibleLine(text, length).replace(MENTION, `@${STOP}`);

/** Lines as a block of code, whose fence is longer than any in it. */
export function fenced(lines: readonly string[]): string {
  const text = lines.map((line) => withoutUnseen(line).replace(/[^\P{Cc}\t]/gu, '')).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+|~+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** An http address without a name and password in it, as a browser would write it; undefined for anything else. */
export function webAddress(text: string, base?: string): string | undefined {
  const given = text.trim();
  if (given === '' || given.length > 2000 || !URL.canParse(given, base)) return undefined;
  const url = new URL(given, base);
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href;
}

/**
 * A link in Markdown, fit for a table. An address on GitHub goes by way of its own redirect: a link from an issue to
 * somebody's pull request would be shown there.
 * @param text Markdown
 * @param url of webAddress
 */
export function outsideLink(text: string, url: string): string {
  const safe = url
    .replace(/^https?:\/\/(www\.)?github\.com\//i, 'https://redirect.github.com/')
    .replace(/[<>|\\`\s]/g, (character) => encodeURIComponent(character));
  return `[${text}](<${safe}>)`;
}
