import { keyOf } from './constant-value.ts';
import { type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** What a script asks of the agent: a repair does the same work, and no work of another kind. */
const SERVICES = /^(fetch|git|generate|forge)$/;

export function serviceFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, servicesOf).map(({ key, node }) =>
    finding('services', `it newly asks the agent for ${shown(key)}`, lineOf(node)),
  );
}

function servicesOf(source: ParsedSource): Fact[] {
  return source.nodes.flatMap((node) => {
    const key = serviceIn(node, source);
    return key === undefined ? [] : [{ key, node }];
  });
}

function serviceIn(node: SyntaxNode, { parents, fold }: ParsedSource): string | undefined {
  if (node.type === 'ObjectPattern') {
    const taken = node.properties.map((each) => (each.type === 'Property' ? keyOf(each, fold) : undefined));
    return taken.find((name) => SERVICES.test(name ?? ''));
  }
  const name =
    node.type === 'MemberExpression' ? keyOf(node, fold) : node.type === 'Identifier' ? node.name : undefined;
  if (name === undefined || !SERVICES.test(name)) return undefined;
  if (node.type === 'Identifier') return name === 'fetch' ? name : undefined;
  return name === 'forge' ? operationOf(node, { parents, fold }) : name;
}

/** `forge.issues.upsert` */
function operationOf(node: SyntaxNode, { parents, fold }: Pick<ParsedSource, 'parents' | 'fold'>): string {
  const parts = ['forge'];
  let inner = node;
  for (let up = parents.get(inner); up?.type === 'MemberExpression' && up.object === inner; up = parents.get(up)) {
    if (parts.length > 2) break;
    parts.push(keyOf(up, fold) ?? '?');
    inner = up;
  }
  return parts.join('.');
}
