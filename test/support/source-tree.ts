import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { parseAst } from 'vitest/node';

const root = new URL('../../', import.meta.url).pathname;

/** A node of the syntax tree, as far as these tests look at it. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Import {
  /** As written: a package, a `node:` module or a relative path. */
  source: string;
  /** Path in the repository, for relative ones. */
  path: string | undefined;
  isTypeOnly: boolean;
  isDynamic: boolean;
  line: number;
}

export interface SourceFile {
  /** In the repository, with forward slashes. */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  lineOf(node: SyntaxNode, edge?: 'start' | 'end'): number;
  /** Visits every node with its parent, outermost first. */
  walk(visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void): void;
}

/** Every TypeScript and JavaScript file below a folder of the repository, parsed. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Parses a text as the file at `path`. */
export function parseSource(path: string, text: string): SourceFile {
  const program: unknown = parseAst(text.replace(/^#!.*/, ''), { lang: path.endsWith('.ts') ? 'ts' : 'js' });
  const shift = /^#!.*/.exec(text)?.[0].length ?? 0;
  const file: SourceFile = {
    path,
    text,
    lines: text.replace(/\n$/, '').split('\n').length,
    imports: [],
    lineOf: (node, edge = 'start') => text.slice(0, node[edge] + shift).split('\n').length,
    walk: (visit) => walkNode(program, undefined, visit),
  };
  file.walk((node) => {
    const found = importOf(node, file);
    if (found) file.imports.push(found);
  });
  return file;
}

function walkNode(
  value: unknown,
  parent: SyntaxNode | undefined,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void,
): void {
  if (Array.isArray(value)) for (const each of value) walkNode(each, parent, visit);
  else if (isNode(value)) {
    visit(value, parent);
    for (const inner of Object.values(value)) walkNode(inner, value, visit);
  }
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function importOf(node: SyntaxNode, file: SourceFile): Import | undefined {
  const isDynamic = node.type === 'ImportExpression';
  const isStatic = /^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type);
  if ((!isDynamic && !isStatic) || !isNode(node.source)) return undefined;
  const source = node.source.value;
  if (typeof source !== 'string') return undefined;
  return {
    source,
    path: source.startsWith('.') ? posix.join(posix.dirname(file.path), source) : undefined,
    isTypeOnly: node.importKind === 'type' || node.exportKind === 'type',
    isDynamic,
    line: file.lineOf(node),
  };
}
