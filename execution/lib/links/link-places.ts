import { type Extension, fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { readMarkdown, withoutFrontMatter } from '../markdown-links.ts';
import { LONGEST_ADDRESS } from './moved-address.ts';

/** Where a web address stands in a page, character by character, so that it can be replaced and nothing else is. */
export interface LinkPlace {
  url: string;
  /** 1-based */
  line: number;
  start: number;
  end: number;
}

/** A parser of Markdown takes minutes for thousands of quotes in quotes, which are nobody's documentation. */
const NESTED = /^[ \t]*(?:(?:[>*+-]|\d{1,9}[.)])[ \t]*){50}/m;

/**
 * The web addresses of links, images and reference definitions, in the order of the page. Left out is what is written
 * with escapes, in HTML, or without a scheme: none of it could be put back as it was.
 */
export function linkPlaces(text: string): LinkPlace[] {
  const places: LinkPlace[] = [];
  if (NESTED.test(text)) return places;
  const take = (start: number | undefined, end: number | undefined, line: number) => {
    if (start === undefined || end === undefined) return;
    const url = text.slice(start, end);
    if (isPlainAddress(url)) places.push({ url, line, start, end });
  };
  const destinations: Extension = {
    enter: Object.fromEntries(
      ['resourceDestinationString', 'definitionDestinationString'].map((name) => [
        name,
        function (token) {
          take(token.start.offset, token.end.offset, token.start.line);
          this.buffer();
        },
      ]),
    ),
  };
  const tree = fromMarkdown(withoutFrontMatter(text), {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown(), destinations],
  });
  visit(tree, 'link', ({ url, position }) => {
    const [start, end] = [position?.start.offset ?? 0, position?.end.offset ?? 0];
    const written = text.slice(start, end);
    if (written === url) take(start, end, position?.start.line ?? 1);
    else if (written === `<${url}>`) take(start + 1, end - 1, position?.start.line ?? 1);
  });
  return places.sort((a, b) => a.start - b.start);
}

/** Escapes and references stand for other characters than they show; what is very long is nobody's citation. */
const isPlainAddress = (url: string): boolean =>
  url.length <= LONGEST_ADDRESS && /^https?:\/\/[^\s<>\\]+$/.test(url) && !/&[#\w]+;/.test(url) && URL.canParse(url);

/**
 * The page with other addresses in these places. Undefined where the result would not read as the same links with just
 * these addresses: then the page stays as it is.
 */
export function withAddresses(text: string, changes: readonly (LinkPlace & { to: string })[]): string | undefined {
  const latestFirst = [...changes].sort((a, b) => b.start - a.start);
  const result = latestFirst.reduce((page, { start, end, to }) => page.slice(0, start) + to + page.slice(end), text);
  const shifted = new Map(changes.map((change) => [change.start, change.to]));
  const expected = linkPlaces(text).map(({ url, start }) => shifted.get(start) ?? url);
  const isSame =
    sameTexts(
      linkPlaces(result).map(({ url }) => url),
      expected,
    ) && readMarkdown(result).links.length === readMarkdown(text).links.length;
  return isSame ? result : undefined;
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);
