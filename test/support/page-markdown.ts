import type { Nodes, Root, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/** A page as GitHub reads it: what a hostile text could have made of it shows here. */
export interface ReadPage {
  /** `2 What failed`, in order. */
  headings: string[];
  /** Kinds of all nodes, each once. */
  kinds: Set<string>;
  /** Cells per row of each table, the head included. */
  tables: number[][];
  /** Where links and images lead, also those that are only an address. */
  links: string[];
  /** What stands outside of code. */
  text: string;
}

export function readPage(markdown: string): ReadPage {
  const root: Root = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const nodes = [...walk(root)];
  const tables = nodes.filter((node): node is Table => node.type === 'table');
  return {
    headings: nodes.flatMap((node) => (node.type === 'heading' ? [`${node.depth} ${textOf(node)}`] : [])),
    kinds: new Set(nodes.map(({ type }) => type)),
    tables: tables.map(({ children }) => children.map((row) => row.children.length)),
    links: nodes.flatMap((node) => (node.type === 'link' || node.type === 'image' ? [node.url] : [])),
    text: nodes.flatMap((node) => (node.type === 'text' ? [node.value] : [])).join(' '),
  };
}

/** GFM fills short rows up and cuts long ones: the cells as they are written, by the bars that are not escaped. */
export const rowWidths = (markdown: string): number[][] => {
  const blocks = markdown.split('\n\n').map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  return blocks
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.map((row) => row.replaceAll(/\\./g, '').split('|').length - 2));
};

function* walk(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* walk(child);
}
