import type { ParsedSource, SourceWords, SyntaxNode } from './parsed-source.ts';

/** A repair as its checks see it. A script that does not even parse may be repaired too: then only its words are known. */
export interface ParsedChange {
  before: ParsedSource | SourceWords;
  after: ParsedSource;
  recorded: readonly { input: Record<string, unknown>; output?: Record<string, unknown> }[];
}

/** Something that a source does, under a key by which it is known again in the other version. */
export interface Fact {
  key: string;
  node: SyntaxNode;
}

export const isParsed = (source: ParsedSource | SourceWords): source is ParsedSource => 'program' in source;

/**
 * What `after` does and `before` did not. `kind`: what it did once, it may do again, as with a permission. `count`: each
 * time counts.
 */
export function newFacts<F extends Fact>(
  { before, after }: ParsedChange,
  factsOf: (source: ParsedSource) => readonly F[],
  by: 'kind' | 'count' = 'kind',
): F[] {
  const facts = factsOf(after);
  if (facts.length === 0) return [];
  if (!isParsed(before)) {
    const isSaid = saidIn(before);
    return facts.filter(({ node }) => !isSaid(after, node));
  }
  const left = new Map<string, number>();
  for (const { key } of factsOf(before))
    left.set(key, by === 'kind' ? Number.POSITIVE_INFINITY : (left.get(key) ?? 0) + 1);
  return facts.filter(({ key }) => {
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

/** Tells of the nodes of another source whether their words stand in this text in the same order. */
export function saidIn(before: SourceWords): (after: SourceWords, node: SyntaxNode) => boolean {
  const words = joined(before.tokens);
  return (after, node) => {
    const inside = after.tokens.filter(({ start, end }) => start >= node.start && end <= node.end);
    return inside.length > 0 && words.includes(joined(inside));
  };
}

const joined = (tokens: SourceWords['tokens']): string => `\n${tokens.map(({ text }) => text).join('\n')}\n`;

/** The text of a node without spacing, comments and types: equal for code that does the same. */
export function codeOf(node: unknown): string {
  if (node === null || typeof node !== 'object')
    return typeof node === 'bigint' ? `${node}n` : (JSON.stringify(node) ?? '');
  if (node instanceof RegExp) return '';
  if (Array.isArray(node))
    return `[${node
      .filter((each) => !isEmpty(each))
      .map(codeOf)
      .join()}]`;
  const fields = Object.entries(node).filter(([key]) => !POSITIONS.has(key));
  return `{${fields.map(([key, value]) => `${key}:${codeOf(value)}`).join()}}`;
}

const POSITIONS = new Set(['start', 'end', 'loc', 'raw', 'shorthand', 'directive']);
const isEmpty = (node: { type?: string } | null): boolean => node?.type === 'EmptyStatement';

/** A text that a source knows already, be it to compare with or to write, gives nothing away. */
export function textsOf({ nodes }: ParsedSource): Set<string> {
  return new Set(
    nodes.flatMap((node) => {
      if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
      return node.type === 'TemplateElement' ? [node.value.cooked ?? ''] : [];
    }),
  );
}
