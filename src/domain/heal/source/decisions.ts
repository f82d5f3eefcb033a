import { keyOf } from './constant-value.ts';
import type { ParsedSource, SyntaxNode } from './parsed-source.ts';

/** A place where a source asks whether something is a certain value. */
export interface Decision {
  node: SyntaxNode;
  /** What is asked; undefined where the value itself is all there is, as in a pattern. */
  operand: SyntaxNode | undefined;
  value: unknown;
}

const EQUALITY = /^[!=]==?$/;
const QUESTIONS = new Set(
  'includes has indexOf lastIndexOf startsWith endsWith equals localeCompare match get is isDeepStrictEqual'.split(' '),
);

export function decisionsOf(source: ParsedSource): Decision[] {
  return source.nodes.flatMap((node) => decisionsIn(node, source));
}

export function decisionsIn(node: SyntaxNode, source: ParsedSource): Decision[] {
  const { fold } = source;
  switch (node.type) {
    case 'BinaryExpression':
      return EQUALITY.test(node.operator) ? compared(node, node.left, node.right, source) : [];
    case 'UnaryExpression':
      // `!(n - 42)` and `!(n ^ 42)` hold for one number alone.
      return node.operator === '!' && node.argument.type === 'BinaryExpression' && /^[-^]$/.test(node.argument.operator)
        ? [moved(node, node.argument, 0, source)]
        : [];
    case 'SwitchStatement':
      return node.cases.flatMap((each) => {
        const folded = fold(each.test);
        return folded ? [moved(each, node.discriminant, folded.value, source)] : [];
      });
    case 'CallExpression':
    case 'NewExpression':
      return askedBy(node, source);
    case 'Literal':
      return node.regex ? literalTexts(node.regex.pattern).map((value) => ({ node, operand: undefined, value })) : [];
    default:
      return [];
  }
}

function compared(node: SyntaxNode, left: SyntaxNode, right: SyntaxNode, source: ParsedSource): Decision[] {
  const [a, b] = [source.fold(left), source.fold(right)];
  if (a && b) return [];
  if (a) return [moved(node, right, a.value, source)];
  if (b) return [moved(node, left, b.value, source)];
  return [
    ...valuesOf(left, source).map((value) => moved(node, right, value, source)),
    ...valuesOf(right, source).map((value) => moved(node, left, value, source)),
  ];
}

/** Of a name that is declared in more than one place: whatever it is in any of them. */
function valuesOf(node: SyntaxNode, { fold, names }: ParsedSource): unknown[] {
  const inits = node.type === 'Identifier' && !names.changed.has(node.name) ? names.inits.get(node.name) : undefined;
  return (inits ?? []).flatMap((init) => {
    const known = fold(init);
    return known && typeof known.value !== 'object' ? [known.value] : [];
  });
}

/** `n - 2 === 40` asks for 42, and `String(n) === '42'` as well: brings to the other side what is computed with a constant. */
function moved(node: SyntaxNode, operand: SyntaxNode, value: unknown, source: ParsedSource, depth = 0): Decision {
  const next = depth < 20 ? unwrapped(operand, value, source) : undefined;
  return next ? moved(node, next.operand, next.value, source, depth + 1) : { node, operand, value };
}

function unwrapped(
  operand: SyntaxNode,
  value: unknown,
  { fold }: ParsedSource,
): { operand: SyntaxNode; value: unknown } | undefined {
  if (operand.type === 'UnaryExpression' && /^[-+]$/.test(operand.operator) && typeof value === 'number')
    return { operand: operand.argument, value: operand.operator === '-' ? -value : value };
  if (operand.type === 'CallExpression') {
    const { callee, arguments: args } = operand;
    if (callee.type === 'Identifier' && /^(String|Number|parseInt|parseFloat)$/.test(callee.name) && args[0])
      return { operand: args[0], value };
    const isText =
      callee.type === 'MemberExpression' && /^(toString|valueOf|trim|join)$/.test(keyOf(callee, fold) ?? '');
    return isText ? { operand: callee.object, value } : undefined;
  }
  if (operand.type === 'ArrayExpression' && operand.elements.length === 1 && operand.elements[0])
    return operand.elements[0].type === 'SpreadElement' ? undefined : { operand: operand.elements[0], value };
  if (operand.type !== 'BinaryExpression' || operand.left.type === 'PrivateIdentifier') return undefined;
  const [left, right] = [fold(operand.left), fold(operand.right)];
  if (!left === !right) return undefined;
  const solved = solve(operand.operator, left?.value, right?.value, value);
  return solved === undefined ? undefined : { operand: left ? operand.right : operand.left, value: solved };
}

/** The x for which `x operator right`, or `left operator x`, is `value`. */
function solve(operator: string, left: unknown, right: unknown, value: unknown): unknown {
  const known = left ?? right;
  if (operator === '+' && typeof value === 'string' && typeof known === 'string') {
    if (left !== undefined) return value.startsWith(known) ? value.slice(known.length) : undefined;
    return value.endsWith(known) ? value.slice(0, value.length - known.length) : undefined;
  }
  if (typeof known !== 'number' || typeof value !== 'number') return undefined;
  if (operator === '+') return value - known;
  if (operator === '-') return left === undefined ? value + known : known - value;
  if (operator === '*') return value / known;
  if (operator === '/') return left === undefined ? value * known : known / value;
  return operator === '^' ? value ^ known : undefined;
}

function askedBy(
  node: Extract<SyntaxNode, { type: 'CallExpression' | 'NewExpression' }>,
  source: ParsedSource,
): Decision[] {
  const { callee, arguments: args } = node;
  const { fold } = source;
  if (callee.type === 'Identifier' && callee.name === 'RegExp') {
    const pattern = fold(args[0])?.value;
    return typeof pattern === 'string'
      ? literalTexts(pattern).map((value) => ({ node, operand: undefined, value }))
      : [];
  }
  const name = callee.type === 'MemberExpression' ? (keyOf(callee, fold) ?? '') : 'name' in callee ? callee.name : '';
  if (!QUESTIONS.has(name) || callee.type === 'Super') return [];
  const parts = [...args, ...(callee.type === 'MemberExpression' ? [callee.object] : [])];
  const operand = parts.find((part) => !isListed(part, source) && !fold(part));
  if (!operand || operand.type === 'SpreadElement' || operand.type === 'Super') return [];
  return parts.flatMap((part) => {
    const value = fold(part)?.value;
    // `['a', 'b'].includes(x)` asks for each of them.
    const values =
      part === parts.at(-1) && Array.isArray(value) ? value : fold(part) ? [value] : listedIn(part, source);
    return values.map((each) => moved(node, operand, each, source));
  });
}

const isListed = (node: SyntaxNode, source: ParsedSource): boolean => listedIn(node, source).length > 0;

/** The items of a `new Set([...])`, be it under a name. */
function listedIn(node: SyntaxNode, { fold, names }: ParsedSource): unknown[] {
  const made = node.type === 'Identifier' ? names.values.get(node.name) : node;
  if (made?.type !== 'NewExpression' || made.callee.type !== 'Identifier' || made.callee.name !== 'Set') return [];
  const items = fold(made.arguments[0])?.value;
  return Array.isArray(items) ? items : [];
}

/** The texts that a regular expression matches, where it only lists texts: `^(a\.b|c)$`. */
function literalTexts(pattern: string): string[] {
  const inner = pattern
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/^\((?:\?:)?(.*)\)$/s, '$1');
  const texts = inner.split('|').slice(0, 100);
  const isPlain = texts.every((each) => !/(^|[^\\])[.*+?()[\]{}^$]/.test(each) && !/\\[a-zA-Z0-9]/.test(each));
  return isPlain ? texts.map((each) => each.replaceAll(/\\(.)/gs, '$1')) : [];
}
