import type { AnyNode } from 'acorn';
import { arraySwaps, conditionOperators, type Edit, type Site, withoutCall } from './edits.ts';
import { regexEdits } from './regex-edits.ts';

/** A kind of small mistake: what it could change at one place of a script. */
export type Operator = (site: Site) => Edit[];

const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
};
const ARITHMETIC: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*' };
const LOGIC: Readonly<Record<string, string>> = { '&&': '||', '||': '&&', '??': '&&' };

/** Every kind, by the name that the table shows. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  comparison: (site) => (site.node.type === 'BinaryExpression' ? binary(site, site.node, COMPARISONS) : []),
  arithmetic: (site) => {
    const { node } = site;
    if (node.type === 'BinaryExpression') return binary(site, node, ARITHMETIC);
    if (node.type !== 'UpdateExpression') return [];
    const start = node.prefix ? node.start : node.end - 2;
    return [{ start, end: start + 2, text: node.operator === '++' ? '--' : '++' }];
  },
  logic: (site) => (site.node.type === 'LogicalExpression' ? binary(site, site.node, LOGIC) : []),
  condition: conditionOperators,
  boolean: ({ node }) =>
    node.type === 'Literal' && typeof node.value === 'boolean' ? [{ ...at(node), text: String(!node.value) }] : [],
  number: (site) => {
    const { node } = site;
    if (node.type !== 'Literal' || typeof node.value !== 'number' || isSign(site)) return [];
    return [{ ...at(node), text: String(node.value + 1) }];
  },
  string: (site) => {
    const { node } = site;
    if (node.type === 'TemplateLiteral') return [{ ...at(node), text: "''" }];
    if (node.type !== 'Literal' || typeof node.value !== 'string' || isPlaceholder(site)) return [];
    return [{ ...at(node), text: node.value === '' ? "'mutant'" : "''" }];
  },
  regex: ({ node }) =>
    node.type === 'Literal' && node.regex
      ? regexEdits(node.raw ?? '').map(({ start, end, text }) => ({
          start: node.start + start,
          end: node.start + end,
          text,
        }))
      : [],
  await: ({ node, parent }) =>
    node.type === 'AwaitExpression' && parent?.type !== 'ReturnStatement'
      ? [{ start: node.start, end: node.argument.start, text: '' }]
      : [],
  statement: ({ node }) =>
    (node.type === 'ExpressionStatement' && node.directive === undefined) ||
    node.type === 'ThrowStatement' ||
    node.type === 'ContinueStatement'
      ? [{ ...at(node), text: ';' }]
      : [],
  return: ({ node }) => {
    if (node.type === 'ReturnStatement' && node.argument) return undefinedFor(node.argument);
    if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement') return undefinedFor(node.body);
    const isFunction = /Function/.test(node.type) && 'body' in node;
    const body = isFunction ? (node.body as AnyNode) : undefined;
    return body?.type === 'BlockStatement' ? [{ start: body.start + 1, end: body.start + 1, text: ' return;' }] : [];
  },
  arguments: swappedArguments,
  optional: optionalChains,
  method: arraySwaps,
  sort: (site) => withoutCall(site, /^(sort|toSorted|reverse|toReversed)$/),
  ternary: ({ node, source }) => {
    if (node.type !== 'ConditionalExpression') return [];
    const { consequent: yes, alternate: no } = node;
    const [first, second] = [source.slice(yes.start, yes.end), source.slice(no.start, no.end)];
    return [{ start: yes.start, end: no.end, text: second + source.slice(yes.end, no.start) + first }];
  },
  spread: droppedSpread,
  default: (site) => {
    const { node, parent, code } = site;
    if (node.type === 'CallExpression') return withoutCall(site, /^default$/);
    if (node.type !== 'AssignmentPattern' || parent?.type === 'ArrayPattern') return [];
    return [{ start: code.indexOf('=', node.left.end), end: node.right.end, text: '' }];
  },
};

const at = ({ start, end }: AnyNode): { start: number; end: number } => ({ start, end });

const undefinedFor = (node: AnyNode): Edit[] =>
  node.type === 'Identifier' && node.name === 'undefined' ? [] : [{ ...at(node), text: 'undefined' }];

/** In `a < b ? -1 : 1` the one is a direction: of what a comparator says only the sign is heard. */
function isSign({ node, parent, grandparent }: Site): boolean {
  const outer = parent?.type === 'UnaryExpression' && parent.operator === '-' ? grandparent : parent;
  return node.type === 'Literal' && node.value === 1 && outer?.type === 'ConditionalExpression';
}

/** `[, a = '']` and `x ?? ''` are there for the type checker: a text that is never reached can not be wrong. */
function isPlaceholder({ node, parent, grandparent }: Site): boolean {
  if (node.type !== 'Literal' || node.value !== '') return false;
  if (parent?.type === 'LogicalExpression') return parent.operator === '??';
  return parent?.type === 'AssignmentPattern' && grandparent?.type === 'ArrayPattern';
}

function binary(
  { code }: Site,
  node: AnyNode & { type: 'BinaryExpression' | 'LogicalExpression' },
  others: Readonly<Record<string, string>>,
): Edit[] {
  const text = others[node.operator];
  if (text === undefined) return [];
  const start = code.indexOf(node.operator, node.left.end);
  return [{ start, end: start + node.operator.length, text }];
}

function swappedArguments({ node, source }: Site): Edit[] {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return [];
  const [a, b] = node.arguments;
  if (!a || !b || [a, b].some(({ type }) => type === 'SpreadElement' || type === 'ArrowFunctionExpression')) return [];
  // Of two numbers the smaller is the smaller, in whichever order.
  if (/^Math\.(min|max)$/.test(source.slice(node.callee.start, node.callee.end))) return [];
  const [first, second] = [source.slice(a.start, a.end), source.slice(b.start, b.end)];
  return [{ start: a.start, end: b.end, text: second + source.slice(a.end, b.start) + first }];
}

function optionalChains({ node, code }: Site): Edit[] {
  if ((node.type !== 'MemberExpression' && node.type !== 'CallExpression') || !node.optional) return [];
  const start = code.indexOf('?.', node.type === 'CallExpression' ? node.callee.end : node.object.end);
  const isPlain = node.type === 'MemberExpression' && !node.computed;
  return [{ start, end: start + 2, text: isPlain ? '.' : '' }];
}

function droppedSpread({ node, parent }: Site): Edit[] {
  if (node.type !== 'SpreadElement') return [];
  const all: (AnyNode | null)[] =
    parent?.type === 'ArrayExpression'
      ? parent.elements
      : parent?.type === 'ObjectExpression'
        ? parent.properties
        : parent?.type === 'CallExpression' || parent?.type === 'NewExpression'
          ? parent.arguments
          : [];
  const place = all.indexOf(node);
  const [before, after] = [all[place - 1], all[place + 1]];
  if (after) return [{ start: node.start, end: after.start, text: '' }];
  return [{ start: before?.end ?? node.start, end: node.end, text: '' }];
}
