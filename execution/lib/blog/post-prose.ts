import type { Root } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { SKIP, visit } from 'unist-util-visit';

/** What a page says, as an audit of it needs it. */
export interface Prose {
  /** Headings in their order. */
  headings: { depth: number; text: string }[];
  /** Paragraphs, list items and table cells; code blocks are left out. */
  blocks: string[];
  /** Links and pictures by address and text. */
  links: { url: string; text: string }[];
  images: { url: string; alt: string }[];
  hasHtml: boolean;
}

export function readProse(tree: Root): Prose {
  const prose: Prose = { headings: [], blocks: [], links: [], images: [], hasHtml: false };
  visit(tree, (node) => {
    if (node.type === 'heading') prose.headings.push({ depth: node.depth, text: textOf(node) });
    else if (node.type === 'paragraph' || node.type === 'tableCell')
      prose.blocks.push(textOf(node, { includeImageAlt: false }));
    else if (node.type === 'link') prose.links.push({ url: node.url, text: textOf(node) });
    else if (node.type === 'image') prose.images.push({ url: node.url, alt: node.alt ?? '' });
    else if (node.type === 'html') prose.hasHtml = true;
    else if (node.type === 'code') return SKIP;
    return undefined;
  });
  return prose;
}

const WORDS = new Intl.Segmenter('en', { granularity: 'word' });
const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Words in lower case, in any script: Chinese and Thai have no spaces between them. */
export function wordsOf(text: string): string[] {
  return [...WORDS.segment(text.normalize('NFKC').toLowerCase())]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

export const sentencesOf = (text: string): string[] =>
  [...SENTENCES.segment(text)].map(({ segment }) => segment.trim()).filter((sentence) => sentence !== '');

/** How often the words of a phrase follow one another; `cost optimization` is in `cost-optimization`, too. */
export function countPhrase(words: readonly string[], phrase: readonly string[]): number {
  if (phrase.length === 0) return 0;
  let count = 0;
  for (let at = 0; at + phrase.length <= words.length; at++) {
    if (!phrase.every((word, index) => words[at + index] === word)) continue;
    count++;
    at += phrase.length - 1;
  }
  return count;
}
