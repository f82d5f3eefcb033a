import type { Definition, Image, Link, Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { SKIP, visit } from 'unist-util-visit';

/** A stretch of the text. */
interface Place {
  start: number;
  end: number;
}

/** What stands there instead. */
interface Edit extends Place {
  text: string;
}

/** Taking something away can make something new of its neighbours. */
const PASSES = 8;
/** A parser of Markdown takes minutes for thousands of quote marks, or of brackets and stars in one paragraph. */
const DEEPEST = /^[ \t]*(?:>[ \t]*|(?:[*+-]|\d{1,9}[.)])[ \t]+){24}/m;
const MOST_MARKS = 500;

/**
 * Markdown by a model as it may stand on a site: without HTML, images from elsewhere, addresses that run code, hidden
 * characters, parameters that follow readers, and marks that template engines would run. Undefined where that can not
 * be had.
 * @param mayLink says no to addresses that the text must not link to; their text stays
 */
export function safeMarkdown(text: string, mayLink: (url: string) => boolean = () => true): string | undefined {
  let current = visibleOnly(text);
  for (let pass = 0; pass < PASSES; pass++) {
    const tree = readTree(current);
    if (!tree) return undefined;
    const edits = editsIn(tree, current, mayLink);
    if (!edits) return undefined;
    if (edits.length === 0) return `${withoutEmptyEnds(current)}\n`;
    current = edited(current, edits);
  }
  return undefined;
}

/** Without empty lines at its ends. The first line keeps its spaces: without them code would become HTML. */
export const withoutEmptyEnds = (text: string): string => text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();

/** The tree of a text; undefined where it is nested too deep to be read. */
export function readTree(text: string): Root | undefined {
  if (DEEPEST.test(text) || text.split(/\n[ \t]*\n/).some(isOvermarked)) return undefined;
  try {
    return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isOvermarked = (block: string): boolean => (block.match(/[[*_~]/g)?.length ?? 0) > MOST_MARKS;

/** Without control characters, and without those that are not seen but turn or join text. */
export const visibleOnly = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(
      /[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      '',
    );

/** An address that a browser opens as a page: http, https, or a place on the same site. */
export function isPageAddress(url: string): boolean {
  if (/[\s\\]/.test(url) || url.startsWith('//')) return false;
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(url) ?? [];
  if (scheme === undefined) return url !== '' && !url.includes(':');
  if (!/^https?$/i.test(scheme) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

/** Undefined where something must change that can not be found in the text. */
function editsIn(tree: Root, text: string, mayLink: (url: string) => boolean): Edit[] | undefined {
  const edits: Edit[] = [];
  let isLost = false;
  visit(tree, (node, _, parent) => {
    const own = placeOf(node);
    const place = own ?? searched(node, text, placeOf(parent));
    const source = place ? text.slice(place.start, place.end) : textOf(node);
    const replacement = replacementOf(node, source, { text, mayLink });
    if (replacement === undefined) return undefined;
    if (place) edits.push({ ...place, text: replacement });
    else isLost = true;
    return SKIP;
  });
  return isLost ? undefined : edits;
}

/** Bare addresses that are only seen when a paragraph is done, and the text around them, come without their place. */
function searched(node: Nodes, text: string, around: Place | undefined): Place | undefined {
  if (!around || (node.type !== 'text' && node.type !== 'link')) return undefined;
  // Text may be written otherwise than it reads: all of the paragraph is looked at.
  if (node.type === 'text') return around;
  const start = text.indexOf(textOf(node), around.start);
  const end = start + textOf(node).length;
  return start < 0 || end > around.end ? undefined : { start, end };
}

/** What stands in place of the node; undefined where it may stay. */
function replacementOf(
  node: Nodes,
  source: string,
  { text, mayLink }: { text: string; mayLink: (url: string) => boolean },
): string | undefined {
  if (node.type === 'html' || node.type === 'imageReference') return '';
  if (node.type === 'text') return withoutTemplates(source);
  if (node.type === 'image') return isOwnImage(node) && !source.includes('{') ? undefined : '';
  if (node.type === 'definition') return cleanDefinition(node, mayLink);
  if (node.type === 'link') return cleanLink(node, source, { text, mayLink });
  return undefined;
}

function cleanLink(
  node: Link,
  source: string,
  { text, mayLink }: { text: string; mayLink: (url: string) => boolean },
): string | undefined {
  const isBracketed = source.startsWith('[');
  const [first, last] = [placeOf(node.children[0]), placeOf(node.children.at(-1))];
  const label = first && last ? text.slice(first.start, last.end) : textOf(node);
  // Bare mail addresses are links, too; without their `@` they are none.
  if (!isPageAddress(node.url) || !mayLink(node.url))
    return isBracketed ? label : `\`${label.replace(/[`<>{}]/g, '')}\``;
  const url = cleanAddress(node);
  if (url === undefined) return undefined;
  return isBracketed ? `[${label}](<${url}>)` : `<${url}>`;
}

function cleanDefinition(node: Definition, mayLink: (url: string) => boolean): string | undefined {
  if (!isPageAddress(node.url) || !mayLink(node.url)) return '';
  const url = cleanAddress(node);
  return url === undefined ? undefined : `[${node.label ?? node.identifier}]: <${url}>`;
}

/** A picture from another server tells that server who reads the page. */
const isOwnImage = ({ url }: Image): boolean => isPageAddress(url) && !/^https?:/i.test(url);

const TRACKING =
  /^(utm_|pk_|mtm_|hsa_|vero_|_hs)|^(fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|yclid|igshid|mc_cid|mc_eid|mkt_tok)$/i;

/** The address that the link is to have, which then has no title; undefined where it may stay as it is. */
function cleanAddress({ url, title }: Link | Definition): string | undefined {
  const clean = withoutTracking(url).replace(/[<>{}]/g, encodeURIComponent);
  const isClean = clean === url || (!/[{}]/.test(url) && withoutTracking(url) === url);
  return isClean && !/[{}]/.test(title ?? '') ? undefined : clean;
}

/** The address without parameters that follow a reader. */
function withoutTracking(url: string): string {
  if (!/^https?:/i.test(url)) return url;
  const address = new URL(url);
  const tracking = [...address.searchParams.keys()].filter((name) => TRACKING.test(name));
  for (const name of tracking) address.searchParams.delete(name);
  return tracking.length === 0 ? url : address.href;
}

const TEMPLATE = /\{(?=[{%#:])/g;
/** Some generators give the element in front of it the attribute, `onclick`, too. A mark with an escape stays. */
const ATTRIBUTES = /(?<!(?<!\\)(?:\\\\)*\\)\{(?=[ \t]*[.\w-]+[ \t]*[=}])/g;

/** `{{ x }}` reads the same with an escape, and is no command to Liquid, Nunjucks, Hugo or kramdown any more. */
function withoutTemplates(source: string): string | undefined {
  const escaped = source.replace(TEMPLATE, '{\\').replace(ATTRIBUTES, '\\{');
  return escaped === source ? undefined : escaped;
}

/** Makes the edits that do not touch one another; the others are found again. */
function edited(text: string, edits: readonly Edit[]): string {
  let [result, at] = ['', 0];
  for (const { start, end, text: instead } of [...edits].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    result += text.slice(at, start) + instead;
    at = end;
  }
  return result + text.slice(at);
}

function placeOf(node: Nodes | undefined): Place | undefined {
  const [start, end] = [node?.position?.start.offset, node?.position?.end.offset];
  return start === undefined || end === undefined ? undefined : { start, end };
}
