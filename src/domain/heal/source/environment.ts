import { keyOf } from './constant-value.ts';
import { codeOf, type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceCheck, type SourceFinding, shown } from './source-finding.ts';

type EnvironmentFact = Fact & { check: SourceCheck; says: string };

/** What of `process` decides over the process, rather than tells of it. */
const CONTROL =
  /^(exit|reallyExit|exitCode|abort|kill|on|once|off|emit|addListener|prependListener|removeAllListeners|disconnect|send)$/;

export function environmentFindings(change: ParsedChange): SourceFinding[] {
  const found = newFacts(change, (source) => [...processFacts(source), ...secretFacts(source)]);
  return found.map(({ check, says, node }) => finding(check, says, lineOf(node)));
}

function processFacts({ nodes, parents, fold }: ParsedSource): EnvironmentFact[] {
  return nodes.flatMap((node): EnvironmentFact[] => {
    const parent = parents.get(node);
    const isObject = parent?.type === 'MemberExpression' && parent.object === node;
    const member = isObject ? keyOf(parent, fold) : undefined;
    if (node.type === 'MetaProperty' && node.meta.name === 'import')
      return [fact('environment', node, `import.meta.${member ?? codeOf(parent)}`, 'import.meta')];
    if (node.type !== 'Identifier') return [];
    if (node.name === 'process') {
      const check = CONTROL.test(member ?? '') ? 'process-control' : 'environment';
      return [fact(check, node, `process.${member ?? codeOf(parent)}`, member ? `process.${member}` : 'process')];
    }
    if (/^(globalThis|global)$/.test(node.name))
      return [fact('environment', node, `${node.name}.${member ?? codeOf(parent)}`, node.name)];
    return [];
  });
}

const fact = (check: SourceCheck, node: SyntaxNode, key: string, piece: string): EnvironmentFact => ({
  key,
  node,
  check,
  says: `it newly uses ${shown(piece)}`,
});

/** Each way to the granted secrets: one by name, or the whole lot where no name can be told. */
function secretFacts({ nodes, parents, fold }: ParsedSource): EnvironmentFact[] {
  return nodes.flatMap((node): EnvironmentFact[] => {
    const isSecrets =
      node.type === 'Identifier'
        ? node.name === 'secrets'
        : node.type === 'MemberExpression' && keyOf(node, fold) === 'secrets';
    const names = isSecrets
      ? namesUsed(node, parents.get(node), fold)
      : node.type === 'ObjectPattern'
        ? namesTaken(node, fold)
        : [];
    return names.map((name) => ({
      key: `secret ${name}`,
      node,
      check: 'environment',
      says: name === ALL ? 'it newly takes all secrets at once' : `it newly reads the secret ${shown(name)}`,
    }));
  });
}

const ALL = '*';

function namesUsed(node: SyntaxNode, parent: SyntaxNode | undefined, fold: ParsedSource['fold']): string[] {
  if (parent?.type === 'MemberExpression' && parent.object === node) return [keyOf(parent, fold) ?? ALL];
  if (parent?.type === 'VariableDeclarator') return parent.id === node ? [] : namesBound(parent.id, fold);
  // Where the name itself is bound, its uses tell what is done with it.
  return node.type === 'Identifier' && /Pattern$|Function|RestElement/.test(parent?.type ?? '') ? [] : [ALL];
}

const namesTaken = (pattern: Extract<SyntaxNode, { type: 'ObjectPattern' }>, fold: ParsedSource['fold']): string[] =>
  pattern.properties.flatMap((each) =>
    each.type === 'Property' && keyOf(each, fold) === 'secrets' ? namesBound(each.value, fold) : [],
  );

/** Bound to the name `secrets` they are still known for what they are. */
function namesBound(pattern: SyntaxNode, fold: ParsedSource['fold']): string[] {
  const target = pattern.type === 'AssignmentPattern' ? pattern.left : pattern;
  if (target.type === 'Identifier') return target.name === 'secrets' ? [] : [ALL];
  if (target.type !== 'ObjectPattern') return [ALL];
  return target.properties.map((each) => (each.type === 'Property' ? (keyOf(each, fold) ?? ALL) : ALL));
}
