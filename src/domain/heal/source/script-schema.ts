import { keyOf } from './constant-value.ts';
import { assignedBy, rootOf } from './names.ts';
import { codeOf, isParsed, type ParsedChange, saidIn } from './novelty.ts';
import { lineOf, nodesWithin, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding } from './source-finding.ts';
import { scriptObject } from './whole-file.ts';

/** What directives, callers and the prompt rely on: a repair mends how a script keeps its word, not the word. */
export function schemaFindings({ before, after }: ParsedChange): SourceFinding[] {
  const now = partsOf(after);
  const was = isParsed(before) ? partsOf(before) : undefined;
  const found = [...shapeFindings(after)];
  for (const part of ['input', 'output'] as const) {
    const isSame = isParsed(before)
      ? closureOf(was?.get(part), before) === closureOf(now.get(part), after)
      : closureNodes(now.get(part), after).every((node) => saidIn(before)(after, node));
    if (!isSame) found.push(finding('schema', `the ${part} schema is not what it was`, lineAt(now.get(part))));
  }
  if (was?.has('find') && !now.has('find')) found.push(finding('schema', '`find` is gone'));
  return found;
}

const lineAt = (node: SyntaxNode | undefined): number | undefined => node && lineOf(node);

/** A key that is computed, spread or given twice could put another schema in the place of the one that is read here. */
function shapeFindings(after: ParsedSource): SourceFinding[] {
  const object = scriptObject(after);
  const keys = (object?.properties ?? []).map((each) =>
    each.type === 'Property' && !each.computed ? keyOf(each, after.fold) : undefined,
  );
  const isPlain = keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
  return isPlain ? [] : [finding('schema', 'each part of the script must be given once, by its plain name')];
}

function partsOf(source: ParsedSource): Map<string, SyntaxNode> {
  const parts = new Map<string, SyntaxNode>();
  for (const property of scriptObject(source)?.properties ?? []) {
    const key = property.type === 'Property' ? keyOf(property, source.fold) : undefined;
    if (key !== undefined && property.type === 'Property') parts.set(key, property.value);
  }
  return parts;
}

const closureOf = (schema: SyntaxNode | undefined, source: ParsedSource): string =>
  closureNodes(schema, source)
    .map((node) => codeOf(node))
    .join('\n');

/** A schema and all that it is made of: the declarations of the names in it, of the names in those, and who changes them. */
function closureNodes(schema: SyntaxNode | undefined, source: ParsedSource): SyntaxNode[] {
  const names = new Set<string>();
  const found: SyntaxNode[] = [];
  const open = schema ? [schema] : [];
  for (let node = open.pop(); node; node = open.pop()) {
    found.push(node);
    for (const name of namesIn(node, source)) {
      if (names.has(name)) continue;
      names.add(name);
      open.push(...declarationsOf(name, source));
    }
  }
  return [...found, ...changersOf(names, source)];
}

const namesIn = (node: SyntaxNode, source: ParsedSource): string[] =>
  nodesWithin(source, node).flatMap((each) => (each.type === 'Identifier' ? [each.name] : []));

/** A schema is made at the top of the module; what a function declares for itself is none of it. */
function declarationsOf(name: string, { program }: ParsedSource): SyntaxNode[] {
  return program.body.flatMap((statement): SyntaxNode[] => {
    if (statement.type === 'ImportDeclaration')
      return statement.specifiers
        .filter(({ local }) => local.name === name)
        .flatMap((each) => [each, statement.source]);
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration')
      return statement.id.name === name ? [statement] : [];
    if (statement.type !== 'VariableDeclaration') return [];
    return statement.declarations.filter(({ id }) => codeOf(id).includes(`name:"${name}"`));
  });
}

function changersOf(names: ReadonlySet<string>, { nodes }: ParsedSource): SyntaxNode[] {
  return nodes.filter((node) => assignedBy(node).some((target) => names.has(rootOf(target))));
}
