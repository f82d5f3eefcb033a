import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, type Pattern, type Program, parse } from 'acorn';
import { ancestor } from 'acorn-walk';

/** The names of a case's code. Its authors wrote scripts; an execution script is a module, where stricter rules hold. */

/** The program; undefined where the text is none, as with a bug in the syntax. */
export function parseCode(source: string, sourceType: 'script' | 'module' = 'script'): Program | undefined {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType });
  } catch {
    return undefined;
  }
}

/** Functions that the code declares at its top. */
export function topLevelFunctions(source: string): string[] {
  return (parseCode(source)?.body ?? []).flatMap((statement) => {
    if (statement.type === 'FunctionDeclaration') return [statement.id.name];
    if (statement.type !== 'VariableDeclaration') return [];
    return statement.declarations.flatMap(({ id, init }) =>
      id.type === 'Identifier' && /Function/.test(init?.type ?? '') ? [id.name] : [],
    );
  });
}

/** Whether code uses a name, be it only in a comment. */
export const mentions = (source: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(source);

/** Names that the code assigns and nobody declares: global variables in a script, a ReferenceError in a module. */
export function leakedNames(source: string): string[] {
  const program = parseCode(source);
  if (!program) return [];
  const scopes = declarations(program);
  const leaked = new Set<string>();
  eachAssigned(program, (name, ancestors) => {
    if (!ancestors.some((scope) => scopes.get(scope)?.has(name))) leaked.add(name);
  });
  return [...leaked];
}

/** What makes the code a script that is no module as it stands; undefined where nothing does. */
export function sloppiness(source: string): string | undefined {
  if (!parseCode(source)) return undefined;
  if (!parseCode(source, 'module')) return 'syntax that only scripts may have';
  const leaked = leakedNames(source);
  if (leaked.length > 0) return `assigns undeclared ${leaked.join(', ')}`;
  if (/\barguments\s*\.\s*callee\b/.test(source)) return 'arguments.callee';
  return isReadOtherwise(source) ? 'TypeScript reads it otherwise' : undefined;
}

/** `f(a < b, c > (d))` has two arguments in JavaScript, and a type argument in TypeScript. */
function isReadOtherwise(source: string): boolean {
  try {
    return stripTypeScriptTypes(source) !== source;
  } catch {
    return true;
  }
}

/** Each scope's own names, as sloppy code has them: what a block's function is called, is known in the whole function. */
function declarations(program: Program): Map<AnyNode, Set<string>> {
  const scopes = new Map<AnyNode, Set<string>>();
  const declare = (scope: AnyNode | undefined, names: readonly string[]) => {
    if (scope) scopes.set(scope, new Set([...(scopes.get(scope) ?? []), ...names]));
  };
  ancestor(program, {
    VariableDeclaration({ kind, declarations: list }, _, ancestors) {
      const scope = ancestors.slice(0, -1).findLast(kind === 'var' ? isFunctionScope : isScope);
      declare(
        scope,
        list.flatMap(({ id }) => namesIn(id)),
      );
    },
    Function(node, _, ancestors) {
      const outside = ancestors.slice(0, -1).findLast(isFunctionScope);
      const inside = ancestors.at(-1);
      declare(inside, ['arguments', ...node.params.flatMap(namesIn)]);
      if (node.id) declare(inside?.type === 'FunctionDeclaration' ? outside : inside, [node.id.name]);
    },
    Class(node, _, ancestors) {
      if (node.id) declare(ancestors.slice(0, -1).findLast(isScope), [node.id.name]);
    },
    CatchClause(node) {
      declare(node, node.param ? namesIn(node.param) : []);
    },
  });
  return scopes;
}

const isFunctionScope = ({ type }: AnyNode): boolean => type === 'Program' || /Function/.test(type);
const isScope = (node: AnyNode): boolean =>
  isFunctionScope(node) || /^(BlockStatement|For\w*Statement|SwitchStatement)$/.test(node.type);

/** The names that a pattern binds or assigns. */
export function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) => namesIn(each.type === 'Property' ? each.value : each.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap((each) => (each ? namesIn(each) : []));
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

function eachAssigned(program: Program, visit: (name: string, ancestors: AnyNode[]) => void): void {
  ancestor(program, {
    AssignmentExpression({ left }, _, ancestors) {
      for (const name of namesIn(left)) visit(name, ancestors);
    },
    UpdateExpression({ argument }, _, ancestors) {
      if (argument.type === 'Identifier') visit(argument.name, ancestors);
    },
    ForInStatement({ left }, _, ancestors) {
      if (left.type !== 'VariableDeclaration') for (const name of namesIn(left)) visit(name, ancestors);
    },
    ForOfStatement({ left }, _, ancestors) {
      if (left.type !== 'VariableDeclaration') for (const name of namesIn(left)) visit(name, ancestors);
    },
  });
}
