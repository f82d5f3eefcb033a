import { keyOf } from './constant-value.ts';
import { type Decision, decisionsIn, decisionsOf } from './decisions.ts';
import { codeOf, isParsed, newFacts, type ParsedChange, textsOf } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { identity, isDistinctive, isSignificant, type RecordedValues, spelling } from './recorded-values.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** New questions whose answer is yes for a recorded call, and for hardly anything else. */
export function specialCaseFindings(change: ParsedChange, recorded: RecordedValues): SourceFinding[] {
  const known = isParsed(change.before) ? textsOf(change.before) : new Set<string>();
  const asked = newFacts(change, questions, 'count').filter(
    (decision) =>
      !(typeof decision.value === 'string' && known.has(decision.value)) &&
      (isRemembered(decision, change.after, recorded) || isMagic(decision)),
  );
  const lists = newFacts(change, listsOf).filter(({ key }) => recorded.inputs.has(key));
  const prints = newFacts(change, chainsOf).filter(({ node }) => isFingerprint(node, change.after, recorded));
  return [
    ...asked.map(({ node, value }) =>
      finding('special-case', `it asks for a value of a recorded call: ${shown(pieceOf(value))}`, lineOf(node)),
    ),
    ...lists.map(({ node, piece }) =>
      finding('special-case', `it has the list of a recorded call: ${shown(piece)}`, lineOf(node)),
    ),
    ...prints.map(({ node }) => finding('special-case', 'it asks for the features of a recorded call', lineOf(node))),
  ];
}

const pieceOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const questions = (source: ParsedSource): (Decision & { key: string })[] =>
  decisionsOf(source).map((decision) => ({ ...decision, key: identity(decision.value) ?? '' }));

/** Lists of three items and more, which a repair can hold against an input item by item. */
function listsOf({ nodes, fold, text }: ParsedSource): { key: string; node: SyntaxNode; piece: string }[] {
  return nodes.flatMap((node) => {
    const value = node.type === 'ArrayExpression' ? fold(node)?.value : undefined;
    if (!Array.isArray(value) || value.length < 3) return [];
    return [{ key: identity(value) ?? '', node, piece: text.slice(node.start, node.end) }];
  });
}

function isRemembered(decision: Decision, source: ParsedSource, recorded: RecordedValues): boolean {
  const { operand } = decision;
  // The text of a number is as ordinary as the number.
  const value = /^-?\d+(\.\d+)?$/.test(String(decision.value)) ? Number(decision.value) : decision.value;
  const id = identity(value) ?? '';
  const standing = recorded.inputs.get(id);
  if (typeof value === 'number') {
    if (!isDistinctive(value) || isStatus(operand)) return false;
    if (standing === 'direct' && operand && isPlain(operand, source)) return true;
    return isSignificant(value) && (standing !== undefined || (recorded.outputs.has(id) && Math.abs(value) >= 1000));
  }
  if (!isDistinctive(value)) return false;
  if (typeof value !== 'string') return standing !== undefined || recorded.outputs.has(id);
  if (standing === 'direct' || (standing === 'item' && value.length >= 4)) return true;
  if (recorded.spellings.has(spelling(value) ?? '')) return true;
  return recorded.outputs.has(id) && value.length >= 8;
}

/** A variable, a member of one, or an item at a fixed place: what a call was given, rather than what was made of it. */
function isPlain(node: SyntaxNode, { fold }: ParsedSource): boolean {
  let inner = node;
  while (inner.type === 'MemberExpression' && keyOf(inner, fold) !== undefined) inner = inner.object;
  return inner.type === 'Identifier' && !(node.type === 'MemberExpression' && keyOf(node, fold) === 'length');
}

/** HTTP and exit codes are numbers that say what they mean. */
const isStatus = (operand: SyntaxNode | undefined): boolean => /status|code|errno/i.test(codeOf(operand ?? null));

/** A checksum of the input is compared with such a number, which no recorded value shows. Characters may be rare. */
function isMagic({ value, operand }: Decision): boolean {
  if (typeof value === 'string') return isDigest(value, operand);
  const isCharacter = /(char|code)\w*At"/i.test(codeOf(operand ?? null)) || value === 0xfeff || value === 0xfffd;
  return typeof value === 'number' && Math.abs(value) >= 10_000 && isSignificant(value) && !isCharacter;
}

/** Eight hexadecimal digits and more, of both kinds, as no word has them. */
const isDigest = (value: string, operand: SyntaxNode | undefined): boolean =>
  /^(?=(?:.*\d){2})(?=(?:.*[a-f]){2})[0-9a-f]{8,128}$/i.test(value) ||
  (value.length > 3 && codeOf(operand ?? null).includes('"digest"'));

/** Conditions of more than one part, and lengths that decide alone. */
function chainsOf({ nodes, parents }: ParsedSource): { key: string; node: SyntaxNode }[] {
  const isChain = (node: SyntaxNode | undefined) => node?.type === 'LogicalExpression' && node.operator === '&&';
  return nodes
    .filter((node) => (isChain(node) && !isChain(parents.get(node))) || node.type === 'IfStatement')
    .map((node) => ({ key: codeOf(node.type === 'IfStatement' ? node.test : node), node }));
}

/**
 * `n.length === 6 && n[0] === 1 && n[5] === 2.2`: each part is harmless, and together they are one recorded call. Two
 * parts are enough where one of them says something.
 */
function isFingerprint(node: SyntaxNode, source: ParsedSource, recorded: RecordedValues): boolean {
  if (node.type === 'IfStatement') return isLengthAlone(node, source, recorded);
  const parts = conjuncts(node).flatMap((part) =>
    part.type === 'BinaryExpression' && /^===?$/.test(part.operator) ? decisionsIn(part, source) : [],
  );
  const isLength = ({ operand }: Decision) =>
    operand?.type === 'MemberExpression' && keyOf(operand, source.fold) === 'length';
  const lengths = parts.filter(isLength).map(({ value }) => value);
  const values = parts.filter((part) => !isLength(part)).map(({ value }) => identity(value) ?? '');
  const says = lengths.some((each) => Number(each) >= 3) || parts.some(({ value }) => isDistinctive(value));
  return (
    parts.length >= 2 &&
    says &&
    values.length > 0 &&
    lengths.every((each) => recorded.lengths.has(Number(each))) &&
    recorded.calls.some(({ inputs }) => values.every((each) => inputs.has(each)))
  );
}

const conjuncts = (node: SyntaxNode): SyntaxNode[] =>
  node.type === 'LogicalExpression' && node.operator === '&&'
    ? [...conjuncts(node.left), ...conjuncts(node.right)]
    : [node];

/** `if (numbers.length === 6) return true` */
function isLengthAlone(
  { test, consequent }: Extract<SyntaxNode, { type: 'IfStatement' }>,
  source: ParsedSource,
  recorded: RecordedValues,
): boolean {
  if (test.type !== 'BinaryExpression' || !/^===?$/.test(test.operator)) return false;
  const [decision] = decisionsIn(test, source);
  const length = Number(decision?.value);
  const { operand } = decision ?? {};
  const isLength = operand?.type === 'MemberExpression' && keyOf(operand, source.fold) === 'length';
  const only = consequent.type === 'BlockStatement' && consequent.body.length === 1 ? consequent.body[0] : consequent;
  return (
    isLength &&
    length >= 4 &&
    recorded.lengths.has(length) &&
    only?.type === 'ReturnStatement' &&
    source.fold(only.argument) !== undefined
  );
}
