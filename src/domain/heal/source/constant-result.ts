import { keyOf } from './constant-value.ts';
import { type FunctionNode, isFunction } from './names.ts';
import { codeOf, isParsed, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { identity } from './recorded-values.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Functions, known by their names, that gave different results and now give one; and fields of results likewise. */
export function constantResultFindings(change: ParsedChange): SourceFinding[] {
  return [...decidedFindings(change), ...resultFindings(change)];
}

/** `if (true)`: whatever was decided here is decided no more. */
function decidedFindings(change: ParsedChange): SourceFinding[] {
  const decided = newFacts(change, ({ nodes, fold }) =>
    nodes.flatMap((node) => {
      const isBranch = node.type === 'IfStatement' || node.type === 'ConditionalExpression';
      return isBranch && fold(node.test) ? [{ key: codeOf(node.test), node }] : [];
    }),
  );
  return decided.map(({ node }) =>
    finding('constant-result', 'it has a condition that comes out the same in every call', lineOf(node)),
  );
}

function resultFindings({ before, after }: ParsedChange): SourceFinding[] {
  if (!isParsed(before)) return [];
  const [was, now] = [resultsByName(before), resultsByName(after)];
  return [...now].flatMap(([name, { node, results }]) => {
    const old = was.get(name);
    if (!old || !isVaried(old.results, before)) return [];
    if (!isVaried(results, after))
      return [finding('constant-result', `${shown(name)} gives the same result whatever its input`, lineOf(node))];
    return fixedFields({ old: old.results, now: results, before, after }).map((field) =>
      finding('constant-result', `${shown(field)} of ${shown(name)} has the same value in all results`, lineOf(node)),
    );
  });
}

type Results = Map<string, { node: FunctionNode; results: readonly (SyntaxNode | null)[] }>;

function resultsByName(source: ParsedSource): Results {
  const returned = new Map<SyntaxNode, (SyntaxNode | null)[]>();
  for (const node of source.nodes) {
    if (node.type !== 'ReturnStatement') continue;
    const home = functionAround(node, source);
    if (home) returned.set(home, [...(returned.get(home) ?? []), node.argument ?? null]);
  }
  return new Map(
    [...source.names.functions].map(([name, node]) => [
      name,
      { node, results: node.body.type === 'BlockStatement' ? (returned.get(node) ?? []) : [node.body] },
    ]),
  );
}

function functionAround(node: SyntaxNode, { parents }: ParsedSource): SyntaxNode | undefined {
  let up = parents.get(node);
  while (up && !isFunction(up)) up = parents.get(up);
  return up;
}

/** Whether results can differ: two constants do, and anything computed may. Without a result there is one, undefined. */
function isVaried(results: readonly (SyntaxNode | null)[], source: ParsedSource): boolean {
  return new Set(results.map((each) => constantOf(each, source) ?? each)).size > 1 || isComputed(results[0], source);
}

const isComputed = (result: SyntaxNode | null | undefined, source: ParsedSource): boolean =>
  Boolean(result) && constantOf(result, source) === undefined;

function constantOf(node: SyntaxNode | null | undefined, { fold }: ParsedSource): string | undefined {
  if (!node) return 'undefined';
  const folded = fold(node);
  return folded && (identity(folded.value) ?? 'undefined');
}

/** Fields that all results have, such as `ok`, where only constants are left of what was decided. */
function fixedFields(options: {
  old: readonly (SyntaxNode | null)[];
  now: readonly (SyntaxNode | null)[];
  before: ParsedSource;
  after: ParsedSource;
}): string[] {
  const [old, now] = [fieldsOf(options.old, options.before), fieldsOf(options.now, options.after)];
  return [...now].flatMap(([name, values]) => {
    const had = old.get(name);
    const isFixed = values.size === 1 && [...values].every((each) => each.startsWith('='));
    const wasOpen = had !== undefined && (had.size > 1 || [...had].some((each) => !each.startsWith('=')));
    return isFixed && wasOpen ? [name] : [];
  });
}

/** The values of each field: `=` before those that are constants. */
function fieldsOf(results: readonly (SyntaxNode | null)[], source: ParsedSource): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const result of results) {
    if (result?.type !== 'ObjectExpression') continue;
    for (const property of result.properties) {
      const name = property.type === 'Property' ? keyOf(property, source.fold) : undefined;
      if (name === undefined || property.type !== 'Property') continue;
      const value = constantOf(property.value, source);
      fields.set(name, (fields.get(name) ?? new Set()).add(value === undefined ? codeOf(property.value) : `=${value}`));
    }
  }
  return fields;
}
