import { codeOf, type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** Modules of Node that reach nothing outside, so that more names of them give no more power. */
const PURE = /^node:(path|url|util)$/;

export function importFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, importsOf).map(({ node, says }) => finding('imports', says, lineOf(node)));
}

type ImportFact = Fact & { says: string };

function importsOf({ nodes }: ParsedSource): ImportFact[] {
  return nodes.flatMap((node) => {
    switch (node.type) {
      case 'ImportDeclaration':
        return [moduleFact(node, node.source.value), ...nameFacts(node)];
      case 'ExportAllDeclaration':
        return [moduleFact(node, node.source.value)];
      case 'ExportNamedDeclaration':
        return node.source ? [moduleFact(node, node.source.value)] : [];
      case 'ImportExpression':
        return [{ key: codeOf(node), node, says: 'it imports at run time, with import()' }];
      default:
        return loaderFacts(node);
    }
  });
}

function moduleFact(node: SyntaxNode, source: unknown): ImportFact {
  const options = 'attributes' in node && node.attributes.length > 0 ? codeOf(node.attributes) : '';
  return { key: `${source}${options}`, node, says: `it newly imports ${shown(String(source))}` };
}

function nameFacts(node: Extract<SyntaxNode, { type: 'ImportDeclaration' }>): ImportFact[] {
  const source = String(node.source.value);
  if (!source.startsWith('node:') || PURE.test(source)) return [];
  return node.specifiers.map((each) => {
    const name =
      each.type === 'ImportSpecifier'
        ? each.imported.type === 'Identifier'
          ? each.imported.name
          : String(each.imported.value)
        : 'everything';
    return { key: `${source}#${name}`, node: each, says: `it newly imports ${shown(name)} from ${shown(source)}` };
  });
}

/** The old ways to a module, by which a text becomes one as well. */
function loaderFacts(node: SyntaxNode): ImportFact[] {
  const name =
    node.type === 'Identifier'
      ? node.name
      : node.type === 'MemberExpression' && node.property.type === 'Identifier' && !node.computed
        ? node.property.name
        : '';
  if (!/^(require|createRequire|getBuiltinModule)$/.test(name)) return [];
  return [{ key: `loader:${name}`, node, says: `it loads modules with ${shown(name)}` }];
}
