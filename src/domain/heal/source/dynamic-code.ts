import { keyOf } from './constant-value.ts';
import { type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Whatever they are called with, a text becomes code. */
const MAKERS = /^(eval|Function|AsyncFunction|GeneratorFunction|WebAssembly|Worker|SharedWorker|ShadowRealm)$/;
const TIMERS = /^(setTimeout|setInterval|setImmediate)$/;

export function dynamicCodeFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, makersOf).map(({ key, node }) =>
    finding('dynamic-code', `it makes code out of text, with ${shown(key)}`, lineOf(node)),
  );
}

function makersOf(source: ParsedSource): Fact[] {
  return source.nodes.flatMap((node) => {
    const key = makerIn(node, source);
    return key === undefined ? [] : [{ key, node }];
  });
}

function makerIn(node: SyntaxNode, { parents, fold }: ParsedSource): string | undefined {
  const parent = parents.get(node);
  switch (node.type) {
    case 'Identifier':
      return MAKERS.test(node.name) ? node.name : undefined;
    case 'MemberExpression': {
      const key = keyOf(node, fold) ?? '';
      const isReflection = node.object.type === 'Identifier' && node.object.name === 'Reflect';
      if (isReflection && /^(construct|apply)$/.test(key)) return `Reflect.${key}`;
      return key === 'constructor' && !isHarmless(parent) ? 'constructor' : undefined;
    }
    case 'ObjectPattern':
      return node.properties.some((each) => each.type === 'Property' && keyOf(each, fold) === 'constructor')
        ? 'constructor'
        : undefined;
    case 'Literal':
      if (node.value === 'constructor' && !isHarmless(parent)) return 'constructor';
      return /^data:[^,]*(javascript|wasm)/i.test(String(node.value)) ? 'a data: module' : undefined;
    case 'CallExpression':
      return timerOf(node, fold);
    default:
      return undefined;
  }
}

/** Asking for the name of a constructor, or whether it is a certain one, calls none. */
const isHarmless = (parent: SyntaxNode | undefined): boolean =>
  parent?.type === 'BinaryExpression' ||
  (parent?.type === 'MemberExpression' && parent.property.type === 'Identifier' && parent.property.name === 'name');

function timerOf(
  node: Extract<SyntaxNode, { type: 'CallExpression' }>,
  fold: ParsedSource['fold'],
): string | undefined {
  if (node.callee.type !== 'Identifier' || !TIMERS.test(node.callee.name)) return undefined;
  const [first] = node.arguments;
  const isText =
    typeof fold(first)?.value === 'string' || /^(TemplateLiteral|BinaryExpression)$/.test(first?.type ?? '');
  return isText ? `${node.callee.name} of a text` : undefined;
}
