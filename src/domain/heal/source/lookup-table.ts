import { keyOf } from './constant-value.ts';
import { codeOf, type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { identity, isDistinctive, type RecordedValues, spelling } from './recorded-values.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Answers kept by input: tables that hold recorded calls, and any that is looked up by the text of a whole input. */
export function lookupTableFindings(change: ParsedChange, recorded: RecordedValues): SourceFinding[] {
  const lookups = newFacts(change, serialisedLookups).map(({ node }) =>
    finding('lookup-table', 'it looks an answer up by the text or hash of its whole input', lineOf(node)),
  );
  const entries = newFacts(change, entriesOf, 'count');
  const tables = Map.groupBy(entries, ({ table }) => table);
  const held = [...tables].flatMap(([table, added]) => {
    const known = added.filter((entry) => weightOf(entry, recorded) > 0);
    const weight = new Map(known.map((entry) => [entry.key, weightOf(entry, recorded)]));
    if ([...weight.values()].reduce((sum, each) => sum + each, 0) < ENOUGH) return [];
    const [first] = known;
    return [finding('lookup-table', `it holds recorded calls in a table: ${shown(first?.piece ?? '')}`, lineOf(table))];
  });
  return [...lookups, ...held];
}

/** One value may be in a table by accident, or because the fault was a wrong entry. */
const ENOUGH = 2;

interface Entry extends Fact {
  table: SyntaxNode;
  piece: string;
  /** Of a plain list, the item stands for either. */
  name: unknown;
  answer: unknown;
  isPair: boolean;
}

function entriesOf(source: ParsedSource): Entry[] {
  return source.nodes.flatMap((table) => {
    if (table.type === 'ObjectExpression') return objectEntries(table, source);
    return table.type === 'ArrayExpression' && !isPairItself(table, source) ? listEntries(table, source) : [];
  });
}

/** `['a', 1]` inside a list of such is a row of that list. */
const isPairItself = (node: SyntaxNode, { parents }: ParsedSource): boolean =>
  parents.get(node)?.type === 'ArrayExpression';

function objectEntries(table: Extract<SyntaxNode, { type: 'ObjectExpression' }>, source: ParsedSource): Entry[] {
  return table.properties.flatMap((property) => {
    if (property.type !== 'Property') return [];
    const name = keyOf(property, source.fold);
    // What is computed is no answer known by heart.
    const answer = source.fold(property.value);
    return name === undefined || !answer ? [] : [entry(table, property, source, { name, answer: answer.value })];
  });
}

function listEntries(table: Extract<SyntaxNode, { type: 'ArrayExpression' }>, source: ParsedSource): Entry[] {
  return table.elements.flatMap((element) => {
    if (!element) return [];
    if (element.type === 'ArrayExpression' && element.elements.length === 2) {
      const [name, answer] = element.elements.map((each) => source.fold(each));
      return name ? [entry(table, element, source, { name: name.value, answer: answer?.value })] : [];
    }
    const item = source.fold(element);
    return item ? [entry(table, element, source, { name: item.value })] : [];
  });
}

function entry(
  table: SyntaxNode,
  node: SyntaxNode,
  { text }: ParsedSource,
  { name, ...pair }: { name: unknown; answer?: unknown },
): Entry {
  const isPair = 'answer' in pair;
  const answer = isPair ? pair.answer : name;
  const key = `${identity(name)} ${identity(answer)}`;
  return { key, node, table, piece: text.slice(node.start, node.end), name, answer, isPair };
}

/** How much an entry speaks for a table of recorded calls. */
function weightOf({ name, answer, isPair }: Entry, recorded: RecordedValues): number {
  if (isPair && typeof name === 'string' && isStructureText(name)) return ENOUGH;
  if (isPair && typeof name === 'string' && recorded.spellings.has(spelling(name) ?? '')) return ENOUGH;
  const [nameId, answerId] = [identity(name) ?? '', identity(answer) ?? ''];
  const isCall = isPair && recorded.calls.some(({ inputs, outputs }) => inputs.has(nameId) && outputs.has(answerId));
  const [isInput, isOutput] = [recorded.inputs.has(nameId), recorded.outputs.has(answerId)];
  const knowsInput = isInput && isDistinctive(name);
  const knowsOutput = isOutput && isDistinctive(answer);
  if (isCall && (knowsInput || knowsOutput)) return typeof name === 'string' && /^[a-z]\w*$/i.test(name) ? 1 : ENOUGH;
  if (!knowsInput && !knowsOutput) return 0;
  // A whole list or object that was recorded is none by accident.
  if (typeof name === 'object' || typeof answer === 'object') return ENOUGH;
  const standing = knowsInput ? recorded.inputs.get(nameId) : recorded.outputs.get(answerId);
  return standing === 'item' || (!isPair && typeof name === 'number') ? 0.5 : 1;
}

/** `"[[1,2],3]"`: nobody keys a table like that but who looks whole inputs up. */
function isStructureText(text: string): boolean {
  if (!/^[[{].*[\]}]$/s.test(text)) return false;
  try {
    return Object.keys(JSON.parse(text)).length > 0;
  } catch {
    return false;
  }
}

function serialisedLookups(source: ParsedSource): Fact[] {
  return source.nodes.flatMap((node) => {
    const sides = lookupSides(node, source);
    if (!sides || !isSerialised(sides.by, source) || !isFilled(sides.in, source)) return [];
    return [{ key: codeOf(node), node }];
  });
}

/** What is looked up (`by`), and where (`in`). */
function lookupSides(node: SyntaxNode, { fold }: ParsedSource): { in: SyntaxNode; by: SyntaxNode } | undefined {
  if (node.type === 'MemberExpression' && node.computed && node.object.type !== 'Super' && !fold(node.property))
    return { in: node.object, by: node.property };
  if (node.type === 'BinaryExpression') {
    if (node.operator === 'in') return { in: node.right, by: node.left };
    // The texts of two values may be compared with each other, not with one that is written down.
    if (!/^[!=]==?$/.test(node.operator) || !fold(node.left) === !fold(node.right)) return undefined;
    return fold(node.left) ? { in: node.left, by: node.right } : { in: node.right, by: node.left };
  }
  if (node.type === 'SwitchStatement' && node.cases[0]?.test) return { in: node.cases[0].test, by: node.discriminant };
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const name = keyOf(node.callee, fold) ?? '';
  const [first, second] = node.arguments;
  if (/^hasOwn/.test(name) && first && second) return { in: first, by: second };
  if (!/^(get|has|includes|indexOf|hasOwnProperty)$/.test(name) || !first || node.callee.object.type === 'Super')
    return undefined;
  return { in: node.callee.object, by: first };
}

/** Whether a node is, or stands for, the text or hash of something that is not known beforehand. */
function isSerialised(node: SyntaxNode, source: ParsedSource, depth = 0): boolean {
  if (source.fold(node) || depth > 5) return false;
  if (node.type === 'Identifier')
    return (source.names.inits.get(node.name) ?? []).some((init) => isSerialised(init, source, depth + 1));
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const name = keyOf(node.callee, source.fold) ?? '';
  const { object } = node.callee;
  if (name === 'stringify' || name === 'digest') return true;
  // `JSON.stringify(x).replaceAll(...)` is still its text.
  return object.type !== 'Super' && isSerialised(object, source, depth + 1);
}

/** Whether answers stand in it from the start; `{}` and `new Map()` are memories of this very run. */
function isFilled(node: SyntaxNode, source: ParsedSource, depth = 0): boolean {
  const folded = source.fold(node)?.value;
  if (typeof folded === 'string') return !/^(\[\]|\{\}|""|null)$/.test(folded);
  if (typeof folded === 'object' && folded !== null) return Object.keys(folded).length > 0;
  if (depth > 5) return false;
  if (node.type === 'Identifier')
    return (source.names.inits.get(node.name) ?? []).some((init) => isFilled(init, source, depth + 1));
  if (node.type === 'ObjectExpression') return node.properties.length > 0;
  if (node.type === 'ArrayExpression') return node.elements.length > 0;
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  return node.arguments.some((each) => isFilled(each, source, depth + 1));
}
