import { decisionsIn } from './decisions.ts';
import { isParsed, newFacts, type ParsedChange, textsOf } from './novelty.ts';
import { lineOf, nodesWithin, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { identity, isDistinctive, isSignificant, type RecordedValues } from './recorded-values.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** New constants, given as a result, that are the output of a recorded call. */
export function knownAnswerFindings(change: ParsedChange, recorded: RecordedValues): SourceFinding[] {
  const known = isParsed(change.before) ? textsOf(change.before) : new Set<string>();
  const found = newFacts(change, answersOf).filter(
    ({ value, node }) =>
      recorded.outputs.get(identity(value) ?? '') === 'direct' &&
      isDistinctive(value) &&
      !(typeof value === 'string' && known.has(value)) &&
      (typeof value !== 'number' || isSignificant(value) || isSelected(node, change.after)),
  );
  return found.map(({ node, piece }) =>
    finding('special-case', `it gives the output of a recorded call: ${shown(piece)}`, lineOf(node)),
  );
}

interface Answer {
  key: string;
  node: SyntaxNode;
  value: unknown;
  piece: string;
}

function answersOf(source: ParsedSource): Answer[] {
  const { nodes, parents, fold, text } = source;
  return nodes.flatMap((node) => {
    const folded = fold(node);
    const parent = parents.get(node);
    if (!folded || !parent || fold(parent) || !isResult(node, parent, folded.value)) return [];
    return [{ key: identity(folded.value) ?? '', node, value: folded.value, piece: text.slice(node.start, node.end) }];
  });
}

/** A number is a result only where it is returned; a text or a structure wherever it is kept. */
function isResult(node: SyntaxNode, parent: SyntaxNode, value: unknown): boolean {
  switch (parent.type) {
    case 'ReturnStatement':
      return true;
    case 'ArrowFunctionExpression':
      return parent.body === node;
    case 'ConditionalExpression':
      return parent.test !== node;
    case 'LogicalExpression':
      return parent.right === node;
    case 'Property':
      return parent.value === node;
    case 'VariableDeclarator':
    case 'AssignmentExpression':
      return typeof value !== 'number' || isSignificant(value);
    default:
      return typeof value === 'object' && value !== null;
  }
}

/** Whether the way to a node goes through a question for a certain value. */
function isSelected(node: SyntaxNode, source: ParsedSource): boolean {
  for (let up = source.parents.get(node); up; up = source.parents.get(up)) {
    const test = up.type === 'IfStatement' || up.type === 'ConditionalExpression' ? up.test : undefined;
    if (up.type === 'SwitchCase') return true;
    if (up.type === 'LogicalExpression' && asksFor(up.left, source)) return true;
    if (test && asksFor(test, source)) return true;
  }
  return false;
}

const asksFor = (test: SyntaxNode, source: ParsedSource): boolean =>
  nodesWithin(source, test).some((node) => decisionsIn(node, source).length > 0);
