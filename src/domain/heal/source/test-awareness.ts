import { keyOf } from './constant-value.ts';
import { codeOf, type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, nodesWithin, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Words by which code knows that it is tested or replayed. In comments they tell nothing to the code. */
const WORDS =
  /\b(vitest|jest|mocha|node:test|NODE_ENV|VITEST\w*|JEST\w*|steward-tape|is[-_]?(?:replay|test)(?:ing|ed)?)\b|(?<![\w.])tapes?(?![\w])|(?<![\w-])tests?\/|\.(?:test|spec)\.[cm]?[jt]s\b/i;
const NAMES = /^(vitest|jest|__vitest\w*|NODE_ENV|VITEST\w*|tapes?|is(?:Replay|Test)\w*)$/;

export function awarenessFindings(change: ParsedChange): SourceFinding[] {
  return [
    ...newFacts(change, mentions).map(({ key, node }) =>
      finding('test-awareness', `it speaks of tests or replays: ${shown(key)}`, lineOf(node)),
    ),
    ...newFacts(change, comparisons).map(({ says, node }) => finding('test-awareness', says, lineOf(node))),
  ];
}

function mentions({ nodes, fold }: ParsedSource): Fact[] {
  return nodes.flatMap((node) => {
    const text =
      node.type === 'TemplateElement'
        ? node.value.cooked
        : /^(Literal|BinaryExpression|CallExpression)$/.test(node.type)
          ? fold(node)?.value
          : undefined;
    const word = typeof text === 'string' ? WORDS.exec(text)?.[0] : undefined;
    if (word !== undefined) return [{ key: word, node }];
    const name = node.type === 'Identifier' ? node.name : node.type === 'MemberExpression' ? keyOf(node, fold) : '';
    return name && NAMES.test(name) ? [{ key: name, node }] : [];
  });
}

/** The key and the time of a call are other ones in every run: whoever compares them with a constant knows which run. */
function comparisons(source: ParsedSource): (Fact & { says: string })[] {
  return source.nodes.flatMap((node) => {
    const [one, other] = sidesOf(node);
    if (!one || !other) return [];
    const sides = [one, other] as const;
    for (const [side, constant] of [sides, [other, one] as const]) {
      if (isKey(side, source) && source.fold(constant))
        return [{ key: codeOf(node), node, says: 'it compares the key of the call with a constant' }];
      if (isTime(side, source) && isDate(constant, source))
        return [{ key: codeOf(node), node, says: 'it compares the time of the call with a certain date' }];
    }
    return [];
  });
}

function sidesOf(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'BinaryExpression' && /^([!=]==?|[<>]=?)$/.test(node.operator)) return [node.left, node.right];
  if (node.type === 'SwitchStatement') return [node.discriminant, node.cases[0]?.test ?? node.discriminant];
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || !node.arguments[0]) return [];
  const { property, object } = node.callee;
  const isQuestion =
    property.type === 'Identifier' &&
    /^(includes|startsWith|endsWith|test|match|has|indexOf|equals)$/.test(property.name);
  return isQuestion ? [object, node.arguments[0]] : [];
}

const isKey = (node: SyntaxNode, { fold }: ParsedSource): boolean =>
  node.type === 'MemberExpression' &&
  keyOf(node, fold) === 'key' &&
  node.object.type === 'Identifier' &&
  /^(context|ctx)$/.test(node.object.name);

/** Made of `clock`, directly or by way of variables. */
function isTime(node: SyntaxNode, source: ParsedSource, depth = 0): boolean {
  if (depth > 3) return false;
  return nodesWithin(source, node).some((each) => {
    if (each.type === 'MemberExpression') return each.property.type === 'Identifier' && each.property.name === 'clock';
    if (each.type !== 'Identifier') return false;
    const init = source.names.values.get(each.name);
    return each.name === 'clock' || (init !== undefined && isTime(init, source, depth + 1));
  });
}

const DATE_TEXT = /\d{4}-\d{2}|\b(19|20)\d{2}\b|\d{12,}/;

function isDate(node: SyntaxNode, source: ParsedSource): boolean {
  const value = source.fold(node)?.value;
  if (typeof value === 'number') return Math.abs(value) >= 1_000_000_000 || (value >= 1970 && value <= 2200);
  if (typeof value === 'string') return DATE_TEXT.test(value);
  const args =
    node.type === 'NewExpression' || node.type === 'CallExpression'
      ? node.arguments.map((each) => source.fold(each)?.value)
      : [];
  if (args.length > 0 && args.every((each) => each !== undefined))
    return codeOf('callee' in node ? node.callee : null).includes('name:"Date"');
  // `new Date('2026-01-01').getTime()`
  return node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    node.callee.object.type !== 'Super'
    ? isDate(node.callee.object, source)
    : false;
}
