import { keyOf } from './constant-value.ts';
import { assignedBy } from './names.ts';
import { codeOf, type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Functions of Object and Reflect that change their first argument. */
const CHANGERS =
  /^(defineProperty|defineProperties|assign|setPrototypeOf|set|deleteProperty|freeze|seal|preventExtensions)$/;
/** Members that lead to what all objects of a kind share. */
const SHARED = /^(prototype|__proto__|__define[GS]etter__|__lookup[GS]etter__)$/;

export function globalFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, tamperings).map(({ piece, node }) =>
    finding('globals', `it changes what it does not own: ${shown(piece)}`, lineOf(node)),
  );
}

type Tampering = Fact & { piece: string };

function tamperings(source: ParsedSource): Tampering[] {
  return source.nodes.flatMap((node) =>
    [...assignedBy(node).filter((target) => isForeign(target, source)), ...changedBy(node, source)].map((target) => ({
      key: codeOf(target),
      node,
      piece: source.text.slice(target.start, target.end),
    })),
  );
}

/** Whether a change of this target is seen beyond the script's own variables. */
function isForeign(target: SyntaxNode, source: ParsedSource): boolean {
  if (target.type === 'Identifier') return !source.names.declared.has(target.name);
  return target.type === 'MemberExpression' && isSharedObject(target.object, source);
}

/** A built-in, an import, the context, or something reached through a prototype. */
function isSharedObject(object: SyntaxNode, source: ParsedSource, depth = 0): boolean {
  const { names, fold } = source;
  if (depth > 50) return true;
  if (object.type === 'Identifier') {
    if (!names.declared.has(object.name) || names.imported.has(object.name)) return true;
    if (object.name === 'context') return true;
    const value = names.values.get(object.name);
    // `const all = Array.prototype` is another name for it; `const list = Array.of(1)` is something new.
    return value !== undefined && /^(Identifier|MemberExpression)$/.test(value.type)
      ? isSharedObject(value, source, depth + 1)
      : isPrototypeCall(value);
  }
  if (object.type === 'MemberExpression')
    return SHARED.test(keyOf(object, fold) ?? '') || isSharedObject(object.object, source, depth + 1);
  return isPrototypeCall(object);
}

const isPrototypeCall = (node: SyntaxNode | undefined): boolean =>
  node?.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  node.callee.property.type === 'Identifier' &&
  node.callee.property.name === 'getPrototypeOf';

function changedBy(node: SyntaxNode, source: ParsedSource): SyntaxNode[] {
  if (node.type === 'MemberExpression')
    return SHARED.test(keyOf(node, source.fold) ?? '') && node.computed ? [node] : reaches(node);
  if (node.type === 'Property') return isPrototypeKey(node, source) ? [node] : [];
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { object } = node.callee;
  const name = keyOf(node.callee, source.fold) ?? '';
  if (object.type !== 'Identifier' || !/^(Object|Reflect)$/.test(object.name) || !CHANGERS.test(name)) return [];
  const [target] = node.arguments;
  if (name === 'setPrototypeOf') return [node];
  return target && isSharedObject(target, source) ? [target] : [];
}

/** `value.__proto__` is read to be changed. */
const reaches = (node: Extract<SyntaxNode, { type: 'MemberExpression' }>): SyntaxNode[] =>
  node.property.type === 'Identifier' && node.property.name.startsWith('__') && SHARED.test(node.property.name)
    ? [node]
    : [];

/** `{ __proto__: null }` is a plain dictionary. */
const isPrototypeKey = (node: Extract<SyntaxNode, { type: 'Property' }>, { fold }: ParsedSource): boolean =>
  keyOf(node, fold) === '__proto__' && !(node.value.type === 'Literal' && node.value.value === null);
