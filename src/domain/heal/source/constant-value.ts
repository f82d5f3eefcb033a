import type { Names } from './names.ts';
import type { SyntaxNode } from './parsed-source.ts';
import { attempt, callMethod, callPure, HEAVIEST, isScalar, weight } from './pure-functions.ts';

/** A value known from the text alone, wrapped because it may be `undefined`. */
export type Fold = (node: SyntaxNode | null | undefined) => { value: unknown } | undefined;

/** No source nests deeper (nesting.ts), and chains of constants longer than that hide nothing from anyone. */
const DEEPEST = 450;

/** Computes expressions of literals, of constants that stand for such, and of the pure functions below. */
export function constantFolder(names: Names): Fold {
  const known = new Map<SyntaxNode, { value: unknown } | undefined>();
  let depth = 0;
  const fold: Fold = (node) => {
    if (!node || depth >= DEEPEST) return undefined;
    if (known.has(node)) return known.get(node);
    known.set(node, undefined);
    depth++;
    const folded = bounded(foldNode(node, fold, names));
    depth--;
    known.set(node, folded);
    return folded;
  };
  return fold;
}

const bounded = (folded: { value: unknown } | undefined): { value: unknown } | undefined =>
  folded && weight(folded.value) <= HEAVIEST ? folded : undefined;

function foldNode(node: SyntaxNode, fold: Fold, names: Names): { value: unknown } | undefined {
  switch (node.type) {
    case 'Literal':
      return node.regex ? undefined : { value: typeof node.value === 'bigint' ? Number(node.value) : node.value };
    case 'Identifier':
      return foldName(node.name, fold, names);
    case 'TemplateLiteral':
      return foldTemplate(node, fold);
    case 'UnaryExpression':
      return mapped(fold(node.argument), UNARY[node.operator]);
    case 'BinaryExpression':
      return foldBinary(node.operator, fold(node.left), fold(node.right));
    case 'LogicalExpression':
    case 'ConditionalExpression':
      return foldChoice(node, fold);
    case 'ArrayExpression':
      return foldArray(node.elements, fold);
    case 'ObjectExpression':
      return foldObject(node, fold);
    case 'MemberExpression':
      return foldMember(node, fold);
    case 'CallExpression':
      return foldCall(node, fold);
    case 'AwaitExpression':
      return fold(node.argument);
    case 'ChainExpression':
      return fold(node.expression);
    case 'SequenceExpression':
      return fold(node.expressions.at(-1));
    default:
      return undefined;
  }
}

const mapped = (folded: { value: unknown } | undefined, by: ((value: unknown) => unknown) | undefined) =>
  folded && by ? attempt(() => by(folded.value)) : undefined;

const GLOBALS: Record<string, unknown> = { undefined, NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY };

function foldName(name: string, fold: Fold, names: Names): { value: unknown } | undefined {
  if (names.values.has(name)) {
    const folded = fold(names.values.get(name));
    return folded && !isScalar(folded.value) && names.changed.has(name) ? undefined : folded;
  }
  return !names.declared.has(name) && Object.hasOwn(GLOBALS, name) ? { value: GLOBALS[name] } : undefined;
}

const UNARY: Record<string, (value: unknown) => unknown> = {
  '-': (value) => -Number(value),
  '+': (value) => Number(value),
  '~': (value) => ~Number(value),
  '!': (value) => !value,
  void: () => undefined,
};

const COMPARISON: Record<string, (a: string | number, b: string | number) => boolean> = {
  '===': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const BINARY: Record<string, (a: number, b: number) => number> = {
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

function foldBinary(
  operator: string,
  left: { value: unknown } | undefined,
  right: { value: unknown } | undefined,
): { value: unknown } | undefined {
  if (!left || !right || !isScalar(left.value) || !isScalar(right.value)) return undefined;
  const [a, b] = [left.value, right.value];
  if (operator === '+' && (typeof a === 'string' || typeof b === 'string')) return { value: `${a}${b}` };
  if (operator === '+') return { value: Number(a) + Number(b) };
  if (Object.hasOwn(COMPARISON, operator)) return foldComparison(operator, a, b);
  const compute = Object.hasOwn(BINARY, operator) ? BINARY[operator] : undefined;
  return compute && { value: compute(Number(a), Number(b)) };
}

/** Of two numbers or two texts: how others compare, nobody who reads knows by heart either. */
function foldComparison(operator: string, a: unknown, b: unknown): { value: boolean } | undefined {
  const compare = COMPARISON[operator];
  const isAlike = (typeof a === 'string' && typeof b === 'string') || (typeof a === 'number' && typeof b === 'number');
  return isAlike && compare ? { value: compare(a as string, b as string) } : undefined;
}

function foldTemplate(node: Extract<SyntaxNode, { type: 'TemplateLiteral' }>, fold: Fold) {
  const inner = node.expressions.map((each) => fold(each));
  if (inner.some((each) => !each || !isScalar(each.value))) return undefined;
  const texts = node.quasis.map((part, index) => `${part.value.cooked ?? ''}${inner[index]?.value ?? ''}`);
  return weight(texts) <= HEAVIEST * 2 ? { value: texts.join('') } : undefined;
}

function foldChoice(
  node: Extract<SyntaxNode, { type: 'LogicalExpression' | 'ConditionalExpression' }>,
  fold: Fold,
): { value: unknown } | undefined {
  if (node.type === 'ConditionalExpression') {
    const test = fold(node.test);
    return test && fold(test.value ? node.consequent : node.alternate);
  }
  const left = fold(node.left);
  if (!left) return undefined;
  const isDecided = { '&&': !left.value, '||': Boolean(left.value), '??': left.value != null }[node.operator];
  return isDecided ? left : fold(node.right);
}

function foldArray(elements: readonly (SyntaxNode | null)[], fold: Fold): { value: unknown[] } | undefined {
  const value: unknown[] = [];
  for (const element of elements) {
    const folded = element?.type === 'SpreadElement' ? fold(element.argument) : element ? fold(element) : undefined;
    if (!folded) return undefined;
    if (element?.type !== 'SpreadElement') value.push(folded.value);
    else if (typeof folded.value === 'string' || Array.isArray(folded.value)) value.push(...folded.value);
    else return undefined;
    if (value.length > HEAVIEST) return undefined;
  }
  return { value };
}

function foldObject(node: Extract<SyntaxNode, { type: 'ObjectExpression' }>, fold: Fold) {
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    const key = property.type === 'Property' && property.kind === 'init' ? keyOf(property, fold) : undefined;
    const folded = property.type === 'Property' ? fold(property.value) : undefined;
    if (key === undefined || !folded) return undefined;
    entries.push([key, folded.value]);
  }
  return { value: Object.fromEntries(entries) };
}

/** The name of a property or member: as written, or computed from constants; undefined where that can not be told. */
export function keyOf(node: SyntaxNode, fold: Fold): string | undefined {
  const key = node.type === 'MemberExpression' ? node.property : 'key' in node ? (node.key as SyntaxNode) : undefined;
  if (!key) return undefined;
  const isComputed = 'computed' in node && node.computed;
  if (!isComputed && key.type === 'Identifier') return key.name;
  if (!isComputed && key.type === 'PrivateIdentifier') return `#${key.name}`;
  const folded = fold(key);
  return folded && isScalar(folded.value) ? String(folded.value) : undefined;
}

function foldMember(node: Extract<SyntaxNode, { type: 'MemberExpression' }>, fold: Fold) {
  const of = node.object.type === 'Super' ? undefined : fold(node.object)?.value;
  const key = of === undefined || of === null ? undefined : keyOf(node, fold);
  if (key === undefined || !(typeof of === 'string' || (typeof of === 'object' && of !== null))) return undefined;
  return Object.hasOwn(Object(of), key) ? { value: (Object(of) as Record<string, unknown>)[key] } : undefined;
}

function foldCall(node: Extract<SyntaxNode, { type: 'CallExpression' }>, fold: Fold): { value: unknown } | undefined {
  const { callee } = node;
  if (callee.type === 'ArrowFunctionExpression' && callee.params.length === 0)
    return callee.body.type === 'BlockStatement' ? undefined : fold(callee.body);
  const args = foldArray(node.arguments, fold)?.value;
  if (!args) return undefined;
  if (callee.type === 'Identifier') return callPure(callee.name, args);
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return undefined;
  const name = keyOf(callee, fold) ?? '';
  const receiver = fold(callee.object);
  if (receiver) return callMethod(receiver.value, name, args);
  return callee.object.type === 'Identifier' ? callPure(`${callee.object.name}.${name}`, args) : undefined;
}
