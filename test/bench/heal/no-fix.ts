import type { AnyNode, Function as FunctionNode, Program } from 'acorn';
import { ancestor, full } from 'acorn-walk';
import { namesIn, parseCode } from './scopes.ts';

/**
 * The code with one local variable called something else: a candidate that mends nothing and is not the same text.
 * Where there is none to rename, an empty block does.
 */
export function withoutFix(source: string, entryPoint: string): string {
  const program = parseCode(source);
  const target = program && functionNamed(program, entryPoint);
  const name = target && renamable(target, source);
  if (!target || !name) return `${source}\n{}\n`;
  const places: AnyNode[] = [];
  full(target, (node) => {
    if (node.type === 'Identifier' && node.name === name) places.push(node);
  });
  const starts = [...new Set(places.map(({ start }) => start))].sort((a, b) => b - a);
  return starts.reduce((text, at) => `${text.slice(0, at)}${name}Value${text.slice(at + name.length)}`, source);
}

function functionNamed(program: Program, wanted: string): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  ancestor(program, {
    Function(node, _, ancestors) {
      const parent = ancestors.at(-2);
      const id = node.id ?? (parent?.type === 'VariableDeclarator' ? parent.id : undefined);
      if (id?.type === 'Identifier' && id.name === wanted) found ??= node;
    },
  });
  return found;
}

/** A parameter or variable of the function that no field is named after, so that each place of the name is the variable. */
function renamable(target: FunctionNode, source: string): string | undefined {
  const names = target.params.flatMap(namesIn);
  const taken = new Set<string>();
  full(target, (node) => {
    if (node.type === 'VariableDeclarator') names.push(...namesIn(node.id));
    if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier')
      taken.add(node.property.name);
    if (node.type === 'Property' && node.key.type === 'Identifier') taken.add(node.key.name);
  });
  return names.find((name) => !taken.has(name) && !source.includes(`${name}Value`));
}
