import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, type Program, parse, tokenizer } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import { constantFolder, type Fold } from './constant-value.ts';
import { type Names, namesOf } from './names.ts';
import { nestingProblem } from './nesting.ts';

/** A node of the syntax tree of JavaScript (ESTree), as acorn makes it, with `loc`. */
export type SyntaxNode = AnyNode;

export interface SourceToken {
  text: string;
  /** acorn's name for its kind: `name`, `string`, `template`, `regexp`, or the token itself. */
  kind: string;
  start: number;
  end: number;
}

/** The words of a text, types included: all that is known of one that does not parse. */
export interface SourceWords {
  text: string;
  tokens: readonly SourceToken[];
  comments: readonly { text: string; line: number }[];
}

/** A TypeScript module, read as the JavaScript that Node makes of it. */
export interface ParsedSource extends SourceWords {
  program: Program;
  /** In the order of the text, outer before inner. */
  nodes: readonly SyntaxNode[];
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>;
  names: Names;
  /** The value of a node that is the same in every call; undefined where that can not be told. */
  fold: Fold;
}

export type Reading = { source: ParsedSource } | { words: SourceWords; problem: string; line?: number };

export const lineOf = (node: SyntaxNode): number => node.loc?.start.line ?? 1;

/** A node and all nodes in it. */
export function nodesWithin({ nodes }: Pick<ParsedSource, 'nodes'>, { start, end }: SyntaxNode): SyntaxNode[] {
  return nodes.slice(firstFrom(nodes, start), firstFrom(nodes, end)).filter((each) => each.end <= end);
}

/** Index of the first node that begins at `offset` or later. */
function firstFrom(nodes: readonly SyntaxNode[], offset: number): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nodes[middle]?.start ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Reads a text that may be hostile: every failure is a value. */
export function readSource(text: string): Reading {
  const { words, problem, line } = readWords(text);
  if (problem !== undefined) return { words, problem, ...(line ? { line } : {}) };
  const nesting = nestingProblem(words);
  if (nesting) return { words, problem: nesting };
  try {
    const code = stripTypeScriptTypes(text, { mode: 'strip' });
    const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
    return { source: collected(words, program) };
  } catch (error) {
    return { words, ...asProblem(error) };
  }
}

function readWords(text: string): { words: SourceWords; problem?: string; line?: number } {
  const tokens: SourceToken[] = [];
  const comments: { text: string; line: number }[] = [];
  const words = { text, tokens, comments };
  try {
    const reader = tokenizer(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
      onComment: (_isBlock, comment, _start, _end, at) => comments.push({ text: comment, line: at?.line ?? 1 }),
    });
    for (const { type, start, end } of reader)
      tokens.push({ text: text.slice(start, end), kind: type.label, start, end });
    return { words };
  } catch (error) {
    return { words, ...asProblem(error) };
  }
}

/** Parsers speak of the text in the rest of their message; acorn ends the first line with `(line:column)`. */
function asProblem(error: unknown): { problem: string; line?: number } {
  const message = error instanceof Error ? error.message : 'unreadable';
  const line = error instanceof SyntaxError && 'loc' in error ? (error.loc as { line?: number }).line : undefined;
  const [first = ''] = message.split('\n');
  return { problem: first.replace(/ \(\d+:\d+\)$/, ''), ...(line ? { line } : {}) };
}

function collected(words: SourceWords, program: Program): ParsedSource {
  const nodes: SyntaxNode[] = [];
  const parents = new Map<SyntaxNode, SyntaxNode>();
  fullAncestor(program, (node, _state, ancestors) => {
    nodes.push(node as SyntaxNode);
    const parent = ancestors.at(-2);
    if (parent) parents.set(node as SyntaxNode, parent as SyntaxNode);
  });
  nodes.sort((a, b) => a.start - b.start || b.end - a.end);
  const names = namesOf(nodes);
  return { ...words, program, nodes, parents, names, fold: constantFolder(names) };
}
