import type { SyntaxNode } from './parsed-source.ts';

/** The names that a module declares, without regard to scope: a name that means two things is no constant. */
export interface Names {
  declared: ReadonlySet<string>;
  imported: ReadonlyMap<string, { from: string; name: string }>;
  /** What each name stands for that is declared once, with a value, and never assigned again. */
  values: ReadonlyMap<string, SyntaxNode>;
  /** Every value that a name of that spelling is declared with. */
  inits: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** Names of lists and objects that may be filled or changed later. */
  changed: ReadonlySet<string>;
  /** Functions by the name or key they are declared with, where only one is. */
  functions: ReadonlyMap<string, FunctionNode>;
}

export type FunctionNode = Extract<
  SyntaxNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

export const isFunction = (node: SyntaxNode | undefined | null): node is FunctionNode =>
  node?.type === 'FunctionDeclaration' ||
  node?.type === 'FunctionExpression' ||
  node?.type === 'ArrowFunctionExpression';

/** The names that a pattern binds, and the members that it assigns. */
function targetsOf(pattern: SyntaxNode | null): SyntaxNode[] {
  switch (pattern?.type) {
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) => targetsOf(each.type === 'Property' ? each.value : each.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap((each) => targetsOf(each));
    case 'AssignmentPattern':
      return targetsOf(pattern.left);
    case 'RestElement':
      return targetsOf(pattern.argument);
    default:
      return pattern ? [pattern] : [];
  }
}

const boundNames = (pattern: SyntaxNode | null): string[] =>
  targetsOf(pattern).flatMap((target) => (target.type === 'Identifier' ? [target.name] : []));

/** What a node assigns, deletes or counts up. */
export function assignedBy(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'AssignmentExpression') return targetsOf(node.left);
  if (node.type === 'UpdateExpression') return [node.argument];
  if (node.type === 'UnaryExpression' && node.operator === 'delete') return [node.argument];
  if (node.type === 'ForInStatement' || node.type === 'ForOfStatement')
    return node.left.type === 'VariableDeclaration' ? [] : targetsOf(node.left);
  return [];
}

/** Methods that change a list, set or map. */
const CHANGERS = /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/;

/** Names whose value may be filled or changed in place, by the script itself or by what it is handed to. */
function changedNames(nodes: readonly SyntaxNode[]): string[] {
  return nodes.flatMap((node) => {
    const targets = assignedBy(node);
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { property, object } = node.callee;
      if (property.type === 'Identifier' && CHANGERS.test(property.name)) targets.push(object);
    }
    const args = node.type === 'CallExpression' && !isReader(node.callee) ? node.arguments : [];
    return [...targets.map(rootOf), ...args.map(rootOf)];
  });
}

/** `Object.hasOwn(table, key)` and `list.includes(other)` leave their arguments as they are. */
const isReader = (callee: SyntaxNode): boolean =>
  callee.type === 'MemberExpression' &&
  callee.property.type === 'Identifier' &&
  /^(hasOwn|keys|entries|values|freeze|includes|indexOf|has|get|stringify|parse|from|test)$/.test(callee.property.name);

/** The name at the root of `name.a[0].b`; empty where there is none. */
export function rootOf(node: SyntaxNode): string {
  let inner = node;
  while (inner.type === 'MemberExpression') inner = inner.object;
  return inner.type === 'Identifier' ? inner.name : '';
}

export function namesOf(nodes: readonly SyntaxNode[]): Names {
  const counts = new Map<string, number>();
  const [values, functions] = [new Map<string, SyntaxNode>(), new Map<string, FunctionNode>()];
  const imported = new Map<string, { from: string; name: string }>();
  const inits = new Map<string, SyntaxNode[]>();
  for (const node of nodes) {
    for (const name of declaredBy(node)) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (node.type === 'ImportDeclaration') for (const [local, source] of importsOf(node)) imported.set(local, source);
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      values.set(node.id.name, node.init);
      inits.set(node.id.name, [...(inits.get(node.id.name) ?? []), node.init]);
    }
    const named = namedFunction(node);
    if (named) functions.set(...named);
  }
  const assigned = nodes.flatMap(assignedBy).flatMap((target) => (target.type === 'Identifier' ? [target.name] : []));
  for (const name of assigned) values.delete(name);
  for (const [name, count] of counts) if (count > 1) values.delete(name);
  const changed = new Set(changedNames(nodes));
  return { declared: new Set(counts.keys()), imported, values, inits, functions, changed };
}

function declaredBy(node: SyntaxNode): string[] {
  if (node.type === 'VariableDeclarator') return boundNames(node.id);
  if (node.type === 'CatchClause') return boundNames(node.param ?? null);
  if (node.type === 'ClassDeclaration') return node.id ? [node.id.name] : [];
  if (node.type === 'ImportDeclaration') return node.specifiers.map(({ local }) => local.name);
  if (!isFunction(node)) return [];
  return [...(node.id ? [node.id.name] : []), ...node.params.flatMap(boundNames)];
}

function importsOf(
  node: Extract<SyntaxNode, { type: 'ImportDeclaration' }>,
): [string, { from: string; name: string }][] {
  const from = String(node.source.value);
  return node.specifiers.map((each) => {
    const name =
      each.type === 'ImportNamespaceSpecifier'
        ? '*'
        : each.type === 'ImportDefaultSpecifier'
          ? 'default'
          : each.imported.type === 'Identifier'
            ? each.imported.name
            : String(each.imported.value);
    return [each.local.name, { from, name }];
  });
}

function namedFunction(node: SyntaxNode): [string, FunctionNode] | undefined {
  if (node.type === 'FunctionDeclaration') return node.id ? [node.id.name, node] : undefined;
  if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && isFunction(node.init))
    return [node.id.name, node.init];
  if (
    (node.type === 'Property' || node.type === 'MethodDefinition') &&
    node.key.type === 'Identifier' &&
    !node.computed &&
    isFunction(node.value)
  )
    return [node.key.name, node.value];
  return undefined;
}
