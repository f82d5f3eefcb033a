import GithubSlugger from 'github-slugger';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';

export interface Link {
  /** As written, after Markdown's or HTML's own escapes. */
  url: string;
  /** 1-based */
  line: number;
}

export interface MarkdownPage {
  links: Link[];
  /** What a `#fragment` can name: headings as GitHub slugs them, and ids of HTML elements; all in lower case. */
  anchors: Set<string>;
}

/**
 * Reads links, images, reference definitions and HTML attributes, and the anchors of a page as GitHub makes them.
 * Code is text. A reference counts where it is defined, since that is where it would be mended.
 */
export function readMarkdown(text: string): MarkdownPage {
  const tree = fromMarkdown(withoutFrontMatter(text), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const page: MarkdownPage = { links: [], anchors: new Set() };
  const slugger = new GithubSlugger();
  visit(tree, (node) => {
    readNode(node, page, slugger);
  });
  return page;
}

function readNode(node: Nodes, page: MarkdownPage, slugger: GithubSlugger): void {
  const line = node.position?.start.line ?? 1;
  if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
    page.links.push({ url: node.url, line });
  } else if (node.type === 'heading') {
    page.anchors.add(slugger.slug(textOf(node, { includeImageAlt: false, includeHtml: false })));
  } else if (node.type === 'footnoteDefinition') {
    for (const kind of ['fn', 'fnref']) page.anchors.add(`${kind}-${node.identifier.toLowerCase()}`);
  } else if (node.type === 'html') {
    readHtml(node.value, line, page, slugger);
  }
}

const TAG = /<([a-z][a-z0-9]*)(\s[^<>]*)?>/gi;
/** Not `:href` and `data-src`: these are for scripts. */
const ATTRIBUTE = /(?<![\w:.@-])(id|name|href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

function readHtml(value: string, firstLine: number, page: MarkdownPage, slugger: GithubSlugger): void {
  const html = value.replace(/<!--[\s\S]*?(-->|$)/g, blank);
  for (const tag of html.matchAll(TAG)) {
    const [, element = '', attributes = ''] = tag;
    for (const attribute of attributes.matchAll(ATTRIBUTE)) {
      const [, name = '', double, single, bare] = attribute;
      const content = decodeReferences(double ?? single ?? bare ?? '');
      const at = tag.index + tag[0].indexOf(attributes) + attribute.index;
      const line = firstLine + html.slice(0, at).split('\n').length - 1;
      if (/^(href|src)$/i.test(name)) page.links.push({ url: content, line });
      else if (/^id$/i.test(name) || /^a$/i.test(element)) page.anchors.add(content.toLowerCase());
    }
    const heading = /^h[1-6]$/i.test(element) && headingText(html.slice(tag.index), element);
    if (heading) page.anchors.add(slugger.slug(heading));
  }
}

/** The text inside `<h1>...</h1>`; undefined when a blank line inside ended the HTML. */
function headingText(html: string, element: string): string | undefined {
  const end = html.toLowerCase().indexOf(`</${element.toLowerCase()}`);
  return end === -1 ? undefined : decodeReferences(html.slice(0, end).replace(/<[^<>]*>/g, '')).trim();
}

const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

const decodeReferences = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => REFERENCES[name] ?? '');

/** Front matter is a table on GitHub, never a heading. Its lines stay, so that the numbers of the others do. */
export const withoutFrontMatter = (text: string): string =>
  text.replace(/^\uFEFF?---[ \t]*\r?\n[\s\S]*?\r?\n(---|\.\.\.)[ \t]*(?=\r?\n|$)/, blank);

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
