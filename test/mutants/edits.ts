import type { AnyNode } from 'acorn';

/** A place where something could be changed. */
export interface Site {
  node: AnyNode;
  parent: AnyNode | undefined;
  grandparent: AnyNode | undefined;
  /** The TypeScript, and the same with blanks for its types: positions are those of both. */
  source: string;
  code: string;
}

/** The text that takes the place of `start` to `end`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The conditions of if, while and ?:, each turned round. */
export function conditionOperators({ node, source }: Site): Edit[] {
  if (node.type === 'UnaryExpression' && node.operator === '!')
    return [{ start: node.start, end: node.start + 1, text: '' }];
  const test = /^(If|While|DoWhile|For)Statement$|^ConditionalExpression$/.test(node.type) && 'test' in node;
  const condition = test ? (node.test as AnyNode | null) : null;
  return condition ? [negated(condition, source)] : [];
}

const OTHER_METHODS: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  find: 'findLast',
  findIndex: 'findLastIndex',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
};

/** One method for another, a filter that keeps what it dropped, a slice or trim that does not happen. */
export function arraySwaps(site: Site): Edit[] {
  const { node, source } = site;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { property } = node.callee;
  if (property.type !== 'Identifier') return [];
  const other = Object.hasOwn(OTHER_METHODS, property.name) ? OTHER_METHODS[property.name] : undefined;
  if (other !== undefined) return [{ start: property.start, end: property.end, text: other }];
  const [predicate] = node.arguments;
  if (property.name === 'filter' && predicate?.type === 'ArrowFunctionExpression')
    return predicate.body.type === 'BlockStatement' ? [] : [negated(predicate.body, source)];
  return withoutCall(site, /^(slice|trim)$/);
}

/** `x.sort(...)` becomes `x`, for methods of these names. */
export function withoutCall({ node, code }: Site, names: RegExp): Edit[] {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { property, computed } = node.callee;
  if (computed || property.type !== 'Identifier' || !names.test(property.name)) return [];
  const dot = code.lastIndexOf('.', property.start);
  return [{ start: code[dot - 1] === '?' ? dot - 1 : dot, end: node.end, text: '' }];
}

const negated = ({ start, end }: AnyNode, source: string): Edit => ({
  start,
  end,
  text: `!(${source.slice(start, end)})`,
});
